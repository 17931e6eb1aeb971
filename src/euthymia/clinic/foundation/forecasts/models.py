"""Forecasts as they were shown: what went in, what came out, by which version of the model."""

from typing import ClassVar

from django.db import models

from euthymia.clinic.foundation.audit.models import Charted
from euthymia.clinic.foundation.people.models import Patient


class Forecast(Charted):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="forecasts")
    at = models.DateTimeField()
    inputs_sha256 = models.CharField(max_length=64)
    inputs = models.JSONField()
    result = models.JSONField()
    """days, median, p05, p25, p75, p95, chances, fade day, effective samples."""
    model_version = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient", "inputs_sha256", "model_version"], name="forecasts_once_per_input"
            ),
        ]
