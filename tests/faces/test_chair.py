"""The chair's page: the usual course behind what was charted, values offered near the last ones, its look, a move."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from euthymia.clinic.foundation.forecasts.service import usual_visit
from euthymia.clinic.journey.infusions.forms import USUAL, VitalsForm
from euthymia.clinic.journey.infusions.models import InfusionEvent
from euthymia.clinic.journey.infusions.queries import last_order, segments_of
from euthymia.clinic.journey.infusions.record import usually_ready_at
from euthymia.clinic.look.words import clock
from tests import visits
from tests.cast import NOW


@pytest.fixture
def infusion(cast):
    return visits.running(visits.crew_of(cast), NOW - timedelta(minutes=10))


def chair_of(infusion):
    return reverse("infusions:chair", args=[infusion.ref])


def words_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


class TestUsualCourse:
    SPANS = ((0.0, 40.0, 60.0),)

    def test_a_rise_comes_and_goes_and_the_band_has_an_inside(self):
        usual = usual_visit(self.SPANS, 80, 300, first_infusion=True)
        highs = [high for _, _, high in usual.systolic_rise_mmhg]
        assert highs.index(max(highs)) == pytest.approx(40, abs=5)
        assert max(highs) > 20 > highs[120]
        assert all(low <= high for _, low, high in usual.systolic_rise_mmhg + usual.dissociation_0_10)
        assert max(high for _, _, high in usual.dissociation_0_10) <= 10

    def test_a_slower_pump_is_felt_less_and_over_later(self):
        quick = usual_visit(self.SPANS, 80, 300, first_infusion=True)
        slow = usual_visit(((0.0, 80.0, 30.0),), 80, 300, first_infusion=True)
        assert max(h for _, _, h in slow.systolic_rise_mmhg) < max(h for _, _, h in quick.systolic_rise_mmhg)
        assert slow.past_minute > quick.past_minute

    def test_it_is_not_said_when_it_lies_beyond_what_was_asked(self):
        assert usual_visit(self.SPANS, 80, 45, first_infusion=True).past_minute is None

    def test_ready_never_before_the_wait(self, infusion):
        order, segments = last_order(infusion), segments_of(infusion)
        soon = usually_ready_at(infusion, order, segments, timedelta(0))
        assert soon > infusion.started_at + timedelta(minutes=order.minutes)
        late = usually_ready_at(infusion, order, segments, timedelta(hours=5))
        assert late == infusion.started_at + timedelta(minutes=order.minutes) + timedelta(hours=5)

    def test_the_page_says_it(self, cast, infusion):
        page = words_of(cast.client(cast.nurse).get(chair_of(infusion)))
        wait = timedelta(minutes=30)
        at = usually_ready_at(infusion, last_order(infusion), segments_of(infusion), wait)
        assert "Usually ready by" in page
        assert clock(at.astimezone(NOW.tzinfo)) in page or str(at.minute) in page
        assert page.count('class="d-wide"') >= 3  # two bands of pressure and one of dissociation


class TestOneMainAction:
    def buttons(self, cast, infusion):
        page = cast.client(cast.nurse).get(chair_of(infusion)).content.decode()
        return re.findall(
            r'<button class="[^"]*button--primary[^"]*"[^>]*>(?:<svg.*?</svg>)?\s*([^<]+)<', page, re.DOTALL
        )

    def test_while_it_runs(self, cast, infusion):
        assert self.buttons(cast, infusion) == ["Chart vitals"]

    def test_in_recovery_vitals_while_he_may_not_go(self, cast):
        infusion = visits.recovering(visits.crew_of(cast), NOW - timedelta(minutes=46))
        assert self.buttons(cast, infusion) == ["Chart vitals"]

    @pytest.mark.parametrize(("charted_min_ago", "main"), [(1, "Discharge patient"), (40, "Chart vitals")])
    def test_then_discharge_unless_vitals_are_late(self, cast, charted_min_ago, main):
        crew = visits.crew_of(cast)
        infusion = visits.recovering(crew, NOW - timedelta(minutes=90))
        visits.chart(crew, infusion, NOW - timedelta(minutes=charted_min_ago))
        assert self.buttons(cast, infusion) == [main]


class TestOfferedValues:
    def test_near_what_was_charted_last_and_nothing_is_filled_in(self, cast, infusion):
        visits.chart(visits.crew_of(cast), infusion, NOW, 148)
        page = cast.client(cast.nurse).get(chair_of(infusion)).content.decode()
        field = re.search(r'<input[^>]*name="systolic_mmhg"[^>]*>', page)[0]
        assert 'data-near="148"' in field
        assert " value=" not in field

    def test_before_anything_was_charted_at_what_is_usual(self):
        for name, usual in USUAL.items():
            attrs = VitalsForm().fields[name].widget.attrs
            assert attrs["data-near"] == usual
            assert attrs["data-least"] <= usual <= attrs["data-most"]


class TestLook:
    def test_dark_until_the_device_is_told_otherwise(self, cast, infusion):
        client, back = cast.client(cast.nurse), chair_of(infusion)
        assert 'class="chair theme-dark"' in client.get(back).content.decode()
        assert client.post(reverse("infusions:look"), {"look": "light", "back": back})["Location"] == back
        assert 'class="chair theme-light"' in client.get(back).content.decode()
        client.post(reverse("infusions:look"), {"look": "purple", "back": back})
        assert 'class="chair theme-light"' in client.get(back).content.decode()

    @pytest.mark.parametrize("back", ["https://example.com/", "//example.com/", "javascript:alert(1)", ""])
    def test_it_never_leads_away(self, cast, back):
        answer = cast.client(cast.nurse).post(reverse("infusions:look"), {"look": "light", "back": back})
        assert answer["Location"] == reverse("infusions:chairs")


class TestMove:
    @pytest.fixture
    def booked(self, cast):
        return visits.booked(visits.crew_of(cast), NOW + timedelta(days=1))

    def offers(self, page):
        return re.findall(r'name="offer" value="([^"]+)"', page.content.decode())

    def test_to_another_time_of_another_day(self, cast, booked):
        client, url = cast.client(cast.desk), reverse("infusions:move", args=[booked.ref])
        day = (booked.booking.starts_at + timedelta(days=2)).date().isoformat()
        page = client.get(url, {"day": day})
        wanted = self.offers(page)[2]
        key = re.search(r'name="key" value="([0-9a-f]+)"', page.content.decode())[1]
        assert client.post(f"{url}?day={day}", {"key": key, "offer": wanted}).status_code == 302
        booked.refresh_from_db()
        assert wanted.startswith(f"{booked.booking.starts_at:%Y%m%dT%H%MZ}")

    def test_its_own_time_is_free_for_it(self, cast, booked):
        page = cast.client(cast.desk).get(reverse("infusions:move", args=[booked.ref]))
        own = f"{booked.booking.starts_at:%Y%m%dT%H%MZ}"
        assert own in {code.split("-")[0] for code in self.offers(page)}

    @pytest.mark.parametrize("day", ["", "soon", "0000-00-00", "12345-01-01"])
    def test_a_day_that_is_none(self, cast, booked, day):
        page = cast.client(cast.desk).get(reverse("infusions:move", args=[booked.ref]), {"day": day})
        assert page.status_code == 200
        assert "field__error" in page.content.decode()
        assert not self.offers(page)

    def test_a_time_that_nobody_offered_is_refused_in_words(self, cast, booked):
        url = reverse("infusions:move", args=[booked.ref])
        answer = cast.client(cast.desk).post(url, {"key": "k" * 8, "offer": "20260101T0000Z-1-1"})
        assert answer.status_code == 422
        assert "That time was taken meanwhile" in answer.content.decode()

    def test_one_that_has_begun_stays(self, cast, infusion):
        page = cast.client(cast.nurse).get(reverse("infusions:move", args=[infusion.ref]))
        assert "Only a visit that has not begun can be moved." in page.content.decode()


def test_a_medicine_given_needs_its_name_and_dose(cast, infusion):
    client, url = cast.client(cast.nurse), reverse("infusions:event", args=[infusion.ref])
    answer = client.post(url, {"key": "one", "kind": "rescue", "severity": "1", "text": " "})
    assert answer.status_code == 422
    assert "Write which medicine, how much and how it was given." in answer.content.decode()
    answer = client.post(url, {"key": "two", "kind": "rescue", "severity": "1", "text": "Ondansetron 4 mg IV"})
    assert answer.status_code == 302
    assert InfusionEvent.objects.get().text == "Ondansetron 4 mg IV"
