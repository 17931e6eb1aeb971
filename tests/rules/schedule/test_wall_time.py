"""Wall time and instants, across the nights on which the clocks change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.foundation.schedule.rules import (
    WEEKDAYS,
    Opening,
    course_days,
    free_starts,
    is_open,
    localize,
    open_periods,
)

ZONE = "America/New_York"
FALL_BACK, SPRING_FORWARD = date(2026, 11, 1), date(2027, 3, 14)
ALL_NIGHT = Opening(ZONE, {day: [["00:00", "06:00"]] for day in WEEKDAYS})
WORKDAYS = Opening(
    ZONE, {d: [["09:00", "12:00"], ["13:00", "17:00"]] for d in WEEKDAYS[:5]}, frozenset({date(2026, 11, 26)})
)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "wall", "instant"),
    [
        (date(2026, 10, 31), "09:00", at(2026, 10, 31, 13, 0)),
        (FALL_BACK, "00:30", at(2026, 11, 1, 4, 30)),
        (FALL_BACK, "01:30", at(2026, 11, 1, 5, 30)),  # shown twice: the first showing
        (FALL_BACK, "02:00", at(2026, 11, 1, 7, 0)),
        (FALL_BACK, "09:00", at(2026, 11, 1, 14, 0)),
        (SPRING_FORWARD, "01:59", at(2027, 3, 14, 6, 59)),
        (SPRING_FORWARD, "02:00", "no_such_time"),
        (SPRING_FORWARD, "02:30", "no_such_time"),
        (SPRING_FORWARD, "03:00", at(2027, 3, 14, 7, 0)),
        (SPRING_FORWARD, "09:00", at(2027, 3, 14, 13, 0)),
    ],
)
def test_a_wall_time_is_one_instant_or_none(day, wall, instant):
    found = localize(day, wall, ZONE)
    assert (found.code if isinstance(found, Refusal) else found) == instant


@pytest.mark.parametrize(("day", "hours"), [(FALL_BACK, 7), (SPRING_FORWARD, 5), (date(2026, 11, 2), 6)])
def test_a_night_has_the_hours_that_pass_in_it(day, hours):
    ((start, end),) = open_periods(ALL_NIGHT, day)
    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize(("day", "count"), [(FALL_BACK, 14), (SPRING_FORWARD, 10), (date(2026, 11, 2), 12)])
def test_slots_of_such_a_night_neither_overlap_nor_leave_gaps(day, count):
    starts = free_starts(open_periods(ALL_NIGHT, day), [], 30, at(2026, 1, 1))
    assert len(starts) == count
    assert {b - a for a, b in pairwise(starts)} == {timedelta(minutes=30)}


@pytest.mark.parametrize(
    ("day", "open_there"),
    [(date(2026, 11, 25), True), (date(2026, 11, 26), False), (date(2026, 11, 28), False), (SPRING_FORWARD, False)],
    ids=["a Wednesday", "a holiday", "a Saturday", "a Sunday"],
)
def test_closed_days_have_no_periods(day, open_there):
    assert bool(open_periods(WORKDAYS, day)) is open_there


@pytest.mark.parametrize(
    ("start", "minutes", "answer"),
    [
        (at(2026, 11, 23, 14, 0), 20, True),
        (at(2026, 11, 23, 13, 59), 20, False),
        (at(2026, 11, 23, 16, 40), 20, True),
        (at(2026, 11, 23, 16, 41), 20, False),
        (at(2026, 11, 23, 17, 30), 20, False),
        (at(2026, 11, 23, 21, 40), 20, True),
    ],
    ids=["opening", "before", "last of the morning", "into the break", "in the break", "last of the day"],
)
def test_open_means_the_whole_time(start, minutes, answer):
    assert is_open(WORKDAYS, start, start + timedelta(minutes=minutes)) is answer


def test_what_is_taken_or_too_soon_is_not_free():
    periods = [(at(2026, 11, 23, 14), at(2026, 11, 23, 16))]
    taken = [(at(2026, 11, 23, 14, 50), at(2026, 11, 23, 15, 10))]
    # 14:00 is too soon; 14:30 and 15:00 meet what is taken.
    assert free_starts(periods, taken, 30, at(2026, 11, 23, 14, 1)) == [at(2026, 11, 23, 15, 30)]


def test_a_course_passes_over_closed_days_and_never_meets_itself():
    days = course_days(date(2026, 11, 24), [0, 2, 4, 5], WORKDAYS)
    # Thursday is a holiday; day 4 is a Saturday.
    assert days == [date(2026, 11, 24), date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)]


@given(
    first=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    gaps=st.lists(st.integers(1, 20), min_size=1, max_size=12),
)
def test_every_day_of_a_course_is_open_and_later_than_the_one_before(first, gaps):
    offsets = [0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    days = course_days(first, offsets, WORKDAYS)
    assert all(open_periods(WORKDAYS, day) for day in days)
    assert days == sorted(set(days))
    assert all(day >= first + timedelta(days=offset) for day, offset in zip(days, offsets, strict=True))
