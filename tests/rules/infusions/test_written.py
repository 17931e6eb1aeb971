"""Which of two clocks counts: a truth table, and the laws that hold for every pair of clocks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.journey.infusions.written import Slip, apart, written

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
NONE = timedelta(0)


@pytest.mark.parametrize(
    ("why", "slip", "at"),
    [
        ("at once", Slip(NOON - SECOND, NONE, NONE, NOON - 3 * SECOND), NOON),
        ("at once, the server's clock set", Slip(NOON - DAY, NONE, NONE, NOON - DAY, SECOND), NOON),
        ("kept for 20 min", Slip(NOON - 20 * MINUTE, NONE, NONE, NOON - 25 * MINUTE), NOON - 20 * MINUTE),
        ("clock a day behind", Slip(NOON - DAY - 20 * MINUTE, DAY, DAY, NOON - 25 * MINUTE), NOON - 20 * MINUTE),
        ("clock a day ahead", Slip(NOON + DAY - 20 * MINUTE, -DAY, -DAY, NOON - 25 * MINUTE), NOON - 20 * MINUTE),
        (
            "clock set wrong meanwhile",
            Slip(NOON + DAY - 20 * MINUTE, NONE, -DAY, NOON - 25 * MINUTE),
            NOON - 20 * MINUTE,
        ),
        ("wrong only while kept", Slip(NOON + DAY, NONE, NONE, NOON - 25 * MINUTE), NOON),
        ("before the last contact", Slip(NOON - 40 * MINUTE, NONE, NONE, NOON - 25 * MINUTE), NOON),
        ("contact unknown", Slip(NOON - 3 * 60 * MINUTE, NONE, NONE), NOON - 3 * 60 * MINUTE),
        ("contact unknown, a day old", Slip(NOON - DAY, NONE, NONE), NOON),
        ("contact in the future", Slip(NOON - DAY, NONE, NONE, NOON + DAY), NOON),
    ],
)
def test_when_it_counts(why, slip, at):
    times = written(slip, NOON)
    assert (times.at, times.received_at, times.device_at) == (at, NOON, slip.device_at), why


def test_without_a_slip_it_counts_from_its_receipt():
    assert written(None, NOON).at == NOON


def test_never_before_the_patient_came():
    slip = Slip(NOON - 20 * MINUTE, NONE, NONE, NOON - 25 * MINUTE)
    assert written(slip, NOON, not_before=NOON - 5 * MINUTE).at == NOON


@pytest.mark.parametrize(
    ("between", "flagged"), [(NONE, False), (MINUTE, False), (MINUTE + SECOND, True), (-MINUTE - SECOND, True)]
)
def test_more_than_a_minute_apart_is_flagged(between, flagged):
    assert (apart(NOON - between, NOON) is not None) is flagged


seconds = st.integers(-200_000, 200_000).map(lambda s: timedelta(seconds=s))


@given(seconds, seconds, seconds, st.none() | seconds)
def test_whatever_the_clocks_say_it_lies_between_contact_and_receipt(device, ahead, ahead_now, contact):
    slip = Slip(NOON + device, ahead, ahead_now, None if contact is None else NOON + contact)
    times = written(slip, NOON)
    assert times.at <= NOON
    if contact is not None and contact <= NONE:
        assert times.at >= NOON + contact
    assert times.device_at == NOON + device


@given(st.integers(6, 40_000), seconds)
def test_a_clock_that_is_steadily_wrong_changes_nothing(age_s, wrong):
    made = NOON - timedelta(seconds=age_s)
    slip = Slip(made - wrong, wrong, wrong, made - SECOND)
    assert written(slip, NOON).at == made
