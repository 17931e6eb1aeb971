"""Amber and red signs at the chair: each at its edge and not before."""

from datetime import timedelta
from decimal import Decimal

import pytest

from euthymia.clinic.journey.infusions.signs import Charted, Level, Row, signs, standing_signs
from tests.cast import NOW
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
    ("systolic_mmhg", 180, AMBER),  # seen once: measured again
    ("diastolic_mmhg", 99, None),
    ("diastolic_mmhg", 100, AMBER),
    ("diastolic_mmhg", 110, AMBER),
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


@pytest.mark.parametrize(("name", "value"), [("systolic_mmhg", 180), ("diastolic_mmhg", 110), ("systolic_mmhg", 220)])
def test_a_pressure_at_the_red_setting_asks_to_be_repeated_and_seen_twice_is_red(name, value):
    row = Charted(**(CALM | {name: value}))
    (once,) = signs(row, LIMITS)
    assert (once.level, "Measure again within 5 minutes" in once.sentence) == (AMBER, True)
    (twice,) = signs(row, LIMITS, twice=True)
    assert (twice.level, "Pause the infusion" in twice.sentence) == (RED, True)


def rows(*readings):
    """Rows at minutes: a number is a systolic pressure, a dict anything else."""
    return [
        Row(NOW + timedelta(minutes=m), Charted(**(v if isinstance(v, dict) else {"systolic_mmhg": v})))
        for m, v in readings
    ]


@pytest.mark.parametrize(
    ("readings", "level", "repeat_min"),
    [
        ([(0, 179)], AMBER, None),
        ([(0, 180)], AMBER, 5),
        ([(0, 180), (5, 180)], RED, None),
        ([(0, 180), (4, 200)], RED, None),
        ([(0, 180), (5.1, 180)], AMBER, 10.1),  # too late to be the same spell: asked for again
        ([(0, 180), (3, 179)], AMBER, None),  # come down by itself
        ([(0, 180), (2, 179), (4, 180)], AMBER, 9),  # not twice running
        ([(0, 180), (4, 180), (14, 181)], RED, None),  # red stays red until it is lower
        ([(0, 180), (4, 180), (14, 179)], AMBER, None),
        ([(0, 180), (4, 180), (14, 120)], None, None),
        ([(0, 180), (2, {"spo2_pct": 98}), (4, 180)], RED, None),  # a row without a pressure says nothing of it
        ([(0, {"systolic_mmhg": 150, "diastolic_mmhg": 110}), (3, 185)], RED, None),  # either number counts
    ],
)
def test_the_red_pressure_is_one_seen_twice_in_five_minutes(readings, level, repeat_min):
    found = [s for s in standing_signs(rows(*readings), LIMITS, None) if s.measure == "systolic_mmhg"]
    assert [s.level for s in found] == ([level] if level else [])
    wanted = None if repeat_min is None else NOW + timedelta(minutes=repeat_min)
    assert [s.repeat_by for s in found] == ([wanted] if level else [])


def test_the_minutes_of_the_repeat_are_a_setting():
    wider = LIMITS | {"vitals.pressure_repeat_min": Decimal(8)}
    (sign,) = standing_signs(rows((0, 180), (7, 180)), wider, None)
    assert sign.level == RED


def test_a_sign_stands_until_its_own_measurement_is_in_range():
    readings = rows((0, {"spo2_pct": 92}), (2, {"nausea_0_10": 1}), (4, {"spo2_pct": 91}))
    (sign,) = standing_signs(readings, LIMITS, None)
    assert (sign.measure, sign.since) == ("spo2_pct", NOW)
    assert standing_signs([*readings, *rows((5, {"spo2_pct": 97}))], LIMITS, None) == []
    (again,) = standing_signs([*readings, *rows((5, {"spo2_pct": 97}), (6, {"spo2_pct": 93}))], LIMITS, None)
    assert again.since == NOW + timedelta(minutes=6)


def test_red_stands_before_amber_across_measurements():
    found = standing_signs(rows((0, {"nausea_0_10": 6, "spo2_pct": 85})), LIMITS, None)
    assert [s.level for s in found] == [RED, AMBER]
