"""Amber and red signs at the chair: each at its edge and not before."""

import pytest

from euthymia.clinic.journey.infusions.signs import Charted, Level, signs
from tests.rules.limits import LIMITS

CALM = {
    "systolic_mmhg": 124,
    "diastolic_mmhg": 78,
    "heart_rate_bpm": 72,
    "breaths_per_min": 14,
    "spo2_pct": 98,
    "sedation_moaas": 5,
    "nausea_0_10": 0,
}

AMBER, RED = Level.AMBER, Level.RED
TABLE = [
    ("systolic_mmhg", 159, None),
    ("systolic_mmhg", 160, AMBER),
    ("systolic_mmhg", 179, AMBER),
    ("systolic_mmhg", 180, RED),
    ("diastolic_mmhg", 99, None),
    ("diastolic_mmhg", 100, AMBER),
    ("diastolic_mmhg", 110, RED),
    ("heart_rate_bpm", 110, None),
    ("heart_rate_bpm", 111, AMBER),
    ("heart_rate_bpm", 130, AMBER),
    ("heart_rate_bpm", 131, RED),
    ("heart_rate_bpm", 50, None),
    ("heart_rate_bpm", 49, AMBER),
    ("heart_rate_bpm", 45, AMBER),
    ("heart_rate_bpm", 44, RED),
    ("spo2_pct", 94, None),
    ("spo2_pct", 93, AMBER),
    ("spo2_pct", 90, AMBER),
    ("spo2_pct", 89, RED),
    ("breaths_per_min", 10, None),
    ("breaths_per_min", 9, AMBER),
    ("breaths_per_min", 8, AMBER),
    ("breaths_per_min", 7, RED),
    ("sedation_moaas", 4, None),
    ("sedation_moaas", 3, AMBER),
    ("sedation_moaas", 2, RED),
    ("sedation_moaas", 0, RED),
    ("nausea_0_10", 4, None),
    ("nausea_0_10", 5, AMBER),
    ("nausea_0_10", 10, AMBER),
]


@pytest.mark.parametrize(("name", "value", "level"), TABLE)
def test_each_sign_speaks_at_its_edge(name, value, level):
    found = signs(Charted(**(CALM | {name: value})), LIMITS)
    assert [s.level for s in found] == ([level] if level else [])
    assert all(str(value) in s.sentence for s in found)


def test_what_was_not_measured_says_nothing():
    assert signs(Charted(), LIMITS) == []


@pytest.mark.parametrize(
    ("systolic", "diastolic", "count"), [(129, 77, 0), (130, 77, 1), (129, 78, 1), (140, 90, 2), (160, 90, 2)]
)
def test_a_rise_of_30_percent_above_the_baseline_is_amber(systolic, diastolic, count):
    row = Charted(systolic_mmhg=systolic, diastolic_mmhg=diastolic)
    found = signs(row, LIMITS, Charted(systolic_mmhg=100, diastolic_mmhg=60))
    assert [s.level for s in found] == [AMBER] * count


def test_red_signs_stand_first_and_say_to_pause():
    found = signs(Charted(**(CALM | {"nausea_0_10": 8, "spo2_pct": 85})), LIMITS)
    assert [s.level for s in found] == [RED, AMBER]
    assert "Pause the infusion" in found[0].sentence
    assert "Pause" not in found[1].sentence


def test_the_sentence_says_from_which_value_on():
    (pressure,) = signs(Charted(systolic_mmhg=160), LIMITS)
    assert "(setting: from 160)" in pressure.sentence
    (rate,) = signs(Charted(heart_rate_bpm=111), LIMITS)
    assert "(setting: above 110)" in rate.sentence
