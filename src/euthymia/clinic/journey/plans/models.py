"""The plan of a course, the physician's signature under it, and the patient's consent."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from euthymia.clinic.foundation.audit.models import Charted, Tracked
from euthymia.clinic.foundation.billing.models import Estimate
from euthymia.clinic.foundation.forecasts.models import Forecast
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import CourseTemplate, Location, Staff, Wording
from euthymia.clinic.journey.plans.states import PLAN_STATE_WORDS, PlanKind, PlanState


class Plan(Tracked):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="plans")
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, choices=[(k, k) for k in PlanKind], default=PlanKind.COURSE)
    template = models.ForeignKey(CourseTemplate, on_delete=models.PROTECT)
    mg_per_kg = models.DecimalField(max_digits=5, decimal_places=3)
    minutes = models.PositiveSmallIntegerField()
    schedule_days = ArrayField(models.PositiveSmallIntegerField())
    first_on = models.DateField()
    estimate = models.ForeignKey(Estimate, null=True, on_delete=models.PROTECT)
    forecast = models.ForeignKey(Forecast, null=True, on_delete=models.PROTECT)
    state = models.CharField(max_length=12, choices=list(PLAN_STATE_WORDS.items()), default=PlanState.PROPOSED)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[PlanState.PROPOSED, PlanState.WITHDRAWN])
                | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="plans_signed_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(mg_per_kg__gt=0, mg_per_kg__lte=2, minutes__gt=0), name="plans_dose_range"
            ),
        ]


class Agreement(Charted):
    """A text that the patient read and signed: which version, its hash, the name typed, the PDF's hash."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="agreements")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="agreements")
    wording = models.ForeignKey(Wording, on_delete=models.PROTECT)
    wording_sha256 = models.CharField(max_length=64)
    typed_name = models.CharField(max_length=200)
    signed_at = models.DateTimeField()
    pdf_sha256 = models.CharField(max_length=64)
    pdf = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "wording"], name="plans_agreement_once"),
        ]
