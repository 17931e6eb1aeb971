"""Money by rule: entries that sum to zero, estimates and their clocks, refunds, instalments, cancellation fees. Pure.

Integer cents everywhere. A day is a business day when it is neither a Saturday, a Sunday nor the location's holiday.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from euthymia.clinic.foundation.audit.refusals import Refusal


def dollars(cents: int) -> str:
    """Cents as people write them.

    >>> dollars(258000), dollars(-5)
    ('$2,580.00', '-$0.05')
    """
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${whole:,}.{rest:02d}"


def check_entry(lines: Mapping[str, int]) -> Refusal | None:
    """Whether lines (account -> cents, debit above zero) make an entry of a double-entry ledger."""
    moved = [cents for cents in lines.values() if cents]
    if len(moved) < 2:
        return Refusal("entry_one_sided", "An entry moves money between two accounts at least.")
    if sum(moved):
        return Refusal("entry_unbalanced", f"The lines of an entry sum to zero; these sum to {dollars(sum(moved))}.")
    return None


# Business days


def is_business_day(day: date, holidays: frozenset[date]) -> bool:
    """Monday to Friday, and no holiday of the location."""
    return day.weekday() < 5 and day not in holidays


def business_days_after(day: date, count: int, holidays: frozenset[date]) -> date:
    """The date that lies `count` business days after a day; the day itself is not counted."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_business_day(day, holidays)
    return day


def business_days_until(day: date, later: date, holidays: frozenset[date]) -> int:
    """How many business days lie after a day, up to and with a later one."""
    return sum(is_business_day(day + timedelta(days=n), holidays) for n in range(1, (later - day).days + 1))


# The good-faith estimate


@dataclass(frozen=True, slots=True)
class EstimateClocks:
    """The law's clocks, in business days, with the paragraph that sets them."""

    near_from: int
    """A visit booked at least so far ahead starts the short clock."""
    far_from: int
    """A visit booked at least so far ahead starts the long clock."""
    near_due: int
    far_due: int
    asked_due: int
    source: str


ESTIMATE_CLOCKS = EstimateClocks(
    near_from=3, far_from=10, near_due=1, far_due=3, asked_due=3, source="45 CFR 149.610(b)(1)(vi)"
)


def estimate_due_on(
    *,
    started_on: date,
    visit_on: date | None,
    holidays: frozenset[date],
    clocks: EstimateClocks = ESTIMATE_CLOCKS,
) -> date | None:
    """The last day on which the estimate may reach the patient.

    `visit_on` is the day booked; None when the patient asked what it costs. Where both happened, ask twice and take the
    earlier. None where a visit is booked too near for the law to ask for one.
    """
    if visit_on is None:
        return business_days_after(started_on, clocks.asked_due, holidays)
    ahead = business_days_until(started_on, visit_on, holidays)
    if ahead < clocks.near_from:
        return None
    return business_days_after(started_on, clocks.far_due if ahead >= clocks.far_from else clocks.near_due, holidays)


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """One line of an estimate."""

    what: str
    count: int
    each_cents: int
    diagnosis_code: str = ""
    service_code: str = ""


@dataclass(frozen=True, slots=True)
class EstimateContents:
    """What an estimate says."""

    patient_name: str
    born_on: date | None
    lines: tuple[EstimateLine, ...]
    provider_name: str
    provider_npi: str
    provider_tax_number: str
    place: str
    booked_separately: str
    disclaimers: str

    @property
    def total_cents(self) -> int:
        return sum(line.count * line.each_cents for line in self.lines)


def missing_from_estimate(x: EstimateContents) -> tuple[str, ...]:
    """What the law wants on an estimate and this one does not say, in plain words."""
    wanted = (
        ("the patient’s name", bool(x.patient_name.strip())),
        ("the patient’s date of birth", x.born_on is not None),
        ("at least one line with a charge", bool(x.lines)),
        ("a diagnosis code on every line", all(line.diagnosis_code for line in x.lines)),
        ("a service code on every line", all(line.service_code for line in x.lines)),
        ("the provider’s name", bool(x.provider_name.strip())),
        ("the provider’s NPI", bool(x.provider_npi.strip())),
        ("the provider’s tax number", bool(x.provider_tax_number.strip())),
        ("the place of the visit", bool(x.place.strip())),
        ("what is booked separately", bool(x.booked_separately.strip())),
        ("the disclaimers", bool(x.disclaimers.strip())),
    )
    return tuple(words for words, said in wanted if not said)


def covers(issued_on: date, service_on: date) -> bool:
    """Whether an estimate, which may reach 12 months ahead, still covers a visit."""
    return issued_on <= service_on < _months_later(issued_on, 12)


def check_bill(*, billed_cents: int, estimated_cents: int | None, dispute_cents: int) -> Refusal | None:
    """Whether a bill may go out. It stops where the patient could dispute it, until a new estimate stands."""
    if estimated_cents is None:
        return Refusal("no_estimate", "The patient has no estimate. Give one before you bill.")
    above = billed_cents - estimated_cents
    if above < dispute_cents:
        return None
    return Refusal(
        "above_estimate",
        f"This would bill {dollars(billed_cents)}, {dollars(above)} above the estimate of {dollars(estimated_cents)}: "
        f"the patient may dispute {dollars(dispute_cents)} or more. Give a new estimate first.",
    )


# Packages, refunds, instalments


def session_cents(package_cents: int, sessions: int) -> tuple[int, ...]:
    """What each session of a package costs. They sum to the package exactly; the first ones carry the odd cents."""
    each, odd = divmod(package_cents, sessions)
    return tuple(each + (n < odd) for n in range(sessions))


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a shown calculation."""

    what: str
    cents: int


@dataclass(frozen=True, slots=True)
class Refund:
    """What is paid back, with the arithmetic. `owed_cents` is what the patient still owes where it comes out below."""

    steps: tuple[Step, ...]
    refund_cents: int
    owed_cents: int


def refund(
    *, paid_cents: int, contract_cents: tuple[int, ...], delivered: int, fees: tuple[Step, ...]
) -> Refund | Refusal:
    """Paid, less the sessions delivered at the contract's price, less the fees that were disclosed."""
    if paid_cents < 0 or any(fee.cents < 0 for fee in fees):
        return Refusal("amount_negative", "Amounts of a refund are zero or more.")
    if not 0 <= delivered <= len(contract_cents):
        return Refusal("delivered", f"The contract has {len(contract_cents)} sessions, not {delivered}.")
    used = sum(contract_cents[:delivered])
    steps = (
        Step("Paid", paid_cents),
        Step(f"Delivered: {delivered} of {len(contract_cents)} sessions at the contract’s price", -used),
        *(Step(fee.what, -fee.cents) for fee in fees),
    )
    left = sum(step.cents for step in steps)
    return Refund(steps, max(0, left), max(0, -left))


@dataclass(frozen=True, slots=True)
class Instalment:
    due_on: date
    cents: int


def instalments(*, total_cents: int, count: int, first_on: date) -> tuple[Instalment, ...] | Refusal:
    """A plan without interest: a payment a month that sum to the total exactly, on the same day of each month."""
    if count < 1 or total_cents < count:
        return Refusal("instalments", "Give at least one instalment, and at least a cent in each.")
    amounts = session_cents(total_cents, count)
    return tuple(Instalment(_months_later(first_on, n), cents) for n, cents in enumerate(amounts))


def _months_later(day: date, months: int) -> date:
    """The same day some months later, or the last of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# Cancellation


class Outcome(StrEnum):
    """How a booked visit came to nothing."""

    CANCELLED = "cancelled"
    MOVED = "moved"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class CancellationPolicy:
    """A version of the policy. The one that the patient signed rules his booking."""

    version: str
    free_until_hours: int
    fee_cents: int
    in_business_hours: bool = False
    """Whether only the hours of business days count, around the clock."""
    misses_before_prepay: int = 0
    """After so many misses the patient pays ahead; 0 for never."""
    grace_reasons: tuple[str, ...] = ()


def policy_from(version: str, data: Mapping[str, Any]) -> CancellationPolicy:
    """The policy that the practice file's wording carries as data. The file's own check has passed it."""
    return CancellationPolicy(
        version=version,
        free_until_hours=int(data["free_until_hours"]),
        fee_cents=int(data["fee_cents"]),
        in_business_hours=bool(data.get("in_business_hours", False)),
        misses_before_prepay=int(data.get("misses_before_prepay", 0)),
        grace_reasons=tuple(data.get("grace_reasons", ())),
    )


def free_until(policy: CancellationPolicy, visit_at: datetime, zone: str, holidays: frozenset[date]) -> datetime:
    """The last instant at which a visit may be cancelled without a fee."""
    notice = timedelta(hours=policy.free_until_hours)
    if not policy.in_business_hours:
        return visit_at - notice
    end = visit_at.astimezone(UTC)
    day = visit_at.astimezone(ZoneInfo(zone)).date()
    while True:
        start = datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
        if is_business_day(day, holidays):
            if end - start >= notice:
                return end - notice
            notice -= end - start
        end, day = start, day - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fee:
    """What a cancellation costs, and why."""

    cents: int
    because: str


def cancellation_fee(
    policy: CancellationPolicy,
    outcome: Outcome,
    *,
    told_at: datetime,
    visit_at: datetime,
    grace_reason: str = "",
    zone: str,
    holidays: frozenset[date],
) -> Fee | Refusal:
    """What a visit that does not take place costs under the policy that was signed."""
    if grace_reason and grace_reason not in policy.grace_reasons:
        return Refusal("grace_reason", f"Choose one of these reasons: {', '.join(policy.grace_reasons) or 'none'}.")
    if grace_reason:
        return Fee(0, f"Excused: {grace_reason}.")
    if outcome == Outcome.MISSED:
        return Fee(policy.fee_cents, "The visit was missed.")
    last = free_until(policy, visit_at, zone, holidays)
    if told_at <= last:
        return Fee(0, "Told in time.")
    local = last.astimezone(ZoneInfo(zone))
    return Fee(policy.fee_cents, f"Told later than {local:%d %B %Y at %H:%M}.")


def must_prepay(policy: CancellationPolicy, misses: int) -> bool:
    """Whether so many misses mean that the next visit is paid ahead."""
    return 0 < policy.misses_before_prepay <= misses
