"""Reads who and what is taken when."""

from collections.abc import Mapping
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from euthymia.clinic.foundation.schedule.models import Booking, Claim, ResourceKind

Periods = list[tuple[datetime, datetime]]


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
    any_of = Q()
    for kind, ids in wanted.items():
        any_of |= Q(resource_kind=kind, resource_id__in=ids)
    claims = Claim.objects.exclude(booking=leaving) if leaving else Claim.objects
    rows = claims.filter(any_of, live=True, during__overlap=DateTimeTZRange(starts_at, ends_at))
    taken: dict[ResourceKind, dict[int, Periods]] = {kind: {i: [] for i in ids} for kind, ids in wanted.items()}
    for of_kind, resource_id, during in rows.values_list("resource_kind", "resource_id", "during"):
        taken[ResourceKind(of_kind)][resource_id].append((during.lower, during.upper))
    return taken
