"""The door to calls: for the desk at the call's location, and for the caller by his link."""

from datetime import datetime

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.readings import may_read, readable_locations, record_reading
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.people.links import secret_hash
from euthymia.clinic.journey.consults.models import Call
from euthymia.clinic.journey.consults.queries import calls_between


def open_call(*, by: Actor, now: datetime, call_id: int) -> Call:
    """One call with its sheet, for staff of its location."""
    call = (
        Call.objects.select_related("booking__location", "physician", "patient", "finished_by")
        .filter(pk=call_id)
        .first()
    )
    if call is None or not may_read(by, "call", call.booking.location_id):
        raise NotAllowed("call")
    record_reading(
        by=by,
        now=now,
        what="call",
        location_id=call.booking.location_id,
        patient_id=call.patient_id,
        subject=f"consults.call:{call.pk}",
    )
    return call


def list_calls(*, by: Actor, now: datetime, start: datetime, end: datetime) -> list[Call]:
    """The calls of a period at all places where this person takes part in calls."""
    places = readable_locations(by, "call")
    if not places:
        raise NotAllowed("call")
    record_reading(by=by, now=now, what="call.list", location_id=min(places), patient_id=None)
    return calls_between(places, start, end)


def call_by_secret(secret: str) -> Call:
    """The caller's own call, by the secret in his link."""
    digest = secret_hash(secret)
    call = Call.objects.select_related("booking__location", "physician").filter(secret_sha256=digest).first()
    if call is None:
        raise NotAllowed("call")
    return call
