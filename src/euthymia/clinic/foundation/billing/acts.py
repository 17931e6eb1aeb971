"""Money: estimates given, payments received, visits charged. Reversals, never edits."""

from datetime import datetime
from typing import Any

from django.db.models import Max

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.billing.models import Estimate, LedgerAccount, LedgerEntry, LedgerLine
from euthymia.clinic.foundation.billing.queries import balance_cents
from euthymia.clinic.foundation.people.models import Patient


def post(
    *,
    patient: Patient,
    at: datetime,
    what: str,
    lines: dict[LedgerAccount, int],
    about: str = "",
    reverses: LedgerEntry | None = None,
) -> LedgerEntry:
    """Write one entry of the ledger within an act. `lines` are cents by account, debit above zero; they sum to zero."""
    entry = LedgerEntry.objects.create(
        patient=patient, location_id=patient.location_id, at=at, what=what, about=about, reverses=reverses
    )
    LedgerLine.objects.bulk_create(
        LedgerLine(entry=entry, account=account, amount_cents=cents) for account, cents in lines.items() if cents
    )
    return entry


@act
def issue_estimate(*, by: Actor, now: datetime, key: str | None, patient_id: int, lines: list[dict[str, Any]]) -> int:
    """Give a patient a good-faith estimate: what, how often, what each costs. A new one replaces the last."""
    patient = Patient.objects.select_for_update().get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    if not lines or any(line["each_cents"] < 0 or line["count"] < 1 for line in lines):
        raise Refused(Refusal("estimate_empty", "An estimate needs at least one line with a price."))
    last = Estimate.objects.filter(patient=patient).order_by("-version").first()
    estimate = Estimate.objects.create(
        patient=patient,
        location_id=patient.location_id,
        version=(Estimate.objects.filter(patient=patient).aggregate(v=Max("version"))["v"] or 0) + 1,
        issued_at=now,
        lines=lines,
        total_cents=sum(line["each_cents"] * line["count"] for line in lines),
        replaces=last,
    )
    return estimate.pk


@act
def record_payment(*, by: Actor, now: datetime, key: str | None, patient_id: int, amount_cents: int, how: str) -> int:
    """Receive money from a patient. It is owed back to him until a visit is delivered."""
    patient = Patient.objects.get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    if amount_cents <= 0:
        raise Refused(Refusal("amount_not_positive", "Enter an amount above zero."), "amount")
    entry = post(
        patient=patient,
        at=now,
        what=f"Payment, {how}",
        lines={LedgerAccount.CASH: amount_cents, LedgerAccount.PREPAID: -amount_cents},
    )
    return entry.pk


@act
def charge_visit(
    *, by: Actor, now: datetime, key: str | None, patient_id: int, amount_cents: int, what: str, about: str
) -> int:
    """Charge a delivered visit: first against what was paid ahead, the rest is owed."""
    patient = Patient.objects.select_for_update().get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    prepaid = min(amount_cents, -balance_cents(patient, LedgerAccount.PREPAID))
    entry = post(
        patient=patient,
        at=now,
        what=what,
        about=about,
        lines={
            LedgerAccount.PREPAID: prepaid,
            LedgerAccount.RECEIVABLE: amount_cents - prepaid,
            LedgerAccount.REVENUE: -amount_cents,
        },
    )
    return entry.pk


@act
def reverse_entry(*, by: Actor, now: datetime, key: str | None, entry_id: int, reason: str) -> int:
    """Undo an entry by its mirror, with a reason."""
    entry = LedgerEntry.objects.select_related("patient").get(pk=entry_id)
    permit(location_id=entry.location_id, patient_id=entry.patient_id, subject=entry)
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why this is reversed."), "reason")
    if LedgerEntry.objects.filter(reverses=entry).exists():
        raise Refused(Refusal("already_reversed", "This entry has already been reversed."))
    mirror = {LedgerAccount(line.account): -line.amount_cents for line in entry.lines.all()}
    return post(patient=entry.patient, at=now, what=f"Reversal: {reason}", lines=mirror, reverses=entry).pk
