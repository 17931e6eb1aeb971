"""Fills the demo practice: adopts its file, opens its sign-ins, enacts its patients, books some calls."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from django.contrib.auth.hashers import make_password

from euthymia.clinic.demo.acts import enact_patient
from euthymia.clinic.demo.lives import Today, draw_life, stages_for
from euthymia.clinic.demo.places import FULL, Places, places_of
from euthymia.clinic.foundation.audit.actors import CALLER, SYSTEM
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.foundation.practice.acts import adopt_practice
from euthymia.clinic.foundation.practice.file import load_file
from euthymia.clinic.foundation.practice.file_values import Practice
from euthymia.clinic.foundation.practice.models import Account, Location, Staff
from euthymia.clinic.foundation.schedule.models import Booking
from euthymia.clinic.foundation.stock.models import Vial
from euthymia.clinic.journey.consults.acts import book_call
from euthymia.clinic.journey.consults.models import Call
from euthymia.clinic.journey.consults.queries import free_slots

PRACTICE_FILE = Path(__file__).parent / "practice.toml"
PASSWORD = "demo demo demo"  # noqa: S105 - the demonstration's, printed at its start
SEED = 2026
PATIENTS = 300
CALLS = 10
# What the first patients in their course are doing right now, location by location.
NOW_ON = (Today.RUNNING, Today.RECOVERY, Today.RUNNING, Today.ARRIVED, Today.BOOKED, Today.RECOVERY, Today.ARRIVED)


def fill(now: datetime, count: int, progress: Callable[[str], None]) -> int:
    """Fill what is still missing. Gives how many patients were added; 0 where the demo was filled before."""
    there = Patient.objects.filter(family_name__startswith="Patient ").count()
    if there >= len(stages_for(count)):
        _book_calls(now)
        return 0
    progress("Reading the practice file")
    practice = load_file(PRACTICE_FILE)
    assert isinstance(practice, Practice), practice
    adopt_practice(by=SYSTEM, now=now, key=None, practice=practice)
    _open_accounts()
    stages = stages_for(count)
    places = [places_of(location) for location in Location.objects.all()]
    for place in places:
        place.close(now.date())
    for place in places:
        _remember(place)
    known = set(Patient.objects.values_list("family_name", flat=True))
    on_now, added = list(_today_plan(len(places))), 0
    for number, stage in enumerate(stages, start=1):
        rng = np.random.default_rng((SEED, number))
        place = places[number % len(places)]
        life = draw_life(number, stage, now.date(), rng)
        if stage == Stage.IN_COURSE and on_now:
            which, life.today = on_now.pop(0)
            place = places[which]
        if life.name[1] in known:
            continue  # written before the fill was interrupted; `_remember` has taken up his spots
        enact_patient(by=SYSTEM, now=now, key=None, life=life, places=place, seed=SEED)
        added += 1
        if number % 25 == 0:
            progress(f"Demo patients: {number} of {len(stages)}")
    _book_calls(now)
    return added


def _today_plan(places: int) -> list[tuple[int, Today]]:
    """Where each of today's visits takes place: chair 1 and nurse 1 for one, chair 2 and nurse 2 for another."""
    first = {Today.RUNNING, Today.BOOKED}
    used: set[tuple[int, bool]] = set()
    plan = []
    for today in NOW_ON * 2:
        for place in range(places):
            if (place, today in first) not in used:
                used.add((place, today in first))
                plan.append((place, today))
                break
    return plan


def _open_accounts() -> None:
    """A sign-in for everybody, with one hash: Argon2 is slow by design."""
    hashed = make_password(PASSWORD)
    for staff in Staff.objects.filter(account=None):
        Account.objects.create(staff=staff, email=staff.email, password=hashed)


def _remember(place: Places) -> None:
    """Take up what an interrupted fill has written: spots that are taken, and how many vials there are."""
    zone = ZoneInfo(place.location.zone)
    for starts_at in Booking.objects.filter(location=place.location, kind="infusion").values_list(
        "starts_at", flat=True
    ):
        place.used[starts_at.astimezone(zone).date()] = FULL
    place.vials = Vial.objects.filter(location=place.location).count()


def _book_calls(now: datetime) -> None:
    """A few calls in the days to come, once."""
    if Call.objects.exists():
        return
    for number, slot in enumerate(free_slots(now, location_id=None)[: CALLS * 3 : 3], start=1):
        book_call(
            by=CALLER,
            now=now,
            key=f"demo call {number}",
            location_id=slot.location_id,
            physician_id=slot.physician_id,
            starts_at=slot.starts_at,
            name=f"Demo Caller {number:02d}",
            phone_e164=f"+120255501{number:02d}",
            email=f"demo.caller.{number:02d}@example.org",
            caller_zone="America/New_York",
            secret=f"demo-call-{number:02d}-{now:%Y%m%d%H%M%S%f}",
        )
