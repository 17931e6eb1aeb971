"""Reads who and what is taken when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q, QuerySet

from euthymia.clinic.foundation.schedule.models import Booking, Claim, ResourceKind
from euthymia.postgres.prepared import prepared

Periods = list[tuple[datetime, datetime]]


@prepared
def _taken(
    chairs: frozenset[int], staff: frozenset[int], patients: frozenset[int], during: DateTimeTZRange, leaving: int
) -> QuerySet[Claim, tuple[str, int, Any]]:
    any_of = Q(resource_kind=ResourceKind.CHAIR, resource_id__any_of=chairs)
    any_of |= Q(resource_kind=ResourceKind.STAFF, resource_id__any_of=staff)
    any_of |= Q(resource_kind=ResourceKind.PATIENT, resource_id__any_of=patients)
    rows = Claim.objects.filter(any_of, live=True, during__overlap=during).exclude(booking_id=leaving)
    return rows.values_list("resource_kind", "resource_id", "during")


def taken_periods(
    kind: ResourceKind, ids: frozenset[int], starts_at: datetime, ends_at: datetime
) -> dict[int, Periods]:
    """For each resource of one kind the periods within [starts_at, ends_at) in which it is taken."""
    return taken_of_kinds({kind: ids}, starts_at, ends_at)[kind]


def taken_of_kinds(
    wanted: Mapping[ResourceKind, frozenset[int]],
    starts_at: datetime,
    ends_at: datetime,
    leaving: Booking | None = None,
) -> dict[ResourceKind, dict[int, Periods]]:
    """For each resource of several kinds the periods in which it is taken, but for a booking that is to be moved."""
    rows = _taken(
        chairs=wanted.get(ResourceKind.CHAIR, frozenset()),
        staff=wanted.get(ResourceKind.STAFF, frozenset()),
        patients=wanted.get(ResourceKind.PATIENT, frozenset()),
        during=DateTimeTZRange(starts_at, ends_at),
        leaving=leaving.pk if leaving else 0,
    )
    taken: dict[ResourceKind, dict[int, Periods]] = {kind: {i: [] for i in ids} for kind, ids in wanted.items()}
    for of_kind, resource_id, during in rows:
        taken[ResourceKind(of_kind)][resource_id].append((during.lower, during.upper))
    return taken
