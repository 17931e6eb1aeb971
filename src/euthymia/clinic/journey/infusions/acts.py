"""The visit's course: arrived, gate answered, pump started, set and ended. Drug moves are part of it."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.people.acts import set_stage
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.foundation.practice.models import Chair
from euthymia.clinic.foundation.practice.queries import thresholds
from euthymia.clinic.foundation.stock.acts import move
from euthymia.clinic.foundation.stock.models import Place
from euthymia.clinic.journey.infusions import dose as doses
from euthymia.clinic.journey.infusions import gate
from euthymia.clinic.journey.infusions.models import (
    DoseOrder,
    GateAnswer,
    Infusion,
    Segment,
)
from euthymia.clinic.journey.infusions.queries import (
    baseline_row,
    delivered_ug,
    gate_states,
    last_order,
    segments_of,
    sheet,
)
from euthymia.clinic.journey.infusions.states import (
    RUNS,
    InfusionState,
)
from euthymia.clinic.journey.infusions.steps import go, locked
from euthymia.clinic.journey.infusions.written import AT_ONCE, Slip, Written, written


@act
def arrive(*, by: Actor, now: datetime, key: str | None, infusion_id: int) -> int:
    """The patient is here."""
    infusion = locked(infusion_id)
    go(infusion, InfusionState.ARRIVED)
    infusion.arrived_at = now
    infusion.save()
    return infusion.pk


@act
def answer_gate(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    infusion_id: int,
    answers: dict[str, tuple[bool, str]],
    escort_name: str = "",
    escort_phone: str = "",
) -> int:
    """Answer items of the gate: passed or not, and why a soft one is passed by. Gives how many are still open."""
    infusion = locked(infusion_id)
    if infusion.state not in (InfusionState.ARRIVED, InfusionState.READY):
        raise Refused(Refusal("gate_closed", "The gate is answered between arrival and start."))
    if answers.get("escort", (False, ""))[0] and not (escort_name.strip() and escort_phone.strip()):
        raise Refused(Refusal("escort_unknown", "Enter the escort’s name and phone number."), "escort_name")
    if answers.get("consent", (False, ""))[0] and infusion.plan.agreements.count() < 2:
        raise Refused(Refusal("consent_unsigned", "The patient has not signed consent for this plan."), "consent")
    for item, (passed, reason) in answers.items():
        if item in gate.GATE_BY_ID:
            GateAnswer.objects.create(
                infusion=infusion, item=item, passed=passed, reason=reason[:300], at=now, by_id=by.as_staff
            )
    infusion.escort_name, infusion.escort_phone = escort_name[:200], escort_phone[:30]
    infusion.save()
    return len(gate.open_items(gate_states(infusion)))


@act
def start_infusion(*, by: Actor, now: datetime, key: str | None, infusion_id: int) -> int:
    """Draw the dose and start the pump: gate passed, dose confirmed by two, vitals in range."""
    infusion = locked(infusion_id)
    still = gate.open_items(gate_states(infusion))
    if still:
        raise Refused(Refusal("gate_open", f"Still open: {still[0].ask.lower()}."))
    order = last_order(infusion)
    if order is None or not hasattr(order, "confirmation"):
        raise Refused(Refusal("unconfirmed", "The dose has not been confirmed by a second person."))
    stale = doses.check_fresh(order.at, now, thresholds())
    if stale is not None:
        raise Refused(stale)
    rows = sheet(infusion)
    row = baseline_row(rows, None)
    refusal = gate.check_baseline(
        gate.Baseline(row.systolic_mmhg, row.diastolic_mmhg, row.heart_rate_bpm, row.spo2_pct) if row else None,
        tuple(
            gate.Pressure(r.at, r.systolic_mmhg, r.diastolic_mmhg)
            for r in rows
            if r.systolic_mmhg is not None and r.diastolic_mmhg is not None
        ),
        thresholds(),
    )
    if refusal is not None:
        raise Refused(refusal)
    # The database keeps one running infusion a chair; the lock makes two starters wait for each other.
    Chair.objects.select_for_update().get(pk=infusion.chair_id)
    if Infusion.objects.filter(chair_id=infusion.chair_id, state__in=RUNS).exclude(pk=infusion.pk).exists():
        raise Refused(Refusal("chair_busy", "Another infusion is still running in this chair. End that one first."))
    if infusion.state == InfusionState.ARRIVED:
        go(infusion, InfusionState.READY)
    go(infusion, InfusionState.RUNNING)
    move(
        vial=order.vial,
        source=Place.ON_HAND,
        target=Place.DRAWN,
        amount_ul=order.volume_ul,
        by=by,
        at=now,
        patient_id=infusion.patient_id,
        infusion_id=infusion.pk,
    )
    infusion.started_at = now
    infusion.save()
    _set_rate(infusion, order, order.rate_ml_per_h, by, Written(now, now), "start")
    patient = Patient.objects.select_for_update().get(pk=infusion.patient_id)
    if patient.stage == Stage.AGREED:
        set_stage(patient, Stage.IN_COURSE)
    return infusion.pk


@act
def change_rate(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    infusion_id: int,
    rate_ml_per_h: Decimal,
    reason: str,
    slip: Slip | None = None,
) -> int:
    """Change the pump's rate; 0 pauses. Never above the rate that was ordered."""
    infusion = locked(infusion_id)
    order = last_order(infusion)
    if infusion.state not in RUNS or order is None:
        raise Refused(Refusal("not_running", "The infusion is not running."))
    times = _pump_times(infusion, slip, by, now)
    if not 0 <= rate_ml_per_h <= order.rate_ml_per_h:
        raise Refused(
            Refusal("rate_above_order", f"At most the ordered {order.rate_ml_per_h.normalize():f} mL/h."),
            "rate_ml_per_h",
        )
    wanted = InfusionState.PAUSED if rate_ml_per_h == 0 else InfusionState.RUNNING
    if infusion.state != wanted:
        go(infusion, wanted)
        infusion.save()
    _set_rate(infusion, order, rate_ml_per_h, by, times, reason[:200])
    return infusion.pk


@act
def end_infusion(*, by: Actor, now: datetime, key: str | None, infusion_id: int, slip: Slip | None = None) -> int:
    """Stop the pump. What it has delivered is given; the rest is still drawn and must be wasted with a witness."""
    infusion = locked(infusion_id)
    go(infusion, InfusionState.RECOVERY)
    order = last_order(infusion)
    assert order is not None
    times = _pump_times(infusion, slip, by, now)
    given_ug = delivered_ug(segments_of(infusion), times.at, order)
    given_ul = min(order.volume_ul, int((Decimal(given_ug) / order.strength_mg_per_ml).quantize(Decimal(1))))
    _set_rate(infusion, order, Decimal(0), by, times, "end")
    if given_ul:
        move(
            vial=order.vial,
            source=Place.DRAWN,
            target=Place.GIVEN,
            amount_ul=given_ul,
            by=by,
            at=now,
            patient_id=infusion.patient_id,
            infusion_id=infusion.pk,
        )
    infusion.ended_at = times.at
    infusion.save()
    return infusion.pk


def _set_rate(
    infusion: Infusion, order: DoseOrder, rate_ml_per_h: Decimal, by: Actor, times: Written, reason: str
) -> None:
    per_ml = Decimal(order.dose_ug) / order.bag_ml
    Segment.objects.create(
        infusion=infusion,
        from_at=times.at,
        device_at=times.device_at,
        received_at=times.received_at,
        rate_ml_per_h=rate_ml_per_h,
        dose_ug_per_min=int((rate_ml_per_h * per_ml / 60).quantize(Decimal(1))),
        by_id=by.as_staff,
        reason=reason,
    )


def _pump_times(infusion: Infusion, slip: Slip | None, by: Actor, now: datetime) -> Written:
    """When the pump was set. What somebody else has set since then must not be overtaken by what comes late."""
    last = segments_of(infusion)[-1:]
    times = written(slip, now, infusion.started_at)
    if last and times.at < last[0].from_at:
        # What one pair of hands pressed in a row, and the server got in a row, keeps its order.
        if last[0].by_id == by.staff_id and last[0].from_at - times.at <= AT_ONCE:
            return replace(times, at=last[0].from_at)
        zone = ZoneInfo(infusion.location.zone)
        raise Refused(
            Refusal(
                "pump_set_since",
                f"The pump was set again at {last[0].from_at.astimezone(zone):%H:%M}, after this was written. "
                "Look at the pump and enter how it runs now.",
            )
        )
    return times
