"""What the patient takes home: on paper and by link."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.messages.models import Letter
from euthymia.clinic.foundation.people.access import come_by_link
from euthymia.clinic.foundation.people.models import Link
from euthymia.clinic.journey.infusions.after import taken_home
from euthymia.clinic.journey.infusions.after_acts import send_sheet
from euthymia.clinic.journey.infusions.booking_acts import book_infusion
from tests.acts.laws import ActLaws
from tests.visits import crew_of, discharged, recovering, running


class TestSendSheet(ActLaws):
    act = send_sheet
    name = "infusions.send_sheet"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = Link

    def arguments(self, cast):
        return {"infusion_id": recovering(crew_of(cast), cast.now - timedelta(minutes=60)).pk}

    def test_the_letter_opens_the_sheet_for_two_weeks_and_tells_nothing(self, cast):
        self.do(cast, **self.arguments(cast))
        letter = Letter.objects.get(subject="After your visit")
        assert not {"ketamine", "infusion", "depression", "driving"} & set(letter.body.lower().split())
        secret = letter.body.split("/p/after/")[1].split("/")[0]
        assert come_by_link(now=cast.now + timedelta(days=13), secret=secret, purpose="after").patient == cast.patient
        with pytest.raises(NotAllowed):
            come_by_link(now=cast.now + timedelta(days=14), secret=secret, purpose="after")
        page = Client().get(f"/p/after/{secret}/").content.decode()
        for words in ("No driving until", cast.here.phone, "911", "988"):
            assert words in page

    def test_not_before_the_end(self, cast):
        infusion = running(crew_of(cast), cast.now)
        assert self.refusal(cast, infusion_id=infusion.pk) == ("not_going_home", None)


@pytest.fixture
def infusion(cast):
    return discharged(crew_of(cast), cast.now - timedelta(minutes=75))


def test_the_hours_count_from_the_discharge_and_are_a_setting(cast, infusion, monkeypatch):
    assert taken_home(infusion, cast.now + timedelta(hours=3)).no_driving_until == cast.now + timedelta(hours=24)
    kept = "euthymia.clinic.journey.infusions.after.thresholds_for_page"
    monkeypatch.setattr(kept, lambda: {"discharge.no_driving_h": Decimal(12)})
    assert taken_home(infusion, cast.now).no_driving_until == cast.now + timedelta(hours=12)


def test_the_next_visit_stands_on_it_once_it_is_booked(cast, infusion):
    assert taken_home(infusion, cast.now).next_visit is None
    book_infusion(
        by=cast.nurse,
        now=cast.now,
        key=None,
        plan_id=infusion.plan_id,
        number=2,
        starts_at=cast.now + timedelta(days=2),
        chair_id=cast.chair.pk,
        nurse_id=cast.nurse.as_staff,
    )
    coming = taken_home(infusion, cast.now).next_visit
    assert coming is not None
    assert coming.number == 2
    assert taken_home(infusion, cast.now + timedelta(days=3)).next_visit is None


def test_it_is_printed_at_the_chair(cast, infusion):
    nurse = cast.client(cast.nurse)
    sheet = reverse("infusions:sheet", args=[infusion.ref])
    assert sheet in nurse.get(reverse("infusions:chair", args=[infusion.ref])).content.decode()
    page = nurse.get(sheet).content.decode()
    assert "No driving until Tue 24 Nov 2026, 10:00 am" in page
    assert cast.patient.name in page
