"""When the next vitals are due, at the start, while it runs and in recovery, and when they count as late."""

from datetime import UTC, datetime, timedelta

import pytest

from euthymia.clinic.journey.infusions.vitals_clock import Lateness, next_vitals
from tests.rules.infusions.settings import SETTINGS

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def at(minutes):
    return None if minutes is None else START + timedelta(minutes=minutes)


def due(now, last, ended=None):
    return next_vitals(now=at(now), started_at=START, ended_at=at(ended), last_at=at(last), thresholds=SETTINGS)


@pytest.mark.parametrize(
    ("last", "due_min"),
    [
        (None, 0),
        (-10, 0),
        (-2, 5),  # up to two minutes early counts for its time
        (0, 5),
        (2.9, 5),
        (3, 10),
        (5, 10),
        (7, 10),
        (8, 18),
        (10, 20),
        (23, 33),
    ],
)
def test_while_it_runs(last, due_min):
    assert due(0, last).at == at(due_min)


@pytest.mark.parametrize(
    ("last", "due_min"),
    [(None, 55), (38, 55), (40, 55), (44, 59), (55, 70)],
)
def test_in_recovery(last, due_min):
    assert due(41, last, ended=40).at == at(due_min)


@pytest.mark.parametrize(
    ("now", "lateness"),
    [
        (19, Lateness.ON_TIME),
        (22.9, Lateness.ON_TIME),
        (23, Lateness.AMBER),
        (25.9, Lateness.AMBER),
        (26, Lateness.RED),
        (200, Lateness.RED),
    ],
)
def test_how_late(now, lateness):
    assert due(now, 10).lateness == lateness
