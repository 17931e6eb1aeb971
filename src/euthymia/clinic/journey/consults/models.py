"""The free phone call: who will be called, by whom, what was said, and how it ended."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from euthymia.clinic.foundation.audit.models import Tracked
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Staff
from euthymia.clinic.foundation.schedule.models import Booking
from euthymia.clinic.journey.consults.states import CALL_STATE_WORDS, CallState


class Call(Tracked):
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="call")
    """The booking in force; a moved call gets a new one."""
    physician = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="calls")
    name = models.CharField(max_length=200)
    phone_e164 = models.CharField(max_length=20)
    email = models.EmailField()
    caller_zone = models.CharField(max_length=60)
    """The caller's own zone, in which his times are said."""
    state = models.CharField(max_length=20, choices=list(CALL_STATE_WORDS.items()), default=CallState.BOOKED)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    """Of the link by which the caller moves or cancels."""
    sheet = models.JSONField(default=dict)
    disposition = models.CharField(max_length=30, default="")
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="calls")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state=CallState.DONE) | (~Q(disposition="") & Q(finished_by__isnull=False)),
                name="consults_done_has_disposition",
            ),
        ]
