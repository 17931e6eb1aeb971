"""What is added to a record after it was signed. Never changed, and each signed by its writer."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from euthymia.clinic.foundation.audit.models import Charted
from euthymia.clinic.foundation.practice.models import Staff


class Meaning(models.TextChoices):
    """What the writer's signature says."""

    ADDS = "adds", "I add this to the record"
    CORRECTS = "corrects", "I correct what is signed"
    REVIEWED = "reviewed", "I have reviewed the record"


class Addendum(Charted):
    """Words added to a signed record, with name, meaning, time, and the fingerprint of what was signed."""

    infusion = models.ForeignKey("infusions.Infusion", on_delete=models.PROTECT, related_name="addenda")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    meaning = models.CharField(max_length=10, choices=Meaning)
    text = models.TextField()
    row = models.ForeignKey("infusions.Vitals", null=True, on_delete=models.PROTECT, related_name="addenda")
    """The signed row that it corrects, where it is one."""
    reason = models.CharField(max_length=300, default="")
    sha256 = models.CharField(max_length=64)
    """Over the record as it was signed, the addenda before this one, and this one."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(text__regex=r"\S"), name="infusions_addendum_in_words"),
            models.CheckConstraint(
                condition=Q(meaning__in=[str(m) for m in Meaning]), name="infusions_addendum_meaning"
            ),
            models.CheckConstraint(
                condition=~Q(meaning="corrects") | Q(reason__regex=r"\S"), name="infusions_addendum_correction_reason"
            ),
            models.CheckConstraint(
                condition=Q(row__isnull=True) | Q(meaning="corrects"), name="infusions_addendum_row_is_corrected"
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="infusions_addendum_sha256"),
        ]
