"""A clinician has looked; who looked first stays."""

from euthymia.clinic.journey.outcomes.acts import read_score
from euthymia.clinic.journey.outcomes.models import ScoreRead
from tests.acts.laws import ActLaws
from tests.acts.steps import a_score


class TestReadScore(ActLaws):
    act = read_score
    name = "outcomes.read_score"
    by = "physician"
    refused = ("stranger", "desk", "biller")
    rows = ScoreRead

    def arguments(self, cast):
        return {"score_id": a_score(cast)}

    def test_who_looked_first_stays(self, cast):
        arguments = self.arguments(cast)
        self.do(cast, **arguments)
        self.do(cast, by="nurse", **arguments)
        assert ScoreRead.objects.get().by_id == cast.physician.staff_id
