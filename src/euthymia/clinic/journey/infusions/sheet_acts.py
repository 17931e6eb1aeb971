"""What is charted at the chair: vitals, their corrections, and what happened."""

from datetime import datetime

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.journey.infusions.models import (
    EventKind,
    Infusion,
    InfusionEvent,
    Vitals,
)
from euthymia.clinic.journey.infusions.states import (
    CHARTABLE,
    INFUSION_STATE_WORDS,
    InfusionState,
)
from euthymia.clinic.journey.infusions.values import Measured
from euthymia.clinic.journey.infusions.written import Slip, Written, written


@act
def chart_vitals(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    infusion_id: int,
    measured: Measured,
    slip: Slip | None = None,
) -> int:
    """Chart one row of vitals. It is never changed: a correction is a new row."""
    infusion = Infusion.objects.get(pk=infusion_id)
    permit(location_id=infusion.location_id, patient_id=infusion.patient_id, subject=infusion)
    if infusion.state not in CHARTABLE:
        raise Refused(
            Refusal(
                "sheet_closed",
                f"This visit is “{INFUSION_STATE_WORDS[InfusionState(infusion.state)]}”: its sheet is closed.",
            )
        )
    return _row(infusion, by, written(slip, now, infusion.arrived_at), measured).pk


@act
def correct_vitals(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    infusion_id: int,
    vitals_id: int,
    measured: Measured,
    reason: str,
) -> int:
    """Correct a row by a new one that names it and says why. Both stay."""
    infusion = Infusion.objects.get(pk=infusion_id)
    permit(location_id=infusion.location_id, patient_id=infusion.patient_id, subject=infusion)
    wrong = Vitals.objects.filter(pk=vitals_id, infusion=infusion).first()
    if infusion.state not in CHARTABLE:
        raise Refused(Refusal("signed", "This record is signed. Write an addendum that corrects the row."))
    if wrong is None:
        raise Refused(Refusal("no_such_row", "That row is not on this sheet."))
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why the row is corrected."), "reason")
    if wrong.corrections.exists():
        raise Refused(Refusal("already_corrected", "This row has already been corrected."))
    return _row(infusion, by, Written(wrong.at, now), measured, corrects=wrong, reason=reason).pk


def _row(
    infusion: Infusion,
    by: Actor,
    times: Written,
    measured: Measured,
    corrects: Vitals | None = None,
    reason: str = "",
) -> Vitals:
    if measured.is_empty:
        raise Refused(Refusal("empty_row", "Enter at least one measurement."))
    if measured.systolic_mmhg and measured.diastolic_mmhg and measured.systolic_mmhg <= measured.diastolic_mmhg:
        raise Refused(
            Refusal("pressures_swapped", "Systolic must be above diastolic. Were they swapped?"), "systolic_mmhg"
        )
    return Vitals.objects.create(
        infusion=infusion,
        at=times.at,
        device_at=times.device_at,
        received_at=times.received_at,
        by_id=by.as_staff,
        corrects=corrects,
        reason=reason[:300],
        **measured.columns(),
    )


@act
def chart_event(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    infusion_id: int,
    kind: str,
    severity: int,
    text: str = "",
    slip: Slip | None = None,
) -> int:
    """Chart what happened, with how bad it was."""
    infusion = Infusion.objects.get(pk=infusion_id)
    permit(location_id=infusion.location_id, patient_id=infusion.patient_id, subject=infusion)
    if infusion.state not in CHARTABLE:
        raise Refused(Refusal("sheet_closed", "The sheet of this visit is closed."))
    if kind == EventKind.RESCUE and not text.strip():
        raise Refused(Refusal("medicine_unnamed", "Write which medicine, how much and how it was given."), "text")
    times = written(slip, now, infusion.arrived_at)
    event = InfusionEvent.objects.create(
        infusion=infusion,
        at=times.at,
        device_at=times.device_at,
        received_at=times.received_at,
        kind=kind,
        severity=severity,
        text=text[:500],
        by_id=by.as_staff,
    )
    return event.pk
