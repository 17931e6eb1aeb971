"""When the next vitals are due, and how late they are. Pure: the instants are arguments."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum


class Lateness(StrEnum):
    ON_TIME = "on_time"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Due:
    """The next row of vitals: when it is due, and how late it is now."""

    at: datetime
    lateness: Lateness


FIRST_MINUTES = (0, 5, 10)
"""After the start: at once, after 5 and after 10 minutes; then at the interval that the setting says."""


def next_vitals(
    *,
    now: datetime,
    started_at: datetime,
    ended_at: datetime | None,
    last_at: datetime | None,
    thresholds: dict[str, Decimal],
) -> Due:
    """When the next vitals are due: while it runs at 0, 5, 10, then every 10 min; in recovery every 15 min."""
    # By instants: Python adds to a local time by the wall clock.
    now, started_at = now.astimezone(UTC), started_at.astimezone(UTC)
    ended_at, last_at = ended_at and ended_at.astimezone(UTC), last_at and last_at.astimezone(UTC)
    if ended_at is None:
        every = timedelta(minutes=float(thresholds["chart.every_min"]))
        due_at = _running_due(started_at, last_at, every)
    else:
        every = timedelta(minutes=float(thresholds["chart.recovery_every_min"]))
        due_at = ended_at + every if last_at is None or last_at < ended_at else last_at + every
    late_min = Decimal((now - due_at).total_seconds()) / 60
    if late_min >= thresholds["chart.late_red_min"]:
        return Due(due_at, Lateness.RED)
    if late_min >= thresholds["chart.late_amber_min"]:
        return Due(due_at, Lateness.AMBER)
    return Due(due_at, Lateness.ON_TIME)


def _running_due(started_at: datetime, last_at: datetime | None, every: timedelta) -> datetime:
    """The first planned time that no row has met yet. A row up to two minutes early counts for its time."""
    if last_at is None or last_at < started_at - timedelta(minutes=2):
        return started_at
    for minutes in FIRST_MINUTES:
        planned = started_at + timedelta(minutes=minutes)
        if last_at < planned - timedelta(minutes=2):
            return planned
    return max(last_at + every, started_at + timedelta(minutes=FIRST_MINUTES[-1]))
