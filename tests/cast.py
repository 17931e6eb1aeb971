"""The small cast that everybody knows, made by the acts of the house on a practice of two locations."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.test import Client

from euthymia.clinic.foundation.audit.actors import SYSTEM, Actor
from euthymia.clinic.foundation.people.acts import register_patient
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.acts import adopt_practice, open_account
from euthymia.clinic.foundation.practice.file import Mistake, Practice, load
from euthymia.clinic.foundation.practice.models import Account, Chair, Location, Staff
from euthymia.clinic.foundation.practice.people_at_work import actor_of_staff

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""A Monday, ten in the morning in Washington."""
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Cast:
    now: datetime
    here: Location
    elsewhere: Location
    chair: Chair
    patient: Patient
    nurse: Actor
    second_nurse: Actor
    physician: Actor
    desk: Actor
    director: Actor
    biller: Actor
    owner: Actor
    stranger: Actor
    """The physician of the other location."""

    def client(self, who: Actor) -> Client:
        """A browser signed in as one of the cast."""
        client = Client()
        client.force_login(Account.objects.get(staff_id=who.staff_id))
        return client


def test_practice() -> Practice:
    """The practice of tests/practice.toml as the program reads it."""
    from pathlib import Path

    read = load((Path(__file__).parent / "practice.toml").read_text())
    assert not (isinstance(read, list) and read and isinstance(read[0], Mistake)), read
    assert isinstance(read, Practice)
    return read


test_practice.__test__ = False  # type: ignore[attr-defined]  # pytest is not to collect it


def make_cast() -> Cast:
    """Adopt the tests' practice and register one patient there."""
    adopt_practice(by=SYSTEM, now=NOW, key=None, practice=test_practice())
    for staff in Staff.objects.all():
        open_account(by=SYSTEM, now=NOW, key=None, staff_id=staff.pk, password=PASSWORD)
    here, elsewhere = Location.objects.get(slug="here"), Location.objects.get(slug="elsewhere")
    patient_id = register_patient(
        by=SYSTEM,
        now=NOW,
        key=None,
        location_id=here.pk,
        given_name="Demo",
        family_name="Patient",
        phone_e164="+12025550117",
        email="demo.patient@example.org",
        condition="depression",
    )

    def who(slug: str) -> Actor:
        return actor_of_staff(Staff.objects.get(slug=slug).pk, NOW)

    return Cast(
        now=NOW,
        here=here,
        elsewhere=elsewhere,
        chair=Chair.objects.filter(location=here)[0],
        patient=Patient.objects.get(pk=patient_id),
        nurse=who("nurse"),
        second_nurse=who("second-nurse"),
        physician=who("physician"),
        desk=who("desk"),
        director=who("director"),
        biller=who("biller"),
        owner=who("owner"),
        stranger=who("stranger"),
    )
