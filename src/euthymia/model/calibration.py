"""Fits the population, and the spread between trials, to published trials by simulation.

Likelihood of a trial: its shifts (gain, expectation, slow half-life) are integrated out by Gauss-Hermite
quadrature; a share is beta-binomial, a mean normal, and neither is ever known better than from
``misfit_patients`` patients. Figures of one trial are taken as independent given its shifts, though some come
from the same patients. The posterior is explored by walkers with stretch and differential-evolution moves
(Goodman and Weare 2010, doi 10.2140/camcos.2010.5.65; ter Braak 2006, doi 10.1007/s11222-006-8769-1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, logsumexp

from euthymia.model.rows import Row
from euthymia.model.virtual_trials import NAMES, Machine, machine_for, prior_centres, to_natural

Array = NDArray[np.float64]
GAIN_NODES, EXPECTATION_NODES, SLOW_NODES = 7, 3, 2


@dataclass(frozen=True, slots=True)
class Nodes:
    """Quadrature over the shifts of a trial, in sd of the trials."""

    shifts: Array  # (nodes, 2): gain, expectation
    slow: Array  # (steps,)
    slow_of: NDArray[np.intp]  # (nodes,)
    log_weights: Array


def shift_nodes() -> Nodes:
    """Return the Gauss-Hermite nodes of a trial's three shifts."""
    a, wa = np.polynomial.hermite_e.hermegauss(GAIN_NODES)
    b, wb = np.polynomial.hermite_e.hermegauss(EXPECTATION_NODES)
    c, wc = np.polynomial.hermite_e.hermegauss(SLOW_NODES)
    index = [(i, j, k) for k in range(len(c)) for i in range(len(a)) for j in range(len(b))]
    weights = np.array([wa[i] * wb[j] * wc[k] for i, j, k in index])
    return Nodes(
        np.array([(a[i], b[j]) for i, j, _ in index]),
        c,
        np.array([k for _, _, k in index], dtype=np.intp),
        np.log(weights / weights.sum()),
    )


def row_log_likelihood(row: Row, predicted: Array, misfit_patients: float) -> Array:
    """Return the log likelihood of a published figure under predictions (shifts, 2), shape (shifts,)."""
    if row.measure in ("mean_change", "mean_score"):
        variance = predicted[:, 1] ** 2 * (1.0 / row.n + 1.0 / misfit_patients)
        return np.asarray(-0.5 * ((row.published - predicted[:, 0]) ** 2 / variance + np.log(2 * np.pi * variance)))
    share = np.clip(predicted[:, 0], 0.004, 0.996)
    counted = round(row.published / 100.0 * row.n)
    a, b = share * misfit_patients, (1.0 - share) * misfit_patients
    choose = gammaln(row.n + 1) - gammaln(counted + 1) - gammaln(row.n - counted + 1)
    return np.asarray(choose + betaln(counted + a, row.n - counted + b) - betaln(a, b))


def trial_log_likelihoods(machine: Machine, vector: Array, trials: Sequence[str]) -> Array:
    """Return the log likelihood of each trial under hyperparameters on the scales of their priors."""
    theta = dict(zip(NAMES, to_natural(vector).tolist(), strict=True))
    nodes = shift_nodes()
    found = machine.outcomes(theta, nodes.shifts, nodes.slow, nodes.slow_of)
    by_trial = {trial: nodes.log_weights.copy() for trial in trials}
    for item, predicted in zip(machine.prepared, found, strict=True):
        by_trial[item.row.trial] += row_log_likelihood(item.row, predicted, theta["misfit_patients"])
    return np.array([logsumexp(by_trial[trial]) for trial in trials])


@dataclass(frozen=True, slots=True)
class Posterior:
    """Plausible hyperparameters, on the scales of their priors, and how well each explains each trial.

    Attributes
    ----------
    vectors : shape (draws, names). log_likelihoods : shape (draws, trials).
    """

    trials: tuple[str, ...]
    vectors: Array
    log_likelihoods: Array


def sample_posterior(
    rows: Sequence[Row],
    *,
    walkers: int = 56,
    steps: int = 300,
    burn_in: int = 150,
    every: int = 10,
    patients: int = 256,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Posterior:
    """Return plausible hyperparameters given published trials.

    Parameters
    ----------
    walkers, steps, burn_in, every : the ensemble, its steps, those thrown away, which of the rest stay.
    progress : told the step and the number of steps.
    """
    machine = machine_for(rows, patients=patients)
    trials = tuple(dict.fromkeys(row.trial for row in rows))
    centre, sd = prior_centres()
    rng = np.random.default_rng(seed)
    at = centre + 0.7 * sd * rng.standard_normal((walkers, len(centre)))

    def judged(vector: Array) -> tuple[float, Array]:
        parts = trial_log_likelihoods(machine, vector, trials)
        total = float(-0.5 * np.sum(((vector - centre) / sd) ** 2) + parts.sum())
        return (total if np.isfinite(total) else -np.inf), parts

    known = [judged(vector) for vector in at]
    kept, kept_parts = [], []
    half = walkers // 2
    for step in range(steps):
        for low, other in ((0, half), (half, 0)):
            for index in range(low, low + half):
                if rng.random() < 0.5:
                    stretch = (1.0 + rng.random()) ** 2 / 2.0
                    partner = at[other + int(rng.integers(half))]
                    proposed = partner + stretch * (at[index] - partner)
                    volume = (len(centre) - 1) * np.log(stretch)
                else:
                    one, two = other + rng.permutation(half)[:2]
                    jump = 2.38 / np.sqrt(2.0 * len(centre)) * (1.0 + 0.1 * rng.standard_normal())
                    proposed, volume = at[index] + jump * (at[one] - at[two]), 0.0
                total, parts = judged(proposed)
                if np.log(rng.random()) < volume + total - known[index][0]:
                    at[index], known[index] = proposed, (total, parts)
        if step >= burn_in and (step - burn_in) % every == 0:
            kept.append(at.copy())
            kept_parts.append([parts for _, parts in known])
        if progress is not None:
            progress(step + 1, steps)
    return Posterior(trials, np.concatenate(kept), np.concatenate([np.array(part) for part in kept_parts]))
