"""When the next vitals are due, and how late they are."""

from datetime import UTC, datetime, timedelta

import pytest

from euthymia.clinic.journey.infusions.vitals_clock import Lateness, next_vitals
from tests.rules.limits import LIMITS

START = datetime(2026, 11, 24, 15, tzinfo=UTC)


def minute(m: float | None) -> datetime | None:
    return None if m is None else START + timedelta(minutes=m)


def due(now: float, last: float | None, ended: float | None = None):
    return next_vitals(
        now=START + timedelta(minutes=now),
        started_at=START,
        ended_at=minute(ended),
        last_at=minute(last),
        thresholds=LIMITS,
    )


@pytest.mark.parametrize(
    ("last", "ended", "next_at"),
    [
        (None, None, 0),
        (-20, None, 0),  # long before the start
        (-1, None, 5),  # the row before the start counts for 0
        (0, None, 5),
        (3, None, 10),  # two minutes early counts for 5
        (5, None, 10),
        (10, None, 20),
        (21, None, 31),
        (38, 40, 55),  # recovery: 15 minutes after the end
        (None, 40, 55),
        (55, 40, 70),
    ],
)
def test_when_the_next_row_is_due(last, ended, next_at):
    assert due(0, last, ended).at == minute(next_at)


@pytest.mark.parametrize(
    ("now", "lateness"),
    [
        (15, Lateness.ON_TIME),
        (20, Lateness.ON_TIME),
        (22.9, Lateness.ON_TIME),
        (23, Lateness.AMBER),
        (25.9, Lateness.AMBER),
        (26, Lateness.RED),
        (90, Lateness.RED),
    ],
)
def test_three_minutes_late_is_amber_and_six_red(now, lateness):
    assert due(now, 10).lateness == lateness
