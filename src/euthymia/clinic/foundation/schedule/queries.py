"""Reads who and what is taken when."""

from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from euthymia.clinic.foundation.schedule.models import Booking, Claim, ResourceKind


def taken_periods(
    kind: ResourceKind, ids: frozenset[int], starts_at: datetime, ends_at: datetime, leaving: Booking | None = None
) -> dict[int, list[tuple[datetime, datetime]]]:
    """For each resource the periods within [starts_at, ends_at) in which it is taken, but for a booking to be moved."""
    claims = Claim.objects.exclude(booking=leaving) if leaving else Claim.objects
    rows = claims.filter(
        resource_kind=kind,
        resource_id__in=ids,
        live=True,
        during__overlap=DateTimeTZRange(starts_at, ends_at),
    ).values_list("resource_id", "during")
    taken: dict[int, list[tuple[datetime, datetime]]] = {i: [] for i in ids}
    for resource_id, during in rows:
        taken[resource_id].append((during.lower, during.upper))
    return taken
