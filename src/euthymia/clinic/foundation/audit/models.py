"""The audit: one hash chain a location, and the two kinds of rows that it watches over."""

from typing import ClassVar

from django.db import models


class ChainHead(models.Model):
    """The last link of each chain. Written by the trigger alone."""

    chain = models.IntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")


class Entry(models.Model):
    """One act or one reading: who, what, whom, where, and every row that it changed.

    `seq`, `changes`, `prev_hash` and `hash` are set by the database (guards.sql), never by the program.
    """

    chain = models.IntegerField()
    seq = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=200)
    act = models.CharField(max_length=80)
    reading = models.BooleanField(default=False)
    location_id = models.BigIntegerField(null=True)
    patient_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=80, default="")
    key = models.CharField(max_length=80, null=True, unique=True)
    content_hash = models.CharField(max_length=64, default="")
    answer = models.JSONField(null=True)
    detail = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    prev_hash = models.CharField(max_length=64, default="")
    hash = models.CharField(max_length=64, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chain", "seq"], name="audit_one_place_in_chain"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["patient_id", "-id"], name="audit_by_patient"),
        ]


class Watched(models.Model):
    """Base of every table of the house. Each concrete one is Charted or Tracked.

    The triggers in guards.sql are put on after each migration, so that none can be forgotten: they note
    every changed row for the audit entry, and refuse a commit in which a row changed without one.
    """

    class Meta:
        abstract = True


class Charted(Watched):
    """A row that is never changed: a correction is a new row with a reason, pointing to the old one."""

    class Meta(Watched.Meta):
        abstract = True


class Tracked(Watched):
    """A row that changes state: the audit keeps what stood there before."""

    class Meta(Watched.Meta):
        abstract = True
