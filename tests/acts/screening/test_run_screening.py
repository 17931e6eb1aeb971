"""The rules run over the newest intake and what was measured; what spoke is kept."""

from euthymia.clinic.journey.screening.acts import run_screening
from euthymia.clinic.journey.screening.models import Screening
from tests.acts.laws import ActLaws
from tests.acts.steps import MEASURED, an_intake


class TestRunScreening(ActLaws):
    act = run_screening
    name = "screening.run_screening"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = Screening

    def arguments(self, cast):
        an_intake(cast)
        return {"patient_id": cast.patient.pk, "measured": MEASURED}

    def test_what_spoke_is_kept_with_its_input(self, cast):
        an_intake(cast, pregnant="yes", medicines="Xanax at night")
        made = self.do(cast, patient_id=cast.patient.pk, measured=MEASURED)
        screening = Screening.objects.get(pk=made)
        spoke = {f["rule"]: f["input"] for f in screening.findings if f["known"]}
        assert spoke["pregnant"] == "yes"
        assert spoke["benzodiazepine"] == "xanax"
        assert screening.suggestion == "declined"

    def test_without_an_intake_there_is_nothing_to_look_at(self, cast):
        assert self.refusal(cast, patient_id=cast.patient.pk, measured={}) == ("no_intake", None)
