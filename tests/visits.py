"""Brings a patient of the cast along the path by the acts of the house."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from euthymia.clinic.foundation.audit.actors import CALLER, Actor, patient_by_link
from euthymia.clinic.foundation.people.acts import open_task, send_link
from euthymia.clinic.foundation.people.links import new_secret
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.rules import TaskKind
from euthymia.clinic.foundation.practice.models import Chair, Location, Staff
from euthymia.clinic.foundation.stock.acts import receive_vial
from euthymia.clinic.journey.boosters.acts import propose_booster
from euthymia.clinic.journey.consults.acts import book_call
from euthymia.clinic.journey.consults.queries import free_slots
from euthymia.clinic.journey.infusions import acts, booking_acts, dose_acts, leaving_acts, sheet_acts
from euthymia.clinic.journey.infusions.gate import GATE
from euthymia.clinic.journey.infusions.models import Infusion
from euthymia.clinic.journey.infusions.slips import Second
from euthymia.clinic.journey.infusions.values import Measured
from euthymia.clinic.journey.outcomes.acts import record_score
from euthymia.clinic.journey.outcomes.models import ScoreOccasion
from euthymia.clinic.journey.plans.acts import propose_plan, sign_agreement, sign_plan
from euthymia.clinic.journey.plans.models import Plan
from euthymia.clinic.journey.plans.queries import wordings_to_sign
from euthymia.clinic.journey.screening.acts import decide_eligibility, run_screening, save_intake, submit_intake
from euthymia.clinic.journey.screening.models import EligibilityOutcome, Screening
from euthymia.clinic.journey.screening.rules import Severity, questions
from tests.cast import Cast

PHQ9 = (3, 3, 2, 2, 2, 2, 2, 1, 0)
STRENGTH, VOLUME_UL = 50, 10_000
SECOND = Second(
    weight_kg=Decimal(80),
    label_mg_per_ml=STRENGTH,
    dose_mg=Decimal(40),
    volume_ml=Decimal("0.8"),
    rate_ml_per_h=Decimal(150),
)
"""What the second person reads and computes for 80 kg at 0.5 mg/kg."""


@dataclass(frozen=True)
class Crew:
    """Those who take a patient through, at one location."""

    location: Location
    patient: Patient
    physician: Actor
    nurse: Actor
    second: Actor


def crew_of(cast: Cast) -> Crew:
    """The crew of the cast's own location."""
    return Crew(cast.here, cast.patient, cast.physician, cast.nurse, cast.second_nurse)


def with_intake(crew: Crew, now: datetime) -> None:
    """The intake is handed in, with its PHQ-9."""
    from euthymia.clinic.foundation.people.acts import move_stage
    from euthymia.clinic.foundation.people.rules import Stage

    move_stage(by=crew.physician, now=now, key=None, patient_id=crew.patient.pk, to=Stage.INTAKE_SENT)
    me = patient_by_link(crew.patient.pk)
    answers: dict[str, object] = {q.id: "no" for q in questions()}
    answers |= {"birth_on": "1984-05-27", "condition": "depression", "medicines": "none", "phq9": list(PHQ9)}
    answers["trials"] = [{"name": n, "dose": "", "weeks": 8, "helped": "no"} for n in ("Sertraline", "Venlafaxine")]
    save_intake(by=me, now=now, key=None, patient_id=crew.patient.pk, answers=answers)
    submit_intake(by=me, now=now, key=None, patient_id=crew.patient.pk)


def with_decision(crew: Crew, now: datetime) -> int:
    """Screened and found eligible. Gives the screening's id."""
    with_intake(crew, now)
    measured = {"systolic_mmhg": 126.0, "diastolic_mmhg": 78.0, "weight_kg": 81.0, "height_cm": 178.0}
    screening_id = run_screening(by=crew.nurse, now=now, key=None, patient_id=crew.patient.pk, measured=measured)
    findings = Screening.objects.get(pk=screening_id).findings
    overrides = {f["rule"]: "acceptable" for f in findings if f["severity"] != Severity.ABSOLUTE or not f["known"]}
    decide_eligibility(
        by=crew.physician,
        now=now,
        key=None,
        screening_id=screening_id,
        outcome=EligibilityOutcome.ELIGIBLE,
        reason="two adequate trials",
        overrides=overrides,
    )
    return screening_id


def with_plan(crew: Crew, now: datetime, days: tuple[int, ...] = (0, 2)) -> Plan:
    """A plan proposed and not yet signed."""
    with_decision(crew, now)
    plan_id = propose_plan(
        by=crew.physician,
        now=now,
        key=None,
        patient_id=crew.patient.pk,
        template_code="depression",
        mg_per_kg=Decimal("0.5"),
        minutes=40,
        schedule_days=list(days),
        first_on=now.date() + timedelta(days=1),
        forecast_id=None,
    )
    return Plan.objects.get(pk=plan_id)


def with_agreement(crew: Crew, now: datetime, days: tuple[int, ...] = (0, 2)) -> Plan:
    """A plan signed by both."""
    plan = with_plan(crew, now, days)
    sign_plan(by=crew.physician, now=now, key=None, plan_id=plan.pk)
    sign_agreement(
        by=patient_by_link(crew.patient.pk),
        now=now,
        key=None,
        plan_id=plan.pk,
        wording_sha256s=[w.sha256 for w in wordings_to_sign()],
        typed_name="Demo Patient",
    )
    plan.refresh_from_db()
    return plan


def booked(crew: Crew, now: datetime, plan: Plan | None = None, number: int = 1) -> Infusion:
    """The first infusion of an agreed plan, booked for tomorrow at ten."""
    plan = plan or with_agreement(crew, now)
    starts_at = (now + timedelta(days=1)).replace(hour=15, minute=0)
    infusion_id = booking_acts.book_infusion(
        by=crew.nurse,
        now=now,
        key=None,
        plan_id=plan.pk,
        number=number,
        starts_at=starts_at,
        chair_id=Chair.objects.filter(location=crew.location)[0].pk,
        nurse_id=crew.nurse.as_staff,
    )
    return Infusion.objects.get(pk=infusion_id)


def a_vial(crew: Crew, now: datetime) -> int:
    """A vial on hand."""
    return receive_vial(
        by=crew.nurse,
        now=now,
        key=None,
        location_id=crew.location.pk,
        lot="T1",
        strength_mg_per_ml=STRENGTH,
        volume_ul=VOLUME_UL,
        supplier="Supplier",
        supplier_registration="R1",
        expires_on=now.date() + timedelta(days=100),
    )


def ready(crew: Crew, now: datetime, plan: Plan | None = None) -> Infusion:
    """Arrived, gate passed, baseline charted, dose ordered and confirmed by two: ready to start at `now`."""
    infusion = booked(crew, now - timedelta(days=1), plan)
    acts.arrive(by=crew.nurse, now=now, key=None, infusion_id=infusion.pk)
    acts.answer_gate(
        by=crew.nurse,
        now=now,
        key=None,
        infusion_id=infusion.pk,
        answers={item.id: (True, "") for item in GATE},
        escort_name="Demo Escort",
        escort_phone="202-555-0188",
    )
    chart(crew, infusion, now, 124)
    dose_acts.order_dose(
        by=crew.nurse, now=now, key=None, infusion_id=infusion.pk, weight_kg=Decimal(80), vial_id=a_vial(crew, now)
    )
    dose_acts.confirm_dose(
        by=crew.second,
        now=now,
        key=None,
        infusion_id=infusion.pk,
        second=SECOND,
    )
    infusion.refresh_from_db()
    return infusion


def running(crew: Crew, now: datetime, plan: Plan | None = None) -> Infusion:
    """Started at `now`."""
    infusion = ready(crew, now, plan)
    acts.start_infusion(by=crew.nurse, now=now, key=None, infusion_id=infusion.pk)
    infusion.refresh_from_db()
    return infusion


def chart(crew: Crew, infusion: Infusion, at: datetime, systolic: int = 130) -> int:
    """A row of vitals at an instant."""
    measured = Measured(systolic_mmhg=systolic, diastolic_mmhg=80, heart_rate_bpm=72, spo2_pct=98)
    return sheet_acts.chart_vitals(by=crew.nurse, now=at, key=None, infusion_id=infusion.pk, measured=measured)


def recovering(crew: Crew, now: datetime, after_min: int = 41, plan: Plan | None = None) -> Infusion:
    """Started at `now` and ended after some minutes."""
    infusion = running(crew, now, plan)
    acts.end_infusion(by=crew.nurse, now=now + timedelta(minutes=after_min), key=None, infusion_id=infusion.pk)
    infusion.refresh_from_db()
    return infusion


ALL_CHECKED = dict.fromkeys(("oriented", "line_out", "no_intent", "escort_here", "instructions"), True)


def discharged(crew: Crew, now: datetime, plan: Plan | None = None) -> Infusion:
    """Closed: everything given, discharged 75 minutes after `now`."""
    infusion = recovering(crew, now, plan=plan)
    chart(crew, infusion, now + timedelta(minutes=70), 126)
    leaving_acts.discharge_patient(
        by=crew.nurse,
        now=now + timedelta(minutes=75),
        key=None,
        infusion_id=infusion.pk,
        aldrete=10,
        mpadss=10,
        checked=ALL_CHECKED,
    )
    infusion.refresh_from_db()
    return infusion


def a_score(crew: Crew, now: datetime) -> int:
    """A PHQ-9 that the patient answered."""
    return record_score(
        by=patient_by_link(crew.patient.pk),
        now=now,
        key=None,
        patient_id=crew.patient.pk,
        instrument_code="phq9",
        answers=PHQ9,
        occasion=ScoreOccasion.BETWEEN,
    )


def a_call(location: Location, now: datetime, secret: str = "the-secret") -> int:
    """A free call booked by a caller."""
    slot = free_slots(now, location_id=location.pk)[0]
    return book_call(
        by=CALLER,
        now=now,
        key=None,
        location_id=location.pk,
        physician_id=slot.physician_id,
        starts_at=slot.starts_at,
        name="Demo Caller",
        phone_e164="+12025550123",
        email="demo.caller@example.org",
        caller_zone="America/New_York",
        secret=secret,
    )


def a_task(crew: Crew, now: datetime) -> int:
    """A task of the patient."""
    return open_task(
        by=crew.physician,
        now=now,
        key=None,
        kind=TaskKind.CALL_BACK,
        location_id=crew.location.pk,
        patient_id=crew.patient.pk,
        what="Call back",
        due_at=now + timedelta(hours=2),
    )


def a_link(crew: Crew, now: datetime, purpose: str, about: str = "") -> str:
    """A link for the patient: its secret."""
    secret = new_secret(purpose, now)
    send_link(
        by=crew.physician,
        now=now,
        key=None,
        patient_id=crew.patient.pk,
        purpose=purpose,
        secret=secret,
        about=about,
    )
    return secret


def a_booster(crew: Crew, now: datetime) -> int:
    """A booster proposed: the patient is brought to the watch by a course of one."""
    return propose_booster(
        by=crew.physician,
        now=now,
        key=None,
        patient_id=crew.patient.pk,
        because="the effect fades",
        window_from=now.date() + timedelta(days=3),
        window_to=now.date() + timedelta(days=10),
        forecast_id=None,
    )


def nurse_named(slug: str) -> Staff:
    """A member of staff by slug."""
    return Staff.objects.get(slug=slug)


@dataclass(frozen=True)
class DrugThings:
    """One of each thing that the drug log names."""

    vial_id: int
    transfer_id: int
    count_id: int
    case_id: int


def drug_things_of(crew: Crew, now: datetime, to: Location | None = None) -> DrugThings:
    """A vial on hand, one on its way, a count by two, and the case that the count opened."""
    from euthymia.clinic.foundation.stock import acts as stock
    from euthymia.clinic.foundation.stock.models import CountMoment, VarianceCase
    from euthymia.clinic.foundation.stock.queries import held_by_location

    sent, stays = a_vial(crew, now), a_vial(crew, now)
    to = to or Location.objects.exclude(pk=crew.location.pk)[0]
    transfer_id = stock.send_vial(by=crew.nurse, now=now, key=None, vial_id=sent, to_location_id=to.pk)
    held = {vial.pk: ul for vial, ul in held_by_location({crew.location.pk})[crew.location.pk]}
    count_id = stock.count_drug(
        by=crew.nurse,
        now=now,
        key=None,
        location_id=crew.location.pk,
        moment=CountMoment.CLOSE,
        inventory=False,
        seen_ul=held | {stays: held[stays] - 1_000},
        witness_id=crew.second.as_staff,
    )
    return DrugThings(stays, transfer_id, count_id, VarianceCase.objects.get(line__count_id=count_id).pk)
