"""Intake as the patient typed it, the rules that spoke, and the physician's decision."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from euthymia.clinic.foundation.audit.models import Charted, Tracked
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Staff


class IntakeDraft(Tracked):
    """What has been typed so far, saved at each change, so that it can be gone on with on another device."""

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="intake_draft")
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()


class Intake(Charted):
    """The intake as it was handed in."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="intakes")
    answers = models.JSONField()
    submitted_at = models.DateTimeField()


class Screening(Charted):
    """One run of the rules over one intake: each rule that spoke, with its input, severity and source."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="screenings")
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT)
    at = models.DateTimeField()
    rules_version = models.CharField(max_length=40)
    measured = models.JSONField(default=dict)
    """What the clinician measured or asked beside the intake: blood pressure, weight, height."""
    findings = models.JSONField()
    suggestion = models.CharField(max_length=40)


class EligibilityOutcome(models.TextChoices):
    ELIGIBLE = "eligible", "Eligible"
    WITH_CONDITIONS = "eligible_with_conditions", "Eligible with conditions"
    DEFERRED = "deferred", "Deferred"
    DECLINED = "declined", "Declined"


class Decision(Charted):
    """The physician decides; an override is his signature with a reason, where the rule allows one."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="decisions")
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT)
    outcome = models.CharField(max_length=30, choices=EligibilityOutcome)
    reason = models.TextField()
    overrides = models.JSONField(default=dict)
    """Rule id -> reason."""
    by = models.ForeignKey(Staff, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="screening_decision_has_reason"),
        ]
