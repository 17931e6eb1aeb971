"""The dose is exact; hard limits bind at their very edge; a weight in pounds is noticed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.journey.infusions.dose import compute_dose, hard_limits, plain, questions, rate_of
from tests.rules.infusions.settings import SETTINGS


def dose_of(weight_kg="80", mg_per_kg="0.5", minutes=40, strength=50):
    return compute_dose(
        weight_kg=Decimal(weight_kg),
        mg_per_kg=Decimal(mg_per_kg),
        minutes=minutes,
        strength_mg_per_ml=strength,
        bag_ml=100,
    )


@pytest.mark.parametrize(
    ("weight_kg", "mg_per_kg", "strength", "dose_ug", "volume_ul", "ug_per_min"),
    [
        ("80", "0.5", 50, 40_000, 800, 1_000),
        ("80", "0.5", 10, 40_000, 4_000, 1_000),
        ("80", "0.5", 100, 40_000, 400, 1_000),
        ("72.6", "0.5", 50, 36_300, 726, 908),  # 907.5 rounds to the even 908
        ("72.5", "0.5", 50, 36_250, 725, 906),  # 906.25 rounds down
        ("25", "0.001", 50, 25, 0, 1),  # half a microlitre rounds to the even 0
    ],
)
def test_computed_by_hand(weight_kg, mg_per_kg, strength, dose_ug, volume_ul, ug_per_min):
    dose = dose_of(weight_kg, mg_per_kg, strength=strength)
    assert (dose.dose_ug, dose.volume_ul, dose.ug_per_min) == (dose_ug, volume_ul, ug_per_min)


@pytest.mark.parametrize(("minutes", "rate"), [(40, "150.00"), (60, "100.00"), (45, "133.33"), (7, "857.14")])
def test_the_rate_empties_the_bag_in_time(minutes, rate):
    assert str(rate_of(100, minutes)) == rate


@given(
    weight=st.decimals(25, 350, places=1),
    per_kg=st.decimals("0.1", 2, places=3),
    minutes=st.integers(10, 240),
    strength=st.sampled_from([10, 50, 100]),
)
def test_what_is_drawn_is_what_was_ordered(weight, per_kg, minutes, strength):
    dose = dose_of(weight, per_kg, minutes, strength)
    assert abs(dose.dose_mg - weight * per_kg) <= Decimal("0.0005")
    assert abs(dose.volume_ml * strength - dose.dose_mg) <= Decimal("0.0005") * strength
    assert abs(dose.mg_per_min * minutes - dose.dose_mg) <= Decimal("0.0005") * minutes


@pytest.mark.parametrize(
    ("weight_kg", "mg_per_kg", "code"),
    [
        ("80", "0.5", None),
        ("25", "0.5", None),
        ("24.999", "0.5", "weight_range"),
        ("350", "0.5", None),
        ("350.001", "0.5", "weight_range"),
        ("80", "2", None),
        ("80", "2.001", "dose_hard"),
        ("100", "2", None),  # 200 mg
        ("100.1", "2", "dose_hard"),
        ("25", "0.001", "dose_nothing"),
    ],
)
def test_hard_limits(weight_kg, mg_per_kg, code):
    refusal = hard_limits(dose_of(weight_kg, mg_per_kg), Decimal(mg_per_kg), SETTINGS)
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(
    ("weight_kg", "mg_per_kg", "last_kg", "asked", "pounds"),
    [
        ("80", "1", None, 0, False),
        ("80", "1.001", None, 1, False),
        ("88", "0.5", "80", 0, False),
        ("88.001", "0.5", "80", 1, False),
        ("72", "0.5", "80", 0, False),
        ("71.999", "0.5", "80", 1, False),
        ("176.4", "0.5", "80", 1, True),  # 80 kg on a scale that shows pounds
        ("36.3", "0.5", "80", 1, True),  # 80 kg taken for pounds and turned into kilograms
        ("176.4", "1.1", "80", 2, True),
    ],
)
def test_questions(weight_kg, mg_per_kg, last_kg, asked, pounds):
    found = questions(
        dose_of(weight_kg, mg_per_kg), Decimal(mg_per_kg), SETTINGS, Decimal(last_kg) if last_kg else None
    )
    assert len(found) == asked
    assert any("pounds" in q for q in found) == pounds


@pytest.mark.parametrize(
    ("number", "words"), [("40.000", "40"), ("1E+2", "100"), ("0.500", "0.5"), ("0", "0"), ("36.3", "36.3")]
)
def test_numbers_as_people_write_them(number, words):
    assert plain(Decimal(number)) == words
