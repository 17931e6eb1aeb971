"""Made-up patients for measurements."""

from __future__ import annotations

from euthymia.model.course import Course
from euthymia.model.forecast import ForecastInput


def busy_patient() -> ForecastInput:
    """Return a patient of twelve infusions and twenty scores, to be followed for 180 days."""
    course = Course.of(dose_mg_per_kg=0.5, minutes=40, days=[0, 2, 4, 7, 9, 11, 30, 50, 70, 90, 110, 130], weight_kg=70)
    values = [19, 12, 9, 8, 7, 9, 10, 8, 7, 11, 9, 8, 9, 10, 8, 7, 6, 8, 9, 10]
    scores = tuple((float(day), float(value)) for day, value in zip(range(0, 100, 5), values, strict=True))
    return ForecastInput(70.0, "PHQ-9", course.infusions, scores, 180.0)
