"""A booster is proposed once, and signed or declined once, by the physician."""

from datetime import date
from decimal import Decimal

from euthymia.clinic.foundation.people.models import Patient, Task
from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.journey.boosters.acts import decline_booster, propose_booster, sign_booster
from euthymia.clinic.journey.boosters.models import Booster, BoosterState
from euthymia.clinic.journey.plans.models import Plan
from euthymia.clinic.journey.plans.states import PlanKind, PlanState
from tests.acts.laws import ActLaws
from tests.acts.steps import a_booster, booster_arguments, to_stage


def stage(cast) -> str:
    return Patient.objects.get(pk=cast.patient.pk).stage


class TestProposeBooster(ActLaws):
    act = propose_booster
    name = "boosters.propose_booster"
    by = "system"
    refused = ("stranger", "nurse", "desk", "biller")
    rows = Booster

    def arguments(self, cast):
        to_stage(cast, Stage.WATCH)
        return booster_arguments(cast)

    def test_it_has_its_price_and_the_physician_is_asked(self, cast):
        self.do(cast, **self.arguments(cast))
        assert Booster.objects.get().price_cents == 47_500
        assert stage(cast) == Stage.BOOSTER_PROPOSED
        assert Task.objects.get().patient == cast.patient

    def test_one_waits_at_a_time(self, cast):
        arguments = self.arguments(cast)
        self.do(cast, **arguments)
        assert self.refusal(cast, **arguments) == ("booster_waits", None)


class TestSignBooster(ActLaws):
    act = sign_booster
    name = "boosters.sign_booster"
    by = "physician"
    refused = ("stranger", "nurse", "desk", "biller")
    rows = Plan

    def arguments(self, cast):
        return {
            "booster_id": a_booster(cast),
            "mg_per_kg": Decimal("0.5"),
            "minutes": 40,
            "on": date(2026, 12, 2),
        }

    def test_it_becomes_a_signed_plan_of_one_infusion(self, cast):
        plan = Plan.objects.get(pk=self.do(cast, **self.arguments(cast)))
        assert (plan.kind, plan.state, plan.schedule_days) == (PlanKind.BOOSTER, PlanState.SIGNED, [0])
        assert Booster.objects.get().plan == plan
        assert stage(cast) == Stage.BOOSTER_BOOKED

    def test_a_dose_above_the_limit_leaves_it_proposed(self, cast):
        arguments = self.arguments(cast) | {"mg_per_kg": Decimal(3)}
        assert self.refusal(cast, **arguments) == ("dose_hard", "mg_per_kg")
        assert Booster.objects.get().state == BoosterState.PROPOSED


class TestDeclineBooster(ActLaws):
    act = decline_booster
    name = "boosters.decline_booster"
    by = "physician"
    refused = ("stranger", "nurse", "desk", "biller")
    rows = Booster

    def arguments(self, cast):
        return {"booster_id": a_booster(cast), "reason": "Scores are good."}

    def test_the_watch_goes_on(self, cast):
        self.do(cast, **self.arguments(cast))
        assert Booster.objects.get().state == BoosterState.DECLINED
        assert stage(cast) == Stage.WATCH

    def test_it_needs_a_reason_and_is_settled_once(self, cast):
        arguments = self.arguments(cast)
        assert self.refusal(cast, **arguments | {"reason": " "}) == ("reason_missing", "reason")
        self.do(cast, **arguments)
        assert self.refusal(cast, **arguments) == ("booster_settled", None)
