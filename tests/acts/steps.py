"""Brings the cast to where an act begins: a call, an intake, a screening, a plan, a booster, each by the acts."""

from datetime import date, timedelta
from decimal import Decimal

from euthymia.clinic.foundation.audit.actors import CALLER, SYSTEM
from euthymia.clinic.foundation.people.acts import move_stage
from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.journey.boosters.acts import propose_booster
from euthymia.clinic.journey.consults.acts import book_call
from euthymia.clinic.journey.consults.queries import Slot, free_slots
from euthymia.clinic.journey.outcomes.acts import record_score
from euthymia.clinic.journey.outcomes.models import ScoreOccasion
from euthymia.clinic.journey.plans.acts import propose_plan
from euthymia.clinic.journey.screening import rules as screening_rules
from euthymia.clinic.journey.screening.acts import run_screening, save_intake, submit_intake
from tests.cast import Cast

TO_WATCH = (
    Stage.INTAKE_SENT,
    Stage.INTAKE_COMPLETE,
    Stage.ELIGIBLE,
    Stage.PLAN_ISSUED,
    Stage.AGREED,
    Stage.IN_COURSE,
    Stage.WATCH,
)
ALL_NO = {q.id: "no" for q in screening_rules.questions()}
MEASURED = {"systolic_mmhg": 120.0, "diastolic_mmhg": 70.0, "height_cm": 170.0, "weight_kg": 70.0}


def to_stage(cast: Cast, stage: Stage) -> None:
    """Walk the path as far as this stage."""
    for step in TO_WATCH[: TO_WATCH.index(stage) + 1]:
        move_stage(by=SYSTEM, now=cast.now, key=None, patient_id=cast.patient.pk, to=step)


def a_slot(cast: Cast, place: int = 0) -> Slot:
    """A free time for a call at the cast's location."""
    return free_slots(cast.now, location_id=cast.here.pk)[place]


def call_arguments(cast: Cast, place: int = 0) -> dict:
    slot = a_slot(cast, place)
    return {
        "location_id": slot.location_id,
        "physician_id": slot.physician_id,
        "starts_at": slot.starts_at,
        "name": "Demo Caller",
        "phone_e164": "+12025550123",
        "email": "caller@example.org",
        "caller_zone": "America/Chicago",
        "secret": f"secret{place}",
    }


def a_call(cast: Cast, place: int = 0) -> int:
    return book_call(by=CALLER, now=cast.now, key=None, **call_arguments(cast, place))


def a_score(cast: Cast, answers=(1,) * 8 + (0,), code: str = "phq9") -> int:
    return record_score(
        by=cast.nurse,
        now=cast.now,
        key=None,
        patient_id=cast.patient.pk,
        instrument_code=code,
        answers=answers,
        occasion=ScoreOccasion.REVIEW,
    )


def a_draft(cast: Cast, **answers) -> int:
    typed = ALL_NO | {"birth_on": "1984-05-27", "phq9": [2] * 8 + [0], "medicines": "", "trials": []} | answers
    return save_intake(by=SYSTEM, now=cast.now, key=None, patient_id=cast.patient.pk, answers=typed)


def an_intake(cast: Cast, **answers) -> int:
    to_stage(cast, Stage.INTAKE_SENT)
    a_draft(cast, **answers)
    return submit_intake(by=SYSTEM, now=cast.now, key=None, patient_id=cast.patient.pk)


def a_screening(cast: Cast, measured: dict[str, float] | None = None, **answers) -> int:
    an_intake(cast, **answers)
    return run_screening(
        by=cast.nurse, now=cast.now, key=None, patient_id=cast.patient.pk, measured=measured or MEASURED
    )


def plan_arguments(cast: Cast, **changes) -> dict:
    return {
        "patient_id": cast.patient.pk,
        "template_code": "depression",
        "mg_per_kg": Decimal("0.5"),
        "minutes": 40,
        "schedule_days": [0, 2, 4, 7, 9, 11],
        "first_on": cast.now.date() + timedelta(days=7),
        "forecast_id": None,
    } | changes


def a_plan(cast: Cast) -> int:
    to_stage(cast, Stage.ELIGIBLE)
    return propose_plan(by=cast.physician, now=cast.now, key=None, **plan_arguments(cast))


def booster_arguments(cast: Cast) -> dict:
    return {
        "patient_id": cast.patient.pk,
        "because": "The last two scores were 14 and 15.",
        "window_from": date(2026, 12, 1),
        "window_to": date(2026, 12, 15),
        "forecast_id": None,
    }


def a_booster(cast: Cast) -> int:
    to_stage(cast, Stage.WATCH)
    return propose_booster(by=SYSTEM, now=cast.now, key=None, **booster_arguments(cast))
