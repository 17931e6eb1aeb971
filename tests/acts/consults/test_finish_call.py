"""How a call ends decides what follows: a record with its intake link, a task, or nothing; safety comes first."""

from datetime import datetime

import pytest

from euthymia.clinic.foundation.messages.models import Letter
from euthymia.clinic.foundation.people.models import Link, Patient, Task
from euthymia.clinic.foundation.people.rules import Stage, TaskKind
from euthymia.clinic.journey.consults.acts import finish_call
from euthymia.clinic.journey.consults.models import Call
from euthymia.clinic.journey.consults.rules import Disposition
from euthymia.clinic.journey.consults.states import CallState
from tests.acts.laws import ActLaws
from tests.acts.steps import a_call


class TestFinishCall(ActLaws):
    act = finish_call
    name = "consults.finish_call"
    rows = Call
    about_patient = False

    def arguments(self, cast):
        return {"call_id": a_call(cast), "sheet": {"safe_now": "no"}, "disposition": Disposition.NOT_A_FIT}

    def test_to_proceed_opens_a_record_and_sends_the_intake(self, cast):
        named = {"given_name": "Demo", "family_name": "Caller", "disposition": Disposition.PROCEED}
        sheet = {"safe_now": "no", "may_text": "yes", "asked_price": "yes"}
        self.do(cast, **self.arguments(cast) | named | {"sheet": sheet})
        patient = Patient.objects.get(family_name="Caller")
        assert (patient.stage, patient.may_text, patient.may_leave_voicemail) == (Stage.INTAKE_SENT, True, False)
        assert Link.objects.get(patient=patient).purpose == "intake"
        assert "/p/intake/" in Letter.objects.get(patient=patient).body
        assert Task.objects.get(patient=patient).kind == TaskKind.ESTIMATE_DUE
        assert Call.objects.get().patient == patient

    def test_who_asked_the_price_is_owed_an_estimate_within_three_business_days(self, cast):
        sheet = {"safe_now": "no", "asked_price": "yes"}
        self.do(cast, **self.arguments(cast) | {"sheet": sheet, "disposition": Disposition.MORE_NEEDED})
        due = Task.objects.get(kind=TaskKind.ESTIMATE_DUE).due_at
        assert due == datetime.fromisoformat("2026-11-27T23:59:00-05:00")  # Monday's third, Thursday being a holiday

    def test_to_proceed_needs_a_name_and_opens_nothing_without(self, cast):
        arguments = self.arguments(cast) | {"disposition": Disposition.PROCEED}
        assert self.refusal(cast, **arguments) == ("name_missing", "given_name")
        assert Patient.objects.count() == 1

    def test_without_the_safety_question_it_cannot_end(self, cast):
        assert self.refusal(cast, **self.arguments(cast) | {"sheet": {}}) == ("safety_not_asked", "disposition")

    def test_danger_ends_as_an_emergency_with_a_task_for_the_physician(self, cast):
        danger = self.arguments(cast) | {"sheet": {"safe_now": "yes"}}
        assert self.refusal(cast, **danger) == ("safety_first", "disposition")
        self.do(cast, **danger | {"disposition": Disposition.EMERGENCY})
        task = Task.objects.get()
        assert (task.kind, task.named_id) == (TaskKind.SAFETY, cast.physician.staff_id)

    @pytest.mark.parametrize(
        ("how", "state"),
        [(Disposition.NOT_REACHED, CallState.MISSED), (Disposition.MORE_NEEDED, CallState.DONE)],
    )
    def test_who_must_be_called_again_becomes_a_task(self, cast, how, state):
        self.do(cast, **self.arguments(cast) | {"disposition": how})
        assert Call.objects.get().state == state
        assert Task.objects.get().kind == TaskKind.CALL_BACK

    def test_a_call_ends_once(self, cast):
        arguments = self.arguments(cast)
        self.do(cast, **arguments)
        assert self.refusal(cast, **arguments) == ("call_over", None)
