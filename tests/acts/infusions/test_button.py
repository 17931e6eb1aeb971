"""The patient's button: handed out, pressed by nobody but him, answered, settled."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.db.utils import DatabaseError

from euthymia.clinic.foundation.audit.actors import patient_by_link
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.messages.models import Letter
from euthymia.clinic.foundation.people.access import come_by_link
from euthymia.clinic.foundation.people.models import Link
from euthymia.clinic.journey.infusions.button import CallState, Said
from euthymia.clinic.journey.infusions.button_acts import answer_calls, give_button, press_button, settle_calls
from euthymia.clinic.journey.infusions.button_queries import button_address
from euthymia.clinic.journey.infusions.leaving_acts import discharge_patient
from euthymia.clinic.journey.infusions.models import HelpAnswer, HelpCall, HelpOutcome, Infusion
from tests.acts.laws import ActLaws
from tests.visits import ALL_CHECKED, booked, chart, crew_of, discharged, recovering, running


def press(cast, infusion, said=Said.SICK, after_s=0):
    me, at = patient_by_link(cast.patient.pk), cast.now + timedelta(seconds=after_s)
    return press_button(by=me, now=at, key=None, infusion_id=infusion.pk, said=said)


def answer(cast, infusion, up_to_id):
    return answer_calls(by=cast.nurse, now=cast.now, key=None, infusion_id=infusion.pk, up_to_id=up_to_id)


class TestGiveButton(ActLaws):
    act = give_button
    name = "infusions.give_button"
    refused = ("stranger", "biller", "owner")
    rows = Link

    def arguments(self, cast):
        return {"infusion_id": running(crew_of(cast), cast.now).pk}

    def test_it_opens_the_button_and_the_one_before_it_is_closed(self, cast):
        infusion = Infusion.objects.get(pk=self.arguments(cast)["infusion_id"])
        assert button_address(infusion, cast.now) is None
        self.do(cast, infusion_id=infusion.pk)
        first = button_address(infusion, cast.now).split("/")[-2]
        assert come_by_link(now=cast.now, secret=first, purpose="help").link.about == f"infusion:{infusion.pk}"
        self.do(cast, infusion_id=infusion.pk)
        second = button_address(infusion, cast.now).split("/")[-2]
        assert second != first
        assert come_by_link(now=cast.now, secret=second, purpose="help").patient == cast.patient
        with pytest.raises(NotAllowed):
            come_by_link(now=cast.now, secret=first, purpose="help")

    def test_it_opens_nothing_else_and_expires(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, **wanted)
        infusion = Infusion.objects.get(pk=wanted["infusion_id"])
        secret = button_address(infusion, cast.now).split("/")[-2]
        for purpose, at in (("scores", cast.now), ("help", cast.now + timedelta(days=1))):
            with pytest.raises(NotAllowed):
                come_by_link(now=at, secret=secret, purpose=purpose)
        assert button_address(infusion, cast.now + timedelta(days=1)) is None

    def test_by_email_where_there_is_an_address(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, **wanted, by_email=True)
        letter = Letter.objects.get(subject="Your button for today")
        assert button_address(Infusion.objects.get(pk=wanted["infusion_id"]), cast.now) in letter.body
        assert not {"ketamine", "infusion", "depression"} & set(letter.body.lower().split())

    @pytest.mark.parametrize(("made", "ago"), [(booked, {"days": 3}), (discharged, {"hours": 2})])
    def test_only_while_he_is_here(self, cast, made, ago):
        infusion = made(crew_of(cast), cast.now - timedelta(**ago))
        assert self.refusal(cast, infusion_id=infusion.pk) == ("not_here", None)


class TestPressButton(ActLaws):
    act = press_button
    name = "infusions.press_button"
    refused = ("nurse", "desk", "director", "stranger")
    rows = HelpCall

    @property
    def by(self):
        return patient_by_link(HelpCallPatient.pk)

    def arguments(self, cast):
        HelpCallPatient.pk = cast.patient.pk
        return {"infusion_id": running(crew_of(cast), cast.now).pk, "said": Said.SOMEONE}

    def test_not_for_another_patient(self, cast):
        wanted = self.arguments(cast)
        with pytest.raises(NotAllowed):
            self.do(cast, by=patient_by_link(cast.patient.pk + 1), **wanted)
        assert not HelpCall.objects.exists()

    def test_two_presses_are_two(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, key="one", **wanted)
        self.do(cast, key="two", **wanted)
        assert HelpCall.objects.count() == 2

    def test_not_after_he_left_and_the_database_says_so_too(self, cast):
        wanted = self.arguments(cast)
        left = discharged_now(cast, wanted["infusion_id"])
        assert self.refusal(cast, **wanted) == ("button_off", None)
        with pytest.raises(DatabaseError, match="is signed"), transaction.atomic():
            HelpCall.objects.create(infusion=left, said=Said.SICK, at=cast.now)

    def test_the_database_keeps_to_the_four_words(self, cast):
        infusion = Infusion.objects.get(pk=self.arguments(cast)["infusion_id"])
        with pytest.raises(IntegrityError, match="infusions_help_said"), transaction.atomic():
            HelpCall.objects.create(infusion=infusion, said="bored", at=cast.now)

    def test_the_database_lets_nobody_change_it(self, cast):
        call = HelpCall.objects.get(pk=self.do(cast, **self.arguments(cast)))
        for change in (lambda r: r.update(said="all_right"), lambda r: r.delete()):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                change(HelpCall.objects.filter(pk=call.pk))
        assert HelpCall.objects.get(pk=call.pk).said == Said.SOMEONE


class HelpCallPatient:
    """Whom the tests' patient by link stands for; the cast makes him anew for each test."""

    pk = 0


def discharged_now(cast, infusion_id):
    """This very infusion ended, waited for and closed."""
    from euthymia.clinic.journey.infusions.acts import end_infusion

    crew, infusion = crew_of(cast), Infusion.objects.get(pk=infusion_id)
    end_infusion(by=cast.nurse, now=cast.now + timedelta(minutes=41), key=None, infusion_id=infusion_id)
    chart(crew, infusion, cast.now + timedelta(minutes=70), 126)
    discharge(cast, infusion, 75)
    infusion.refresh_from_db()
    return infusion


def discharge(cast, infusion, after_min):
    return discharge_patient(
        by=cast.nurse,
        now=cast.now + timedelta(minutes=after_min),
        key=None,
        infusion_id=infusion.pk,
        aldrete=10,
        mpadss=10,
        checked=ALL_CHECKED,
    )


class TestAnswerCalls(ActLaws):
    act = answer_calls
    name = "infusions.answer_calls"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = HelpAnswer

    def arguments(self, cast):
        infusion = running(crew_of(cast), cast.now)
        return {"infusion_id": infusion.pk, "up_to_id": press(cast, infusion)}

    def test_who_and_when_is_kept_and_a_second_is_told_who_came_first(self, cast):
        wanted = self.arguments(cast)
        assert self.do(cast, **wanted) == 1
        answered = HelpAnswer.objects.get()
        assert (answered.by_id, answered.at, answered.call.state) == (
            cast.nurse.staff_id,
            cast.now,
            CallState.ANSWERED,
        )
        with pytest.raises(Exception, match="nothing_rings") as refused:
            self.do(cast, by="second_nurse", **wanted)
        assert answered.by.name in refused.value.refusal.sentence

    def test_a_press_that_came_after_the_page_was_drawn_goes_on_ringing(self, cast):
        wanted = self.arguments(cast)
        later = press(cast, Infusion.objects.get(pk=wanted["infusion_id"]), after_s=1)
        assert self.do(cast, **wanted) == 1
        assert HelpCall.objects.get(pk=later).state == CallState.RINGING

    def test_all_right_rings_nowhere(self, cast):
        infusion = running(crew_of(cast), cast.now)
        well = press(cast, infusion, Said.ALL_RIGHT)
        assert self.refusal(cast, infusion_id=infusion.pk, up_to_id=well) == ("nothing_rings", None)


class TestSettleCalls(ActLaws):
    act = settle_calls
    name = "infusions.settle_calls"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = HelpOutcome

    def arguments(self, cast):
        infusion = running(crew_of(cast), cast.now)
        up_to = press(cast, infusion)
        answer(cast, infusion, up_to)
        return {"infusion_id": infusion.pk, "up_to_id": up_to, "words": "Ondansetron 4 mg; he is better."}

    def test_it_closes_the_call_in_words(self, cast):
        wanted = self.arguments(cast)
        assert self.do(cast, **wanted) == 1
        assert HelpCall.objects.get().state == CallState.SETTLED
        assert self.refusal(cast, **wanted) == ("nothing_open", None)

    def test_it_wants_words(self, cast):
        wanted = self.arguments(cast)
        assert self.refusal(cast, **wanted | {"words": " "}) == ("outcome_missing", "words")
        with pytest.raises(IntegrityError, match="outcome_in_words"), transaction.atomic():
            HelpOutcome.objects.create(
                answer=HelpAnswer.objects.get(), at=cast.now, by_id=cast.nurse.staff_id, words=" "
            )

    def test_not_what_still_rings(self, cast):
        infusion = running(crew_of(cast), cast.now)
        ringing = press(cast, infusion)
        assert self.refusal(cast, infusion_id=infusion.pk, up_to_id=ringing, words="Went there.") == (
            "still_rings",
            "words",
        )


def test_nobody_leaves_while_his_call_has_no_outcome(cast):
    crew, start = crew_of(cast), cast.now
    infusion = recovering(crew, start)
    up_to = press(cast, infusion)
    chart(crew, infusion, start + timedelta(minutes=70), 126)
    with pytest.raises(Exception, match="call_open"):
        discharge(cast, infusion, 75)
    answer(cast, infusion, up_to)
    with pytest.raises(Exception, match="call_open"):
        discharge(cast, infusion, 75)
    with pytest.raises(DatabaseError, match="has no outcome"), transaction.atomic():
        Infusion.objects.filter(pk=infusion.pk).update(state="discharged", discharged_at=start)
    settle_calls(by=cast.nurse, now=start, key=None, infusion_id=infusion.pk, up_to_id=up_to, words="Water; well.")
    discharge(cast, infusion, 75)
    assert Infusion.objects.get(pk=infusion.pk).state == "discharged"
