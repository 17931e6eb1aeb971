"""From weight and order to milligrams, microlitres and mL/h; limits; and the slips that have happened elsewhere."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.journey.infusions.dose import compute_dose, hard_limits, questions
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


@pytest.mark.parametrize(
    ("kg", "mg_per_kg", "last", "words"),
    [
        ("80", "0.5", None, []),
        ("80", "0.5", "80", []),
        ("88", "0.5", "80", []),  # 10 % exactly
        ("88.1", "0.5", "80", ["more than 10 %"]),
        ("71.9", "0.5", "80", ["more than 10 %"]),
        ("80", "1", None, []),
        ("80", "1.01", None, ["above the usual 1 mg/kg"]),
        ("95", "1.2", "80", ["above the usual", "more than 10 %"]),
        ("176.4", "0.5", "80", ["Is it pounds? That would be 80 kg"]),
        ("80", "0.5", "176.4", ["Was the last one, or is this one, pounds?"]),
    ],
)
def test_what_is_asked_before_an_order_goes_on(kg, mg_per_kg, last, words):
    asked = questions(order(kg, mg_per_kg), D(mg_per_kg), LIMITS, D(last) if last else None)
    assert len(asked) == len(words)
    assert all(word in sentence for word, sentence in zip(words, asked, strict=True)), asked


@given(st.decimals(40, 150, places=1))
def test_the_same_weight_typed_in_pounds_is_always_noticed(kg):
    pounds = (kg * D("2.2046")).quantize(D("0.1"))
    (asked,) = questions(order(str(pounds)), D("0.5"), LIMITS, kg)
    assert "Is it pounds?" in asked
