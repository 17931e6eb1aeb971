"""The watch after a course: when the effect fades, a booster is proposed, signed or declined."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from euthymia.clinic.foundation.audit.models import Tracked
from euthymia.clinic.foundation.forecasts.models import Forecast
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Location, Staff
from euthymia.clinic.journey.plans.models import Plan


class BoosterState(models.TextChoices):
    PROPOSED = "proposed", "Proposed"
    SIGNED = "signed", "Signed"
    DECLINED = "declined", "Declined"


class Booster(Tracked):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="boosters")
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    state = models.CharField(max_length=10, choices=BoosterState, default=BoosterState.PROPOSED)
    because = models.TextField()
    """The reason in words, with the figures it rests on."""
    window_from = models.DateField()
    window_to = models.DateField()
    price_cents = models.PositiveIntegerField()
    forecast = models.ForeignKey(Forecast, null=True, on_delete=models.PROTECT)
    proposed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT)
    settled_reason = models.TextField(default="")
    plan = models.OneToOneField(Plan, null=True, on_delete=models.PROTECT, related_name="booster")
    """The plan it became when signed."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(window_to__gt=F("window_from")), name="boosters_window"),
            models.UniqueConstraint(fields=["patient"], condition=Q(state="proposed"), name="boosters_one_proposed"),
        ]
