"""Plasma: the published check values, and laws that any linear model must keep."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euthymia.model import (
    BadInput,
    Course,
    Infusion,
    acute_effects,
    norketamine_ng_per_ml,
    occupancy,
    plasma_ng_per_ml,
    structures,
)
from euthymia.model.data import evidence_path

weights = st.floats(30, 200)
doses = st.floats(0.05, 2.0)
lengths = st.floats(2, 300)


def test_base_set_meets_the_published_check_values() -> None:
    course = Course.from_template("single", weight_kg=70)
    assert 250 <= plasma_ng_per_ml(course, [40 / 60])[0] <= 290
    assert 160 <= plasma_ng_per_ml(course, [40 / 60], site="venous")[0] <= 210


def test_area_under_the_curve_of_ten_mg_is_dose_over_clearance() -> None:
    course = Course((Infusion(0, 10.0, 1.0),), 70)
    times = np.concatenate([np.linspace(0, 1, 4001), np.geomspace(1, 300, 8001)[1:]])
    area = np.trapezoid(plasma_ng_per_ml(course, times), times)
    assert area == pytest.approx(10.0 / 84.0 * 1000, rel=1e-4)
    assert area == pytest.approx(113, rel=0.1)  # Pharmacotherapy 2022;42:298


@pytest.mark.parametrize("name", structures())
def test_every_set_gives_a_curve_that_rises_and_falls(name: str) -> None:
    course = Course.from_template("single", weight_kg=70)
    curve = plasma_ng_per_ml(course, np.linspace(0, 24, 500), structure=name, site="venous")
    assert curve[0] == 0.0
    assert 100 < curve.max() < 260
    assert np.all(curve >= 0.0)
    assert curve[-1] < 0.02 * curve.max()


@given(weights, doses, lengths, st.floats(1.01, 3.0))
@settings(deadline=None)
def test_more_dose_is_never_less_concentration(kg: float, dose: float, minutes: float, more: float) -> None:
    times = np.linspace(0, 30, 200)
    less = Course.of(dose_mg_per_kg=dose, minutes=minutes, days=[0], weight_kg=kg)
    greater = Course.of(dose_mg_per_kg=dose * more, minutes=minutes, days=[0], weight_kg=kg)
    assert np.all(plasma_ng_per_ml(greater, times) >= plasma_ng_per_ml(less, times))


@given(weights, doses, lengths, st.floats(-50, 50))
@settings(deadline=None)
def test_a_later_course_is_the_same_curve_later(kg: float, dose: float, minutes: float, shift: float) -> None:
    times = np.linspace(0, 30, 50)
    now = Course.of(dose_mg_per_kg=dose, minutes=minutes, days=[0, 1.5], weight_kg=kg)
    later = Course.of(dose_mg_per_kg=dose, minutes=minutes, days=[shift, 1.5 + shift], weight_kg=kg)
    np.testing.assert_allclose(
        plasma_ng_per_ml(later, times + 24 * shift), plasma_ng_per_ml(now, times), rtol=1e-6, atol=1e-9
    )


@given(weights, st.lists(st.tuples(st.floats(0.1, 2), st.floats(0, 80)), min_size=2, max_size=5))
@settings(deadline=None)
def test_segments_add_up(kg: float, pieces: list[tuple[float, float]]) -> None:
    times = np.linspace(0, 20, 40)
    starts = np.cumsum([0.0] + [length for length, _ in pieces])
    segments = [(float(s), length, rate) for s, (length, rate) in zip(starts, pieces, strict=False)]
    together = plasma_ng_per_ml(Course((Infusion.from_segments(0, segments),), kg), times)
    apart = sum(plasma_ng_per_ml(Course((Infusion.from_segments(0, [s]),), kg), times) for s in segments)
    np.testing.assert_allclose(together, apart, rtol=1e-9, atol=1e-9)


def test_a_pause_lowers_the_peak_and_keeps_the_dose() -> None:
    steady = Infusion(0, 40.0, 40)
    paused = Infusion.from_segments(0, [(0, 1 / 3, 60.0), (0.5, 1 / 3, 60.0)])
    assert paused.dose_mg == pytest.approx(steady.dose_mg)
    times = np.linspace(0, 3, 400)
    peak = [plasma_ng_per_ml(Course((one,), 80), times).max() for one in (steady, paused)]
    assert peak[1] < peak[0]


def test_norketamine_follows_ketamine_and_outlasts_it() -> None:
    course = Course.from_template("single", weight_kg=70)
    times = np.linspace(0, 24, 1000)
    parent, metabolite = plasma_ng_per_ml(course, times), norketamine_ng_per_ml(course, times)
    assert times[metabolite.argmax()] > times[parent.argmax()]
    assert metabolite[-1] > parent[-1]


def test_the_base_set_runs_through_the_digitised_curves() -> None:
    """Racemate at 0.28, 0.57 and 1.14 mg/kg/h, an hour each; half of it is each enantiomer."""
    kg = 70.0
    course = Course((Infusion.from_segments(0, [(0, 1, 0.28 * kg), (1, 1, 0.57 * kg), (2, 1, 1.14 * kg)]),), kg)
    with evidence_path("plasma_curves.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    ratios: dict[str, list[float]] = {}
    for row in rows:
        time_h, measured = [float(row["time_h"])], float(row["conc"])
        if "norketamine" in row["analyte"]:
            foretold = norketamine_ng_per_ml(course, time_h)[0] / 223.70 / 2
        else:
            foretold = plasma_ng_per_ml(course, time_h)[0] / 237.73 / 2
        ratios.setdefault(row["analyte"], []).append(float(foretold / measured))
    middle = {analyte: float(np.exp(np.mean(np.log(found)))) for analyte, found in ratios.items()}
    assert 0.9 < middle["S-ketamine"] < 1.1
    assert 0.9 < middle["R-ketamine"] < 1.1
    assert 0.6 < middle["S-norketamine"] < 1.1  # foretold too low by 30 %: see docs/model/limits.md
    assert all(0.55 < ratio < 1.3 for name in ("S-ketamine", "R-ketamine") for ratio in ratios[name])


def test_occupancy_at_185_ng_per_ml_spans_seven_to_eighty_two_percent() -> None:
    low, mid, high = occupancy(185.0)
    assert low == pytest.approx(0.07, abs=0.005)
    assert high == pytest.approx(0.82, abs=0.005)
    assert low < mid < high


def test_acute_effects_peak_at_the_end_and_are_past_within_two_hours() -> None:
    effects = acute_effects(Course.from_template("single", weight_kg=70), range(241))
    assert effects.systolic_rise_mmhg.median[40] == pytest.approx(16.0)
    assert effects.diastolic_rise_mmhg.median[40] == pytest.approx(11.0)
    assert abs(int(effects.dissociation.median.argmax()) - 40) <= 5
    past = [minute for minute in effects.minutes_when_past.values() if minute is not None]
    assert len(past) == 3
    assert 60 < max(past) <= 120
    later = acute_effects(Course.from_template("single", weight_kg=70), range(241), first_infusion=False)
    assert later.dissociation.median.max() < effects.dissociation.median.max()


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: Course.from_template("single", weight_kg=float("nan")), "finite"),
        (lambda: Course.from_template("single", weight_kg=400), "pounds"),
        (lambda: Course.from_template("nothing", weight_kg=70), "names"),
        (lambda: Infusion(0, -1, 40), "outside"),
        (lambda: Infusion(0, True, 40), "number"),
        (lambda: Infusion(0, "35", 40), "number"),
        (lambda: Course((Infusion(2, 35, 40), Infusion(0, 35, 40)), 70), "order"),
        (lambda: Course((Infusion(0, 35, 40), Infusion(0.01, 35, 40)), 70), "overlap"),
        (lambda: Course(tuple(Infusion(0.1 * i, 35, 40) for i in range(10_000)), 70), "10,000"),
        (lambda: Infusion.from_segments(0, []), "segment"),
        (lambda: Infusion.from_segments(0, [(0, 1, 10), (0.5, 1, 10)]), "overlap"),
        (lambda: plasma_ng_per_ml(Course.from_template("single", weight_kg=70), [np.inf]), "finite"),
        (lambda: plasma_ng_per_ml(Course.from_template("single", weight_kg=70), [1], site="wrist"), "site"),
        (lambda: plasma_ng_per_ml(Course.from_template("single", weight_kg=70), [1], structure="x"), "names"),
        (
            lambda: plasma_ng_per_ml(Course.from_template("single", weight_kg=70), [1], structure="otto2021"),
            "venous",
        ),
        (lambda: occupancy(-1.0), "zero or more"),
    ],
)
def test_bad_input_is_answered_with_one_sentence(make: object, word: str) -> None:
    with pytest.raises(BadInput, match=word) as caught:
        make()  # type: ignore[operator]  # a lambda each
    assert str(caught.value).count("\n") == 0
