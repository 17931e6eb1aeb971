"""A task is opened with a time and finished once; one about safety tells how the patient is."""

from datetime import timedelta

from euthymia.clinic.foundation.people.acts import finish_task, open_task
from euthymia.clinic.foundation.people.models import Task
from euthymia.clinic.foundation.people.rules import TaskKind
from tests.acts.laws import ActLaws


def opening(cast, kind=TaskKind.CALL_BACK):
    return {
        "kind": kind,
        "location_id": cast.here.pk,
        "patient_id": cast.patient.pk,
        "what": "Call back",
        "due_at": cast.now + timedelta(hours=1),
    }


class TestOpenTask(ActLaws):
    act = open_task
    name = "people.open_task"
    rows = Task

    def arguments(self, cast):
        return opening(cast)


class TestFinishTask(ActLaws):
    act = finish_task
    name = "people.finish_task"
    rows = Task

    def arguments(self, cast, kind=TaskKind.CALL_BACK):
        task_id = open_task(by=cast.desk, now=cast.now, key=None, **opening(cast, kind))
        return {"task_id": task_id, "outcome": "Reached."}

    def test_it_says_who_finished_it(self, cast):
        task = Task.objects.get(pk=self.do(cast, **self.arguments(cast)))
        assert (task.done_at, task.done_by_id, task.outcome) == (cast.now, cast.desk.staff_id, "Reached.")

    def test_it_is_finished_once(self, cast):
        arguments = self.arguments(cast)
        self.do(cast, **arguments)
        assert self.refusal(cast, **arguments) == ("task_done", None)

    def test_safety_asks_how_the_patient_is(self, cast):
        arguments = self.arguments(cast, TaskKind.SAFETY) | {"outcome": "  "}
        assert self.refusal(cast, **arguments) == ("outcome_missing", "outcome")
