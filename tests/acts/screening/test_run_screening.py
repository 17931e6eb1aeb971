"""The rules run over the newest intake and what was measured; what spoke is kept."""

from dataclasses import replace
from datetime import UTC, datetime

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

    def test_he_is_as_old_as_the_calendar_of_his_location_says(self, cast):
        evening = replace(cast, now=datetime(2026, 11, 24, 3, tzinfo=UTC))  # ten in the evening of the 23rd there
        an_intake(evening, birth_on="2008-11-24")
        young = Screening.objects.get(pk=self.do(evening, patient_id=cast.patient.pk, measured=MEASURED))
        assert "age_low" in {f["rule"] for f in young.findings if f["known"]}
        morning = replace(cast, now=datetime(2026, 11, 24, 14, tzinfo=UTC))
        grown = Screening.objects.get(pk=self.do(morning, patient_id=cast.patient.pk, measured=MEASURED))
        assert "age_low" not in {f["rule"] for f in grown.findings if f["known"]}
