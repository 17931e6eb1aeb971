"""The outbox: a letter is written in the transaction that causes it, and sent once or seen to have failed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from euthymia.clinic.foundation.audit.models import Tracked
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Location


class LetterState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNSURE = "unsure", "Not known whether sent"


class Letter(Tracked):
    """One mail. `once` names what it is about, so that the same thing is never written twice."""

    once = models.CharField(max_length=120, unique=True)
    location = models.ForeignKey(Location, null=True, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT)
    to_email = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    calendar = models.TextField(default="")
    """An iCalendar file to go with it."""
    state = models.CharField(max_length=10, choices=LetterState, default=LetterState.QUEUED)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    """When it was last taken for sending."""
    settled_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state__in=["queued", "sending"]), name="outbox_waiting"),
        ]
