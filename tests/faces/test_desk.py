"""The desk: where one is, and what is waiting, each said once."""

from datetime import timedelta
from unittest import mock
from zoneinfo import ZoneInfo

from django.urls import reverse

from euthymia.clinic.foundation.audit.actors import SYSTEM
from euthymia.clinic.foundation.people.acts import open_task, register_patient
from euthymia.clinic.foundation.people.rules import TaskKind
from tests import visits
from tests.cast import NOW


def task(cast, what, due_at):
    open_task(
        by=cast.desk,
        now=NOW - timedelta(days=9),
        key=None,
        location_id=cast.here.pk,
        patient_id=cast.patient.pk,
        kind=TaskKind.OTHER,
        what=what,
        due_at=due_at,
    )


def test_the_board_says_each_task_once_what_is_late_on_top(cast):
    task(cast, "Ring the late one", NOW - timedelta(hours=1))
    task(cast, "Ring the next one", NOW + timedelta(hours=1))
    page = cast.client(cast.nurse).get(reverse("desk:board")).content.decode()
    assert page.count("Ring the late one") == page.count("Ring the next one") == 1
    assert page.index("Ring the late one") < page.index('id="h-visits"') < page.index("Ring the next one")


def test_one_place_at_most_is_marked_as_the_present_one(cast):
    director = cast.client(cast.director)
    for name, label in (("reports:audit", "Audit"), ("reports:results", "Results")):
        page = director.get(reverse(name)).content.decode()
        bar = page[page.index('aria-label="Main"') : page.index("</nav>")]
        assert bar.count("aria-current") == 1
        assert f'aria-current="page">{label}<' in bar


def test_a_search_says_when_there_may_be_more(cast):
    nurse = cast.client(cast.nurse)
    for n in range(21):
        register_patient(
            by=SYSTEM,
            now=NOW,
            key=None,
            location_id=cast.here.pk,
            given_name="Searched",
            family_name=f"Person {n:02d}",
            phone_e164=f"+120255502{n:02d}",
        )
    page = nurse.post(reverse("desk:search"), {"q": "searched"}).content.decode()
    assert "20 shown; there may be more. Type more of the name." in page
    assert page.index("Person 00") < page.index("Person 01") < page.index("Person 19")
    page = nurse.post(reverse("desk:search"), {"q": "searched person 07"}).content.decode()
    assert "1 found" in page
    assert "there may be more" not in page


def test_what_is_booked_stands_on_its_own_day_and_asks_for_nothing(cast):
    """Once the plan's days, moved on past today, stood beside visits that were booked for other days."""
    crew = visits.crew_of(cast)
    booked = visits.booked(crew, NOW, visits.with_agreement(crew, NOW, days=(0,)))
    later = booked.booking.starts_at + timedelta(days=9)
    desk = cast.client(cast.desk)
    with mock.patch("euthymia.clock.now", return_value=later):
        page = desk.get(reverse("infusions:book", args=[cast.patient.ref])).content.decode()
    day = booked.booking.starts_at.astimezone(ZoneInfo(booked.location.zone))
    assert f'<td class="nowrap">{day:%a} {day.day} {day:%b %Y}</td>' in page
    assert "Every infusion of this plan is booked." in page
    assert 'type="submit">Book infusions' not in page
