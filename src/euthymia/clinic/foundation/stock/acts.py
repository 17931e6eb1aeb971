"""The controlled-drug log: a vial received, an amount moved. Drawing and giving are done by charting the infusion."""

from datetime import date, datetime

from django.db import DatabaseError, IntegrityError, transaction

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.stock.models import DrugMove, Place, Vial


@act
def receive_vial(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    location_id: int,
    lot: str,
    strength_mg_per_ml: int,
    volume_ul: int,
    supplier: str,
    supplier_registration: str,
    expires_on: date,
) -> int:
    """Enter a vial into the log, with what its label and the supplier say."""
    permit(location_id=location_id)
    if expires_on <= now.date():
        raise Refused(Refusal("vial_expired", "This vial has expired: do not take it in."), "expires_on")
    vial = Vial.objects.create(
        location_id=location_id,
        lot=lot,
        strength_mg_per_ml=strength_mg_per_ml,
        volume_ul=volume_ul,
        supplier=supplier,
        supplier_registration=supplier_registration,
        expires_on=expires_on,
        received_at=now,
        received_by_id=by.as_staff,
    )
    move(vial=vial, source=Place.SUPPLIER, target=Place.ON_HAND, amount_ul=volume_ul, by=by, at=now)
    permit(location_id=location_id, subject=vial)
    return vial.pk


@act
def move_drug(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    vial_id: int,
    source: Place,
    target: Place,
    amount_ul: int,
    witness_id: int | None = None,
    manner: str = "",
    reason: str = "",
) -> int:
    """Move an amount that belongs to no infusion: waste or loss from the cabinet."""
    vial = Vial.objects.get(pk=vial_id)
    permit(location_id=vial.location_id, subject=vial)
    return move(
        vial=vial,
        source=source,
        target=target,
        amount_ul=amount_ul,
        by=by,
        at=now,
        witness_id=witness_id,
        manner=manner,
        reason=reason,
    ).pk


def move(
    *,
    vial: Vial,
    source: Place,
    target: Place,
    amount_ul: int,
    by: Actor,
    at: datetime,
    witness_id: int | None = None,
    patient_id: int | None = None,
    infusion_id: int | None = None,
    manner: str = "",
    reason: str = "",
) -> DrugMove:
    """Write one move of the log within an act. The database keeps the balance and the witness; this says so in words.

    Raises
    ------
    Refused
        When the place holds less than that, or a waste has no witness other than the one who wastes.
    """
    try:
        with transaction.atomic():
            return DrugMove.objects.create(
                vial=vial,
                source=source,
                target=target,
                amount_ul=amount_ul,
                at=at,
                by_id=by.as_staff,
                witness_id=witness_id,
                patient_id=patient_id,
                infusion_id=infusion_id,
                manner=manner,
                reason=reason,
            )
    except IntegrityError as broken:
        if "stock_waste_has_other_witness" not in str(broken):
            raise
        raise Refused(
            Refusal("witness_needed", "A waste needs a witness who is not the one who wastes."), "witness"
        ) from broken
    except DatabaseError as short:
        if getattr(short.__cause__, "sqlstate", "") != "EU004":
            raise
        raise Refused(
            Refusal("not_enough_drug", f"Vial {vial.lot} does not hold that much. Choose another vial.")
        ) from short
