"""The gate: each item stands in the way until it passes; only a soft one is passed by, and only with a reason."""

import pytest

from euthymia.clinic.journey.infusions.gate import GATE, GATE_BY_ID, Baseline, GateState, check_baseline, open_items
from tests.rules.infusions.settings import SETTINGS

PASSED = {item.id: GateState(True, "") for item in GATE}
HARD = {"identity", "consent", "escort", "pregnancy", "crash_equipment"}


def test_what_is_hard_and_what_is_soft():
    assert {item.id for item in GATE if item.hard} == HARD
    assert len(GATE_BY_ID) == len(GATE)


def test_all_passed_is_open_and_nothing_answered_is_shut():
    assert open_items(PASSED) == []
    assert open_items({}) == list(GATE)


@pytest.mark.parametrize("item", GATE, ids=lambda i: i.id)
def test_each_item_alone(item):
    def still(state):
        answers = {i: s for i, s in PASSED.items() if i != item.id} | ({item.id: state} if state else {})
        return [i.id for i in open_items(answers)]

    assert still(None) == [item.id]
    assert still(GateState(False, "")) == [item.id]
    assert still(GateState(False, "  ")) == [item.id]
    assert still(GateState(False, "the director agreed")) == ([item.id] if item.hard else [])


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ((124, 80, 72, 98), None),
        ((160, 100, 72, 98), None),
        ((161, 80, 72, 98), "pressure_hold"),
        ((124, 101, 72, 98), "pressure_hold"),
        ((124, 80, 72, 94), None),
        ((124, 80, 72, 93), "spo2_low"),
        ((124, 80, 50, 98), None),
        ((124, 80, 49, 98), "heart_rate"),
        ((124, 80, 110, 98), None),
        ((124, 80, 111, 98), "heart_rate"),
        ((None, 80, 72, 98), "baseline_missing"),
        ((124, None, 72, 98), "baseline_missing"),
        ((124, 80, None, 98), "baseline_missing"),
        ((124, 80, 72, None), "baseline_missing"),
        (None, "baseline_missing"),
    ],
)
def test_the_vitals_before_the_start(values, code):
    refusal = check_baseline(Baseline(*values) if values else None, SETTINGS)
    assert (refusal.code if refusal else None) == code
