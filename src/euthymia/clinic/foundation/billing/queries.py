"""Reads the ledger."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from euthymia.clinic.foundation.billing.models import LedgerAccount, LedgerEntry, LedgerLine
from euthymia.clinic.foundation.people.models import Patient


def balance_cents(patient: Patient, account: LedgerAccount) -> int:
    """What stands on one account for one patient; debit above zero."""
    rows = LedgerLine.objects.filter(entry__patient=patient, account=account)
    return rows.aggregate(s=Sum("amount_cents"))["s"] or 0


@dataclass(frozen=True, slots=True)
class Statement:
    """One event of money as the patient would say it: what was charged, what was paid."""

    at: datetime
    what: str
    charged_cents: int
    paid_cents: int
    owed_cents: int
    prepaid_cents: int


def statement_of(patient: Patient) -> list[Statement]:
    """A patient's entries with their sums by account, newest first, in one query."""

    def cents(account: LedgerAccount) -> Sum:
        return Sum("lines__amount_cents", filter=Q(lines__account=account), default=0)

    rows = LedgerEntry.objects.filter(patient=patient).annotate(
        revenue=cents(LedgerAccount.REVENUE),
        cash=cents(LedgerAccount.CASH),
        receivable=cents(LedgerAccount.RECEIVABLE),
        prepaid=cents(LedgerAccount.PREPAID),
    )
    listed = rows.order_by("-at", "-id").values_list("at", "what", "revenue", "cash", "receivable", "prepaid")
    return [Statement(at, what, -rev, cash, owed, -pre) for at, what, rev, cash, owed, pre in listed]
