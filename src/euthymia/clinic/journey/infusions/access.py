"""The door to an infusion: for staff who may see the board of its location; the charted part for clinicians."""

from datetime import datetime
from uuid import UUID

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.readings import may_read, record_reading
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.journey.infusions.models import Infusion
from euthymia.clinic.journey.infusions.queries import infusion_with


def open_infusion(*, by: Actor, now: datetime, ref: UUID, what: str = "board") -> Infusion:
    """One infusion of a location where this person may read `what`."""
    infusion = infusion_with(ref)
    if infusion is None or not may_read(by, what, infusion.location_id):
        raise NotAllowed(what)
    record_reading(
        by=by,
        now=now,
        what=f"infusion.{what}",
        location_id=infusion.location_id,
        patient_id=infusion.patient_id,
        subject=f"infusions.infusion:{infusion.pk}",
    )
    return infusion


def find_infusion(*, by: Actor, ref: UUID, what: str = "board") -> int:
    """Which infusion this is, for an act whose answer shows nothing of it: that is no reading."""
    found = Infusion.objects.filter(ref=ref).values_list("pk", "location_id").first()
    if found is None or not may_read(by, what, found[1]):
        raise NotAllowed(what)
    return found[0]
