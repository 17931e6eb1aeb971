"""Scores: what patients answered, on instruments that stand in the house verbatim."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from euthymia.clinic.foundation.audit.models import Charted, Tracked
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Location, Staff
from euthymia.clinic.journey.outcomes.instruments import instrument


class ScoreOccasion(models.TextChoices):
    INTAKE = "intake", "Intake"
    BEFORE_INFUSION = "before_infusion", "Before an infusion"
    BETWEEN = "between", "Between visits"
    REVIEW = "review", "Review"


class Score(Charted):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="scores")
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    instrument = models.CharField(max_length=20)
    instrument_version = models.CharField(max_length=40)
    answers = ArrayField(models.PositiveSmallIntegerField(null=True))
    """One per item in order; null where the item was left out."""
    total = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    """Null where too much was left out."""
    prorated = models.BooleanField(default=False)
    taken_at = models.DateTimeField()
    occasion = models.CharField(max_length=20, choices=ScoreOccasion)
    entered_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    """Null when the patient answered himself."""
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    reason = models.CharField(max_length=300, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(reason=""), name="outcomes_correction_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(total__gte=0, total__lte=100), name="outcomes_total_range"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["patient", "instrument", "taken_at"], name="outcomes_course")]

    @property
    def questionnaire(self) -> str:
        """The name of the questionnaire, as clinicians write it."""
        return instrument(self.instrument).name


class ScoreRead(Charted):
    """A clinician has looked at this score."""

    score = models.OneToOneField(Score, on_delete=models.PROTECT, related_name="read")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT)
    at = models.DateTimeField()


class Unread(Tracked):
    """A score that no clinician has looked at yet; gone when one has.

    The board asks for these at every drawing: it must not search all scores for those without a reader.
    """

    score = models.OneToOneField(Score, on_delete=models.PROTECT, related_name="unread")
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
