"""One patient's course as the forecast wants it: infusions and scores on days counted from the first infusion."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from euthymia.clinic.foundation.forecasts.service import GivenInfusion, History, TakenScore
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.journey.infusions.given import Given, given_to
from euthymia.clinic.journey.infusions.models import Infusion
from euthymia.clinic.journey.outcomes.models import Score
from euthymia.postgres.prepared import prepared

SCALE = "PHQ-9"
INSTRUMENT = "phq9"
FORECAST_DAYS = 56
"""How far a chart looks ahead."""
SHOWN_DAYS = 400.0
"""How much of a long treatment is shown. All of it is reckoned with."""


@dataclass(frozen=True, slots=True)
class PatientCourse:
    """What was given and what was scored, in time."""

    infusions: tuple[Given, ...]
    scores: tuple[tuple[datetime, float], ...]
    weight_kg: float | None

    @property
    def origin(self) -> datetime | None:
        """Day 0: the first infusion, or the first score where nothing was given yet."""
        if self.infusions:
            return self.infusions[0].at
        return self.scores[0][0] if self.scores else None

    def day(self, at: datetime) -> float:
        """An instant as days from day 0."""
        assert self.origin is not None
        return round((at - self.origin).total_seconds() / 86_400, 3)


@prepared
def _scores_of(patient_id: int) -> QuerySet[Score, tuple[datetime, Decimal | None]]:
    rows = Score.objects.filter(patient=patient_id, instrument=INSTRUMENT, total__isnull=False, corrections=None)
    return rows.order_by("taken_at").values_list("taken_at", "total")


def course_of(patient: Patient, visits: Iterable[Infusion] | None = None) -> PatientCourse:
    """A patient's infusions as given and PHQ-9 scores as taken. `visits`, where the caller has read them already."""
    given, weight_kg = given_to(patient, visits)
    scores = tuple((at, float(total or 0)) for at, total in _scores_of(patient.pk))
    return PatientCourse(tuple(given), scores, weight_kg)


def shown_from(until_day: float) -> float | None:
    """The day from which a forecast is shown; None for all of it. A long treatment is shown by its last year."""
    return until_day - SHOWN_DAYS if until_day > SHOWN_DAYS else None


def history_now(course: PatientCourse, now: datetime, ahead_days: int = FORECAST_DAYS) -> History | None:
    """What the forecast of today rests on; None before anything was given or scored.

    It looks ahead from the last score or infusion, not from the clock: the same facts give the same forecast.
    """
    if course.origin is None or not course.infusions:
        return None
    last = max([course.infusions[-1].at, *(at for at, _ in course.scores)])
    weeks_since = max(0, (now - last).days // 7)
    until_day = float(round(course.day(last)) + 7 * weeks_since + ahead_days)
    return History(
        weight_kg=course.weight_kg or 70.0,
        scale=SCALE,
        infusions=tuple(_asked(course.day(given.at), given) for given in course.infusions),
        scores=tuple(TakenScore(course.day(at), value) for at, value in course.scores),
        until_day=until_day,
        from_day=shown_from(until_day),
    )


def _asked(day: float, given: Given) -> GivenInfusion:
    return GivenInfusion(day, given.dose_mg, given.minutes, given.pieces)


def history_planned(
    course: PatientCourse, *, weight_kg: float, dose_mg: float, minutes: float, starts: list[datetime]
) -> History:
    """What the forecast of a planned course rests on: what was, and what is planned."""
    origin = course.origin if course.infusions else starts[0]
    assert origin is not None

    def day(at: datetime) -> float:
        return round((at - origin).total_seconds() / 86_400, 3)

    past = [_asked(day(given.at), given) for given in course.infusions]
    planned = [GivenInfusion(day(at), dose_mg, minutes) for at in starts]
    until_day = float(round(day(starts[-1] + timedelta(days=FORECAST_DAYS))))
    return History(
        weight_kg=weight_kg,
        scale=SCALE,
        infusions=tuple(past + planned),
        scores=tuple(TakenScore(day(at), value) for at, value in course.scores),
        until_day=until_day,
        from_day=shown_from(until_day),
    )
