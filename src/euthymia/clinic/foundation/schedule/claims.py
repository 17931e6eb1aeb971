"""Lays claims on chairs, staff and patients, within an act. The one place where a booking is made or ended.

An exclusion constraint alone lets clients deadlock when many want one slot; so each takes the lock of
(resource, day) first, in one order, and the loser waits, looks, and is told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.schedule.models import Booking, Claim, ResourceKind

_KIND_NUMBER = {ResourceKind.CHAIR: 1, ResourceKind.STAFF: 2, ResourceKind.PATIENT: 3}
_TAKEN = {
    ResourceKind.CHAIR: Refusal("chair_taken", "That chair has just been taken for this time. Choose another."),
    ResourceKind.STAFF: Refusal("staff_taken", "That time has just been taken. Choose another."),
    ResourceKind.PATIENT: Refusal("patient_taken", "The patient already has a visit at this time."),
}


@dataclass(frozen=True, slots=True)
class Resource:
    kind: ResourceKind
    id: int


def lay_claims(booking: Booking, resources: Iterable[Resource]) -> None:
    """Take every resource for the booking's period.

    Raises
    ------
    Refused
        When one is taken; the sentence says which kind.
    """
    wanted = sorted(resources, key=lambda r: (_KIND_NUMBER[r.kind], r.id))
    _lock_days(wanted, booking.starts_at, booking.ends_at)
    during = DateTimeTZRange(booking.starts_at, booking.ends_at)
    for resource in wanted:
        taken = Claim.objects.filter(
            resource_kind=resource.kind, resource_id=resource.id, during__overlap=during, live=True
        ).exists()
        if taken:
            raise Refused(_TAKEN[resource.kind])
        try:
            with transaction.atomic():
                Claim.objects.create(
                    booking=booking, resource_kind=resource.kind, resource_id=resource.id, during=during
                )
        except IntegrityError as clash:
            if "schedule_nobody_twice" not in str(clash):
                raise
            raise Refused(_TAKEN[resource.kind]) from clash


def book(
    *,
    kind: str,
    location: Location,
    starts_at: datetime,
    ends_at: datetime,
    resources: Iterable[Resource],
    patient_id: int | None,
) -> Booking:
    """Make a booking and lay its claims, within an act. Keeps the wall time that was agreed on."""
    zone = ZoneInfo(location.zone)
    booking = Booking.objects.create(
        kind=kind,
        location=location,
        patient_id=patient_id,
        starts_at=starts_at,
        ends_at=ends_at,
        local_start=starts_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
        zone=location.zone,
    )
    lay_claims(booking, resources)
    return booking


def let_go(booking: Booking, reason: str) -> None:
    """End a booking and free what it held, within an act."""
    for claim in booking.claims.filter(live=True):
        claim.live = False
        claim.save(update_fields=["live"])
    booking.live = False
    booking.ended_reason = reason
    booking.save(update_fields=["live", "ended_reason"])


def _lock_days(resources: list[Resource], starts_at: datetime, ends_at: datetime) -> None:
    """Take the lock of each (resource, UTC day) that the period touches, in one order for everybody."""
    first = starts_at.astimezone(UTC).date().toordinal()
    last = (ends_at.astimezone(UTC) - timedelta(microseconds=1)).date().toordinal()
    with connection.cursor() as cursor:
        for resource in resources:
            for day in range(first, last + 1):
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                    [f"claim {_KIND_NUMBER[resource.kind]} {resource.id} {day}"],
                )
