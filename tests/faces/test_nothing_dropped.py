"""What was half filled in is asked about and never dropped; a page that was open too long says so in our words."""

import pytest
from django.test import Client
from django.urls import reverse

from euthymia.clinic.journey.outcomes.models import Score
from tests import visits
from tests.cast import NOW


@pytest.fixture
def sheet(cast):
    return cast.client(cast.nurse), reverse("outcomes:enter", args=[cast.patient.ref, "phq9"])


def test_a_sheet_without_a_single_answer_is_no_score(sheet):
    nurse, url = sheet
    page = nurse.post(url, {"key": "k", "taken_on": NOW.date().isoformat()})
    assert page.status_code == 422
    assert "Enter at least one answer from the sheet." in page.content.decode()
    assert not Score.objects.exists()


def test_a_sheet_with_one_answer_is_kept_as_incomplete(sheet):
    nurse, url = sheet
    assert nurse.post(url, {"key": "k", "taken_on": NOW.date().isoformat(), "phq9_1": "2"}).status_code == 302
    assert Score.objects.get().total is None


@pytest.mark.parametrize("part", ["dose_1", "weeks_1"])
def test_a_row_of_the_intake_without_a_name_is_asked_about(cast, part):
    secret = visits.a_link(visits.crew_of(cast), NOW, "intake")
    page = Client().post(reverse("portal:intake_step", args=[secret, "trials"]), {"key": "k", part: "6"})
    assert page.status_code == 422
    assert "Write the name of antidepressant 1 above" in page.content.decode()
    assert 'value="6"' in page.content.decode()


def test_a_form_without_its_cookie_is_told_in_our_words(db):
    page = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "x"})
    assert page.status_code == 403
    assert "Please send that once more" in page.content.decode()
