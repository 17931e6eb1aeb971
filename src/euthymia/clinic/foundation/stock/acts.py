"""The controlled-drug log: vials received, moved, sent, counted. Drawing and giving belong to the infusion's acts."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import DatabaseError, transaction

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.people.acts import open_task
from euthymia.clinic.foundation.people.rules import TaskKind
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.practice.queries import thresholds
from euthymia.clinic.foundation.stock import rules
from euthymia.clinic.foundation.stock.models import (
    CountLine,
    CountMoment,
    DrugCount,
    DrugMove,
    Place,
    Transfer,
    VarianceCase,
    Vial,
    VialOpening,
)
from euthymia.clinic.foundation.stock.queries import (
    held_by_location,
    held_ul,
    last_line,
    on_hand_ul,
    whereabouts,
)

# What the database says, in the words of the log: by the state code or the constraint that it names.
SAID: dict[str, tuple[Refusal, str | None]] = {
    "EU004": (rules.NOT_ENOUGH, None),
    "EU020": (Refusal("whole_vial", "A vial is moved with all that it holds, from where it is."), None),
    "EU021": (Refusal("receiver_is_sender", "Another person receives what you sent."), None),
    "EU022": (
        Refusal("vial_shared", "This vial has served as many patients as it may. Open a new one."),
        None,
    ),
    "stock_waste_has_other_witness": (rules.WITNESS_NEEDED, "witness"),
}


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
    cabinet: str = "",
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
        cabinet=cabinet[:40],
        received_at=now,
        received_by_id=by.as_staff,
    )
    move(
        vial=vial,
        source=Place.SUPPLIER,
        target=Place.ON_HAND,
        amount_ul=volume_ul,
        by=by,
        at=now,
        location_id=location_id,
    )
    permit(location_id=location_id, subject=vial)
    return vial.pk


@act
def open_vial(*, by: Actor, now: datetime, key: str | None, vial_id: int) -> int:
    """Open a vial. The first draw opens it too, where nobody did before."""
    vial = Vial.objects.get(pk=vial_id)
    where = whereabouts(vial_id)
    permit(location_id=where, subject=vial)
    if VialOpening.objects.filter(vial=vial).exists():
        raise Refused(Refusal("vial_open", "This vial is open already."))
    if not on_hand_ul(vial_id, where):
        raise Refused(Refusal("vial_not_here", "This vial is not on hand."))
    return VialOpening.objects.create(vial=vial, at=now, by_id=by.as_staff).pk


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
    """Move an amount that belongs to no infusion: waste, destruction or loss from the cabinet. A loss opens a case."""
    vial = Vial.objects.get(pk=vial_id)
    location = Location.objects.get(pk=whereabouts(vial_id))
    permit(location_id=location.pk, subject=vial)
    if target == Place.LOST and not reason.strip():
        raise Refused(Refusal("reason_missing", "Say what is known of the loss."), "reason")
    if target in (Place.WASTED, Place.DESTROYED) and not manner.strip():
        raise Refused(Refusal("manner_missing", "Say how it was done."), "manner")
    moved = move(
        vial=vial,
        source=source,
        target=target,
        amount_ul=amount_ul,
        by=by,
        at=now,
        witness_id=witness_id,
        manner=manner,
        reason=reason,
        location_id=location.pk,
    )
    if target == Place.LOST:
        _open_case(by, now, location, vial, -amount_ul, move_id=moved.pk)
    return moved.pk


@act
def send_vial(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    vial_id: int,
    to_location_id: int,
    to_cabinet: str = "",
    reason: str = "",
) -> int:
    """Send a vial with all that it holds to another location. It is in transit until another person receives it."""
    vial = Vial.objects.get(pk=vial_id)
    here = whereabouts(vial_id)
    permit(location_id=here, subject=vial)
    if to_location_id == here:
        raise Refused(Refusal("same_place", "Choose another location."), "to_location")
    held = on_hand_ul(vial_id, here)
    if not held:
        raise Refused(Refusal("vial_not_here", "This vial is not on hand."))
    transfer = Transfer.objects.create(
        vial=vial,
        from_location_id=here,
        to_location_id=to_location_id,
        to_cabinet=to_cabinet[:40],
        sent_at=now,
        sent_by_id=by.as_staff,
        reason=reason[:300],
    )
    move(
        vial=vial,
        source=Place.ON_HAND,
        target=Place.IN_TRANSIT,
        amount_ul=held,
        by=by,
        at=now,
        location_id=here,
        transfer_id=transfer.pk,
    )
    return transfer.pk


@act
def receive_transfer(*, by: Actor, now: datetime, key: str | None, transfer_id: int, seen_ul: int) -> int:
    """Receive what another person sent: what is seen goes on hand here, what is missing is lost and opens a case."""
    sent = Transfer.objects.select_related("vial", "to_location").get(pk=transfer_id)
    permit(location_id=sent.to_location_id, subject=sent)
    held = held_ul(Place.IN_TRANSIT, transfer_id=sent.pk)
    if not held:
        raise Refused(Refusal("arrived_already", "This vial has been received already."))
    refusal = rules.check_arrival(sent.sent_by_id, by.as_staff, held, seen_ul)
    # More than was sent, as far as an eye can read a vial, is what was sent.
    tolerance_ul = int(thresholds()["stock.count_tolerance_ul"])
    if refusal is not None and (refusal.code != "more_than_sent" or seen_ul - held > tolerance_ul):
        raise Refused(refusal, "seen_ml" if refusal.code == "more_than_sent" else None)
    arrived = held if abs(held - seen_ul) <= tolerance_ul else seen_ul
    moved = _arrive(sent, by, now, Place.ON_HAND, arrived) if arrived else None
    if arrived < held:
        lost = _arrive(sent, by, now, Place.LOST, held - arrived)
        _open_case(by, now, sent.to_location, sent.vial, arrived - held, move_id=lost.pk)
        moved = moved or lost
    assert moved is not None
    return moved.pk


def _arrive(sent: Transfer, by: Actor, now: datetime, target: Place, amount_ul: int) -> DrugMove:
    """One part of what was sent comes to where it was sent, or is missing there."""
    return move(
        vial=sent.vial,
        source=Place.IN_TRANSIT,
        target=target,
        amount_ul=amount_ul,
        by=by,
        at=now,
        reason="missing on arrival" if target == Place.LOST else "",
        location_id=sent.to_location_id,
        transfer_id=sent.pk,
    )


@act
def count_drug(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    location_id: int,
    moment: CountMoment,
    inventory: bool,
    seen_ul: dict[int, int],
    witness_id: int,
    note: str = "",
) -> int:
    """Write down what two people saw in every vial of a location. What differs from the log opens a case."""
    permit(location_id=location_id)
    location = Location.objects.get(pk=location_id)
    on_hand = frozenset(vial.pk for vial, _ in held_by_location({location_id})[location_id])
    refusal = rules.check_count(frozenset(seen_ul), on_hand, by.as_staff, witness_id)
    if refusal is not None:
        raise Refused(refusal)
    if inventory and not seen_ul and not note.strip():
        raise Refused(Refusal("empty_inventory", "Write in the note that there is nothing on hand."), "note")
    count = DrugCount.objects.create(
        location=location,
        moment=moment,
        inventory=inventory,
        on=now.astimezone(ZoneInfo(location.zone)).date(),
        at=now,
        by_id=by.as_staff,
        witness_id=witness_id,
        note=note[:300],
    )
    tolerance_ul = int(thresholds()["stock.count_tolerance_ul"])
    for vial_id, counted_ul in sorted(seen_ul.items()):
        before = last_line(vial_id, location_id)
        line = CountLine.objects.create(count=count, vial_id=vial_id, counted_ul=counted_ul)
        line.refresh_from_db()
        found = rules.variance(line.logged_ul, line.counted_ul, tolerance_ul)
        if found is not None and rules.is_new_variance(found, _known(before, tolerance_ul), tolerance_ul):
            _open_case(by, now, location, line.vial, found.off_ul, line_id=line.pk)
    permit(location_id=location_id, subject=count)
    return count.pk


def _known(before: CountLine | None, tolerance_ul: int) -> rules.Variance | None:
    """The variance that the last count of this vial found, unless its case was closed by writing it off."""
    if before is None:
        return None
    case = VarianceCase.objects.filter(vial_id=before.vial_id, line__isnull=False).order_by("-id").first()
    if case is None or case.written_off_ul:
        return None
    return rules.variance(before.logged_ul, before.counted_ul, tolerance_ul)


def _open_case(
    by: Actor,
    now: datetime,
    location: Location,
    vial: Vial,
    off_ul: int,
    *,
    line_id: int | None = None,
    move_id: int | None = None,
) -> VarianceCase:
    """Open a case with its two clocks, and put both on the board."""
    settings = thresholds()
    zone = ZoneInfo(location.zone)
    clocks = rules.loss_clocks(
        now.astimezone(zone).date(),
        frozenset(location.holidays),
        notice_business_days=int(settings["stock.loss_notice_business_days"]),
        form_days=int(settings["stock.loss_form_days"]),
    )
    case = VarianceCase.objects.create(
        location=location,
        vial=vial,
        line_id=line_id,
        move_id=move_id,
        off_ul=off_ul,
        found_at=now,
        found_by_id=by.as_staff,
        notice_due_on=clocks.notice_due_on,
        form_due_on=clocks.form_due_on,
    )
    for what, due_on in (("give notice", clocks.notice_due_on), ("send the form", clocks.form_due_on)):
        open_task(
            by=by,
            now=now,
            key=None,
            kind=TaskKind.OTHER,
            location_id=location.pk,
            patient_id=None,
            what=f"Drug log, case {case.pk}, lot {vial.lot}, off by {off_ul / 1000:g} mL: {what}.",
            due_at=datetime.combine(due_on, DAY_ENDS, zone),
        )
    return case


DAY_ENDS = time(17, 0)


@act
def record_notice(*, by: Actor, now: datetime, key: str | None, case_id: int, how: str) -> int:
    """Enter that the authority was told of a variance, or why no notice is owed."""
    case = _open_one(case_id)
    if case.notice_at is not None:
        raise Refused(Refusal("notice_given", "The notice is entered already."))
    if not how.strip():
        raise Refused(Refusal("how_missing", "Say how and to whom, or why none is owed."), "how")
    case.notice_at, case.notice_by_id, case.notice_how = now, by.as_staff, how[:200]
    case.save(update_fields=["notice_at", "notice_by", "notice_how"])
    return case.pk


@act
def record_form(*, by: Actor, now: datetime, key: str | None, case_id: int, how: str) -> int:
    """Enter that the form about a variance is in, or why none is owed."""
    case = _open_one(case_id)
    if case.form_at is not None:
        raise Refused(Refusal("form_sent", "The form is entered already."))
    if not how.strip():
        raise Refused(Refusal("how_missing", "Give its number or date, or say why none is owed."), "how")
    case.form_at, case.form_by_id, case.form_how = now, by.as_staff, how[:200]
    case.save(update_fields=["form_at", "form_by", "form_how"])
    return case.pk


@act
def close_variance(
    *, by: Actor, now: datetime, key: str | None, case_id: int, reason: str, write_off: bool = False
) -> int:
    """Close a case with a reason. What is missing may be written off: then it leaves the log as lost."""
    case = VarianceCase.objects.select_for_update(of=("self",)).select_related("vial").get(pk=case_id)
    permit(location_id=case.location_id, subject=case)
    refusal = rules.check_case_closed(case.closed_at is not None, reason, case.notice_at is not None)
    if refusal is not None:
        raise Refused(refusal, "reason" if refusal.code == "reason_missing" else None)
    missing_ul = min(-case.off_ul, on_hand_ul(case.vial_id, case.location_id))
    if write_off and case.line_id is not None and missing_ul > 0:
        move(
            vial=case.vial,
            source=Place.ON_HAND,
            target=Place.LOST,
            amount_ul=missing_ul,
            by=by,
            at=now,
            reason=f"case {case.pk}: {reason}"[:300],
            location_id=case.location_id,
        )
        case.written_off_ul = missing_ul
    case.closed_at, case.closed_by_id, case.closed_reason = now, by.as_staff, reason[:300]
    case.save()
    return case.pk


def _open_one(case_id: int) -> VarianceCase:
    """A case that is not closed, its row locked, for someone who may do this there."""
    case = VarianceCase.objects.select_for_update(of=("self",)).get(pk=case_id)
    permit(location_id=case.location_id, subject=case)
    if case.closed_at is not None:
        raise Refused(Refusal("case_closed", "This case is closed already."))
    return case


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
    location_id: int | None = None,
    transfer_id: int | None = None,
) -> DrugMove:
    """Write one move of the log within an act. The database keeps the balance and the witness; this says so in words.

    Raises
    ------
    Refused
        When the place holds less than that, a waste has no witness other than the one who wastes, or the vial was
        drawn from for as many patients as the setting allows.
    """
    if amount_ul <= 0:
        raise Refused(rules.AMOUNT, "amount_ml")
    try:
        with transaction.atomic():
            if target == Place.DRAWN and not VialOpening.objects.filter(vial=vial).exists():
                VialOpening.objects.create(vial=vial, at=at, by_id=by.as_staff)
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
                manner=manner[:200],
                reason=reason[:300],
                location_id=location_id or _where(vial, source, infusion_id),
                transfer_id=transfer_id,
            )
    except DatabaseError as refused:
        raise _in_words(refused, vial) from refused


def _where(vial: Vial, source: Place, infusion_id: int | None) -> int:
    """Where a move is made that names no location: what was drawn stays where it was drawn."""
    if source == Place.DRAWN:
        drawn = DrugMove.objects.filter(vial=vial, infusion_id=infusion_id, target=Place.DRAWN)
        for where in drawn.values_list("location_id", flat=True).order_by("-id")[:1]:
            return where or vial.location_id
    return whereabouts(vial.pk)


def _in_words(refused: DatabaseError, vial: Vial) -> Exception:
    """What the database refused, as the sentence that the person sees; the error itself where there is none."""
    state = getattr(refused.__cause__, "sqlstate", "") or ""
    for sign, (refusal, where) in SAID.items():
        if sign == state or sign in str(refused):
            if refusal is rules.NOT_ENOUGH:
                refusal = Refusal(refusal.code, f"Vial {vial.lot} does not hold that much. Choose another vial.")
            return Refused(refusal, where)
    return refused
