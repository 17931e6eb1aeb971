"""One patient of the demo put into the house at once: everything that the path would have written, by one act."""

from datetime import datetime

from euthymia.clinic.demo.enact import Enactment
from euthymia.clinic.demo.lives import Life
from euthymia.clinic.demo.places import Places
from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit


@act
def enact_patient(*, by: Actor, now: datetime, key: str | None, life: Life, places: Places, seed: int) -> int:
    """Write one invented patient with his whole history. For the demonstration alone."""
    permit(location_id=places.location.pk)
    patient = Enactment(life, places, now, seed).write()
    permit(location_id=places.location.pk, patient_id=patient.pk, subject=patient)
    return patient.pk
