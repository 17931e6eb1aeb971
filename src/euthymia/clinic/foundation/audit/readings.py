"""Records that someone looked: every reading of a patient's rows is a link of the same chain."""

from datetime import datetime

from django.db import connection

from euthymia.clinic.foundation.audit.actors import Actor
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
    values = (location_id or 0, now, by.mark, by.name, f"read.{what}", location_id, patient_id, subject)
    with connection.cursor() as cursor:
        cursor.execute(_READING, values)


# Every page writes one, so it goes past the model, which would take as long to make it as PostgreSQL to write it. What
# is empty here is for acts, or is set by the database (guards.sql).
_READING = """
INSERT INTO audit_entry (chain, at, actor, actor_name, act, location_id, patient_id, subject,
                         reading, seq, content_hash, detail, changes, prev_hash, hash)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, true, 0, '', '{}', '[]', '', '')
"""
