"""A questionnaire is kept as answered; the item about death opens the safety path at once."""

from datetime import timedelta

import pytest

from euthymia.clinic.foundation.audit.actors import patient_by_link
from euthymia.clinic.foundation.people.acts import register_patient
from euthymia.clinic.foundation.people.models import Task
from euthymia.clinic.foundation.people.rules import TaskKind
from euthymia.clinic.journey.outcomes.acts import record_score
from euthymia.clinic.journey.outcomes.models import Score, ScoreOccasion
from euthymia.clinic.journey.outcomes.queries import scores_of
from tests.acts.laws import ActLaws


class TestRecordScore(ActLaws):
    act = record_score
    name = "outcomes.record_score"
    by = "nurse"
    refused = ("stranger", "desk", "biller", patient_by_link(2_000_000_000))
    rows = Score

    def arguments(self, cast):
        return {
            "patient_id": cast.patient.pk,
            "instrument_code": "phq9",
            "answers": (2, 2, 2, 2, 2, 1, 1, 1, 0),
            "occasion": ScoreOccasion.REVIEW,
        }

    def test_it_is_summed_and_says_who_entered_it(self, cast):
        score = Score.objects.get(pk=self.do(cast, **self.arguments(cast)))
        assert (score.total, score.prorated, score.entered_by_id) == (13, False, cast.nurse.staff_id)
        assert not Task.objects.exists()

    def test_the_patient_answers_by_link(self, cast):
        score = Score.objects.get(pk=self.do(cast, by=patient_by_link(cast.patient.pk), **self.arguments(cast)))
        assert score.entered_by is None

    @pytest.mark.parametrize("who", ["nurse", "the patient"])
    def test_thoughts_of_death_open_a_task_for_the_physician_within_the_set_time(self, cast, who):
        by = patient_by_link(cast.patient.pk) if who == "the patient" else who
        self.do(cast, by=by, **self.arguments(cast) | {"answers": (0,) * 8 + (1,)})
        task = Task.objects.get()
        assert (task.kind, task.named_id) == (TaskKind.SAFETY, cast.physician.staff_id)
        assert cast.now < task.due_at <= cast.now + timedelta(hours=1)

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"answers": (1,) * 8}, "answers_count"),
            ({"answers": (4,) * 9}, "answer_range"),
            ({"answers": (-1,) * 9}, "answer_range"),
        ],
    )
    def test_what_cannot_be_answered_is_refused(self, cast, change, code):
        assert self.refusal(cast, **self.arguments(cast) | change) == (code, None)

    def test_no_score_is_of_the_future(self, cast):
        later = self.arguments(cast) | {"taken_at": cast.now + timedelta(minutes=1)}
        assert self.refusal(cast, **later) == ("in_the_future", "taken_on")

    def test_a_correction_says_why_and_takes_the_place_of_the_old(self, cast):
        first = self.do(cast, **self.arguments(cast))
        corrected = self.arguments(cast) | {"answers": (0,) * 9, "corrects_id": first}
        assert self.refusal(cast, **corrected) == ("reason_missing", "reason")
        second = self.do(cast, **corrected, reason="wrong row")
        assert [s.pk for s in scores_of(cast.patient)] == [second]

    def test_the_score_of_another_is_not_corrected(self, cast):
        other = register_patient(
            by=cast.desk, now=cast.now, key=None, location_id=cast.here.pk, given_name="Demo", family_name="Other"
        )
        theirs = self.do(cast, **self.arguments(cast) | {"patient_id": other})
        wanted = self.arguments(cast) | {"corrects_id": theirs, "reason": "mistake"}
        assert self.refusal(cast, **wanted) == ("no_such_score", None)
