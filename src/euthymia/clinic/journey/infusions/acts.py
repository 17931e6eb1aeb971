"""The infusion: booked, gated, ordered, confirmed, started, charted, ended, closed. Drug moves are part of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.billing.acts import charge_visit
from euthymia.clinic.foundation.people.acts import open_task, set_stage
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.rules import Stage, TaskKind
from euthymia.clinic.foundation.practice.models import Chair, Price, Staff
from euthymia.clinic.foundation.practice.queries import thresholds
from euthymia.clinic.foundation.schedule.claims import Resource, book, let_go
from euthymia.clinic.foundation.schedule.models import Booking, BookingKind, ResourceKind
from euthymia.clinic.foundation.schedule.rules import Opening, after, is_open
from euthymia.clinic.foundation.stock.acts import move
from euthymia.clinic.foundation.stock.models import Place, Vial
from euthymia.clinic.foundation.stock.queries import held_ul, on_hand_ul, whereabouts
from euthymia.clinic.journey.infusions import dose as doses
from euthymia.clinic.journey.infusions import gate, leaving, slips
from euthymia.clinic.journey.infusions.button import open_calls
from euthymia.clinic.journey.infusions.button_queries import calls_of
from euthymia.clinic.journey.infusions.fingerprint import record_sha256
from euthymia.clinic.journey.infusions.models import (
    Discharge,
    DoseConfirmation,
    DoseOrder,
    GateAnswer,
    Infusion,
    InfusionEvent,
    Segment,
    Vitals,
)
from euthymia.clinic.journey.infusions.queries import (
    VISIT_MINUTES,
    baseline_row,
    delivered_ug,
    dose_of,
    gate_states,
    known_before,
    last_order,
    segments_of,
    sheet,
)
from euthymia.clinic.journey.infusions.states import (
    CHARTABLE,
    INFUSION_MOVES,
    INFUSION_STATE_WORDS,
    RUNS,
    InfusionState,
)
from euthymia.clinic.journey.infusions.values import Measured
from euthymia.clinic.journey.infusions.written import AT_ONCE, Slip, Written, written
from euthymia.clinic.journey.plans.models import Plan
from euthymia.clinic.journey.plans.states import PlanKind, PlanState


@act
def book_infusion(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    plan_id: int,
    number: int,
    starts_at: datetime,
    chair_id: int,
    nurse_id: int,
) -> int:
    """Book one infusion of a plan: chair, nurse and patient are his for that time, or the sentence says who is not."""
    plan = Plan.objects.select_for_update(of=("self",)).select_related("location").get(pk=plan_id)
    permit(location_id=plan.location_id, patient_id=plan.patient_id, subject=plan)
    if plan.state != PlanState.AGREED:
        raise Refused(Refusal("not_agreed", "The patient has not signed this plan yet."))
    if not 1 <= number <= len(plan.schedule_days):
        raise Refused(Refusal("number", f"This plan has {len(plan.schedule_days)} infusions."))
    if Infusion.objects.filter(plan=plan, number=number).exclude(state=InfusionState.CANCELLED).exists():
        raise Refused(Refusal("number_booked", f"Infusion {number} is already booked."))
    infusion = Infusion.objects.create(
        plan=plan,
        patient_id=plan.patient_id,
        location_id=plan.location_id,
        number=number,
        booking=_book(plan, starts_at, chair_id, nurse_id, now),
        chair_id=chair_id,
        nurse_id=nurse_id,
    )
    return infusion.pk


def _book(plan: Plan, starts_at: datetime, chair_id: int, nurse_id: int, now: datetime) -> Booking:
    location = plan.location
    ends_at = after(starts_at, plan.minutes + VISIT_MINUTES)
    if starts_at <= now:
        raise Refused(Refusal("in_the_past", "That time has passed. Choose a later one."))
    if not is_open(Opening(location.zone, location.hours, frozenset(location.holidays)), starts_at, ends_at):
        local = starts_at.astimezone(ZoneInfo(location.zone))
        raise Refused(Refusal("closed", f"{location.name} is not open for the whole visit on {local:%d %B at %H:%M}."))
    if not Chair.objects.filter(pk=chair_id, location=location).exists():
        raise Refused(Refusal("chair_elsewhere", "That chair stands at another location."))
    if not Staff.objects.filter(pk=nurse_id, posts__location=location, posts__role="nurse").exists():
        raise Refused(Refusal("nurse_elsewhere", "That nurse does not work at this location."))
    return book(
        kind=BookingKind.INFUSION,
        location=location,
        starts_at=starts_at,
        ends_at=ends_at,
        resources=[
            Resource(ResourceKind.CHAIR, chair_id),
            Resource(ResourceKind.STAFF, nurse_id),
            Resource(ResourceKind.PATIENT, plan.patient_id),
        ],
        patient_id=plan.patient_id,
    )


@act
def move_infusion(
    *, by: Actor, now: datetime, key: str | None, infusion_id: int, starts_at: datetime, chair_id: int, nurse_id: int
) -> int:
    """Give a booked infusion another time, chair or nurse."""
    infusion = _locked(infusion_id)
    if infusion.state != InfusionState.BOOKED:
        raise Refused(Refusal("not_booked", "Only a visit that has not begun can be moved."))
    let_go(infusion.booking, "moved")
    infusion.booking = _book(infusion.plan, starts_at, chair_id, nurse_id, now)
    infusion.chair_id, infusion.nurse_id = chair_id, nurse_id
    infusion.save()
    return infusion.pk


@act
def cancel_infusion(*, by: Actor, now: datetime, key: str | None, infusion_id: int, reason: str) -> int:
    """Cancel an infusion before it starts, with a reason."""
    infusion = _locked(infusion_id)
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why the visit is cancelled."), "reason")
    _go(infusion, InfusionState.CANCELLED)
    let_go(infusion.booking, reason[:200])
    infusion.save()
    return infusion.pk


@act
def arrive(*, by: Actor, now: datetime, key: str | None, infusion_id: int) -> int:
    """The patient is here."""
    infusion = _locked(infusion_id)
    _go(infusion, InfusionState.ARRIVED)
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
    infusion = _locked(infusion_id)
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
def order_dose(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    infusion_id: int,
    weight_kg: Decimal,
    vial_id: int,
    reason: str = "",
) -> int:
    """Compute mg, mL and mL/h from the weight measured now, the signed plan and the vial's label."""
    infusion = _locked(infusion_id)
    if infusion.state not in (InfusionState.ARRIVED, InfusionState.READY):
        raise Refused(Refusal("order_closed", "A dose is ordered between arrival and start."))
    vial = Vial.objects.filter(pk=vial_id).first()
    if vial is None or whereabouts(vial.pk) != infusion.location_id or vial.expires_on <= now.date():
        raise Refused(Refusal("vial", "Choose a vial of this location that has not expired."), "vial")
    settings = thresholds()
    plan = infusion.plan
    dose = doses.compute_dose(
        weight_kg=weight_kg,
        mg_per_kg=plan.mg_per_kg,
        minutes=plan.minutes,
        strength_mg_per_ml=vial.strength_mg_per_ml,
        bag_ml=int(settings["dose.bag_ml"]),
    )
    refusal = doses.hard_limits(dose, plan.mg_per_kg, settings)
    if refusal is not None:
        raise Refused(refusal, "weight_kg")
    if on_hand_ul(vial.pk, infusion.location_id) < dose.volume_ul:
        raise Refused(
            Refusal("vial_short", f"Vial {vial.lot} holds less than {dose.volume_ml} mL. Choose another."), "vial"
        )
    asked = slips.questions(dose, plan.mg_per_kg, known_before(infusion, now), settings)
    if asked and not reason.strip():
        raise Refused(Refusal("question", f"{' '.join(asked)} If it is right, write why."), "reason")
    order = DoseOrder.objects.create(
        infusion=infusion,
        weight_g=dose.weight_g,
        mg_per_kg=plan.mg_per_kg,
        minutes=plan.minutes,
        vial=vial,
        strength_mg_per_ml=vial.strength_mg_per_ml,
        dose_ug=dose.dose_ug,
        volume_ul=dose.volume_ul,
        bag_ml=dose.bag_ml,
        rate_ml_per_h=dose.rate_ml_per_h,
        questions=[{"asked": q, "reason": reason} for q in asked],
        at=now,
        by_id=by.as_staff,
    )
    return order.pk


@act
def confirm_dose(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    infusion_id: int,
    second: slips.Second,
) -> int:
    """A second person reads scale and label and computes mg, mL and mL/h unseen. All must agree with the order."""
    infusion = _locked(infusion_id)
    order = last_order(infusion)
    if order is None or hasattr(order, "confirmation"):
        raise Refused(Refusal("nothing_to_confirm", "There is no open order to confirm."))
    if order.by_id == by.staff_id:
        raise Refused(Refusal("second_person", "A second person confirms: ask a colleague to sign in here."))
    differs = slips.disagreement(dose_of(order), order.mg_per_kg, order.strength_mg_per_ml, second, thresholds())
    if differs is not None:
        raise Refused(*differs)
    confirmation = DoseConfirmation.objects.create(
        order=order,
        weight_g=order.weight_g,
        label_mg_per_ml=second.label_mg_per_ml,
        dose_ug=int(second.dose_mg * 1000),
        volume_ul=int(second.volume_ml * 1000),
        rate_ml_per_h=second.rate_ml_per_h,
        at=now,
        by_id=by.as_staff,
    )
    if not gate.open_items(gate_states(infusion)) and infusion.state == InfusionState.ARRIVED:
        _go(infusion, InfusionState.READY)
        infusion.save()
    return confirmation.pk


@act
def start_infusion(*, by: Actor, now: datetime, key: str | None, infusion_id: int) -> int:
    """Draw the dose and start the pump: gate passed, dose confirmed by two, vitals in range."""
    infusion = _locked(infusion_id)
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
        _go(infusion, InfusionState.READY)
    _go(infusion, InfusionState.RUNNING)
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
    infusion = _locked(infusion_id)
    times = _pump_times(infusion, slip, by, now)
    order = last_order(infusion)
    if infusion.state not in RUNS or order is None:
        raise Refused(Refusal("not_running", "The infusion is not running."))
    if not 0 <= rate_ml_per_h <= order.rate_ml_per_h:
        raise Refused(
            Refusal("rate_above_order", f"At most the ordered {order.rate_ml_per_h.normalize():f} mL/h."),
            "rate_ml_per_h",
        )
    wanted = InfusionState.PAUSED if rate_ml_per_h == 0 else InfusionState.RUNNING
    if infusion.state != wanted:
        _go(infusion, wanted)
        infusion.save()
    _set_rate(infusion, order, rate_ml_per_h, by, times, reason[:200])
    return infusion.pk


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


@act
def end_infusion(*, by: Actor, now: datetime, key: str | None, infusion_id: int, slip: Slip | None = None) -> int:
    """Stop the pump. What it has delivered is given; the rest is still drawn and must be wasted with a witness."""
    infusion = _locked(infusion_id)
    order = last_order(infusion)
    times = _pump_times(infusion, slip, by, now)
    _go(infusion, InfusionState.RECOVERY)
    assert order is not None
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


@act
def waste_drug(*, by: Actor, now: datetime, key: str | None, infusion_id: int, witness_id: int, manner: str) -> int:
    """Waste what is left of the drawn drug. The witness has signed in as himself and is not the one who wastes."""
    infusion = _locked(infusion_id)
    order = last_order(infusion)
    left_ul = held_ul(Place.DRAWN, infusion_id=infusion.pk)
    if order is None or left_ul <= 0 or infusion.state != InfusionState.RECOVERY:
        raise Refused(Refusal("nothing_to_waste", "Nothing drawn is left."))
    moved = move(
        vial=order.vial,
        source=Place.DRAWN,
        target=Place.WASTED,
        amount_ul=left_ul,
        by=by,
        at=now,
        witness_id=witness_id,
        patient_id=infusion.patient_id,
        infusion_id=infusion.pk,
        manner=manner[:200],
    )
    return moved.pk


@act
def discharge_patient(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    infusion_id: int,
    aldrete: int,
    mpadss: int,
    checked: dict[str, bool],
) -> int:
    """Let the patient go, and close the infusion: the drug balances, the checks hold, the visit is charged."""
    infusion = _locked(infusion_id)
    if infusion.state != InfusionState.RECOVERY or infusion.ended_at is None:
        raise Refused(Refusal("not_in_recovery", "Only a patient in recovery can be discharged."))
    if open_calls([c.plain for c in calls_of(infusion)]):
        raise Refused(Refusal("call_open", "The patient has called. Answer him, and write how it ended."))
    rows = sheet(infusion)
    after = [r for r in rows if r.at >= infusion.ended_at and r.systolic_mmhg is not None]
    base = baseline_row(rows, infusion.started_at)
    trouble = leaving.check_leaving(
        leaving.Leaving(
            now=now,
            ended_at=infusion.ended_at,
            aldrete=aldrete,
            mpadss=mpadss,
            checked=checked,
            systolic_mmhg=after[-1].systolic_mmhg if after else None,
            baseline_systolic_mmhg=base.systolic_mmhg if base else None,
            diastolic_mmhg=after[-1].diastolic_mmhg if after else None,
            baseline_diastolic_mmhg=base.diastolic_mmhg if base else None,
            left_ul=held_ul(Place.DRAWN, infusion_id=infusion.pk),
        ),
        thresholds(),
    )
    if trouble is not None:
        raise Refused(trouble[0], trouble[1])
    discharge = Discharge(infusion=infusion, at=now, by_id=by.as_staff, aldrete=aldrete, mpadss=mpadss, answers=checked)
    discharge.record_sha256 = record_sha256(infusion, discharge)
    discharge.save(force_insert=True)
    _go(infusion, InfusionState.DISCHARGED)
    infusion.discharged_at = now
    infusion.save()
    _follow(infusion, by, now)
    return discharge.pk


def _follow(infusion: Infusion, by: Actor, now: datetime) -> None:
    """What follows from a visit: its charge, a call the next day, and after the last one the watch."""
    plan = Plan.objects.select_for_update().get(pk=infusion.plan_id)
    kind = "booster" if plan.kind == PlanKind.BOOSTER else "infusion"
    price = Price.objects.get(code=kind)
    owed_cents = _share_cents(plan, price.amount_cents, infusion.number)
    if owed_cents:
        charge_visit(
            by=by,
            now=now,
            key=None,
            patient_id=infusion.patient_id,
            amount_cents=owed_cents,
            what=f"{price.what}, {infusion.number} of {len(plan.schedule_days)}",
            about=f"infusion:{infusion.pk}",
        )
    open_task(
        by=by,
        now=now,
        key=None,
        kind=TaskKind.NEXT_DAY_CALL,
        location_id=infusion.location_id,
        patient_id=infusion.patient_id,
        what="Call the patient after yesterday’s visit.",
        due_at=now + timedelta(days=1),
    )
    done = Infusion.objects.filter(plan=plan, state=InfusionState.DISCHARGED).count()
    if done >= len(plan.schedule_days):
        plan.state = PlanState.DONE
        plan.save(update_fields=["state"])
        set_stage(Patient.objects.select_for_update().get(pk=infusion.patient_id), Stage.WATCH)


def _share_cents(plan: Plan, price_cents: int, number: int) -> int:
    """One visit's share of what the estimate said: a package is charged evenly, the cents left over first."""
    total = plan.estimate.total_cents if plan.estimate else price_cents * len(plan.schedule_days)
    each, left = divmod(total, len(plan.schedule_days))
    return each + (1 if number <= left else 0)


def _locked(infusion_id: int) -> Infusion:
    """An infusion with its row locked, for someone who may do this there."""
    infusion = (
        Infusion.objects.select_for_update(of=("self",))
        .select_related("plan__location", "plan__estimate", "booking", "patient", "location")
        .get(pk=infusion_id)
    )
    permit(location_id=infusion.location_id, patient_id=infusion.patient_id, subject=infusion)
    return infusion


def _go(infusion: Infusion, to: InfusionState) -> None:
    here = InfusionState(infusion.state)
    if to not in INFUSION_MOVES[here]:
        raise Refused(
            Refusal(
                "infusion_state",
                f"This visit is “{INFUSION_STATE_WORDS[here]}”: “{INFUSION_STATE_WORDS[to]}” does not follow.",
            )
        )
    infusion.state = to
