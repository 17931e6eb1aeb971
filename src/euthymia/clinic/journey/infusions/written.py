"""When something was written down: the tablet's clock and the server's, both kept, and which of them counts.

An entry that was kept without a network is charted at the time when it was written. The tablet's clock may be wrong by
a day; it is put right by how far it was off at the last contact with the server, or else at the contact in which the
entry came. A time that fits neither is not believed: then the entry stands at its receipt, and is flagged.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

FLAG_ABOVE = timedelta(seconds=60)
"""So far apart the tablet's time and the server's may be before the record says so."""
AT_ONCE = timedelta(seconds=5)
"""What comes so soon after it was written stands at its receipt."""
LEEWAY = timedelta(seconds=2)
"""The way of a clock reading through the network."""
WITHOUT_CONTACT = timedelta(hours=12)
"""How far back an entry may reach where the tablet does not know when it last heard the server."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What the tablet says of the time of one entry."""

    device_at: datetime
    """Its clock when the entry was written."""
    ahead: timedelta
    """How far the server's clock was ahead of it at the last contact before."""
    ahead_now: timedelta
    """The same in the contact in which the entry was sent."""
    contact_at: datetime | None = None
    """The server's time at the last contact before the entry."""
    age: timedelta | None = None
    """How long it waited on the tablet, by the tablet's own clock."""


@dataclass(frozen=True, slots=True)
class Written:
    """The times of one row: when it counts, what the tablet's clock said, when the server got it."""

    at: datetime
    received_at: datetime
    device_at: datetime | None = None


def written(slip: Slip | None, received_at: datetime, not_before: datetime | None = None) -> Written:
    """The times of an entry. Without a slip it is charted at its receipt.

    >>> from datetime import UTC
    >>> at_noon = datetime(2026, 7, 14, 12, tzinfo=UTC)
    >>> ahead = timedelta(days=1)
    >>> slip = Slip(at_noon - ahead, ahead, ahead, at_noon - timedelta(minutes=5))
    >>> str(written(slip, at_noon + timedelta(minutes=20)).at)
    '2026-07-14 12:00:00+00:00'
    """
    if slip is None:
        return Written(received_at, received_at)
    if slip.age is not None and timedelta(0) <= slip.age <= AT_ONCE:
        return Written(received_at, received_at, slip.device_at)
    earliest = received_at - WITHOUT_CONTACT
    if slip.contact_at is not None and slip.contact_at <= received_at + LEEWAY:
        earliest = slip.contact_at
    if not_before is not None:
        earliest = max(earliest, not_before)
    for ahead in (slip.ahead, slip.ahead_now) if slip.contact_at is not None else (slip.ahead_now,):
        guess = slip.device_at + ahead
        if earliest - LEEWAY <= guess <= received_at + LEEWAY:
            at = min(max(guess, earliest), received_at)
            return Written(received_at if received_at - at <= AT_ONCE else at, received_at, slip.device_at)
    return Written(received_at, received_at, slip.device_at)


def apart(device_at: datetime | None, received_at: datetime | None) -> timedelta | None:
    """How far the two clocks were apart, where the record must say so; None otherwise."""
    if device_at is None or received_at is None:
        return None
    between = abs(received_at - device_at)
    return between if between > FLAG_ABOVE else None
