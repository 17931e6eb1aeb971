"""Finds free times for calls, and the calls of a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from euthymia.clinic.foundation.audit.actors import Role
from euthymia.clinic.foundation.practice.models import Location, PostHeld, Practice, Staff
from euthymia.clinic.foundation.practice.queries import practice_for_page
from euthymia.clinic.foundation.schedule.models import ResourceKind
from euthymia.clinic.foundation.schedule.queries import taken_periods
from euthymia.clinic.foundation.schedule.rules import Opening, free_starts, open_periods
from euthymia.clinic.journey.consults.models import Call
from euthymia.clinic.journey.consults.states import CallState
from euthymia.postgres.prepared import prepared


@dataclass(frozen=True, slots=True)
class Slot:
    """A free time of one physician at one location."""

    starts_at: datetime
    physician_id: int
    location_id: int

    @property
    def code(self) -> str:
        """How a form names it: instant, physician, location."""
        return f"{self.starts_at:%Y%m%dT%H%MZ}-{self.physician_id}-{self.location_id}"


def call_minutes() -> int:
    """The length of a free call, from the practice file."""
    return int(Practice.objects.get().call_settings["slot_minutes"])


def free_slots(now: datetime, *, location_id: int | None, days: int | None = None) -> list[Slot]:
    """Free times for calls, soonest first: one physician for each time and location.

    With no location, one for each time: the first physician who is free.
    """
    practice = practice_for_page()
    assert practice is not None
    settings = practice.call_settings
    minutes, ahead = int(settings["slot_minutes"]), days or int(settings["days_ahead"])
    notice = timedelta(minutes=int(settings.get("notice_minutes", 60)))
    posts = [post for post in _physicians() if location_id in (None, post.location_id)]
    found: dict[tuple[datetime, int], Slot] = {}
    taken = taken_periods(
        ResourceKind.STAFF, frozenset(p.staff_id for p in posts), now, now + timedelta(days=ahead + 2)
    )
    for post in posts:
        for start in _starts(post.staff, post.location, now, ahead, minutes, now + notice, taken):
            where = 0 if location_id is None else post.location_id
            found.setdefault((start, where), Slot(start, post.staff_id, post.location_id))
    return [found[at] for at in sorted(found)]


def physician_posts() -> QuerySet[PostHeld]:
    """The posts of physicians who work here now."""
    posts = PostHeld.objects.filter(role=Role.PHYSICIAN, held_to=None)
    return posts.select_related("staff", "location")


@prepared
def _physicians() -> QuerySet[PostHeld]:
    return physician_posts().order_by("location_id", "staff_id")


def offered_starts(post: PostHeld, now: datetime) -> list[datetime]:
    """Every time at which a physician takes calls at a location, taken or not. Those at the next minutes too:
    who was offered one and typed slowly may still have it.
    """
    settings = Practice.objects.get().call_settings
    nothing_taken: dict[int, list[tuple[datetime, datetime]]] = {post.staff_id: []}
    minutes, ahead = int(settings["slot_minutes"]), int(settings["days_ahead"])
    return list(_starts(post.staff, post.location, now, ahead, minutes, now, nothing_taken))


def _starts(
    staff: Staff,
    location: Location,
    now: datetime,
    ahead: int,
    minutes: int,
    not_before: datetime,
    taken: dict[int, list[tuple[datetime, datetime]]],
) -> Iterable[datetime]:
    opening = Opening(location.zone, staff.call_hours, frozenset(location.holidays))
    today = now.astimezone(ZoneInfo(location.zone)).date()
    for offset in range(ahead + 1):
        periods = open_periods(opening, today + timedelta(days=offset))
        yield from free_starts(periods, taken[staff.pk], minutes, not_before)


@prepared
def calls_between(locations: frozenset[int], start: datetime, end: datetime) -> QuerySet[Call]:
    """The calls of a period at these locations, in order of time; cancelled ones left out."""
    rows = Call.objects.filter(
        booking__location_id__any_of=locations,
        booking__live=True,
        booking__starts_at__gte=start,
        booking__starts_at__lt=end,
    ).exclude(state=CallState.CANCELLED)
    rows = rows.select_related("booking__location", "physician").order_by("booking__starts_at")
    shown = ("name", "state", "booking__starts_at", "booking__zone", "booking__location__name", "physician__name")
    return rows.only(*shown)


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """[from, to) of one local day, as instants."""
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    after = day + timedelta(days=1)
    return start, datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(zone))
