"""The only door to the drug log: it answers alike for absent and not yours, and records the reading."""

from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.readings import readable_locations, record_reading
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.stock.models import DrugCount, Transfer, VarianceCase, Vial
from euthymia.clinic.foundation.stock.queries import whereabouts

M = TypeVar("M", bound=Model)


def _read(by: Actor, now: datetime, location_ids: set[int], subject: str = "") -> None:
    mine = readable_locations(by, "stock") & location_ids
    if not mine:
        raise NotAllowed("stock")
    record_reading(by=by, now=now, what="stock", location_id=min(mine), patient_id=None, subject=subject)


def _one(rows: QuerySet[M], pk: int) -> M:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotAllowed("stock")
    return found


def open_log(*, by: Actor, now: datetime) -> list[Location]:
    """The locations whose log this person may read."""
    ids = readable_locations(by, "stock")
    _read(by, now, set(ids))
    return list(Location.objects.filter(pk__in=ids))


def open_location(*, by: Actor, now: datetime, location_id: int) -> Location:
    """One location's log."""
    _read(by, now, {location_id}, f"practice.location:{location_id}")
    return Location.objects.get(pk=location_id)


def open_vial(*, by: Actor, now: datetime, vial_id: int) -> tuple[Vial, Location]:
    """A vial and where it is."""
    vial = _one(Vial.objects.select_related("location", "opening__by", "received_by"), vial_id)
    location = Location.objects.get(pk=whereabouts(vial.pk))
    _read(by, now, {location.pk}, f"stock.vial:{vial.pk}")
    return vial, location


def open_transfer(*, by: Actor, now: datetime, transfer_id: int) -> Transfer:
    """A transfer, for those where it was sent from and where it goes."""
    sent = _one(Transfer.objects.select_related("vial", "from_location", "to_location", "sent_by"), transfer_id)
    _read(by, now, {sent.from_location_id, sent.to_location_id}, f"stock.transfer:{sent.pk}")
    return sent


def open_count(*, by: Actor, now: datetime, count_id: int) -> DrugCount:
    """A count as it was written down."""
    count = _one(DrugCount.objects.select_related("location", "by", "witness"), count_id)
    _read(by, now, {count.location_id}, f"stock.drugcount:{count.pk}")
    return count


def open_case(*, by: Actor, now: datetime, case_id: int) -> VarianceCase:
    """A variance case."""
    rows = VarianceCase.objects.select_related(
        "vial", "location", "found_by", "notice_by", "form_by", "closed_by", "line__count"
    )
    case = _one(rows, case_id)
    _read(by, now, {case.location_id}, f"stock.variancecase:{case.pk}")
    return case
