"""The questions before a visit: sent once, answered by the patient alone, confirmed by the staff."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from euthymia.clinic.foundation.audit.actors import patient_by_link
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.messages.models import Letter
from euthymia.clinic.foundation.people.models import Link, Patient
from euthymia.clinic.journey.infusions.acts import arrive
from euthymia.clinic.journey.infusions.beforehand_acts import answer_beforehand, ask_beforehand
from euthymia.clinic.journey.infusions.jobs import ask_who_comes
from euthymia.clinic.journey.infusions.models import GateAnswer, GateClaim, Infusion
from tests.acts.laws import ActLaws
from tests.visits import a_link, booked, crew_of, running

ESCORT = {"answer": "yes", "escort_name": "Demo Escort", "escort_phone": "202-555-0188"}


class TestAskBeforehand(ActLaws):
    act = ask_beforehand
    name = "infusions.ask_beforehand"
    refused = ("stranger", "biller", "owner")
    rows = Link

    def arguments(self, cast):
        return {"infusion_id": booked(crew_of(cast), cast.now).pk}

    def test_the_letter_says_when_and_nothing_of_the_treatment(self, cast):
        self.do(cast, **self.arguments(cast))
        letter = Letter.objects.get(subject="Your visit: a few questions first")
        assert "Tuesday, 24 November at 10:00" in letter.body
        assert "/p/before/" in letter.body
        assert not {"ketamine", "infusion", "depression", "chair"} & set(letter.body.lower().split())

    def test_not_when_he_is_here(self, cast):
        infusion = running(crew_of(cast), cast.now)
        assert self.refusal(cast, infusion_id=infusion.pk) == ("not_booked", None)

    def test_the_job_asks_each_once_on_the_day_before(self, cast):
        booked(crew_of(cast), cast.now)  # tomorrow at ten
        assert ask_who_comes(cast.now - timedelta(hours=3)) == 0
        assert ask_who_comes(cast.now) == 1
        assert ask_who_comes(cast.now + timedelta(hours=1)) == 0
        assert Link.objects.filter(purpose="before").count() == 1


class TestAnswerBeforehand(ActLaws):
    act = answer_beforehand
    name = "infusions.answer_beforehand"
    refused = ("nurse", "desk", "director", "stranger")
    rows = GateClaim
    by = "the patient"

    def do(self, cast, by=None, key=None, **arguments):
        return super().do(cast, by=by or patient_by_link(cast.patient.pk), key=key, **arguments)

    def arguments(self, cast):
        return {
            "infusion_id": booked(crew_of(cast), cast.now).pk,
            "answers": {"fasting": {"answer": "yes"}, "escort": ESCORT},
        }

    def test_the_audit_says_who_did_what_where_to_whom(self, cast):
        type(self).by = patient_by_link(cast.patient.pk)
        super().test_the_audit_says_who_did_what_where_to_whom(cast)

    def test_not_for_another_patient(self, cast):
        with pytest.raises(NotAllowed):
            self.do(cast, by=patient_by_link(cast.patient.pk + 1), **self.arguments(cast))

    def test_it_passes_nothing_and_only_what_is_asked_is_kept(self, cast):
        wanted = self.arguments(cast)
        wanted["answers"]["crash_equipment"] = {"answer": "yes"}
        assert self.do(cast, **wanted) == 2
        assert set(GateClaim.objects.values_list("item", flat=True)) == {"fasting", "escort"}
        assert not GateAnswer.objects.exists()

    def test_what_lets_it_go_on(self, cast):
        pk = self.arguments(cast)["infusion_id"]
        for item, answer, passed in (
            ("fasting", "no", False),
            ("substances", "no", True),
            ("substances", "yes", False),
            ("pregnancy", "maybe", False),
            ("pregnancy", "not_me", True),
        ):
            self.do(cast, infusion_id=pk, answers={item: {"answer": answer}})
            assert GateClaim.objects.latest("id").passed == passed

    def test_it_refuses_nothing_a_strange_answer_and_a_visit_that_runs(self, cast):
        pk = self.arguments(cast)["infusion_id"]
        assert self.refusal(cast, infusion_id=pk, answers={}) == ("nothing_answered", None)
        assert self.refusal(cast, infusion_id=pk, answers={"fasting": {"answer": "so"}}) == (
            "unknown_answer",
            "fasting",
        )

    def test_not_once_it_runs(self, cast):
        infusion = running(crew_of(cast), cast.now)
        answers = {"fasting": {"answer": "no"}}
        assert self.refusal(cast, infusion_id=infusion.pk, answers=answers) == ("too_late", None)

    def test_the_database_lets_nobody_change_it(self, cast):
        self.do(cast, **self.arguments(cast))
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            GateClaim.objects.update(passed=False)


@pytest.fixture
def infusion(cast):
    return booked(crew_of(cast), cast.now)


def link_to(cast, infusion):
    secret = a_link(crew_of(cast), cast.now, "before", f"infusion:{infusion.pk}")
    return reverse("portal:before", args=[secret])


FINE = {"fasting": "yes", "escort": "no", "substances": "no", "pregnancy": "no", "key": "k1"}


def test_the_page_keeps_what_is_typed_and_says_what_is_missing(cast, infusion):
    url, phone = link_to(cast, infusion), Client()
    page = phone.post(url, FINE | {"escort": "yes", "escort_name": "Demo Escort", "substances": "yes"})
    assert page.status_code == 422
    told = page.content.decode()
    assert "so that we can reach that person" in told
    assert "Tell us what it was." in told
    assert 'value="Demo Escort"' in told
    assert not GateClaim.objects.exists()


def test_a_no_asks_him_to_call_and_is_red_on_the_board_before_he_comes(cast, infusion, monkeypatch):
    url, phone = link_to(cast, infusion), Client()
    assert phone.post(url, FINE).status_code == 302
    told = phone.get(url).content.decode()
    assert "Please call us now" in told
    assert cast.here.phone in told
    monkeypatch.setattr("euthymia.clock.now", lambda: infusion.booking.starts_at - timedelta(hours=1))
    for who in (cast.nurse, cast.desk):
        board = cast.client(who).get(reverse("desk:board")).content.decode()
        gate = board[board.index('id="h-gates"') : board.index('id="h-visits"')]
        assert "(patient says no)" in gate
        assert "front desk calls the escort" in gate
        assert "#octagon-x" in gate


def test_at_the_chair_it_stands_filled_in_and_unconfirmed(cast, infusion):
    Client().post(
        link_to(cast, infusion), FINE | {"escort": "yes"} | {k: v for k, v in ESCORT.items() if k != "answer"}
    )
    arrive(by=cast.nurse, now=cast.now, key=None, infusion_id=infusion.pk)
    page = cast.client(cast.nurse).get(reverse("infusions:chair", args=[infusion.ref])).content.decode()
    assert "not yet confirmed" in page
    assert "Patient says it is so: Demo Escort, 202-555-0188" in page
    assert 'value="Demo Escort"' in page
    assert Infusion.objects.get(pk=infusion.pk).escort_name == ""
    assert not GateAnswer.objects.exists()


def test_the_front_desk_sees_of_an_open_gate_what_it_can_see_to(cast, infusion, monkeypatch):
    arrive(by=cast.nurse, now=cast.now, key=None, infusion_id=infusion.pk)
    monkeypatch.setattr("euthymia.clock.now", lambda: infusion.booking.starts_at)
    nurse, desk = (cast.client(w).get(reverse("desk:board")).content.decode() for w in (cast.nurse, cast.desk))
    assert "Not pregnant" in nurse
    assert "Not pregnant" not in desk
    assert "5 more" in desk


def test_pregnancy_is_not_asked_where_it_does_not_apply(cast, infusion):
    url = link_to(cast, infusion)
    assert "Could you be pregnant?" in Client().get(url).content.decode()
    Patient.objects.filter(pk=cast.patient.pk).update(sex="male")
    assert "Could you be pregnant?" not in Client().get(url).content.decode()
