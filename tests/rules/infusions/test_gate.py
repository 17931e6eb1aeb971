"""What must be so before an infusion may start."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.journey.infusions.gate import (
    GATE,
    Baseline,
    GateState,
    Pressure,
    PressureBand,
    check_baseline,
    check_pressure,
    open_items,
    pressure_band,
)
from tests.rules.limits import LIMITS

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
PASSED = {item.id: GateState(True, "") for item in GATE}


def measured(*rows: tuple[int, int, int]) -> tuple[Pressure, ...]:
    """(minutes, systolic, diastolic)"""
    return tuple(Pressure(NOW + timedelta(minutes=m), s, d) for m, s, d in rows)


def test_with_every_item_passed_nothing_is_open():
    assert open_items(PASSED) == []


@pytest.mark.parametrize("item", GATE, ids=lambda i: i.id)
@pytest.mark.parametrize(
    ("state", "open_when_hard", "open_when_soft"),
    [
        (None, True, True),
        (GateState(False, ""), True, True),
        (GateState(False, "  "), True, True),
        (GateState(False, "ate at 9, physician knows"), True, False),
        (GateState(True, ""), False, False),
    ],
)
def test_a_hard_item_stops_and_a_soft_one_takes_a_reason(item, state, open_when_hard, open_when_soft):
    answers = {k: v for k, v in PASSED.items() if k != item.id} | ({item.id: state} if state else {})
    assert (item in open_items(answers)) is (open_when_hard if item.hard else open_when_soft)


@pytest.mark.parametrize("hard", ["identity", "consent", "escort", "pregnancy", "crash_equipment"])
def test_these_items_are_hard(hard):
    assert next(i for i in GATE if i.id == hard).hard


@pytest.mark.parametrize(
    ("systolic", "diastolic", "band"),
    [
        (140, 90, PressureBand.GO),
        (141, 90, PressureBand.REPEAT),
        (140, 91, PressureBand.REPEAT),
        (160, 100, PressureBand.REPEAT),
        (161, 80, PressureBand.HOLD),
        (120, 101, PressureBand.HOLD),
    ],
)
def test_the_worse_number_of_a_pressure_decides(systolic, diastolic, band):
    assert pressure_band(systolic, diastolic, LIMITS) == band


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "baseline_missing"),
        ([(0, 128, 80)], None),
        ([(0, 150, 95)], "pressure_repeat"),
        ([(0, 150, 95), (10, 148, 92)], "pressure_repeat"),
        ([(0, 150, 95), (10, 148, 92), (20, 146, 92)], None),  # repeated twice: whoever starts decides
        ([(0, 150, 95), (1, 148, 92), (2, 146, 92)], "pressure_repeat"),  # without rest
        ([(0, 150, 95), (9, 149, 92), (10, 148, 92), (20, 146, 92)], None),
        ([(0, 150, 95), (10, 138, 88)], None),  # has settled
        ([(0, 150, 95), (10, 138, 88), (20, 150, 95)], "pressure_repeat"),  # risen anew: counted anew
        ([(0, 170, 95)], "pressure_hold"),
        ([(0, 150, 95), (10, 150, 95), (20, 165, 95)], "pressure_hold"),
        ([(0, 170, 95), (10, 150, 95), (20, 150, 95)], None),
        ([(0, 170, 95), (10, 135, 85)], None),
    ],
)
def test_a_raised_pressure_is_repeated_after_rest(rows, code):
    refused = check_pressure(measured(*rows), LIMITS)
    assert (refused.code if refused else None) == code


def test_the_sentence_says_how_many_repeats_are_charted():
    refused = check_pressure(measured((0, 150, 95), (10, 148, 92)), LIMITS)
    assert refused is not None
    assert refused.sentence == (
        "148/92 mmHg is above 140/90. Repeat after 10 minutes of rest: 1 of 2 repeats are charted."
    )


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(90, 200), st.integers(50, 120)), min_size=1))
def test_a_pressure_above_hold_never_starts_and_one_in_range_always_may(rows):
    readings = measured(*sorted(rows))
    refused = check_pressure(readings, LIMITS)
    band = pressure_band(readings[-1].systolic_mmhg, readings[-1].diastolic_mmhg, LIMITS)
    if band == PressureBand.GO:
        assert refused is None
    if band == PressureBand.HOLD:
        assert refused is not None


@pytest.mark.parametrize(
    ("baseline", "code"),
    [
        (None, "baseline_missing"),
        (Baseline(128, 80, 72, None), "baseline_missing"),
        (Baseline(128, None, 72, 98), "baseline_missing"),
        (Baseline(128, 80, None, 98), "baseline_missing"),
        (Baseline(128, 80, 72, 98), None),
        (Baseline(128, 80, 72, 94), None),
        (Baseline(128, 80, 72, 93), "spo2_low"),
        (Baseline(128, 80, 50, 98), None),
        (Baseline(128, 80, 49, 98), "heart_rate"),
        (Baseline(128, 80, 110, 98), None),
        (Baseline(128, 80, 111, 98), "heart_rate"),
    ],
)
def test_saturation_and_heart_rate_before_the_start(baseline, code):
    refused = check_baseline(baseline, measured((0, 128, 80)), LIMITS)
    assert (refused.code if refused else None) == code


def test_a_pressure_that_holds_is_told_before_the_rest():
    refused = check_baseline(Baseline(170, 80, 130, 80), measured((0, 170, 80)), LIMITS)
    assert refused is not None
    assert refused.code == "pressure_hold"
