"""Where and when the demo's visits take place: chairs and nurses that are never taken twice."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from euthymia.clinic.foundation.practice.models import Chair, Location, Staff
from euthymia.clinic.foundation.schedule.rules import Opening, open_periods
from euthymia.clinic.foundation.stock.models import Vial

FULL = 10_000
HOURS = (8, 10, 12, 14)
"""Whole visits of two hours begin at these hours; on a short day only the first two."""


@dataclass(frozen=True)
class Spot:
    """A place in a day: when, in which chair, with which nurse."""

    starts_at: datetime
    chair: Chair
    nurse: Staff


@dataclass
class Places:
    """One location with its people; hands out spots."""

    location: Location
    chairs: list[Chair]
    nurses: list[Staff]
    physician: Staff
    used: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    vials: int = 0
    """How many vials the demo has taken in here."""
    open_vial: tuple[Vial, int] | None = None
    """The vial in use, and how many microlitres it still holds."""

    def spot(self, day: date, step: int = 1, *, but: Collection[date] = ()) -> Spot:
        """The next free spot on this day, or on the first open day after it (before it with `step=-1`).

        `but` are days that the patient has a visit on already: holidays can push two visits onto one day.
        """
        opening = Opening(self.location.zone, self.location.hours, frozenset(self.location.holidays))
        while True:
            periods = open_periods(opening, day)
            slots = (4 if day.weekday() < 4 else 2) * len(self.nurses) if periods else 0
            taken = self.used[day]
            if taken < slots and day not in but:
                self.used[day] += 1
                hour = HOURS[taken // len(self.nurses)]
                start = max(
                    datetime.combine(day, time(hour), tzinfo=ZoneInfo(self.location.zone)),
                    periods[0][0] + timedelta(hours=2 * (taken // len(self.nurses))),
                )
                which = taken % len(self.nurses)
                return Spot(start, self.chairs[which], self.nurses[which])
            day += timedelta(days=step)

    def close(self, day: date) -> None:
        """Keep a day free of further spots: today's board is laid out by hand."""
        self.used[day] = FULL


def places_of(location: Location) -> Places:
    """A location with its chairs, nurses and physician."""
    held = list(location.posts.select_related("staff").order_by("staff_id"))
    return Places(
        location=location,
        chairs=list(location.chairs.all()),
        nurses=[p.staff for p in held if p.role == "nurse"],
        physician=next(p.staff for p in held if p.role == "physician"),
    )
