"""A signed plan goes to the patient, to be read and signed by link."""

from euthymia.clinic.foundation.messages.models import Letter
from euthymia.clinic.foundation.people.models import Link, LinkPurpose, Patient
from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.journey.plans.acts import propose_plan, sign_plan
from euthymia.clinic.journey.plans.models import Plan
from euthymia.clinic.journey.plans.states import PlanState
from tests.acts.laws import ActLaws
from tests.acts.steps import a_plan, plan_arguments


class TestSignPlan(ActLaws):
    act = sign_plan
    name = "plans.sign_plan"
    by = "physician"
    refused = ("stranger", "nurse", "desk", "biller")
    rows = Plan

    def arguments(self, cast):
        return {"plan_id": a_plan(cast)}

    def test_the_patient_gets_a_link(self, cast):
        plan = Plan.objects.get(pk=self.do(cast, **self.arguments(cast)))
        assert (plan.state, plan.signed_by_id) == (PlanState.SIGNED, cast.physician.staff_id)
        assert Patient.objects.get(pk=cast.patient.pk).stage == Stage.PLAN_ISSUED
        link = Link.objects.get()
        assert (link.purpose, link.about) == (LinkPurpose.AGREEMENT, f"plan:{plan.pk}")
        assert "/p/agreement/" in Letter.objects.get().body

    def test_it_is_signed_once(self, cast):
        arguments = self.arguments(cast)
        self.do(cast, **arguments)
        assert self.refusal(cast, **arguments) == ("plan_state", None)

    def test_no_plan_is_signed_for_someone_who_is_not_eligible(self, cast):
        plan_id = propose_plan(by=cast.physician, now=cast.now, key=None, **plan_arguments(cast))
        assert self.refusal(cast, plan_id=plan_id) == ("stage_move", None)
