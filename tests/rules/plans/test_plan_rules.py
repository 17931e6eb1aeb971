"""What a plan may hold, where it may go, and what its estimate says."""

from datetime import date
from decimal import Decimal

import pytest

from euthymia.clinic.journey.plans.rules import PLAN_MOVES, Charge, check_dose, check_schedule, estimate_lines
from euthymia.clinic.journey.plans.states import PlanState

LIMITS = {"dose.hard_mg_per_kg": Decimal(2)}


@pytest.mark.parametrize(
    ("mg_per_kg", "minutes", "code"),
    [
        ("0.5", 40, None),
        ("2", 40, None),
        ("2.001", 40, "dose_hard"),
        ("0", 40, "no_dose"),
        ("-0.5", 40, "no_dose"),
        ("0.5", 10, None),
        ("0.5", 9, "too_fast"),
    ],
)
def test_doses(mg_per_kg, minutes, code):
    refusal = check_dose(Decimal(mg_per_kg), minutes, LIMITS)
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(
    ("days", "fits"),
    [
        ([0], True),
        ([0, 2, 4, 7, 9, 11], True),
        (list(range(30)), True),
        (list(range(31)), False),
        ([], False),
        ([1, 2], False),
        ([0, 2, 2], False),
        ([0, 4, 2], False),
        ([-1, 0], False),
    ],
)
def test_schedules(days, fits):
    assert (check_schedule(days) is None) is fits


MOVES = {
    PlanState.PROPOSED: {PlanState.SIGNED, PlanState.WITHDRAWN},
    PlanState.SIGNED: {PlanState.AGREED, PlanState.WITHDRAWN},
    PlanState.AGREED: {PlanState.DONE, PlanState.WITHDRAWN},
    PlanState.DONE: set(),
    PlanState.WITHDRAWN: set(),
}


@pytest.mark.parametrize("state", PlanState)
def test_where_a_plan_leads(state):
    assert PLAN_MOVES[state] == MOVES[state]


def test_an_estimate_says_what_how_often_when_and_for_how_much():
    charges = [Charge("Infusion", "X1", 2, 47_500), Charge("Nothing", "", 0, 100)]
    (line,) = estimate_lines(charges, [date(2026, 12, 1), date(2026, 12, 3)])
    assert (line["what"], line["count"], line["each_cents"]) == ("Infusion", 2, 47_500)
    assert line["on"] == "01 Dec 2026, 03 Dec 2026"
