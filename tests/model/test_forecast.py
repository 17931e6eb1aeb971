"""Forecasts and virtual patients: honest bands, clear refusals, the same answer twice."""

from dataclasses import replace

import numpy as np
import pytest

from euthymia.model import (
    BadInput,
    Course,
    ForecastInput,
    Infusion,
    Score,
    calibrated,
    convert_score,
    forecast,
    model_version,
    scale_named,
    scales,
    simulate_scores,
    virtual_patient,
)
from euthymia.model.mood import drive, moments

SIX = tuple(Infusion(day, 35.0, 40) for day in (0, 2, 4, 7, 9, 11))


def known(scores: tuple[object, ...] = (), infusions: tuple[Infusion, ...] = SIX, **other: object) -> ForecastInput:
    values = {"weight_kg": 70.0, "scale": "PHQ-9", "until_day": 60.0} | other
    return ForecastInput(infusions=infusions, scores=scores, **values)  # type: ignore[arg-type]


def test_scores_narrow_the_band_and_move_it() -> None:
    nothing = forecast(known())
    responder = forecast(known(((0, 19), (2, 8), (7, 5), (12, 3))))
    other = forecast(known(((0, 19), (2, 19), (7, 18), (12, 19))))
    assert responder.median[20] < nothing.median[20] < other.median[20]
    width = [(seen.p95 - seen.p05)[20] for seen in (responder, nothing)]
    assert width[0] < width[1]
    assert responder.chance_of_response > 0.8 > 0.2 > other.chance_of_response
    assert 50 < responder.effective_samples < 20_000
    assert nothing.effective_samples == 20_000
    assert responder.model_version == model_version()


def test_bands_are_ordered_and_stay_on_the_scale() -> None:
    for name in ("PHQ-9", "GAD-7", "MADRS", "PEG"):
        seen = forecast(known(scale=name))
        stack = np.array([seen.p05, seen.p25, seen.median, seen.p75, seen.p95])
        assert np.all(np.diff(stack, axis=0) >= 0)
        assert stack.min() >= 0
        assert stack.max() <= scale_named(name).top
        assert list(seen.days) == list(range(61))


def test_a_booster_puts_the_fading_off() -> None:
    scores = ((0, 19), (2, 10), (7, 6), (12, 4))
    course = forecast(known(scores, until_day=200.0)).fade_day
    boosted = forecast(known(scores, (*SIX, Infusion(25, 35.0, 40)), until_day=200.0)).fade_day
    assert course is not None
    assert boosted is not None
    assert course.median is not None
    assert boosted.median is not None
    assert course.p05 <= course.median <= (course.p95 or np.inf)
    assert boosted.median > course.median


def test_a_fade_beyond_the_horizon_is_not_named() -> None:
    fade = forecast(known(((0, 19), (2, 6), (7, 2), (12, 0)), until_day=13.0)).fade_day
    assert fade is not None
    assert fade.p95 is None
    assert fade.chance_by_horizon < 0.5


def test_a_treatment_of_years_is_foretold_from_a_day_on() -> None:
    """Once whoever had had his first infusion over two years ago could not be foretold."""
    boosters = tuple(Infusion(float(day), 35.0, 40) for day in range(40, 1400, 35))
    scores = ((0.0, 19), *((float(day), 7 + day % 3) for day in range(14, 1400, 28)))
    years = known(scores, (*SIX, *boosters), until_day=1460.0)
    with pytest.raises(BadInput, match="within 730 days"):
        forecast(years)
    seen = forecast(replace(years, from_day=1340.0))
    assert list(seen.days) == list(range(1340, 1461))
    assert 3 < seen.median[70] < 14


def test_from_a_day_on_the_forecast_is_the_same() -> None:
    """Each day's numbers are drawn anew, so the bands agree within what 2,000 draws leave open."""
    scores = ((0, 19), (2, 10), (7, 6), (12, 4))
    whole, later = forecast(known(scores)), forecast(replace(known(scores), from_day=20.0))
    assert later.days[0] == 20
    np.testing.assert_allclose(later.median, whole.median[20:], atol=0.6)
    assert later.chance_of_response == pytest.approx(whole.chance_of_response, abs=0.05)
    assert later.effective_samples == whole.effective_samples


def test_where_few_draws_count_more_are_made() -> None:
    jumping = known(tuple((float(day), 24 if day % 2 else 2) for day in range(0, 60, 3)))
    assert forecast(jumping, draws=500).effective_samples > 500


def test_no_infusion_is_no_drug_effect() -> None:
    seen = forecast(known(((0, 18),), ()))
    assert seen.fade_day is None
    assert abs(seen.median[-1] - 18) < 1.5
    assert seen.chance_of_response < 0.1


def test_same_seed_same_answer_and_missing_scores_count_for_nothing() -> None:
    one, two = forecast(known(((0, 19), (7, 12)))), forecast(known(((0, 19), (3, None), (7, 12))))
    np.testing.assert_array_equal(one.median, two.median)


def test_scores_of_a_second_scale_are_carried_over() -> None:
    seen = forecast(known((Score(0, 19), Score(7, convert_score(6, "PHQ-9", "MADRS"), "MADRS"))))
    same = forecast(known(((0, 19), (7, 6))))
    np.testing.assert_allclose(seen.median, same.median)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"weight_kg": float("nan")}, "finite"),
        ({"weight_kg": 700}, "pounds"),
        ({"scale": "PHQ"}, "names"),
        ({"scores": ((0, 28),)}, "PHQ-9"),
        ({"scores": ((0, float("nan")),)}, "finite"),
        ({"scores": ((5, 10), (0, 12))}, "order"),
        ({"infusions": SIX[::-1]}, "order"),
        ({"until_day": float("inf")}, "finite"),
        ({"until_day": 3000}, "within"),
        ({"until_day": -5}, "after"),
    ],
)
def test_bad_input_is_answered_with_one_sentence(change: dict[str, object], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        forecast(known(**change))  # type: ignore[arg-type]


def test_a_virtual_patient_says_the_same_twice_and_does_not_know_the_future() -> None:
    patient = virtual_patient(np.random.default_rng(5), weight_kg=82)
    first = patient.scores("PHQ-9", SIX[:3], [0, 2, 4])
    later = patient.scores("PHQ-9", SIX, [0, 2, 4, 7, 30])
    assert later[:3] == first
    assert all(isinstance(score, int) and 0 <= score <= 27 for score in later)


def test_virtual_scores_stay_on_every_scale() -> None:
    draws = calibrated().draw(500, np.random.default_rng(0))
    for name in scales():
        found = simulate_scores(draws, Course(SIX, 70), [0, 5, 12, 40], name, rng=np.random.default_rng(1))
        assert found.min() >= 0
        assert found.max() <= scale_named(name).top
        np.testing.assert_array_equal(found, np.rint(found))


def test_no_drug_no_drive_and_more_dose_more_drive() -> None:
    draws = calibrated().draw(50, np.random.default_rng(0))
    days = np.array([0.0, 0.1, 1.0, 30.0])
    assert np.all(drive(draws, [Infusion(0, 0.0, 40)], 70, days) == 0.0)
    less, more = (drive(draws, [Infusion(0, dose, 40)], 70, days) for dose in (20.0, 40.0))
    assert np.all(less[:, 0] == 0.0)
    assert np.all(more[:, 1:] > less[:, 1:])


def test_moments_are_near_a_fine_quadrature() -> None:
    draws = calibrated().draw(200, np.random.default_rng(2))
    shape = Infusion(0, 35.0, 40).rates()
    from euthymia.model.mood import concentration

    edges = np.concatenate([np.linspace(0, 40 / 60, 60), 40 / 60 + np.geomspace(1e-3, 120, 400)])
    x, w = np.polynomial.legendre.leggauss(8)
    nodes = (edges[:-1, None] + np.diff(edges)[:, None] * (x + 1) / 2).ravel()
    weights = (np.diff(edges)[:, None] * w / 2).ravel()
    conc = concentration(draws, 70, shape, nodes)
    taken = conc / (conc + draws.half_occupancy_ng_per_ml[:, None])
    exact = (taken * np.exp(draws.fast_per_day[:, None] * nodes / 24)) @ weights
    np.testing.assert_allclose(moments(draws, 70, shape)[0], exact, rtol=5e-7)


def test_the_clinic_draws_three_hundred_patients_in_seconds() -> None:
    rng = np.random.default_rng(0)
    history = (*SIX, *(Infusion(day, 35.0, 40) for day in range(30, 730, 25)))
    patients = [virtual_patient(rng) for _ in range(10)]
    scores = [patient.scores("PHQ-9", history, range(0, 730, 14)) for patient in patients]
    assert len({tuple(row) for row in scores}) == 10


def test_the_compiled_kernel_agrees_with_its_numpy_twin() -> None:
    from euthymia.model import kernel, mood

    draws = calibrated().draw(300, np.random.default_rng(4))
    odd = (
        Infusion.from_segments(0.3, [(0, 0.3, 60.0), (0.5, 0.4, 40.0)]),
        Infusion(0.7, 35.0, 40),
        Infusion(3, 20.0, 90),
        Infusion(3.9, 20.0, 60),
        Infusion(20, 45.0, 40),
    )
    days = np.array([5, 0, 0.31, 0.32, 0.5, 0.71, 0.9, 1.5, 2, 3, 3.5, 4, 4.7, 30, 21, 22.5])
    for infusions in (SIX, odd, odd[:1], ()):
        np.testing.assert_allclose(
            kernel.benefit(draws, infusions, 70, days), mood.benefit(draws, infusions, 70, days), atol=1e-12
        )
