"""Finds patients and tasks. Callers have been let in by access.py."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from euthymia.clinic.foundation.people.models import Note, Patient, Task
from euthymia.clinic.foundation.people.rules import fold
from euthymia.clinic.foundation.practice.queries import locations_for_page
from euthymia.postgres.prepared import prepared


@dataclass(frozen=True, slots=True)
class FoundPatient:
    """A patient as a search shows him, and no more."""

    ref: UUID
    given_name: str
    family_name: str
    birth_on: date | None
    location: str


@prepared
def _with_ref(ref: UUID) -> QuerySet[Patient]:
    return Patient.objects.filter(ref=ref).select_related("location")


def patient_with(ref: UUID) -> Patient | None:
    """The patient with this reference, and his location."""
    return _with_ref.first(ref)


def patients_named(text: str, locations: frozenset[int], limit: int) -> list[FoundPatient]:
    """Patients whose name holds every word typed, or whose phone ends with the digits typed.

    Filters first and sorts after: the planner would walk the name index past every patient otherwise.
    """
    digits = re.sub(r"\D", "", text)
    words = fold(text).split()
    if not words:
        return []
    named = Q()
    for word in words:
        named &= Q(folded_name__icontains=word)
    if len(digits) >= 4:
        named |= Q(phone_e164__endswith=digits)
    rows = Patient.objects.filter(named, location_id__in=locations).values_list(
        "folded_name", "ref", "given_name", "family_name", "birth_on", "location_id"
    )
    found = sorted(rows[: limit * 3], key=itemgetter(0))[:limit]
    places = {place.pk: place.name for place in locations_for_page()}
    return [
        FoundPatient(ref, given, family, born, places.get(place, "")) for _, ref, given, family, born, place in found
    ]


FIRST_TASKS, MOST_TASKS = 50, 200
"""So many are shown beside other things, and on the page of the tasks."""


def _open_tasks(**where: Any) -> QuerySet[Task]:
    rows = Task.objects.filter(**where, done_at=None)
    shown = ("what", "due_at", "patient__given_name", "patient__family_name", "location__name", "named__name")
    return rows.select_related("patient", "named", "location").only(*shown).order_by("due_at")


@prepared
def first_tasks(locations: frozenset[int]) -> QuerySet[Task]:
    """What is to be done first, the longest overdue on top."""
    return _open_tasks(location_id__any_of=locations)[:FIRST_TASKS]


def open_tasks(locations: frozenset[int]) -> list[Task]:
    """What is still to be done, the longest overdue first."""
    return list(_open_tasks(location_id__in=locations)[:MOST_TASKS])


def overdue_count(locations: frozenset[int], now: datetime) -> int:
    """How many tasks are late."""
    return Task.objects.filter(location_id__in=locations, done_at=None, due_at__lt=now).count()


@prepared
def notes_of(patient_id: int) -> QuerySet[Note]:
    """The notes about a patient, newest first."""
    rows = Note.objects.filter(patient=patient_id).select_related("by")
    return rows.only("at", "text", "by__name").order_by("-at")
