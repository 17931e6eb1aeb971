"""Records that someone looked: every reading of a patient's rows is a link of the same chain."""

from datetime import datetime

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.models import Entry
from euthymia.clinic.foundation.audit.permissions import MAY_ACT, MAY_READ


def may_read(by: Actor, what: str, location_id: int | None) -> bool:
    """Whether this person may read this family of pages at this location (any location when none)."""
    return bool(MAY_READ[what] & by.roles_at(location_id))


def may_act(by: Actor, act: str, location_id: int | None) -> bool:
    """Whether this person may do this act at this location, so that a page offers it. The act itself decides."""
    return bool(MAY_ACT[act] & by.roles_at(location_id))


def readable_locations(by: Actor, what: str) -> frozenset[int]:
    """The locations at which this person may read this family of pages."""
    return by.locations(*MAY_READ[what])


def record_reading(
    *, by: Actor, now: datetime, what: str, location_id: int | None, patient_id: int | None, subject: str = ""
) -> None:
    """Write the reading down before what was read is shown."""
    Entry(
        chain=location_id or 0,
        at=now,
        actor=by.mark,
        actor_name=by.name,
        act=f"read.{what}",
        reading=True,
        location_id=location_id,
        patient_id=patient_id,
        subject=subject,
    ).save(force_insert=True)
