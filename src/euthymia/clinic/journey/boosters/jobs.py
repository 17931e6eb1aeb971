"""Looks after everybody whose course is over, and proposes a booster where the rules speak."""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from euthymia.clinic.foundation.audit.actors import SYSTEM
from euthymia.clinic.foundation.forecasts.acts import forecast_for
from euthymia.clinic.foundation.forecasts.models import Forecast
from euthymia.clinic.foundation.forecasts.service import NoForecast
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.foundation.practice.queries import thresholds
from euthymia.clinic.journey.boosters.acts import propose_booster
from euthymia.clinic.journey.boosters.history import PatientCourse, course_of, history_now
from euthymia.clinic.journey.boosters.models import Booster, BoosterState
from euthymia.clinic.journey.boosters.rules import Proposal, Watch, propose

logger = logging.getLogger("euthymia.boosters")


@dataclass(frozen=True, slots=True)
class Looked:
    """How far one look at the patients came."""

    proposed: int
    failed: int
    last_id: int | None
    """The last patient looked at; None when there was none left."""


def propose_due_boosters(now: datetime, *, after_id: int = 0, limit: int = 50) -> Looked:
    """Propose every booster that is due among the next patients at the watch, in the order of their ids.

    A patient who cannot be reckoned does not keep the others waiting.
    """
    patients = list(Patient.objects.filter(stage=Stage.WATCH, pk__gt=after_id).order_by("pk")[:limit])
    proposed = failed = 0
    for patient in patients:
        try:
            proposed += _propose_if_due(patient, now)
        except Exception:  # noqa: BLE001 - whatever it is, the other patients are looked at
            # The trace may hold scores: only that it happened, and to which row, is written down.
            logger.error("No booster could be reckoned for patient %s", patient.pk)
            failed += 1
    return Looked(proposed, failed, patients[-1].pk if patients else None)


def _propose_if_due(patient: Patient, now: datetime) -> bool:
    proposal, forecast = proposal_for(patient, now)
    if proposal is None:
        return False
    propose_booster(
        by=SYSTEM,
        now=now,
        key=None,
        patient_id=patient.pk,
        because=proposal.because,
        window_from=proposal.window_from,
        window_to=proposal.window_to,
        forecast_id=forecast.pk if forecast else None,
    )
    return True


def proposal_for(patient: Patient, now: datetime) -> tuple[Proposal | None, Forecast | None]:
    """What the rules propose for one patient today, and the forecast that it rests on."""
    course = course_of(patient)
    history = history_now(course, now)
    if history is None or not course.scores:
        return None, None
    try:
        forecast = forecast_for(patient.pk, history, now)
    except NoForecast:
        forecast = None  # the scores still speak
    declined = Booster.objects.filter(patient=patient, state=BoosterState.DECLINED)
    declined_at = declined.values_list("settled_at", flat=True).order_by("settled_at").last()
    watch = _watch(course, forecast, now, declined_at.date() if declined_at else None)
    return propose(watch, thresholds()), forecast


def _watch(course: PatientCourse, forecast: Forecast | None, now: datetime, declined_on: date | None) -> Watch:
    first, last = course.infusions[0].at, course.infusions[-1].at
    before = [value for at, value in course.scores if at <= first + timedelta(hours=1)]
    since = [value for at, value in course.scores if at > first + timedelta(hours=1)]
    baseline = before[-1] if before else course.scores[0][1]
    result = forecast.result if forecast else {"days": [], "chance_response_lost": []}
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
        declined_on=declined_on,
    )
