"""The only door to a patient's rows. Absent and not yours are answered alike, and every reading is recorded."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from euthymia.clinic.foundation.audit.actors import Actor, patient_by_link
from euthymia.clinic.foundation.audit.readings import may_read, readable_locations, record_reading
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.people.links import expiry_of, secret_hash
from euthymia.clinic.foundation.people.models import Link, Patient, Task
from euthymia.clinic.foundation.people.queries import FoundPatient, patient_with, patients_named

FOUND_MOST = 20
"""So many patients a search shows."""


def open_patient(*, by: Actor, now: datetime, ref: UUID, what: str = "patient.chart") -> Patient:
    """The patient with this reference, for someone who may read `what` at his location.

    Raises
    ------
    NotAllowed
        When there is none, or none for this person.
    """
    patient = patient_with(ref)
    if patient is None or not may_read(by, what, patient.location_id):
        raise NotAllowed(what)
    record_reading(by=by, now=now, what=what, location_id=patient.location_id, patient_id=patient.pk)
    return patient


def search_patients(*, by: Actor, now: datetime, text: str, limit: int = FOUND_MOST) -> list[FoundPatient]:
    """Patients by name or phone, at the places where this person may read their contact."""
    places = readable_locations(by, "patient.contact")
    if not places:
        raise NotAllowed("patient.contact")
    found = patients_named(text, places, limit)
    record_reading(
        by=by,
        now=now,
        what="patient.search",
        location_id=min(places),
        patient_id=None,
        subject=f"{len(found)} found",
    )
    return found


@dataclass(frozen=True, slots=True)
class Visit:
    """A patient who came by one of our links."""

    link: Link
    patient: Patient
    actor: Actor


def come_by_link(*, now: datetime, secret: str, purpose: str) -> Visit:
    """The patient whom this link was made for, if it is for this purpose and still open.

    Raises
    ------
    NotAllowed
        When there is no such link, or it has expired, was taken back, or is for something else.
    """
    signed_until = expiry_of(secret, purpose)
    if signed_until is None or signed_until <= now:
        raise NotAllowed("link")
    rows = Link.objects.select_related("patient__location")
    link = rows.filter(secret_sha256=secret_hash(secret), purpose=purpose).first()
    if link is None or link.revoked_at is not None or link.expires_at <= now:
        raise NotAllowed("link")
    patient = link.patient
    actor = patient_by_link(patient.pk)
    record_reading(by=actor, now=now, what=f"link.{purpose}", location_id=patient.location_id, patient_id=patient.pk)
    return Visit(link, patient, actor)


def open_task_for(*, by: Actor, now: datetime, task_id: int) -> Task:
    """One task, for staff of its location."""
    task = Task.objects.select_related("patient", "location", "named").filter(pk=task_id).first()
    if task is None or not may_read(by, "board", task.location_id):
        raise NotAllowed("task")
    record_reading(
        by=by,
        now=now,
        what="task",
        location_id=task.location_id,
        patient_id=task.patient_id,
        subject=f"people.task:{task.pk}",
    )
    return task
