"""The patient's button on its pages: phone, chair, board; by link, without scripts and cookies."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from euthymia.clinic.faces.desk import live
from euthymia.clinic.faces.desk.board import Sight
from euthymia.clinic.faces.desk.chair_ring import ChairRing
from euthymia.clinic.faces.portal.button import PhoneButton
from euthymia.clinic.foundation.audit.actors import patient_by_link
from euthymia.clinic.journey.infusions.button import Said
from euthymia.clinic.journey.infusions.button_acts import answer_calls, give_button, press_button, settle_calls
from euthymia.clinic.journey.infusions.button_queries import button_address
from euthymia.clinic.journey.infusions.models import HelpAnswer, HelpCall, HelpOutcome
from tests import visits
from tests.cast import NOW


@pytest.fixture
def infusion(cast):
    return visits.running(visits.crew_of(cast), NOW - timedelta(minutes=10))


@pytest.fixture
def address(cast, infusion):
    give_button(by=cast.nurse, now=NOW, key=None, infusion_id=infusion.pk)
    return "/" + button_address(infusion, NOW).split("/", 3)[3]


def press(cast, infusion, said=Said.SICK, ago_s=0):
    at = NOW - timedelta(seconds=ago_s)
    return press_button(by=patient_by_link(cast.patient.pk), now=at, key=None, infusion_id=infusion.pk, said=said)


def key_on(page):
    return re.search(r'name="key" value="([0-9a-f]+)"', page.content.decode())[1]


def chair_of(infusion):
    return reverse("infusions:chair", args=[infusion.ref])


def test_a_phone_without_scripts_or_cookies_presses_and_is_told(cast, infusion, address):
    phone = Client(enforce_csrf_checks=True)
    page = phone.get(address)
    assert "Press, and someone comes" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    sent = {"key": key_on(page), "said": "sick"}
    phone.cookies.clear()
    assert phone.post(address, sent).status_code == 302
    assert phone.post(address, sent).status_code == 302  # sent twice: one press
    assert HelpCall.objects.get().said == Said.SICK
    told = phone.get(address).content.decode()
    assert "Someone is coming" in told
    assert "Pressed at 10:00" in told
    assert '<noscript><meta http-equiv="refresh" content="10"></noscript>' in told


def test_another_word_from_the_same_page_is_another_press(cast, infusion, address):
    phone = Client()
    key = key_on(phone.get(address))
    for said in ("sick", "someone"):
        phone.post(address, {"key": key, "said": said})
    assert list(HelpCall.objects.order_by("id").values_list("said", flat=True)) == ["sick", "someone"]


def test_what_it_does_not_know_is_told_and_pressed_again(infusion, address):
    page = Client().post(address, {"key": "k", "said": "bored"})
    assert page.status_code == 422
    assert "Press again" in page.content.decode()
    assert not HelpCall.objects.exists()


def test_the_phone_learns_who_comes_and_not_what_was_written(cast, infusion, address):
    up_to = press(cast, infusion)
    answer_calls(by=cast.nurse, now=NOW, key=None, infusion_id=infusion.pk, up_to_id=up_to)
    assert f"{cast.nurse.name} is on the way" in Client().get(address).content.decode()
    settle_calls(by=cast.nurse, now=NOW, key=None, infusion_id=infusion.pk, up_to_id=up_to, words="Seemed frightened.")
    after = Client().get(address).content.decode()
    assert "Press, and someone comes" in after
    assert "frightened" not in after


def test_after_he_left_the_page_says_whom_to_call(cast, monkeypatch):
    infusion = visits.recovering(visits.crew_of(cast), NOW - timedelta(minutes=80))
    give_button(by=cast.nurse, now=NOW, key=None, infusion_id=infusion.pk)
    address = "/" + button_address(infusion, NOW).split("/", 3)[3]
    visits.chart(visits.crew_of(cast), infusion, NOW - timedelta(minutes=5), 126)
    page = cast.client(cast.nurse).post(
        reverse("infusions:discharge", args=[infusion.ref]),
        {"key": "d", "aldrete": "10", "mpadss": "10", **dict.fromkeys(visits.ALL_CHECKED, "on")},
    )
    assert page.status_code == 302
    told = Client().get(address).content.decode()
    assert "switched off" in told
    assert 'name="said"' not in told
    assert cast.here.phone in told
    assert Client().post(address, {"key": "late", "said": "sick"}).status_code == 422
    assert not HelpCall.objects.exists()


def test_the_chair_shows_a_code_and_the_log(cast, infusion, address):
    nurse = cast.client(cast.nurse)
    page = nurse.get(chair_of(infusion)).content.decode()
    assert page.count('class="qr"') == 1
    press(cast, infusion, Said.STRONG, ago_s=30)
    page = nurse.get(chair_of(infusion)).content.decode()
    assert 'data-ring="' in page
    assert "“It is too strong”" in page
    assert page.index('id="ringing"') < page.index('id="vitals"')


def test_answer_and_outcome_at_the_chair_by_plain_forms(cast, infusion):
    up_to = press(cast, infusion)
    nurse = cast.client(cast.nurse)
    send = {"key": "one key for all", "up_to": up_to}
    assert nurse.post(reverse("infusions:answer_call", args=[infusion.ref]), send).status_code == 302
    page = nurse.get(chair_of(infusion)).content.decode()
    assert "what became of it?" in page
    assert "data-ring" not in page
    settle = reverse("infusions:settle_call", args=[infusion.ref])
    assert nurse.post(settle, {"key": "s", "up_to": up_to, "words": ""}).status_code == 422
    assert nurse.post(settle, {"key": "s", "up_to": up_to, "words": "Slowed the pump; better."}).status_code == 302
    page = nurse.get(chair_of(infusion)).content.decode()
    assert "Slowed the pump; better." in page
    assert HelpOutcome.objects.get().by_id == cast.nurse.staff_id


def test_two_who_answer_from_one_drawing_are_told_apart(cast, infusion):
    up_to = press(cast, infusion)
    url, send = reverse("infusions:answer_call", args=[infusion.ref]), {"key": "of the drawing", "up_to": up_to}
    assert cast.client(cast.nurse).post(url, send, headers={"HX-Request": "true"}).status_code == 200
    second = cast.client(cast.second_nurse).post(url, send)
    assert second.status_code == 422
    assert HelpAnswer.objects.get().by_id == cast.nurse.staff_id


def test_the_board_rings_for_all_and_tells_clinicians_what_he_said(cast, infusion):
    press(cast, infusion)
    for who, told in ((cast.nurse, True), (cast.desk, False)):
        page = cast.client(who).get(reverse("desk:board")).content.decode()
        assert "Calls: " in page
        assert 'data-ring="' in page
        assert ("“I feel sick”" in page) == told
        assert ("I am coming" in page) == told


def test_unanswered_too_long_is_red_on_top_in_a_word_and_a_shape(cast, infusion):
    press(cast, infusion, ago_s=121)
    page = cast.client(cast.nurse).get(reverse("desk:board")).content.decode()
    assert "No answer: " in page
    ring = page[page.index('id="h-rings"') : page.index('id="h-visits"')]
    assert "banner--call" in ring
    assert "#octagon-x" in ring


def test_the_board_of_another_location_does_not_ring(cast, infusion):
    press(cast, infusion)
    assert "data-ring" not in cast.client(cast.stranger).get(reverse("desk:board")).content.decode()


def test_what_the_streams_draw(cast, infusion):
    here = frozenset({cast.here.pk})
    name, before = ChairRing(infusion.pk, here, True).draw(NOW)
    assert (name, "data-ring" in before) == ("ringing", False)
    press(cast, infusion)
    assert "“I feel sick”" in ChairRing(infusion.pk, here, True).draw(NOW)[1]
    assert "“I feel sick”" not in ChairRing(infusion.pk, here, False).draw(NOW)[1]
    assert "No answer yet" in ChairRing(infusion.pk, here, True).draw(NOW + timedelta(minutes=2))[1]
    assert "data-ring" in Sight(here, True).draw(NOW)[1]
    name, phone = PhoneButton(infusion.pk, here).draw(NOW)
    assert (name, "Someone is coming" in phone) == ("called", True)


@pytest.mark.parametrize(
    ("act", "woken"),
    [
        ("infusions.press_button", {"board", "chair", "phone"}),
        ("infusions.answer_calls", {"board", "chair", "phone"}),
        ("infusions.chart_vitals", {"board"}),
        (live.TICK, {"board", "chair"}),
    ],
)
def test_who_is_drawn_anew_after_what(act, woken):
    here = frozenset({1})
    views = {"board": Sight(here, True), "chair": ChairRing(1, here, True), "phone": PhoneButton(1, here)}
    assert {name for name, view in views.items() if view.concerns(act)} == woken


def test_the_streams_are_not_for_everyone(cast, infusion):
    chair = reverse("desk:chair_stream", args=[infusion.ref])
    assert Client().get(chair).status_code == 401


def test_the_chair_and_the_boards_stay_within_their_queries(cast, infusion, django_assert_max_num_queries):
    for _ in range(3):
        press(cast, infusion)
    nurse = cast.client(cast.nurse)
    nurse.get(reverse("desk:board"))
    with django_assert_max_num_queries(12):
        nurse.get(reverse("desk:board"))
