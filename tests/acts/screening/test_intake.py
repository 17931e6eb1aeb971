"""The intake is kept as typed, page by page, and handed in once, complete."""

from datetime import date

from euthymia.clinic.foundation.audit.actors import patient_by_link
from euthymia.clinic.foundation.people.models import Patient, Task
from euthymia.clinic.foundation.people.rules import Stage, TaskKind
from euthymia.clinic.journey.outcomes.models import Score
from euthymia.clinic.journey.screening.acts import save_intake, submit_intake
from euthymia.clinic.journey.screening.models import Intake, IntakeDraft
from tests.acts.laws import ActLaws
from tests.acts.steps import a_draft, an_intake, to_stage

OTHER_PATIENT = patient_by_link(2_000_000_000)


class TestSaveIntake(ActLaws):
    act = save_intake
    name = "screening.save_intake"
    by = "system"
    refused = ("stranger", "desk", "physician", OTHER_PATIENT)
    rows = IntakeDraft

    def arguments(self, cast):
        return {"patient_id": cast.patient.pk, "answers": {"medicines": "none 🙂"}}

    def test_what_was_answered_on_other_pages_stays(self, cast):
        patient = patient_by_link(cast.patient.pk)
        self.do(cast, by=patient, **self.arguments(cast))
        self.do(cast, by=patient, patient_id=cast.patient.pk, answers={"heart": "no"})
        assert IntakeDraft.objects.get().answers == {"medicines": "none 🙂", "heart": "no"}

    def test_after_it_was_handed_in_it_is_closed(self, cast):
        an_intake(cast)
        assert self.refusal(cast, **self.arguments(cast)) == ("intake_closed", None)


class TestSubmitIntake(ActLaws):
    act = submit_intake
    name = "screening.submit_intake"
    by = "system"
    refused = ("stranger", "desk", "physician", OTHER_PATIENT)
    rows = Intake

    def arguments(self, cast):
        to_stage(cast, Stage.INTAKE_SENT)
        a_draft(cast)
        return {"patient_id": cast.patient.pk}

    def test_it_is_kept_with_its_scores_and_the_practice_is_asked_to_look(self, cast):
        self.do(cast, **self.arguments(cast))
        patient = Patient.objects.get(pk=cast.patient.pk)
        assert (patient.stage, patient.birth_on) == (Stage.INTAKE_COMPLETE, date(1984, 5, 27))
        assert Score.objects.get().total == 16
        assert Task.objects.get().kind == TaskKind.REVIEW

    def test_open_questions_keep_it_back(self, cast):
        to_stage(cast, Stage.INTAKE_SENT)
        a_draft(cast, heart="")
        assert self.refusal(cast, patient_id=cast.patient.pk) == ("intake_unfinished", None)
        assert not Intake.objects.exists()

    def test_it_is_handed_in_once(self, cast):
        arguments = self.arguments(cast)
        self.do(cast, **arguments)
        assert self.refusal(cast, **arguments) == ("intake_closed", None)
