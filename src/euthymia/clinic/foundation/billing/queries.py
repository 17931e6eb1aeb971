"""Reads the ledger."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet, Sum

from euthymia.clinic.foundation.billing.models import LedgerAccount, LedgerLine
from euthymia.clinic.foundation.people.models import Patient
from euthymia.postgres.prepared import prepared


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


@prepared
def _lines_of(patient_id: int) -> QuerySet[LedgerLine, tuple[int, datetime, str, str, int]]:
    lines = LedgerLine.objects.filter(entry__patient=patient_id).order_by("-entry__at", "-entry_id")
    return lines.values_list("entry_id", "entry__at", "entry__what", "account", "amount_cents")


def statement_of(patient: Patient) -> list[Statement]:
    """A patient's entries with their sums by account, newest first, in one query."""
    statement = []
    for (_, at, what), of_entry in groupby(_lines_of(patient.pk), key=lambda line: line[:3]):
        sums = dict.fromkeys(LedgerAccount.values, 0)
        for *_, account, amount_cents in of_entry:
            sums[account] += amount_cents
        statement.append(
            Statement(
                at,
                what,
                charged_cents=-sums[LedgerAccount.REVENUE],
                paid_cents=sums[LedgerAccount.CASH],
                owed_cents=sums[LedgerAccount.RECEIVABLE],
                prepaid_cents=-sums[LedgerAccount.PREPAID],
            )
        )
    return statement
