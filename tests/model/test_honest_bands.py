"""Forecasts tried on virtual patients whose truth is known, and on patients whom the model has wrong."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chisquare

from euthymia.model import Course, ForecastInput, Scale, calibrated, forecast, scale_named
from euthymia.model.forecast import posterior_of
from euthymia.model.mood import relief
from euthymia.model.population import Draws
from euthymia.model.simulate import wander_along

COURSE = Course.from_template("depression", weight_kg=70).infusions
SEEN = np.array([0.0, 4.0, 9.0, 12.0, 19.0, 26.0])
AHEAD = np.array([33.0, 45.0, 60.0])
SCALE = scale_named("PHQ-9")


def lived(draws: Draws, rng: np.random.Generator, scale: Scale = SCALE) -> tuple[np.ndarray, np.ndarray]:
    """Return true courses and charted scores of patients, shape (days, n) each, over the days seen and ahead."""
    people = calibrated()
    days = np.concatenate([SEEN, AHEAD])
    mean, sd = scale.baseline_logit()
    fell = relief(draws, COURSE, 70.0, days, people, effect=people.effect_on(scale))
    true = mean + sd * draws.baseline_z - fell
    drift = wander_along(people, days, rng.standard_normal(true.shape))
    noise = people.fixed["noise_sd_logit"] * draws.noise_factor * rng.standard_normal(true.shape)
    return true, np.rint(scale.to_score(true + drift + noise))


def known(scores: np.ndarray, scale: Scale = SCALE) -> ForecastInput:
    return ForecastInput(70.0, scale.name, COURSE, tuple(zip(SEEN.tolist(), scores.tolist(), strict=True)), 61.0)


@pytest.mark.slow
def test_ranks_of_the_truth_are_flat() -> None:
    rng = np.random.default_rng(21)
    people, patients = calibrated(), 150
    true, charted = lived(people.draw(patients, rng), rng)
    mean, _ = SCALE.baseline_logit()
    ranks = []
    for i in range(patients):
        found = posterior_of(known(charted[: len(SEEN), i]), draws=3000)
        fell = relief(found.kept, COURSE, 70.0, AHEAD[:1], people, effect=people.effect_on(SCALE))[0]
        ranks.append(float(np.mean(mean + found.baseline - fell < true[len(SEEN), i])))
    counts, _ = np.histogram(ranks, bins=10, range=(0, 1))
    assert chisquare(counts).pvalue > 0.01


def _covered(draws: Draws, rng: np.random.Generator, scale: Scale = SCALE) -> float:
    _, charted = lived(draws, rng, scale)
    inside = []
    for i in range(len(draws)):
        seen = forecast(known(charted[: len(SEEN), i], scale), draws=3000)
        later = AHEAD.astype(int)
        low, high = np.rint(seen.p05[later]), np.rint(seen.p95[later])
        inside.append((low <= charted[len(SEEN) :, i]) & (charted[len(SEEN) :, i] <= high))
    return float(np.mean(inside))


@pytest.mark.slow
def test_bands_hold_for_patients_of_the_population() -> None:
    rng = np.random.default_rng(22)
    assert 0.85 <= _covered(calibrated().draw(100, rng), rng) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("waning", [1.5, 0.67])
def test_bands_hold_under_other_waning(waning: float) -> None:
    rng = np.random.default_rng(23)
    draws = calibrated().draw(100, rng)
    other = replace(draws, fast_per_day=draws.fast_per_day * waning, slow_per_day=draws.slow_per_day * waning)
    assert _covered(other, rng) >= 0.85


@pytest.mark.slow
@pytest.mark.parametrize(("scale", "factor"), [("PHQ-9", 1.3), ("PHQ-9", 1.5), ("MADRS", 1.3), ("MADRS", 0.7)])
def test_bands_hold_under_other_noise(scale: str, factor: float) -> None:
    """Everybody's scores are noisier, or less noisy, than those of any population that was assumed."""
    rng = np.random.default_rng(23)
    draws = calibrated().draw(150, rng)
    other = replace(draws, noise_factor=np.full(len(draws), factor))
    assert _covered(other, rng, scale_named(scale)) >= 0.85


def test_restless_scores_widen_their_own_band() -> None:
    """Two patients of the same mean: the one whose scores jump is foretold less narrowly, however far ahead."""
    even = [19, 13, 10, 9, 9, 9]
    jumping = [19, 9, 14, 5, 14, 4]
    calm, restless = (forecast(known(np.array(scores, dtype=float))) for scores in (even, jumping))
    width = [(seen.p95 - seen.p05)[27:].mean() for seen in (calm, restless)]
    assert width[1] > 1.15 * width[0]


def test_patients_of_unequal_noise_are_together_as_noisy_as_calibrated() -> None:
    factors = calibrated().draw(200_000, np.random.default_rng(5)).noise_factor
    assert np.mean(factors**2) == pytest.approx(1.0, abs=0.02)
    assert np.std(np.log(factors)) == pytest.approx(calibrated().fixed["noise_patient_sd"], rel=0.01)


def test_weighing_agrees_with_rejection_on_a_patient_with_two_scores() -> None:
    """A check that shares nothing with the weights: keep simulated patients whose scores come near his."""
    rng = np.random.default_rng(24)
    people = calibrated()
    draws = people.draw(60_000, rng)
    days = np.array([0.0, 12.0, 33.0])
    mean, sd = SCALE.baseline_logit()
    fell = relief(draws, COURSE, 70.0, days, people, effect=people.effect_on(SCALE))
    drift = wander_along(people, days, rng.standard_normal(fell.shape))
    noise = people.fixed["noise_sd_logit"] * draws.noise_factor * rng.standard_normal(fell.shape)
    scores = SCALE.to_score(mean + sd * draws.baseline_z - fell + drift + noise)
    near = (np.abs(scores[0] - 19) < 0.75) & (np.abs(scores[1] - 8) < 0.75)
    assert near.sum() > 150
    seen = forecast(ForecastInput(70.0, "PHQ-9", COURSE, ((0, 19), (12, 8)), 40.0))
    low, middle, high = np.percentile(scores[2, near], [5, 50, 95])
    assert seen.median[33] == pytest.approx(middle, abs=1.0)
    assert seen.p05[33] == pytest.approx(low, abs=1.3)
    assert seen.p95[33] == pytest.approx(high, abs=1.3)
