"""Every time zone, every change of its clocks from 2026 to 2035: 40 minutes are 40 minutes, and no time is impossible.

What the clocks show is found by looking at them at every instant around a change, not by the rules under test.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.foundation.schedule.rules import (
    WEEKDAYS,
    Opening,
    after,
    free_starts,
    is_open,
    localize,
    open_periods,
)
from euthymia.clinic.journey.infusions.dose import Rate, check_fresh, given_ug
from euthymia.clinic.journey.infusions.leaving import CHECKLIST, Leaving, check_leaving
from euthymia.clinic.journey.infusions.vitals_clock import Lateness, next_vitals
from tests.rules.limits import LIMITS

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
STEP, AROUND = timedelta(minutes=15), timedelta(hours=4)
LOOK = timedelta(days=3)
ALWAYS = {day: [["00:00", "24:00"]] for day in WEEKDAYS}
MINUTE = timedelta(minutes=1)


def changes_of(zone: str) -> tuple[datetime, ...]:
    """The instants at which a zone's clocks change, by looking every three days and halving."""
    clock = ZoneInfo(zone)
    found, at, shown = [], FIRST, FIRST.astimezone(clock).utcoffset()
    while at < LAST:
        then = at + LOOK
        offset = then.astimezone(clock).utcoffset()
        if offset != shown:
            low, high = at, then
            while high - low > MINUTE:
                middle = low + (high - low) // 2 // MINUTE * MINUTE
                low, high = (middle, high) if middle.astimezone(clock).utcoffset() == shown else (low, middle)
            found.append(high)
        at, shown = then, offset
    return tuple(found)


@cache
def zones() -> dict[str, tuple[datetime, ...]]:
    """Zone -> its changes. Zones whose clocks agree throughout stand there once."""
    kinds: dict[object, str] = {}
    changes = {}
    for zone in sorted(available_timezones() - {"localtime"}):
        at = changes_of(zone)
        kind = (FIRST.astimezone(ZoneInfo(zone)).utcoffset(), at, tuple(t.astimezone(ZoneInfo(zone)) for t in at))
        if kinds.setdefault(tuple(map(str, kind)), zone) == zone:
            changes[zone] = at
    return changes


def all_changes() -> Iterator[tuple[str, datetime]]:
    for zone, changes in zones().items():
        for at in changes:
            yield zone, at


def instants(at: datetime) -> list[datetime]:
    """Every quarter of an hour around a change."""
    return [at - AROUND + STEP * n for n in range(2 * (AROUND // STEP) + 1)]


def test_there_is_something_to_look_at():
    assert len(available_timezones()) > 400
    assert len(zones()) > 50
    assert sum(1 for _ in all_changes()) > 500
    assert len(zones()["America/New_York"]) == 20
    assert zones()["America/New_York"][0] == datetime(2026, 3, 8, 7, tzinfo=UTC)


def test_a_wall_time_is_the_first_instant_that_shows_it_or_refused_with_a_sentence():
    skipped = twice = 0
    for zone, change in all_changes():
        shown = defaultdict(list)
        for at in instants(change):
            shown[at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)].append(at)
        wall, last = min(shown), max(shown)
        while wall <= last:
            found = localize(wall.date(), f"{wall:%H:%M}", zone)
            if wall in shown:
                assert found == shown[wall][0], (zone, wall)
                twice += len(shown[wall]) - 1
            else:
                assert isinstance(found, Refusal), (zone, wall)
                assert found.sentence.endswith(f"{wall:%H:%M} does not exist. Choose another time.")
                skipped += 1
            wall += STEP
    assert skipped
    assert twice


def test_a_visit_lasts_as_long_as_it_is_booked_for():
    for zone, change in all_changes():
        opening = Opening(zone, ALWAYS)
        for start in instants(change)[::2]:
            local = start.astimezone(ZoneInfo(zone))
            end = after(local, 120)
            assert end == start + timedelta(minutes=120), (zone, start)
            same_day = (end - MINUTE).astimezone(ZoneInfo(zone)).date() == local.date()
            assert is_open(opening, local, end) is same_day, (zone, start)


def test_times_offered_follow_each_other_without_gap_and_fill_the_day():
    for zone, change in all_changes():
        opening = Opening(zone, ALWAYS)
        day = change.astimezone(ZoneInfo(zone)).date()
        periods = [p for d in (day - timedelta(days=1), day, day + timedelta(days=1)) for p in open_periods(opening, d)]
        assert len(periods) == 3, (zone, day)
        assert all(before[1] == following[0] for before, following in pairwise(periods)), (zone, day)
        shift = _offset(zone, periods[0][0]) - _offset(zone, periods[-1][1])
        assert periods[-1][1] - periods[0][0] == timedelta(days=3) + shift, (zone, day)
        for period in periods:
            starts = free_starts([period], [], 40, FIRST)
            assert starts[0] == period[0]
            assert {b - a for a, b in pairwise(starts)} == {timedelta(minutes=40)}, (zone, day)
            assert timedelta(0) <= period[1] - starts[-1] - timedelta(minutes=40) < timedelta(minutes=40)


def _offset(zone: str, at: datetime) -> timedelta:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset


@pytest.mark.parametrize("before_min", [0, 1, 20, 39, 40])
def test_an_infusion_of_40_minutes_gives_its_dose_in_40_minutes(before_min):
    for zone, change in all_changes():
        started = (change - timedelta(minutes=before_min)).astimezone(ZoneInfo(zone))
        rates = [Rate(started, 1_000)]
        for minutes in (0, 1, 20, 39, 40):
            local = after(started, minutes).astimezone(ZoneInfo(zone))
            assert given_ug(rates, local, 40_000) == minutes * 1_000, (zone, change, minutes)
        paused = [*rates, Rate(after(started, 10).astimezone(ZoneInfo(zone)), 0)]
        assert given_ug(paused, after(started, 40).astimezone(ZoneInfo(zone)), 40_000) == 10_000, (zone, change)


def test_vitals_rest_and_order_wait_by_instants():
    late_min, wait_min = int(LIMITS["chart.late_amber_min"]), int(LIMITS["discharge.wait_min"])
    stands_min = int(LIMITS["dose.order_stands_min"])
    for zone, change in all_changes():
        began = (change - timedelta(minutes=7)).astimezone(ZoneInfo(zone))

        def at(minutes: float, began: datetime = began, zone: str = zone) -> datetime:
            return after(began, minutes).astimezone(ZoneInfo(zone))

        for now, lateness in ((at(10 + late_min - 0.1), Lateness.ON_TIME), (at(10 + late_min), Lateness.AMBER)):
            due = next_vitals(now=now, started_at=began, ended_at=None, last_at=at(5), thresholds=LIMITS)
            assert (due.at, due.lateness) == (at(10).astimezone(UTC), lateness), (zone, change)
        assert leaving(began, at(wait_min)) is None, (zone, change)
        assert leaving(began, at(wait_min - 0.1)) == "too_early", (zone, change)
        assert check_fresh(began, at(stands_min), LIMITS) is None, (zone, change)
        assert check_fresh(began, at(stands_min + 0.1), LIMITS) is not None, (zone, change)


def leaving(ended_at: datetime, now: datetime) -> str | None:
    charted = Leaving(
        now=now,
        ended_at=ended_at,
        aldrete=10,
        mpadss=10,
        checked={item: True for item, _ in CHECKLIST},
        systolic_mmhg=120,
        baseline_systolic_mmhg=120,
        left_ul=0,
    )
    found = check_leaving(charted, {k: Decimal(v) for k, v in LIMITS.items()})
    return found[0].code if found else None
