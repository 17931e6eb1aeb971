"""Looks after everybody whose course is over, and proposes a booster where the rules speak."""

from datetime import datetime, timedelta

from euthymia.clinic.foundation.audit.actors import SYSTEM
from euthymia.clinic.foundation.forecasts.acts import forecast_for
from euthymia.clinic.foundation.forecasts.models import Forecast
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.foundation.practice.queries import thresholds
from euthymia.clinic.journey.boosters.acts import propose_booster
from euthymia.clinic.journey.boosters.history import PatientCourse, course_of, history_now
from euthymia.clinic.journey.boosters.rules import Proposal, Watch, propose


def propose_due_boosters(now: datetime, limit: int = 50) -> int:
    """Propose every booster that is due, for patients at the watch. Gives how many were proposed."""
    proposed = 0
    for patient in Patient.objects.filter(stage=Stage.WATCH).order_by("id")[:limit]:
        proposal, forecast = proposal_for(patient, now)
        if proposal is None:
            continue
        propose_booster(
            by=SYSTEM,
            now=now,
            key=f"booster {patient.pk} {proposal.window_from:%Y-%m-%d}",
            patient_id=patient.pk,
            because=proposal.because,
            window_from=proposal.window_from,
            window_to=proposal.window_to,
            forecast_id=forecast.pk if forecast else None,
        )
        proposed += 1
    return proposed


def proposal_for(patient: Patient, now: datetime) -> tuple[Proposal | None, Forecast | None]:
    """What the rules propose for one patient today, and the forecast that it rests on."""
    course = course_of(patient)
    history = history_now(course, now)
    if history is None or not course.scores:
        return None, None
    forecast = forecast_for(patient.pk, history, now)
    return propose(_watch(course, forecast, now), thresholds()), forecast


def _watch(course: PatientCourse, forecast: Forecast, now: datetime) -> Watch:
    first, last = course.infusions[0][0], course.infusions[-1][0]
    before = [value for at, value in course.scores if at <= first + timedelta(hours=1)]
    since = [value for at, value in course.scores if at > first + timedelta(hours=1)]
    baseline = before[-1] if before else course.scores[0][1]
    result = forecast.result
    lost = tuple(
        ((first + timedelta(days=day)).date(), float(chance))
        for day, chance in zip(result["days"], result["chance_response_lost"], strict=True)
        if first + timedelta(days=day) >= now
    )
    return Watch(
        today=now.date(),
        last_infusion_on=last.date(),
        baseline=baseline,
        best=min(since, default=baseline),
        scores=tuple((at.date(), value) for at, value in course.scores if at > last),
        chance_lost=lost,
    )
