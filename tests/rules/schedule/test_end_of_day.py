"""Opening hours that end at midnight."""

from datetime import UTC, date, datetime

import pytest

from euthymia.clinic.foundation.schedule.rules import WEEKDAYS, Opening, localize, open_periods

ZONE = "America/New_York"


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2026, 12, 31), datetime(2027, 1, 1, 5, tzinfo=UTC)),
        (date(2026, 10, 31), datetime(2026, 11, 1, 4, tzinfo=UTC)),
        (date(2027, 3, 14), datetime(2027, 3, 15, 4, tzinfo=UTC)),
    ],
)
def test_24_00_is_the_midnight_that_ends_the_day(day, instant):
    assert localize(day, "24:00", ZONE) == instant


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 11, 1), 25), (date(2027, 3, 14), 23), (date(2026, 12, 1), 24)])
def test_a_place_that_never_closes_is_open_for_the_whole_day(day, hours):
    always = Opening(ZONE, {w: [["00:00", "24:00"]] for w in WEEKDAYS})
    ((start, end),) = open_periods(always, day)
    assert (end - start).total_seconds() == hours * 3600
