"""What was given, as the pump ran: the forecast rests on it and not on what was ordered."""

from datetime import UTC, datetime, timedelta

import pytest

from euthymia.clinic.journey.infusions.dose import Rate
from euthymia.clinic.journey.infusions.given import Given, given_of, pieces_of
from euthymia.clinic.journey.infusions.models import DoseOrder

BEGAN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ORDER = DoseOrder(dose_ug=40_000, minutes=40)
RATE = 1000
"""µg/min: 40 mg in 40 minutes."""


def at(minutes: float) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def given(rates: list[tuple[float, int]], ended_min: float | None) -> Given | None:
    ended_at = None if ended_min is None else at(ended_min)
    return given_of(BEGAN, ended_at, ORDER, [Rate(at(start), rate) for start, rate in rates])


def test_all_of_it_at_one_rate_is_as_ordered_however_late_the_end_was_charted():
    assert given([(0, RATE), (47, 0)], 47) == Given(BEGAN, 40.0, 40.0)


def test_a_rate_that_was_rounded_is_still_all_of_it():
    assert given([(0, 997)], 40) == Given(BEGAN, 40.0, 40.0)


def test_what_runs_is_taken_as_ordered():
    assert given([(0, RATE)], None) == Given(BEGAN, 40.0, 40.0)


def test_an_early_end_is_a_smaller_dose():
    assert given([(0, RATE), (15, 0)], 15) == Given(BEGAN, 15.0, 15.0)


def test_a_pause_and_a_slower_rate_are_kept():
    found = given([(0, RATE), (10, 0), (16, 500), (30, 0)], 30)
    assert found == Given(BEGAN, 17.0, 30.0, ((0.0, 10.0, 60.0), (16.0, 14.0, 30.0)))


def test_nothing_given_is_no_infusion():
    assert given([(0, 0)], 5) is None
    assert given([(0, RATE), (0.01, 0)], 5) is None


def test_while_it_runs_the_last_rate_is_held_until_the_dose_is_in():
    pieces = pieces_of([Rate(at(0), RATE), Rate(at(20), 0), Rate(at(25), 500)], BEGAN, None, 40_000)
    assert pieces == ((0.0, 20.0, 60.0), (25.0, 40.0, 30.0))


@pytest.mark.parametrize("until", [40, 60, 600])
def test_never_more_than_was_ordered(until):
    pieces = pieces_of([Rate(at(0), RATE), Rate(at(20), 0), Rate(at(25), RATE)], BEGAN, at(until), 40_000)
    assert sum(lasted * rate / 60 for _, lasted, rate in pieces) == pytest.approx(min(40.0, until - 5))
