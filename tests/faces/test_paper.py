"""Paper for the day everything fails: a page for each occupied chair, current, and for clinicians alone."""

from datetime import timedelta

import pytest
from django.urls import reverse

from euthymia.clinic.faces.desk.paper import BLANK_ROWS, DUE_ROWS, PaperSheets, papers
from tests import visits
from tests.cast import NOW


@pytest.fixture
def infusion(cast):
    infusion = visits.running(visits.crew_of(cast), NOW - timedelta(minutes=12))
    for minute in (12, 7, 2):
        visits.chart(visits.crew_of(cast), infusion, NOW - timedelta(minutes=minute), 120 + minute)
    return infusion


def here(cast):
    return frozenset({cast.here.pk})


def minutes(paper):
    return [round((at - NOW).total_seconds() / 60) for at in paper.due if at is not None]


def test_the_times_to_come_go_on_from_what_was_charted(cast, infusion):
    (paper,) = papers(here(cast), NOW)
    assert minutes(paper) == [8, 18, 28, 38, 48, 58, 68, 78]  # every ten minutes after the last row
    assert len(paper.due) == DUE_ROWS + BLANK_ROWS


def test_what_is_late_stands_first_and_the_past_is_not_asked_for_twice(cast, infusion):
    (paper,) = papers(here(cast), NOW + timedelta(minutes=30))
    assert minutes(paper)[:4] == [8, 38, 48, 58]


def test_the_first_times_are_at_the_start_then_after_five_and_ten_minutes(cast):
    infusion = visits.running(visits.crew_of(cast), NOW)
    (paper,) = papers(here(cast), NOW)
    assert paper.infusion == infusion
    assert minutes(paper)[:4] in ([0, 5, 10, 20], [5, 10, 20, 30])


def test_it_shows_order_last_vitals_and_room_to_write(cast, infusion):
    page = cast.client(cast.nurse).get(reverse("desk:paper")).content.decode()
    for words in ("40 mg", "150 mL/h", "122/80", "due 10:08", "Demo Escort", "as of"):
        assert words in page
    assert page.count('class="paper"') == 1
    assert page.count("paper__blank") == DUE_ROWS + BLANK_ROWS


def test_a_corrected_row_gives_way_to_its_correction(cast, infusion):
    from euthymia.clinic.journey.infusions.sheet_acts import correct_vitals
    from euthymia.clinic.journey.infusions.values import Measured

    wrong = infusion.vitals.latest("id")
    correct_vitals(
        by=cast.nurse,
        now=NOW,
        key=None,
        infusion_id=infusion.pk,
        vitals_id=wrong.pk,
        measured=Measured(systolic_mmhg=131, diastolic_mmhg=81),
        reason="misread",
    )
    (paper,) = papers(here(cast), NOW)
    assert [r.systolic_mmhg for r in paper.last][-1] == 131
    assert wrong.pk not in {r.pk for r in paper.last}


def test_one_who_left_has_no_page(cast):
    visits.discharged(visits.crew_of(cast), NOW - timedelta(hours=2))
    assert papers(here(cast), NOW) == []


def test_it_is_drawn_anew_with_what_is_charted(cast, infusion):
    name, before = PaperSheets(here(cast)).draw(NOW)
    visits.chart(visits.crew_of(cast), infusion, NOW, 141)
    assert name == "paper"
    assert "141/80" not in before
    assert "141/80" in PaperSheets(here(cast)).draw(NOW)[1]


@pytest.mark.parametrize(("who", "status"), [("nurse", 200), ("desk", 404), ("biller", 404)])
def test_for_clinicians_alone(cast, infusion, who, status):
    client = cast.client(getattr(cast, who))
    assert client.get(reverse("desk:paper")).status_code == status
    if who != "biller":
        board = client.get(reverse("desk:board")).content.decode()
        assert ("Print paper sheets" in board) == (status == 200)


def test_not_for_another_location(cast, infusion):
    stranger = cast.client(cast.stranger)
    assert 'class="paper"' not in stranger.get(reverse("desk:paper")).content.decode()
    assert stranger.get(reverse("desk:paper"), {"location": "here"}).status_code == 404


def test_twelve_queries_at_most(cast, infusion, django_assert_max_num_queries):
    nurse = cast.client(cast.nurse)
    nurse.get(reverse("desk:paper"))
    with django_assert_max_num_queries(12):
        nurse.get(reverse("desk:paper"))
