"""The physician decides, with a reason; a rule that spoke is overridden by his signed reason, or not at all."""

from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.journey.screening.acts import decide_eligibility, run_screening
from euthymia.clinic.journey.screening.models import Decision, EligibilityOutcome, Screening
from tests.acts.laws import ActLaws
from tests.acts.steps import MEASURED, a_screening


def overrides_for(screening_id: int) -> dict[str, str]:
    """A reason for every rule that may be overridden."""
    return {f["rule"]: "looked at" for f in Screening.objects.get(pk=screening_id).findings}


class TestDecideEligibility(ActLaws):
    act = decide_eligibility
    name = "screening.decide_eligibility"
    by = "physician"
    refused = ("stranger", "nurse", "desk", "biller")
    rows = Decision

    def arguments(self, cast, **answers):
        screening_id = a_screening(cast, **answers)
        return {
            "screening_id": screening_id,
            "outcome": EligibilityOutcome.ELIGIBLE,
            "reason": "No reason against it.",
            "overrides": overrides_for(screening_id),
        }

    def test_the_patient_moves_along(self, cast):
        self.do(cast, **self.arguments(cast))
        assert Patient.objects.get(pk=cast.patient.pk).stage == Stage.ELIGIBLE
        assert Decision.objects.get().by_id == cast.physician.staff_id

    def test_it_needs_a_reason(self, cast):
        assert self.refusal(cast, **self.arguments(cast) | {"reason": " "}) == ("reason_missing", "reason")

    def test_an_excluding_rule_is_never_overridden(self, cast):
        arguments = self.arguments(cast, pregnant="yes")
        assert self.refusal(cast, **arguments) == ("absolute", "outcome")
        declined = arguments | {"outcome": EligibilityOutcome.DECLINED, "overrides": {}}
        assert self.do(cast, **declined)

    def test_a_rule_that_spoke_asks_for_its_own_reason(self, cast):
        arguments = self.arguments(cast, substances="yes")
        arguments["overrides"].pop("substances")
        assert self.refusal(cast, **arguments) == ("override_missing", "override_substances")

    def test_an_excluding_rule_that_is_not_known_must_be_found_out(self, cast):
        arguments = self.arguments(cast, pregnant="not_sure")
        arguments["overrides"].pop("pregnant")
        assert self.refusal(cast, **arguments) == ("unknown_absolute", "override_pregnant")

    def test_an_old_screening_decides_nothing(self, cast):
        arguments = self.arguments(cast)
        run_screening(by=cast.nurse, now=cast.now, key=None, patient_id=cast.patient.pk, measured=MEASURED)
        assert self.refusal(cast, **arguments) == ("screening_old", None)
