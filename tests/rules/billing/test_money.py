"""Entries, refunds with their arithmetic, instalments, and what a cancellation costs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.foundation.billing.rules import (
    CancellationPolicy,
    Fee,
    Outcome,
    Refund,
    Step,
    cancellation_fee,
    check_entry,
    free_until,
    instalments,
    must_prepay,
    policy_from,
    refund,
    session_cents,
)

ZONE = "America/New_York"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ({"cash": 100, "prepaid": -100}, None),
        ({"cash": 100, "prepaid": -60, "revenue": -40}, None),
        ({"cash": 100, "prepaid": -99}, "entry_unbalanced"),
        ({"cash": 100}, "entry_one_sided"),
        ({"cash": 0, "prepaid": 0}, "entry_one_sided"),
        ({}, "entry_one_sided"),
    ],
)
def test_an_entry_sums_to_zero(lines, code):
    refused = check_entry(lines)
    assert (refused.code if refused else None) == code


@given(st.integers(0, 10**7), st.integers(1, 50))
def test_the_sessions_of_a_package_sum_to_its_price(cents, sessions):
    each = session_cents(cents, sessions)
    assert sum(each) == cents
    assert max(each) - min(each) <= 1


def test_a_refund_shows_its_arithmetic():
    found = refund(
        paid_cents=258000, contract_cents=session_cents(258000, 6), delivered=2, fees=(Step("Late cancellation", 5000),)
    )
    assert found == Refund(
        (
            Step("Paid", 258000),
            Step("Delivered: 2 of 6 sessions at the contract’s price", -86000),
            Step("Late cancellation", -5000),
        ),
        refund_cents=167000,
        owed_cents=0,
    )


@pytest.mark.parametrize(
    ("paid", "delivered", "fee", "back", "owed"),
    [
        (258000, 0, 0, 258000, 0),
        (258000, 6, 0, 0, 0),
        (43000, 2, 0, 0, 43000),
        (0, 0, 0, 0, 0),
        (86000, 2, 5000, 0, 5000),
    ],
)
def test_a_refund_is_never_below_zero(paid, delivered, fee, back, owed):
    found = refund(
        paid_cents=paid, contract_cents=session_cents(258000, 6), delivered=delivered, fees=(Step("Fee", fee),)
    )
    assert isinstance(found, Refund)
    assert (found.refund_cents, found.owed_cents) == (back, owed)
    assert sum(s.cents for s in found.steps) == back - owed


@pytest.mark.parametrize(
    ("paid", "delivered", "fee", "code"),
    [(-1, 0, 0, "amount_negative"), (0, 0, -1, "amount_negative"), (0, 7, 0, "delivered"), (0, -1, 0, "delivered")],
)
def test_a_refund_that_cannot_be(paid, delivered, fee, code):
    found = refund(
        paid_cents=paid, contract_cents=session_cents(258000, 6), delivered=delivered, fees=(Step("Fee", fee),)
    )
    assert isinstance(found, Refusal)
    assert found.code == code


def test_instalments_fall_on_the_same_day_of_each_month():
    found = instalments(total_cents=100_001, count=3, first_on=date(2027, 1, 31))
    assert not isinstance(found, Refusal)
    assert [(i.due_on, i.cents) for i in found] == [
        (date(2027, 1, 31), 33334),
        (date(2027, 2, 28), 33334),
        (date(2027, 3, 31), 33333),
    ]


@pytest.mark.parametrize(("total", "count"), [(100, 0), (2, 3), (0, 1)])
def test_instalments_that_cannot_be(total, count):
    assert isinstance(instalments(total_cents=total, count=count, first_on=date(2027, 1, 1)), Refusal)


HOURS_24 = CancellationPolicy("2026-01", 24, 5000, misses_before_prepay=3, grace_reasons=("illness", "emergency"))
BUSINESS_72 = CancellationPolicy("2026-02", 72, 15000, in_business_hours=True)
# Monday 30 November 2026, 10:00 in New York; Thursday the 26th is a holiday.
VISIT = datetime(2026, 11, 30, 15, tzinfo=UTC)
HOLIDAYS = frozenset({date(2026, 11, 26)})


def fee_of(policy, outcome, told_at, grace=""):
    return cancellation_fee(
        policy, outcome, told_at=told_at, visit_at=VISIT, grace_reason=grace, zone=ZONE, holidays=HOLIDAYS
    )


@pytest.mark.parametrize(
    ("outcome", "hours_before", "grace", "cents"),
    [
        (Outcome.CANCELLED, 24, "", 0),
        (Outcome.CANCELLED, 23.9, "", 5000),
        (Outcome.MOVED, 48, "", 0),
        (Outcome.MOVED, 1, "", 5000),
        (Outcome.CANCELLED, 1, "illness", 0),
        (Outcome.MISSED, -1, "", 5000),
        (Outcome.MISSED, 48, "", 5000),
        (Outcome.MISSED, -1, "emergency", 0),
    ],
)
def test_what_a_cancellation_costs(outcome, hours_before, grace, cents):
    found = fee_of(HOURS_24, outcome, VISIT - timedelta(hours=hours_before), grace)
    assert isinstance(found, Fee)
    assert found.cents == cents
    assert found.because.endswith(".")


def test_a_reason_that_the_policy_does_not_name_is_no_excuse():
    found = fee_of(HOURS_24, Outcome.MISSED, VISIT, "rain")
    assert isinstance(found, Refusal)
    assert "illness" in found.sentence


@pytest.mark.parametrize(
    ("hours", "last"),
    [
        (0, VISIT),
        (10, datetime(2026, 11, 30, 5, tzinfo=UTC)),  # Monday's midnight
        (24, datetime(2026, 11, 27, 15, tzinfo=UTC)),  # Friday 10:00
        (34, datetime(2026, 11, 27, 5, tzinfo=UTC)),
        (72, datetime(2026, 11, 24, 15, tzinfo=UTC)),  # Friday, Wednesday, Tuesday 10:00
    ],
)
def test_business_hours_pass_over_weekend_and_holiday(hours, last):
    assert free_until(CancellationPolicy("v", hours, 1, in_business_hours=True), VISIT, ZONE, HOLIDAYS) == last


def test_business_hours_are_hours_that_pass_when_the_clocks_change():
    # Monday 2 November 2026, the day after the clocks went back: the Sunday between does not count at all.
    visit = datetime(2026, 11, 2, 15, tzinfo=UTC)
    assert free_until(CancellationPolicy("v", 24, 1, in_business_hours=True), visit, ZONE, frozenset()) == datetime(
        2026, 10, 30, 14, tzinfo=UTC
    )


def test_72_business_hours_cost_when_told_on_friday():
    assert fee_of(BUSINESS_72, Outcome.CANCELLED, datetime(2026, 11, 24, 15, tzinfo=UTC)).cents == 0
    late = fee_of(BUSINESS_72, Outcome.CANCELLED, datetime(2026, 11, 27, 15, tzinfo=UTC))
    assert late == Fee(15000, "Told later than 24 November 2026 at 10:00.")


@pytest.mark.parametrize(("misses", "prepay"), [(0, False), (2, False), (3, True), (4, True)])
def test_three_misses_then_payment_ahead(misses, prepay):
    assert must_prepay(HOURS_24, misses) is prepay
    assert must_prepay(BUSINESS_72, misses) is False


def test_the_policy_is_read_from_the_data_of_its_wording():
    data = {
        "free_until_hours": 24,
        "fee_cents": 5000,
        "misses_before_prepay": 3,
        "grace_reasons": ["illness", "emergency"],
    }
    assert policy_from("2026-01", data) == HOURS_24
    assert (
        policy_from("2026-02", {"free_until_hours": 72, "fee_cents": 15000, "in_business_hours": True}) == BUSINESS_72
    )
