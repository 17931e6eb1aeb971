"""Reads the ledger."""

from django.db.models import Sum

from euthymia.clinic.foundation.billing.models import LedgerAccount, LedgerEntry, LedgerLine
from euthymia.clinic.foundation.people.models import Patient


def balance_cents(patient: Patient, account: LedgerAccount) -> int:
    """What stands on one account for one patient; debit above zero."""
    rows = LedgerLine.objects.filter(entry__patient=patient, account=account)
    return rows.aggregate(s=Sum("amount_cents"))["s"] or 0


def entries_of(patient: Patient) -> list[LedgerEntry]:
    """A patient's entries with their lines, newest first."""
    rows = LedgerEntry.objects.filter(patient=patient).prefetch_related("lines")
    return list(rows.order_by("-at", "-id"))
