"""Says amounts of money and moments the way people say them."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo


def dollars(cents: int) -> str:
    """$1,234.00 for 123400 cents; a true minus sign before a negative amount.

    >>> dollars(123400), dollars(-5), dollars(0)
    ('$1,234.00', '−$0.05', '$0.00')
    """
    whole, part = divmod(abs(cents), 100)
    return f"{'−' if cents < 0 else ''}${whole:,}.{part:02d}"


def clock(moment: datetime) -> str:
    """3:05 pm for a moment already in its local zone."""
    return f"{moment.hour % 12 or 12}:{moment.minute:02d} {'am' if moment.hour < 12 else 'pm'}"


def wall_time(instant: datetime, zone: str) -> str:
    """The instant on the clock of that zone, in words: Tue 14 Jul 2026, 3:05 pm.

    >>> from datetime import UTC
    >>> wall_time(datetime(2026, 7, 14, 19, 5, tzinfo=UTC), "America/New_York")
    'Tue 14 Jul 2026, 3:05 pm'
    """
    moment = instant.astimezone(ZoneInfo(zone))
    return f"{moment:%a} {moment.day} {moment:%b %Y}, {clock(moment)}"


def two_clocks(device_at: datetime, received_at: datetime, zone: str) -> str:
    """When the tablet says it was, and when it came; the days are named where they differ.

    >>> from datetime import UTC
    >>> came = datetime(2026, 7, 14, 19, 5, tzinfo=UTC)
    >>> two_clocks(came.replace(hour=18), came, "America/New_York")
    'tablet 2:05 pm, received 3:05 pm'
    """
    here = ZoneInfo(zone)
    if device_at.astimezone(here).date() == received_at.astimezone(here).date():
        return f"tablet {clock(device_at.astimezone(here))}, received {clock(received_at.astimezone(here))}"
    return f"tablet {wall_time(device_at, zone)}, received {wall_time(received_at, zone)}"


def from_now(instant: datetime, now: datetime) -> str:
    """How far the instant is from now: in 4 min, 3 h ago, just now.

    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 7, 14, tzinfo=UTC)
    >>> from_now(now + timedelta(minutes=4), now), from_now(now - timedelta(days=3), now)
    ('in 4 min', '3 days ago')
    """
    seconds = (instant - now).total_seconds()
    size = abs(seconds)
    if size < 45:
        return "just now"
    if size < 59.5 * 60:
        amount = f"{max(1, round(size / 60))} min"
    elif size < 23.5 * 3600:
        amount = f"{round(size / 3600)} h"
    else:
        days = round(size / 86400)
        amount = "1 day" if days == 1 else f"{days} days"
    return f"in {amount}" if seconds > 0 else f"{amount} ago"


def act_words(act: str) -> str:
    """An entry of the audit as people say it: `people.write_note` is Write note."""
    first, *rest = act.split(".")
    words = " ".join(rest).replace("_", " ")
    return f"Looked at {words}" if first == "read" else (words or first).capitalize()


def trial_name(short: str) -> str:
    """A trial's short name as people write it: `Murrough2013b` is Murrough 2013b."""
    return re.sub(r"(?<=[a-z])(?=\d)", " ", short).replace("aanhetRot", "aan het Rot")
