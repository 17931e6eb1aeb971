"""A plan is written with its estimate; hard limits bind everybody; an older proposal is withdrawn."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.journey.plans.acts import propose_plan
from euthymia.clinic.journey.plans.models import Plan
from euthymia.clinic.journey.plans.states import PlanState
from tests.acts.laws import ActLaws
from tests.acts.steps import a_plan, plan_arguments, to_stage


class TestProposePlan(ActLaws):
    act = propose_plan
    name = "plans.propose_plan"
    by = "physician"
    refused = ("stranger", "nurse", "desk", "biller")
    rows = Plan

    def arguments(self, cast):
        to_stage(cast, Stage.ELIGIBLE)
        return plan_arguments(cast)

    def test_it_comes_with_an_estimate_at_the_price_of_the_package(self, cast):
        plan = Plan.objects.get(pk=self.do(cast, **self.arguments(cast)))
        assert plan.state == PlanState.PROPOSED
        assert sum(line["count"] * line["each_cents"] for line in plan.estimate.lines) == 258_000

    def test_an_older_proposal_is_withdrawn(self, cast):
        first = a_plan(cast)
        self.do(cast, **plan_arguments(cast, minutes=50))
        assert Plan.objects.get(pk=first).state == PlanState.WITHDRAWN

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [
            ({"mg_per_kg": Decimal("2.001")}, ("dose_hard", "mg_per_kg")),
            ({"mg_per_kg": Decimal(0)}, ("no_dose", "mg_per_kg")),
            ({"minutes": 9}, ("too_fast", "mg_per_kg")),
            ({"schedule_days": []}, ("schedule", "schedule_days")),
            ({"schedule_days": [1, 2]}, ("schedule", "schedule_days")),
            ({"schedule_days": [0, 2, 2]}, ("schedule", "schedule_days")),
            ({"first_on": date(2026, 11, 22)}, ("in_the_past", "first_on")),
        ],
    )
    def test_what_no_role_may_plan_is_refused_beside_its_field(self, cast, change, refusal):
        assert self.refusal(cast, **self.arguments(cast) | change) == refusal

    def test_today_is_today_where_the_patient_is(self, cast):
        evening = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 8 pm on the 23rd in Washington
        wanted = self.arguments(cast) | {"first_on": date(2026, 11, 23)}
        assert propose_plan(by=cast.physician, now=evening, key=None, **wanted)
