"""Estimates, and the double-entry ledger in integer cents."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from euthymia.clinic.foundation.audit.models import Charted
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Location


class Estimate(Charted):
    """A good-faith estimate as it was given. A new version is a new row that names the one it replaces."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="estimates")
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    version = models.PositiveSmallIntegerField()
    issued_at = models.DateTimeField()
    lines = models.JSONField()
    """[{what, service_code, diagnosis_code, on, count, each_cents}]"""
    total_cents = models.PositiveIntegerField()
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "version"], name="billing_estimate_version"),
        ]


class LedgerAccount(models.TextChoices):
    CASH = "cash", "Money received"
    RECEIVABLE = "receivable", "Owed by the patient"
    PREPAID = "prepaid", "Paid ahead: owed to the patient until delivered"
    REVENUE = "revenue", "Earned"
    REFUND = "refund", "Paid back"


class LedgerEntry(Charted):
    """One event of money. Its lines sum to zero, or the database refuses the commit."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="ledger_entries")
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    at = models.DateTimeField()
    what = models.CharField(max_length=200)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT)
    about = models.CharField(max_length=60, default="")
    """What it was for: infusion:12, plan:3."""


class LedgerLine(Charted):
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="lines")
    account = models.CharField(max_length=20, choices=LedgerAccount)
    amount_cents = models.BigIntegerField()
    """Debit above zero, credit below."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(amount_cents=0), name="billing_line_not_zero"),
            models.CheckConstraint(condition=Q(account__in=LedgerAccount.values), name="billing_line_account"),
        ]
