"""A patient moves along the path, and only where the path leads."""

from euthymia.clinic.foundation.people.acts import move_stage
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.rules import Stage
from tests.acts.laws import ActLaws


class TestMoveStage(ActLaws):
    act = move_stage
    name = "people.move_stage"
    rows = Patient

    def arguments(self, cast):
        return {"patient_id": cast.patient.pk, "to": Stage.INTAKE_SENT}

    def test_the_patient_stands_there_after(self, cast):
        self.do(cast, **self.arguments(cast))
        assert Patient.objects.get(pk=cast.patient.pk).stage == Stage.INTAKE_SENT

    def test_no_step_is_jumped(self, cast):
        assert self.refusal(cast, patient_id=cast.patient.pk, to=Stage.WATCH) == ("stage_move", None)
