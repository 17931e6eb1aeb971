"""Wall time and instants: what a clock on the wall says, and when that is. No clock is read here."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from euthymia.clinic.foundation.audit.refusals import Refusal

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Hours = dict[str, list[list[str]]]
"""Weekday -> list of [from, to) in wall time, "09:00"."""


@dataclass(frozen=True, slots=True)
class Opening:
    """When a place is open: by weekday, but on no holiday."""

    zone: str
    hours: Hours
    holidays: frozenset[date] = frozenset()


def localize(day: date, wall: str, zone: str) -> datetime | Refusal:
    """The instant at which the wall clock of a zone shows this time on this day.

    A time that the clocks skip in spring is refused; one that they show twice in autumn means its first showing.
    """
    hour, minute = (int(part) for part in wall.split(":"))
    if hour == 24:  # midnight at the end of the day, as opening hours write it
        day, hour = day + timedelta(days=1), 0
    local = datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo(zone))
    instant = local.astimezone(UTC)
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        return Refusal(
            "no_such_time", f"On {day:%d %B %Y} the clocks go forward and {wall} does not exist. Choose another time."
        )
    return instant


def after(at: datetime, minutes: int | float) -> datetime:
    """The instant so many minutes later, whatever the clocks on the wall do meanwhile.

    Python adds to a local time by the wall clock; so it is made an instant first.
    """
    return at.astimezone(UTC) + timedelta(minutes=minutes)


def seconds_between(start: datetime, end: datetime) -> float:
    """The seconds that pass from one instant to another; below zero when it lies before."""
    return (end.astimezone(UTC) - start.astimezone(UTC)).total_seconds()


def _edge(day: date, wall: str, zone: str) -> datetime:
    """When a place opens or closes: at a time that the clocks skip, the instant at which they skip it."""
    instant = localize(day, wall, zone)
    if isinstance(instant, datetime):
        return instant
    hour, minute = (int(part) for part in wall.split(":"))
    skipped = datetime.combine(day, time(hour % 24, minute), tzinfo=ZoneInfo(zone)) + timedelta(days=hour // 24)
    late, early = skipped.astimezone(UTC), skipped.replace(fold=1).astimezone(UTC)
    before = early.astimezone(ZoneInfo(zone)).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(ZoneInfo(zone)).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late


def open_periods(opening: Opening, day: date) -> list[tuple[datetime, datetime]]:
    """The periods [from, to) of one day as instants; none on a holiday or a closed day."""
    if day in opening.holidays:
        return []
    periods = []
    for wall_from, wall_to in opening.hours.get(WEEKDAYS[day.weekday()], []):
        start, end = _edge(day, wall_from, opening.zone), _edge(day, wall_to, opening.zone)
        if start < end:
            periods.append((start, end))
    return periods


def is_open(opening: Opening, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a place is open during the whole of [starts_at, ends_at)."""
    day = starts_at.astimezone(ZoneInfo(opening.zone)).date()
    return any(start <= starts_at and ends_at <= end for start, end in open_periods(opening, day))


def free_starts(
    periods: list[tuple[datetime, datetime]],
    taken: list[tuple[datetime, datetime]],
    minutes: int,
    not_before: datetime,
) -> list[datetime]:
    """The starts of whole slots of `minutes` within the periods that meet nothing taken."""
    length = timedelta(minutes=minutes)
    starts = []
    for opens, closes in periods:
        start = opens
        while start + length <= closes:
            if start >= not_before and all(end <= start or start + length <= begin for begin, end in taken):
                starts.append(start)
            start += length
    return starts


def course_days(first: date, schedule_days: list[int], opening: Opening) -> list[date]:
    """The dates of a course: each planned day, or the next open one; never two on one date."""
    days: list[date] = []
    for offset in schedule_days:
        day = first + timedelta(days=offset)
        while not open_periods(opening, day) or (days and day <= days[-1]):
            day += timedelta(days=1)
            if (day - first).days > offset + 60:
                break
        days.append(day)
    return days
