"""The model of one patient a second time, in JAX, for NUTS: written apart from `euthymia.model`.

Nothing of the forecast's arithmetic is shared: plasma by an eigenvalue routine, the mood's drive by one
Gauss-Legendre sum over the whole course (no tails in closed form, no leftover to first order), the prior of a
patient as the mixture over all plausible hyperparameters, the two kinds of patient (reached or not) summed over.
Only constants and calibrated hyperparameters are read from the package.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logsumexp

from euthymia.model import ForecastInput, Score, calibrated, convert_score, scale_named
from euthymia.model.data import constants
from euthymia.model.plasma import structures
from euthymia.model.population import HYPERPARAMETERS, effect_of

jax.config.update("jax_enable_x64", True)
NAMES = (
    "gain", "half_fast", "half_extra", "share", "ceiling", "half_occupancy", "expectation", "v1", "cl", "q3", "noise",
)  # fmt: skip
NOISE = NAMES.index("noise")
UNREACHED, REACHED = 0, 1
WASHED_OUT_H = 120.0


def prior_table() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a patient's means and sds by hyperparameter set, (sets, 11), and log chances of each kind, (sets, 2)."""
    people = calibrated()
    theta = dict(zip(HYPERPARAMETERS, people.plausible.T, strict=True))
    fixed = people.fixed
    zero, one = np.zeros(len(people.plausible)), np.ones(len(people.plausible))
    spread = constants("structures")["between_subject"]
    log, hypot = np.log, np.hypot
    rows = [
        (log(theta["gain"]), hypot(theta["gain_patient_sd"], theta["gain_trial_sd"])),
        (log(theta["half_fast_days"]), theta["half_fast_patient_sd"]),
        (log(theta["half_slow_extra_days"]), hypot(theta["half_slow_patient_sd"], theta["half_slow_trial_sd"])),
        (log(theta["slow_share"] / (1 - theta["slow_share"])), one * fixed["slow_share_patient_sd"]),
        (log(theta["ceiling"]), theta["ceiling_patient_sd"]),
        (log(fixed["half_occupancy_ng_per_ml"] * one), one * fixed["half_occupancy_patient_sd"]),
        (theta["expectation"], hypot(theta["expectation_patient_sd"], theta["expectation_trial_sd"])),
        *((zero, one * spread[f"{name}_omega2"] ** 0.5) for name in ("v1", "cl", "q3")),
        # Log-normal with the calibrated mean square: its median lies lower.
        (one * (log(fixed["noise_sd_logit"]) - fixed["noise_patient_sd"] ** 2), one * fixed["noise_patient_sd"]),
    ]
    chances = np.column_stack([theta["unreached_share"], 1.0 - theta["unreached_share"]])
    means, sds = (np.column_stack(part) for part in zip(*rows, strict=True))
    return means, sds, np.log(chances / len(zero))


def nodes_of(given: ForecastInput, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return quadrature nodes and weights (h): between any two of rate changes and days asked for, log-mapped."""
    starts = np.array([infusion.start_day * 24 for infusion in given.infusions])
    ends = starts + np.array([infusion.minutes / 60 for infusion in given.infusions])
    inner = np.concatenate([ends + 6.0, ends + 24.0, ends + WASHED_OUT_H, days * 24])
    edges = np.unique(np.round(np.concatenate([starts, ends, inner]), 9))
    bends = np.concatenate([starts, ends])
    nodes, weights = [], []
    for low, high in pairwise(edges):
        since = low - bends[bends <= low + 1e-9].max(initial=-np.inf)
        if not np.isfinite(since) or since > WASHED_OUT_H:
            continue
        bend = 0.1 + since
        x, w = np.polynomial.legendre.leggauss(12 if high - low > 2 else 8)
        top = np.log1p((high - low) / bend)
        u = top * (x + 1) / 2
        nodes.append(low + bend * np.expm1(u))
        weights.append(top * w / 2 * bend * np.exp(u))
    return np.concatenate(nodes), np.concatenate(weights)


def seen_of(given: ForecastInput) -> tuple[np.ndarray, np.ndarray]:
    """Return days and logits about the typical baseline of a patient's scores."""
    scale = scale_named(given.scale)
    typical = float(scale.to_logit(scale.baseline_mean))
    days, logits = [], []
    for item in given.scores:
        score = item if isinstance(item, Score) else Score(*item)
        if score.value is not None:
            points = convert_score(score.value, score.scale or scale.name, scale.name)
            days.append(score.day)
            logits.append(np.log((points + 0.5) / (scale.top + 0.5 - points)) - typical)
    return np.array(days), np.array(logits)


class Twin:
    """One patient's posterior: its log density and what follows from a draw."""

    def __init__(self, given: ForecastInput, asked: np.ndarray) -> None:
        people, scale = calibrated(), scale_named(given.scale)
        self.fixed = people.fixed
        self.effect = effect_of(people.point, scale)
        self.baseline_sd = scale.baseline_logit()[1]
        self.seen_days, self.seen = seen_of(given)
        self.days = np.concatenate([self.seen_days, asked])
        self.means, self.sds, self.log_chances = prior_table()
        self.starts_h = np.array([infusion.start_day * 24 for infusion in given.infusions])
        self.lengths_h = np.array([infusion.minutes / 60 for infusion in given.infusions])
        self.rates = np.array([infusion.dose_mg for infusion in given.infusions]) / self.lengths_h
        self.relative = given.weight_kg / constants("structures")["weight_scaling"]["reference_kg"]
        self.expected = self._expectation()
        self.nodes, self.weights = nodes_of(given, self.days)
        self.centre = self.means.mean(axis=0)
        self.spread = np.sqrt(self.means.var(axis=0) + np.mean(self.sds**2, axis=0))
        self.seen_covariance = self.covariance(self.seen_days)

    def _expectation(self) -> np.ndarray:
        found = []
        for day in self.days:
            before = self.starts_h[self.starts_h / 24 < day] / 24
            if len(before):
                rise = 1 - np.exp(-(day - before[0]) / self.fixed["expectation_rise_days"])
                found.append(rise * 0.5 ** ((day - before[-1]) / self.fixed["expectation_half_days"]))
            else:
                found.append(0.0)
        return np.array(found)

    def covariance(self, days: np.ndarray) -> np.ndarray:
        """Return the covariance of baseline and drift."""
        gap = np.abs(days[:, None] - days[None, :])
        drift = self.fixed["wander_sd_logit"] ** 2 * np.exp(-gap / self.fixed["wander_days"])
        return self.baseline_sd**2 + drift

    def plasma(self, phi: Any) -> tuple[Any, Any]:
        """Return rates (1/h) and weights (1000/L) of the response to a pulse, from the symmetrised generator."""
        base = structures()["kamp2020"]
        flow, volume = self.relative**0.75, self.relative
        v1, v2, v3 = base.v1_l * jnp.exp(phi[7]) * volume, base.v2_l * volume, base.v3_l * volume
        cl, q3 = base.cl_l_per_h * jnp.exp(phi[8]) * flow, base.q3_l_per_h * jnp.exp(phi[9]) * flow
        q2 = base.q2_l_per_h * flow
        two, three = -q2 / jnp.sqrt(v1 * v2), -q3 / jnp.sqrt(v1 * v3)
        matrix = jnp.array([[(cl + q2 + q3) / v1, two, three], [two, q2 / v2, 0.0], [three, 0.0, q3 / v3]])
        rates, vectors = jnp.linalg.eigh(matrix)
        return rates, 1000.0 * vectors[0] ** 2 / v1

    def drive(self, phi: Any) -> Any:
        """Return the drive of the mood on the days."""
        rates, weights = self.plasma(phi)
        since = self.nodes[:, None] - self.starts_h[None, :]
        during = jnp.clip(since, 0.0, self.lengths_h)[:, :, None]
        after = jnp.maximum(since - self.lengths_h, 0.0)[:, :, None]
        parts = self.rates[:, None] * weights / rates * -jnp.expm1(-rates * during) * jnp.exp(-rates * after)
        concentration = parts.sum(axis=(1, 2))
        occupied = concentration / (concentration + jnp.exp(phi[5]))
        ago = self.days[:, None] - self.nodes[None, :] / 24
        share = jax.nn.sigmoid(phi[3])
        fast = jnp.log(2.0) / jnp.exp(phi[1])
        slow = jnp.log(2.0) / (jnp.exp(phi[1]) + jnp.exp(phi[2]))
        held = jnp.maximum(ago, 0.0)
        kernel = (1 - share) * jnp.exp(-fast * held) + share * jnp.exp(-slow * held)
        return jnp.where(ago > 0, kernel, 0.0) @ (self.weights * occupied)

    def relief(self, phi: Any) -> Any:
        """Return what each kind of patient gains on the days, logits, shape (2, days)."""
        factors = jnp.array([self.fixed["unreached_gain_factor"], 1.0])
        gains = jnp.exp(phi[0]) * factors[:, None]
        ceiling = jnp.exp(phi[4])
        gained = ceiling * -jnp.expm1(-gains * self.drive(phi)[None, :] / ceiling)
        return self.effect * (gained + phi[6] * self.expected[None, :])

    def log_joint(self, phi: Any) -> Any:
        """Return the log density of parameters and scores, for each kind of patient, shape (2,)."""
        z = (phi - self.means) / self.sds
        each = -0.5 * (z * z).sum(axis=1) - np.log(self.sds).sum(axis=1)
        prior = logsumexp(each[:, None] + self.log_chances, axis=0)
        count = len(self.seen)
        if not count:
            return prior
        residual = self.relief(phi)[:, :count] + self.seen
        factor = jnp.linalg.cholesky(self.seen_covariance + jnp.exp(2 * phi[NOISE]) * jnp.eye(count))
        solved = jax.scipy.linalg.solve_triangular(factor, residual.T, lower=True)
        return prior - 0.5 * (solved * solved).sum(axis=0) - jnp.log(jnp.diag(factor)).sum()

    def model(self) -> None:
        """State the model to NumPyro."""
        import numpyro
        from numpyro import distributions as dist

        u = numpyro.sample("u", dist.ImproperUniform(dist.constraints.real_vector, (), (len(NAMES),)))
        numpyro.factor("posterior", logsumexp(self.log_joint(self.centre + self.spread * u)))

    def charted(self, u: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Return baseline, course and scores to come of each draw, logits about the typical baseline."""
        phi = jnp.asarray(self.centre + self.spread * u)
        # One by one: a batch of many small factorisations has waited for itself for ever (jaxlib 0.10.2, two cores).
        judged = jax.jit(lambda p: (self.log_joint(p), self.relief(p)))
        joint, fell = (np.array(part) for part in zip(*(jax.device_get(judged(p)) for p in phi), strict=True))
        reached = rng.random(len(u)) < 1.0 / (1.0 + np.exp(joint[:, UNREACHED] - joint[:, REACHED]))
        own = fell[np.arange(len(u)), reached.astype(int)]
        count = len(self.seen)
        drawn = np.stack([
            self._one_charted(float(noise), before, rng)
            for noise, before in zip(np.exp(np.asarray(phi)[:, NOISE]), own[:, :count], strict=True)
        ])  # fmt: skip
        return {"baseline": drawn[:, 0], "relief": own[:, count:], "charted": drawn[:, 1:] - own[:, count:]}

    def _one_charted(self, noise: float, before: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw baseline and residuals to come under one noise and course, jointly Gaussian with what was charted."""
        size, count = 1 + len(self.days), len(self.seen)
        whole = np.full((size, size), self.baseline_sd**2)
        whole[1:, 1:] = self.covariance(self.days) + noise**2 * np.eye(size - 1)
        known = np.arange(1, 1 + count)
        open_ = np.setdiff1d(np.arange(size), known)
        left, centre = whole[np.ix_(open_, open_)], np.zeros(len(open_))
        if count:
            gain = whole[np.ix_(open_, known)] @ np.linalg.inv(whole[np.ix_(known, known)])
            left = left - gain @ whole[np.ix_(known, open_)]
            centre = gain @ (self.seen + before)
        return centre + np.linalg.cholesky(left + 1e-12 * np.eye(len(left))) @ rng.standard_normal(len(open_))
