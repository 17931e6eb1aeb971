"""Each limit speaks exactly from where its setting says, red before amber, once a measurement."""

import pytest

from euthymia.clinic.journey.infusions.signs import Charted, Level, signs
from tests.rules.infusions.settings import SETTINGS

AMBER, RED = Level.AMBER, Level.RED


@pytest.mark.parametrize(
    ("name", "value", "level"),
    [
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
        ("breaths_per_min", 0, RED),
        ("sedation_moaas", 4, None),
        ("sedation_moaas", 3, AMBER),
        ("sedation_moaas", 2, RED),
        ("sedation_moaas", 0, RED),
        ("nausea_0_10", 4, None),
        ("nausea_0_10", 5, AMBER),
        ("nausea_0_10", 10, AMBER),
    ],
)
def test_each_limit_at_its_edge(name, value, level):
    found = signs(Charted(**{name: value}), SETTINGS)
    assert [s.level for s in found] == ([level] if level else [])
    assert all(str(value) in s.sentence for s in found)


def test_nothing_measured_says_nothing():
    assert signs(Charted(), SETTINGS, Charted()) == []


def test_red_stands_first():
    found = signs(Charted(systolic_mmhg=165, spo2_pct=85, nausea_0_10=6), SETTINGS)
    assert [s.level for s in found] == [RED, AMBER, AMBER]
    assert "call the prescriber" in found[0].sentence


@pytest.mark.parametrize(
    ("systolic", "baseline", "level"),
    [
        (129, 100, None),
        (130, 100, AMBER),
        (130, None, None),
        (160, 100, AMBER),  # said once, by the limit itself
    ],
)
def test_a_rise_above_the_baseline(systolic, baseline, level):
    found = signs(Charted(systolic_mmhg=systolic), SETTINGS, Charted(systolic_mmhg=baseline))
    assert [s.level for s in found] == ([level] if level else [])
