"""Patients, the links they come by, notes about them, and the tasks they give the staff."""

import uuid
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from euthymia.clinic.foundation.audit.models import Charted, Tracked
from euthymia.clinic.foundation.people.rules import Stage, TaskKind, spoken_name
from euthymia.clinic.foundation.practice.models import Location, Staff


class Patient(Tracked):
    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    """The only name of a patient that stands in a URL."""
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    folded_name = models.CharField(max_length=220)
    """Both names folded for search and sorting: the database has no language of its own."""
    birth_on = models.DateField(null=True)
    sex = models.CharField(max_length=10, default="")
    phone_e164 = models.CharField(max_length=20, default="")
    email = models.EmailField(default="")
    may_text = models.BooleanField(default=False)
    may_leave_voicemail = models.BooleanField(default=False)
    stage = models.CharField(max_length=30, default=Stage.LEAD, choices=[(s, s) for s in Stage])
    condition = models.CharField(max_length=80, default="")
    psychiatrist_name = models.CharField(max_length=200, default="")
    psychiatrist_contact = models.CharField(max_length=300, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(stage__in=[str(s) for s in Stage]), name="people_stage"),
        ]
        indexes: ClassVar = [
            GinIndex(OpClass(Upper("folded_name"), name="gin_trgm_ops"), name="people_name_trigram"),
            models.Index(fields=["location", "folded_name"], name="people_by_name"),
            models.Index(fields=["location", "stage"], name="people_by_stage"),
            models.Index(fields=["phone_e164"], name="people_by_phone"),
        ]

    @property
    def name(self) -> str:
        """The name as people say it."""
        return spoken_name(self.given_name, self.family_name)


class LinkPurpose(models.TextChoices):
    INTAKE = "intake", "Before your first visit"
    AGREEMENT = "agreement", "Read and sign"
    SCORES = "scores", "How you have been"
    CALL = "call", "Your phone call"
    HELP = "help", "Your button"
    BEFORE = "before", "Before your visit"
    AFTER = "after", "After your visit"


class Link(Tracked):
    """Opens one thing, for a time, without a log-in. Only a hash of its secret is kept."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="links")
    purpose = models.CharField(max_length=20, choices=LinkPurpose)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    """When what it asked for was handed in."""
    about = models.CharField(max_length=60, default="")
    """What it is about, where there may be several: plan:3."""


class Note(Charted):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT)
    text = models.TextField()
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=300, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(reason=""), name="people_correction_has_reason"
            ),
        ]


class Task(Tracked):
    """Something that a person must do by a time. What is late comes to the top of the board by itself."""

    kind = models.CharField(max_length=40, choices=[(k, k) for k in TaskKind])
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT)
    what = models.CharField(max_length=300)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    named = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    """The person who answers for it, where one is named."""
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.TextField(default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["location", "due_at"], condition=Q(done_at=None), name="people_open_tasks"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(done_by__isnull=False), name="people_task_done_by"
            ),
        ]
