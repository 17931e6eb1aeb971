"""From weight and order to milligrams, microlitres and mL/h; and the hard limits."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.journey.infusions.dose import (
    Rate,
    check_fresh,
    compute_dose,
    given_ug,
    hard_limits,
    plain,
    rate_of,
)
from tests.rules.limits import LIMITS

D = Decimal


def order(kg: str, mg_per_kg: str = "0.5", minutes: int = 40, strength: int = 50, bag_ml: int = 100):
    return compute_dose(
        weight_kg=D(kg), mg_per_kg=D(mg_per_kg), minutes=minutes, strength_mg_per_ml=strength, bag_ml=bag_ml
    )


@pytest.mark.parametrize(
    ("kg", "mg_per_kg", "minutes", "strength", "bag", "mg", "ml", "rate", "mg_min"),
    [
        ("80", "0.5", 40, 50, 100, "40", "0.8", "150", "1"),
        ("80", "0.5", 40, 100, 100, "40", "0.4", "150", "1"),
        ("80", "0.5", 40, 10, 100, "40", "4", "150", "1"),
        ("62.5", "0.5", 40, 50, 100, "31.25", "0.625", "150", "0.781"),
        ("100", "1", 60, 50, 250, "100", "2", "250", "1.667"),
        ("70", "1.4", 240, 50, 500, "98", "1.96", "125", "0.408"),  # 0.35 mg/kg/h over 4 h
    ],
)
def test_orders_worked_by_hand(kg, mg_per_kg, minutes, strength, bag, mg, ml, rate, mg_min):
    d = order(kg, mg_per_kg, minutes, strength, bag)
    assert (d.dose_mg, d.volume_ml, d.rate_ml_per_h, d.mg_per_min) == (D(mg), D(ml), D(rate), D(mg_min))


weights = st.decimals(25, 350, places=1)
per_kg = st.decimals("0.1", 2, places=2)


@given(weights, per_kg, st.sampled_from([10, 50, 100]), st.integers(10, 600))
def test_volume_times_strength_is_the_dose_within_half_a_microlitre(kg, mg_kg, strength, minutes):
    d = compute_dose(weight_kg=kg, mg_per_kg=mg_kg, minutes=minutes, strength_mg_per_ml=strength, bag_ml=100)
    assert abs(d.volume_ul * strength - d.dose_ug) * 2 <= strength
    assert abs(d.rate_ml_per_h * minutes / 60 - 100) <= D(minutes) / 60 * D("0.0051")


@pytest.mark.parametrize(
    ("kg", "mg_per_kg", "code"),
    [
        ("25", "0.5", None),
        ("24.9", "0.5", "weight_range"),
        ("350", "0.5", None),
        ("350.1", "0.5", "weight_range"),
        ("80", "2", None),
        ("80", "2.01", "dose_hard"),
        ("100", "2", None),  # 200 mg exactly
        ("100.1", "2", "dose_hard"),
        ("80", "5", "dose_hard"),  # ten-fold slip
        ("80", "40", "dose_hard"),  # mg typed for mg/kg
    ],
)
def test_hard_limits_pass_nobody(kg, mg_per_kg, code):
    refused = hard_limits(order(kg, mg_per_kg), D(mg_per_kg), LIMITS)
    assert (refused.code if refused else None) == code


def test_the_words_of_the_limits():
    low = hard_limits(order("24.9"), D("0.5"), LIMITS)
    high = hard_limits(order("80", "5"), D(5), LIMITS)
    assert low is not None
    assert high is not None
    assert low.sentence == "A weight must be from 25 to 350 kg."
    assert high.sentence == "400 mg (5 mg/kg) is above the hard limit of 2 mg/kg and 200 mg."


def test_the_limits_are_the_settings_and_each_bounds_alone():
    assert hard_limits(order("80"), D("0.5"), LIMITS | {"dose.hard_mg": D(40)}) is None
    assert hard_limits(order("80"), D("0.5"), LIMITS | {"dose.hard_mg": D("39.999")}).code == "dose_hard"
    assert hard_limits(order("80"), D("0.5"), LIMITS | {"dose.hard_mg_per_kg": D("0.499")}).code == "dose_hard"
    assert hard_limits(order("80"), D("0.5"), LIMITS | {"dose.weight_low_kg": D("80.1")}).code == "weight_range"
    assert hard_limits(order("80"), D("0.5"), LIMITS | {"dose.weight_high_kg": D("79.9")}).code == "weight_range"


def test_what_cannot_be_drawn_is_refused():
    nothing = hard_limits(order("25", "0.002", strength=100), D("0.002"), LIMITS)
    assert nothing is not None
    assert nothing.code == "dose_nothing"
    assert nothing.sentence == "This dose is too small to be drawn up. Check weight and dose."
    one_microlitre = order("25", "0.004", strength=100)
    assert one_microlitre.volume_ul == 1
    assert hard_limits(one_microlitre, D("0.004"), LIMITS) is None


def test_halves_go_to_the_even_neighbour():
    assert order("62.5", "0.001", strength=10).dose_ug == 62  # 62.5 ug
    assert order("63.5", "0.001", strength=10).dose_ug == 64
    assert order("25", "0.001", strength=10).volume_ul == 2  # 2.5 uL
    assert order("35", "0.001", strength=10).volume_ul == 4
    assert order("25", "0.1", minutes=1000).ug_per_min == 2  # 2.5
    assert order("35", "0.1", minutes=1000).ug_per_min == 4
    assert rate_of(1, 480) == D("0.12")  # 0.125
    assert rate_of(9, 480 * 9 // 3) == D("0.38")  # 0.375
    assert order("50.0005").weight_g == 50_000
    assert order("50.0015").weight_g == 50_002


def test_the_card_has_every_number():
    d = order("82.7", bag_ml=250)
    assert (d.weight_kg, d.dose_mg, d.volume_ml) == (D("82.7"), D("41.35"), D("0.827"))
    assert (d.rate_ml_per_h, d.mg_per_min, d.bag_mg_per_ml) == (D(375), D("1.034"), D("0.165"))
    assert (d.bag_ml, d.minutes) == (250, 40)
    assert order("85", bag_ml=1000).bag_mg_per_ml == D("0.042")  # 0.0425
    assert order("87", bag_ml=1000).bag_mg_per_ml == D("0.044")  # 0.0435


@pytest.mark.parametrize(("seconds", "code"), [(0, None), (7200, None), (7201, "order_old")])
def test_an_order_stands_for_a_time(seconds, code):
    at = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    refused = check_fresh(at, at + timedelta(seconds=seconds), LIMITS)
    assert (refused.code if refused else None) == code
    if refused:
        assert refused.sentence == "The weight was measured more than 120 minutes ago. Weigh again and order anew."


@pytest.mark.parametrize(
    ("number", "text"), [("40.00", "40"), ("0.50", "0.5"), ("100", "100"), ("0", "0"), ("1E+2", "100")]
)
def test_numbers_as_people_write_them(number, text):
    assert plain(D(number)) == text


START = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def given(until_s: int, *rates: tuple[int, int], most: int = 40_000) -> int:
    """What was given by so many seconds after the start; a rate is (seconds after the start, ug/min)."""
    listed = [Rate(START + timedelta(seconds=s), ug) for s, ug in rates]
    return given_ug(listed, START + timedelta(seconds=until_s), most)


@pytest.mark.parametrize(
    ("until_s", "rates", "ug"),
    [
        (0, [(0, 1000)], 0),
        (-60, [(0, 1000)], 0),
        (1, [(0, 1000)], 16),  # 16.67: what has not been given whole is not counted
        (60, [(0, 1000)], 1000),
        (2400, [(0, 1000)], 40_000),
        (2401, [(0, 1000)], 40_000),
        (2400, [(0, 1000), (600, 0)], 10_000),
        (2400, [(0, 1000), (600, 0), (1200, 500)], 20_000),
        (900, [(0, 1000), (600, 0), (1200, 500)], 10_000),
        (300, [(0, 1000), (600, 500)], 5_000),
        (660, [(0, 1000), (600, 500)], 10_500),
        (600, [(0, 1000), (600, 500)], 10_000),
        (600, [], 0),
    ],
)
def test_what_the_pump_has_given(until_s, rates, ug):
    assert given(until_s, *rates) == ug


def test_never_more_than_was_ordered():
    assert given(6000, (0, 1000), most=39_999) == 39_999
