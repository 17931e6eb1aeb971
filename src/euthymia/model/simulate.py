"""Virtual patients: scores as a group (for trials) and one at a time (as a clinic would chart them)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from euthymia.model.course import BadInput, Course, Infusion, checked_weight_kg, in_order
from euthymia.model.mood import relief
from euthymia.model.population import Draws, Population, calibrated
from euthymia.model.scales import Scale, scale_named

Array = NDArray[np.float64]
WANDER_DAYS = 3650


def checked_days(days: ArrayLike) -> Array:
    """Return days as a vector, or raise a sentence."""
    found = np.atleast_1d(np.asarray(days, dtype=np.float64))
    if found.ndim != 1 or not np.all(np.isfinite(found)) or np.any(np.abs(found) > WANDER_DAYS):
        raise BadInput(f"Days must be a plain list of finite numbers within {WANDER_DAYS} days of day 0.")
    return found


def wander_along(population: Population, days: Array, steps: Array) -> Array:
    """Return the slow drift of patients about their course, logits; days ascending, steps standard normal.

    Parameters
    ----------
    steps : shape (days, n).

    Returns
    -------
    shape (days, n)
    """
    drift = np.empty_like(steps)
    for row, state in enumerate(wander_rows(population, days, steps)):
        drift[row] = state
    return drift


def wander_rows(population: Population, days: Array, steps: Array) -> Iterator[Array]:
    """Yield the rows of `wander_along` one after the other; each holds only until the next is asked for."""
    sd, length = population.fixed["wander_sd_logit"], population.fixed["wander_days"]
    kept = np.exp(-np.diff(days, prepend=days[:1]) / length)
    for row, keep in enumerate(kept.tolist()):
        if not row:
            state = sd * steps[0]
        else:
            state *= keep
            state += (sd * np.sqrt(1.0 - keep * keep)) * steps[row]
        yield state


def simulate_scores(
    draws: Draws,
    course: Course,
    days: ArrayLike,
    scale: str,
    *,
    rng: np.random.Generator | None = None,
    population: Population | None = None,
    baseline_mean: float | None = None,
    baseline_sd: float | None = None,
) -> Array:
    """Return the scores of virtual patients under a course.

    Parameters
    ----------
    draws : n patients, from `Population.draw`.
    days : shape (days,), ascending where ``rng`` is given; a day's score is taken before that day's infusion.
    scale : name of a scale.
    rng : when given, scores as charted: with drift and noise, rounded; else what lies under them.
    baseline_mean, baseline_sd : in points; the scale's typical ones when not given.

    Returns
    -------
    shape (n, days), points
    """
    people = population or calibrated()
    when = checked_days(days)
    used = scale_named(scale)
    mean, sd = used.baseline_logit(baseline_mean, baseline_sd)
    fell = relief(draws, course.infusions, course.weight_kg, when, people, effect=people.effect_on(used))
    logits = mean + sd * draws.baseline_z[:, None] - fell.T
    if rng is None:
        return used.to_score(logits)
    if np.any(np.diff(when) < 0.0):
        raise BadInput("The days must be in order.")
    logits += wander_along(people, when, rng.standard_normal((len(when), len(draws)))).T
    noise_sd = people.fixed["noise_sd_logit"] * draws.noise_factor
    logits += noise_sd[:, None] * rng.standard_normal(logits.shape)
    return np.rint(used.to_score(logits))


@dataclass(frozen=True, slots=True)
class VirtualPatient:
    """One invented patient, whose score on a day is the same whenever it is asked for.

    Attributes
    ----------
    drift : shape (days,), logits, from the day before the first one of the record.
    noise_seed : of the noise of each single score.
    """

    draws: Draws
    weight_kg: float
    drift: Array = field(repr=False)
    noise_seed: int
    population: Population = field(repr=False)

    def true_scores(self, scale: str, infusions: Sequence[Infusion], days: ArrayLike) -> Array:
        """Return what lies under the patient's scores: no drift, no noise, shape (days,)."""
        return self._scored(scale_named(scale), infusions, checked_days(days), noisy=False)

    def scores(self, scale: str, infusions: Sequence[Infusion], days: ArrayLike) -> list[int]:
        """Return the scores that the patient fills in on the days, given the infusions he has had.

        A score is taken before an infusion that starts at the same instant, and knows only those before it.
        """
        return [int(score) for score in self._scored(scale_named(scale), infusions, checked_days(days), noisy=True)]

    def _scored(self, scale: Scale, infusions: Sequence[Infusion], days: Array, *, noisy: bool) -> Array:
        mean, sd = scale.baseline_logit()
        effect = self.population.effect_on(scale)
        given = in_order(infusions)
        fell = relief(self.draws, given, self.weight_kg, days, self.population, effect=effect)[:, 0]
        logits = mean + sd * self.draws.baseline_z[0] - fell
        if not noisy:
            return scale.to_score(logits)
        index = np.clip(np.rint(days).astype(int) + 365, 0, len(self.drift) - 1)
        own = np.array(
            [
                np.random.default_rng((self.noise_seed, int(i), len(scale.name), int(scale.top))).standard_normal()
                for i in index
            ]
        )
        noise_sd = self.population.fixed["noise_sd_logit"] * self.draws.noise_factor[0]
        return np.rint(scale.to_score(logits + self.drift[index] + noise_sd * own))


def virtual_patient(
    rng: np.random.Generator,
    *,
    weight_kg: float = 70.0,
    population: Population | None = None,
    days: int = 1500,
) -> VirtualPatient:
    """Return one invented patient of the calibrated population.

    Examples
    --------
    >>> patient = virtual_patient(np.random.default_rng(3))
    >>> history = [Infusion(day, 35.0, 40) for day in (0, 2, 4, 7, 9, 11)]
    >>> all(0 <= score <= 27 for score in patient.scores("PHQ-9", history, [0, 7, 14, 28]))
    True
    """
    people = population or calibrated()
    kept = np.exp(-1.0 / people.fixed["wander_days"])
    steps = rng.standard_normal(days + 365)
    drift = np.empty(days + 365)
    state = steps[0]
    for day, step in enumerate(steps):
        state = kept * state + np.sqrt(1.0 - kept * kept) * step if day else state
        drift[day] = state
    return VirtualPatient(
        draws=people.draw(1, rng),
        weight_kg=checked_weight_kg(weight_kg),
        drift=people.fixed["wander_sd_logit"] * drift,
        noise_seed=int(rng.integers(2**31)),
        population=people,
    )
