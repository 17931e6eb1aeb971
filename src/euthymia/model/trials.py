"""Virtual trials beside the published ones: what the model would have foretold, and its spread.

A prediction for a trial draws plausible hyperparameters, the trial's own shifts, and then as many patients as
were rated. Leave-one-trial-out draws hyperparameters as if that trial had never been read: the posterior is
weighed by the inverse of that trial's likelihood, the weights cut at a multiple of their mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from euthymia.model.calibration import Posterior
from euthymia.model.population import shipped_draws
from euthymia.model.rows import Row
from euthymia.model.virtual_trials import NAMES, from_natural, machine_for, to_natural

Array = NDArray[np.float64]
SHIFTS_EACH = 6
FOR_NEW_TRIALS = 400
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Prediction:
    """A published figure and its predictive distribution, in the unit of the measure (per cent or points)."""

    row: Row
    median: float
    p05: float
    p25: float
    p75: float
    p95: float
    crps: float

    @property
    def residual(self) -> float:
        """Published minus median."""
        return self.row.published - self.median


@dataclass(frozen=True, slots=True)
class Sampled:
    """Predicted figures under each draw of hyperparameters and shifts, shape (draws, rows, shifts)."""

    rows: tuple[Row, ...]
    figures: Array


def sample_figures(rows: Sequence[Row], vectors: Array, *, patients: int = 256, seed: int = 1) -> Sampled:
    """Return what each draw of hyperparameters would have each trial publish, given its number of patients.

    Rows of one trial share its shifts.
    """
    machine = machine_for(rows, patients=patients)
    trials = {trial: index for index, trial in enumerate(dict.fromkeys(row.trial for row in rows))}
    owner = np.array([trials[row.trial] for row in rows], dtype=np.intp)
    rng = np.random.default_rng(seed)
    figures = np.empty((len(vectors), len(rows), SHIFTS_EACH))
    for index, vector in enumerate(vectors):
        theta = dict(zip(NAMES, to_natural(vector).tolist(), strict=True))
        shifts = rng.standard_normal((len(trials), SHIFTS_EACH, 2))[owner]
        found = machine.outcomes(theta, shifts, rng.standard_normal(SHIFTS_EACH), np.arange(SHIFTS_EACH))
        for column, row in enumerate(rows):
            figures[index, column] = _published(row, found[column], theta["misfit_patients"], rng)
    return Sampled(tuple(rows), figures)


def _published(row: Row, predicted: Array, misfit: float, rng: np.random.Generator) -> Array:
    """Return a figure as a trial of this size would publish it."""
    if row.measure in ("mean_change", "mean_score"):
        spread = predicted[:, 1] * np.sqrt(1.0 / row.n + 1.0 / misfit)
        low = 0.0 if row.measure == "mean_score" else -row.scale.top
        return np.asarray(np.clip(predicted[:, 0] + spread * rng.standard_normal(len(predicted)), low, row.scale.top))
    share = np.clip(predicted[:, 0], 0.004, 0.996)
    own = rng.beta(share * misfit, (1.0 - share) * misfit)
    return np.asarray(100.0 * rng.binomial(row.n, own) / row.n)


def weighed_quantiles(values: Array, weights: Array, shares: Sequence[float]) -> Array:
    """Return quantiles of weighed values."""
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    index = np.searchsorted(total, np.asarray(shares) * total[-1])
    return np.asarray(values[order][np.minimum(index, len(values) - 1)])


def crps(values: Array, weights: Array, truth: float) -> float:
    """Return the continuous ranked probability score of a weighed sample: less is better."""
    order = np.argsort(values)
    x, w = values[order], weights[order] / weights.sum()
    below = np.cumsum(w)
    spread = np.sum(2.0 * w * x * (below - 0.5 * w)) - np.sum(w * x)
    return float(np.sum(w * np.abs(x - truth)) - spread)


def predictions(sampled: Sampled, weights_of: dict[str, Array] | None = None) -> list[Prediction]:
    """Return the predictive distribution of every row, each trial under its own weights where given."""
    even = np.ones(len(sampled.figures))
    table = []
    for column, row in enumerate(sampled.rows):
        weights = even if weights_of is None else weights_of[row.trial]
        values = sampled.figures[:, column].ravel()
        repeated = np.repeat(weights, SHIFTS_EACH)
        p05, p25, median, p75, p95 = weighed_quantiles(values, repeated, QUANTILES).tolist()
        table.append(Prediction(row, median, p05, p25, p75, p95, crps(values, repeated, row.published)))
    return table


def left_out_weights(posterior: Posterior) -> tuple[dict[str, Array], dict[str, float]]:
    """Return, for each trial, weights that forget it, and how many independent draws they are worth."""
    weights, worth = {}, {}
    for column, trial in enumerate(posterior.trials):
        logs = -posterior.log_likelihoods[:, column]
        raw = np.exp(logs - logs.max())
        raw = np.minimum(raw, raw.mean() * np.sqrt(len(raw)))
        weights[trial] = raw / raw.sum()
        worth[trial] = float(1.0 / np.sum(weights[trial] ** 2))
    return weights, worth


@dataclass(frozen=True, slots=True)
class Summary:
    """How well a table of predictions did. Errors of shares in percentage points."""

    figures: int
    inside_90_pct: float
    inside_50_pct: float
    median_absolute_error_points: float
    repeated_overrated_points: float
    crps_points: float
    crps_pooled_points: float


def summarise(table: Sequence[Prediction]) -> Summary:
    """Return coverage, errors, and the score beside that of the other trials of the same kind."""
    shares = [one for one in table if one.row.measure in ("response_pct", "remission_pct")]
    repeated = [one for one in shares if one.row.kind == "repeated"]
    inside90 = [one.p05 <= one.row.published <= one.p95 for one in table]
    inside50 = [one.p25 <= one.row.published <= one.p75 for one in table]
    pooled = [score for one in shares if (score := _pooled_crps(one.row, shares)) is not None]
    return Summary(
        figures=len(table),
        inside_90_pct=100.0 * float(np.mean(inside90)),
        inside_50_pct=100.0 * float(np.mean(inside50)),
        median_absolute_error_points=float(np.median([abs(one.residual) for one in shares])),
        repeated_overrated_points=float(np.mean([-one.residual for one in repeated])) if repeated else 0.0,
        crps_points=float(np.mean([one.crps for one in shares])),
        crps_pooled_points=float(np.mean(pooled)) if pooled else float("nan"),
    )


def _pooled_crps(row: Row, shares: Sequence[Prediction]) -> float | None:
    """Return the score of the other trials' figures, of the same kind and measure, as a forecast."""
    others = np.array(
        [
            one.row.published
            for one in shares
            if one.row.trial != row.trial and one.row.kind == row.kind and one.row.measure == row.measure
        ]
    )
    return crps(others, np.ones(len(others)), row.published) if len(others) > 1 else None


def thinned(posterior: Posterior, count: int, seed: int = 0) -> Posterior:
    """Return a random part of the posterior."""
    index = np.random.default_rng(seed).permutation(len(posterior.vectors))[:count]
    return Posterior(posterior.trials, posterior.vectors[index], posterior.log_likelihoods[index])


def shipped_posterior() -> Posterior:
    """Return the plausible hyperparameters that ship with this version."""
    plausible, fits = shipped_draws()
    return Posterior(tuple(fits), from_natural(plausible), np.column_stack(list(fits.values())))


def shipped_predictions(rows: Sequence[Row], *, own_data: bool = False, seed: int = 1) -> list[Prediction]:
    """Return the predictive distribution of every row from the calibration that ships.

    Parameters
    ----------
    own_data : False forgets each trial that the calibration has read before it is foretold.
    """
    if not rows:
        return []
    posterior = shipped_posterior()
    known, _ = left_out_weights(posterior)
    trials = {row.trial for row in rows}
    if own_data or not trials & set(known):
        posterior = thinned(posterior, FOR_NEW_TRIALS)
    even = np.ones(len(posterior.vectors))
    weights = {trial: even if own_data else known.get(trial, even) for trial in trials}
    return predictions(sample_figures(rows, posterior.vectors, seed=seed), weights)
