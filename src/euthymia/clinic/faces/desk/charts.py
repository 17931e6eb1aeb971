"""Draws what the desk shows: a patient's course as a curve with its band."""

import math
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from euthymia import drawing
from euthymia.clinic.foundation.forecasts.models import Forecast
from euthymia.clinic.journey.boosters.history import PatientCourse

PHQ9_TOP = 27.0
WIDE, NARROW = 760, 360


def course_figure(
    course: PatientCourse, forecast: Forecast | None, now: datetime, remission: float
) -> dict[str, SafeString]:
    """Scores, infusions and forecast on one axis of days: the wide drawing and the narrow one."""
    if course.origin is None:
        return {}
    known = forecast.pk if forecast else None
    key = (course, known, round(course.day(now)), remission)
    drawn = _drawn.get(key)
    if drawn is None:
        if len(_drawn) >= KEPT_DRAWINGS:
            _drawn.clear()
        drawn = _drawn[key] = _course_figure(course, forecast.result if forecast else None, now, remission)
    return drawn


# The same facts on the same day give the same drawing: kept in this process, as many as a day's patients.
KEPT_DRAWINGS = 400
_drawn: dict[Any, dict[str, SafeString]] = {}


def _course_figure(
    course: PatientCourse, result: dict[str, Any] | None, now: datetime, remission: float
) -> dict[str, SafeString]:
    begins = _begin(result)
    scores = [(course.day(at), value) for at, value in course.scores]
    given = [course.day(given.at) for given in course.infusions]
    chart = drawing.BandChart(
        title="PHQ-9 over time",
        unit="PHQ-9 points, 0-27",
        low=0,
        high=PHQ9_TOP,
        observed=tuple(drawing.Observed(day, value) for day, value in scores if day >= begins),
        band=_band(result),
        now_day=course.day(now),
        infusion_days=tuple(day for day in given if day >= begins),
        references=_references(course, remission),
    )
    return _both(chart)


def plan_figure(
    result: dict[str, Any], infusion_days: list[float], scores: list[tuple[float, float]], remission: float
) -> dict[str, SafeString]:
    """The forecast of a planned course."""
    begins = _begin(result)
    chart = drawing.BandChart(
        title="Forecast of the planned course",
        unit="PHQ-9 points, 0-27",
        low=0,
        high=PHQ9_TOP,
        observed=tuple(drawing.Observed(day, value) for day, value in scores if day >= begins),
        band=_band(result),
        infusion_days=tuple(day for day in infusion_days if day >= begins),
        references=(drawing.Reference(remission, "remission below this"),),
    )
    return _both(chart)


def _both(chart: drawing.BandChart) -> dict[str, SafeString]:
    # Our own drawing escapes every text that goes into it.
    return {
        "svg": mark_safe(str(drawing.band_chart(chart, width=WIDE))),  # noqa: S308 - as said above
        "narrow": mark_safe(str(drawing.band_chart(chart, width=NARROW))),  # noqa: S308 - as said above
    }


def _begin(result: dict[str, Any] | None) -> float:
    """The first day of the picture: of a long treatment only the last year is drawn."""
    return float(result["days"][0]) if result else -math.inf


def _band(result: dict[str, Any] | None) -> tuple[drawing.BandDay, ...]:
    if result is None:
        return ()
    columns = (result[name] for name in ("days", "p05", "p25", "median", "p75", "p95"))
    return tuple(
        drawing.BandDay(day, low_90, low_50, median, high_50, high_90)
        for day, low_90, low_50, median, high_50, high_90 in zip(*columns, strict=True)
    )


def _references(course: PatientCourse, remission: float) -> tuple[drawing.Reference, ...]:
    references = [drawing.Reference(remission, "remission below this")]
    before = [v for at, v in course.scores if not course.infusions or at <= course.infusions[0].at]
    if before:
        references.append(drawing.Reference(before[-1] / 2, "half of the baseline"))
    return tuple(references)
