"""Reads scores as plain values."""

from datetime import datetime
from decimal import Decimal

from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.journey.outcomes.models import Score


def scores_of(patient: Patient) -> list[Score]:
    """Every score of a patient that was not corrected, newest first."""
    rows = Score.objects.filter(patient=patient, corrections=None)
    return list(rows.select_related("read__by", "entered_by").order_by("-taken_at", "-id"))


def totals_of(patient: Patient, instrument: str) -> list[tuple[datetime, Decimal]]:
    """A patient's totals on one questionnaire, in time."""
    rows = Score.objects.filter(patient=patient, instrument=instrument, total__isnull=False, corrections=None)
    return [
        (at, value) for at, value in rows.order_by("taken_at").values_list("taken_at", "total") if value is not None
    ]
