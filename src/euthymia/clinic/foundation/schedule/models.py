"""Bookings, and the claims they lay on chairs, staff and patients. The database lets no two claims overlap."""

import uuid
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from euthymia.clinic.foundation.audit.models import Tracked
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Location


class BookingKind(models.TextChoices):
    CALL = "call", "Free call"
    INFUSION = "infusion", "Infusion"


class ResourceKind(models.TextChoices):
    CHAIR = "chair", "Chair"
    STAFF = "staff", "Staff"
    PATIENT = "patient", "Patient"


class Booking(Tracked):
    """A period [starts_at, ends_at) at a location, with the wall time that was agreed on."""

    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=BookingKind)
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="bookings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    local_start = models.CharField(max_length=16)
    """The agreed wall time, 2026-11-24T09:30: what was said stays, whatever the zone's law becomes."""
    zone = models.CharField(max_length=60)
    live = models.BooleanField(default=True)
    """False once moved away or cancelled."""
    ended_reason = models.CharField(max_length=200, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="schedule_booking_period"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["location", "starts_at"], condition=Q(live=True), name="schedule_by_day"),
        ]


class Claim(Tracked):
    """One resource taken for one booking."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="claims")
    resource_kind = models.CharField(max_length=10, choices=ResourceKind)
    resource_id = models.BigIntegerField()
    during = DateTimeRangeField()
    live = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="schedule_nobody_twice",
                expressions=[
                    ("resource_kind", RangeOperators.EQUAL),
                    ("resource_id", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(live=True),
            ),
        ]
