"""One patient: what his own infusions and scores say of the weeks ahead.

Parameters are drawn from the calibrated population and weighed by the patient's scores. Given a draw, scores
on the logit are jointly Gaussian (baseline, drift, noise), so those three are integrated out exactly; how noisy
this patient's scores are is summed over a grid; only the parameters of the drug's effect are sampled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from euthymia.model.course import LAST_DAY, BadInput, Infusion, checked_weight_kg, finite, in_order
from euthymia.model.mood import relief
from euthymia.model.population import Draws, Population, calibrated, model_version, noise_factors
from euthymia.model.scales import Scale, convert_score, scale_named
from euthymia.model.simulate import wander_rows

Array = NDArray[np.float64]
LONGEST_HORIZON_DAYS = 730
MOST_SCORES = 1000
KEPT = 2000
BANDS = [int(share * (KEPT - 1)) for share in (0.05, 0.25, 0.5, 0.75, 0.95)]
FEWEST_RESPONDING = 0.05
UNTHREADED = 200_000  # multiplications
FEWEST_DRAWS, MOST_DRAWS = 500, 1_000_000
FEWEST_EFFECTIVE, REFINED = 400, 5
NOISE_STEPS = np.linspace(-2.7, 2.7, 13)
"""Where a patient's noise is tried, in sd of its logarithm between patients."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score on a day, on the scale of the forecast unless another one is named."""

    day: float
    value: float | None
    scale: str | None = None


@dataclass(frozen=True, slots=True)
class ForecastInput:
    """What is known of a patient, and how far ahead to look.

    Attributes
    ----------
    infusions : given and planned, in order of their days.
    scores : each `Score`, or (day, value), in any number; a value of None is a missing score.
    until_day : last day of the forecast.
    from_day : its first day; the earliest of day 0, the first infusion and the first score when None. What lies
        before it is known and used all the same: a treatment of years is looked at from here on.
    """

    weight_kg: float
    scale: str
    infusions: tuple[Infusion, ...]
    scores: tuple[Score | tuple[float, float | None], ...]
    until_day: float
    from_day: float | None = None


@dataclass(frozen=True, slots=True)
class FadeDay:
    """The day on which response is lost, with its band; None stands for past the horizon."""

    p05: float | None
    median: float | None
    p95: float | None
    chance_by_horizon: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast of one patient: bands of the score he will fill in, day by day.

    Attributes
    ----------
    days : shape (days,), whole days. p05 to p95 : shape (days,), points.
    chance_of_response, chance_of_remission : of a rating on the day after the last infusion (``judged_day``).
    fade_day : first day after the last infusion on which half of the baseline is no more gained; None when
        there is no infusion, or when fewer than one in twenty is expected to respond.
    effective_samples : how many independent draws the weighed sample is worth.
    """

    days: Array
    median: Array
    p05: Array
    p25: Array
    p75: Array
    p95: Array
    chance_of_response: float
    chance_of_remission: float
    judged_day: float
    fade_day: FadeDay | None
    effective_samples: float
    model_version: str


@lru_cache(maxsize=4)
def _prior_draws(draws: int, seed: int) -> Draws:
    return calibrated().draw(draws, np.random.default_rng(seed))


def checked_scores(given: ForecastInput, scale: Scale) -> tuple[Array, Array]:
    """Return days and logits of the scores that are there, or raise a sentence.

    Scores on another scale are carried over by the stated cross-walk.
    """
    if len(given.scores) > MOST_SCORES:
        raise BadInput(f"{len(given.scores):,} scores are more than the {MOST_SCORES:,} that are read at once.")
    days, logits = [], []
    for item in given.scores:
        score = item if isinstance(item, Score) else Score(*item)
        if score.value is None:
            continue
        own = scale if score.scale is None else scale_named(score.scale)
        day = finite(score.day, "The day of a score", -LAST_DAY, LAST_DAY, "days")
        value = finite(score.value, f"A score on the {own.name}", 0.0, own.top, "points")
        days.append(day)
        moved = value if own is scale else convert_score(value, own.name, scale.name)
        logits.append(float(scale.to_logit(moved)))
    if any(later < earlier for earlier, later in pairwise(days)):
        raise BadInput("The scores must be in order of their days.")
    return np.array(days), np.array(logits)


def residual_covariance(population: Population, baseline_sd: float, a: Array, b: Array) -> Array:
    """Return the covariance of baseline plus drift between two sets of days, in logits squared."""
    fixed = population.fixed
    gap = np.abs(a[:, None] - b[None, :])
    return np.asarray(baseline_sd**2 + fixed["wander_sd_logit"] ** 2 * np.exp(-gap / fixed["wander_days"]))


def systematic(weights: Array, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return ``count`` indices drawn in proportion to the weights, evenly spread."""
    points = (np.arange(count) + rng.random()) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), points), len(weights) - 1)


@dataclass(frozen=True, slots=True)
class Posterior:
    """Draws of one patient in proportion to their weights, as his scores leave them.

    Attributes
    ----------
    baseline : shape (kept,), logits about the scale's typical baseline.
    charted : shape (days, kept), baseline, drift and noise on the days asked for, logits.
    """

    people: Population
    kept: Draws
    effective_samples: float
    baseline: Array
    charted: Array


@dataclass(frozen=True, slots=True)
class _Asked:
    """A forecast's input after its checks."""

    weight_kg: float
    scale: Scale
    infusions: tuple[Infusion, ...]
    seen_days: Array
    seen_logits: Array
    first: float
    until: float
    count: int


def _checked(given: ForecastInput, draws: int) -> _Asked:
    weight_kg = checked_weight_kg(given.weight_kg)
    scale = scale_named(given.scale)
    infusions = in_order(given.infusions)
    seen_days, seen_logits = checked_scores(given, scale)
    until = finite(given.until_day, "The last day of the forecast", -LAST_DAY, LAST_DAY, "days")
    count = int(finite(draws, "The number of draws", FEWEST_DRAWS, MOST_DRAWS, "draws"))
    if given.from_day is None:
        first = float(min([0.0, *(i.start_day for i in infusions[:1]), *seen_days[:1]]))
    else:
        first = finite(given.from_day, "The first day of the forecast", -LAST_DAY, LAST_DAY, "days")
    if not first < until <= first + LONGEST_HORIZON_DAYS:
        raise BadInput(f"The forecast must end after it begins and within {LONGEST_HORIZON_DAYS} days of it.")
    return _Asked(weight_kg, scale, infusions, seen_days, seen_logits, first, until, count)


def _product(left: Array, right: Array) -> Array:
    """Return left @ right in parts that stay in cache and below the size for which the library wakes its threads.

    On a busy machine those cost more than they save.
    """
    found = np.empty((len(left), right.shape[1]))
    width = max(1, UNTHREADED // max(left.size, 1))
    for low in range(0, right.shape[1], width):
        np.matmul(left, right[:, low : low + width], out=found[:, low : low + width])
    return found


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The draws that scores leave, and the noise that goes with each.

    Attributes
    ----------
    index : shape (kept,). noise_factor : shape (kept,).
    variance : shape (scores, kept), of the scores on the axes of their covariance, logits squared.
    """

    index: NDArray[np.intp]
    noise_factor: Array
    variance: Array
    effective_samples: float


def _choose(turned: Array, spread: Array, noise_sd: float, rng: np.random.Generator) -> _Chosen:
    """Choose draws in proportion to how well they explain the scores, under every noise that is tried.

    Parameters
    ----------
    turned : shape (scores, draws), residuals on the axes of the covariance of baseline and drift.
    spread : shape (scores,), the variances along these axes; noise adds to them, whatever the axes.
    """
    factors = noise_factors(NOISE_STEPS)
    variances = spread + np.square(noise_sd * factors)[:, None]
    each = _product(-0.5 / variances, np.square(turned))
    each -= 0.5 * (NOISE_STEPS**2 + np.log(variances).sum(axis=1))[:, None]
    each -= each.max()
    np.exp(each, out=each)
    weights = each.sum(axis=0)
    weights /= weights.sum()
    index = systematic(weights, KEPT, rng)
    shares = np.cumsum(each[:, index], axis=0)
    step = np.sum(shares < rng.random(KEPT) * shares[-1], axis=0)
    return _Chosen(index, factors[step], variances[step].T, float(1.0 / np.sum(weights**2)))


@lru_cache(maxsize=8)
def _normals(rows: int, seed: int) -> Array:
    """Return the random part of baseline and noise, one for all forecasts of a seed (do not change it)."""
    return np.random.default_rng((seed, 2)).standard_normal((rows, KEPT))


def _paths(people: Population, days: Array, baseline: Array, noise_sd: Array, normals: Array) -> Array:
    """Return baseline, drift and noise on days in any order, shape (days, kept), row by row to stay in cache.

    Parameters
    ----------
    baseline, noise_sd : shape (kept,), logits.
    normals : shape (2 * days or more, kept): first of the drift, in the order of time, last of the noise.
    """
    steps, noise = normals[: len(days)], normals[-len(days) :]
    order = np.argsort(days, kind="stable")
    path = np.empty(steps.shape)
    drifts = wander_rows(people, days[order], steps)
    for place, drift in zip(order.tolist(), drifts, strict=True):
        row = np.multiply(noise[place], noise_sd, out=path[place])
        row += baseline
        row += drift
    return path


def _posterior(asked: _Asked, days: Array, people: Population, seed: int, *, refined: bool = False) -> Posterior:
    """Return the patient's posterior with its residuals on the days; where too few draws count, from more of them."""
    seen_days, scale = asked.seen_days, asked.scale
    prior = _prior_draws(asked.count, seed) if people is calibrated() else _drawn(people, asked.count, seed)
    rng = np.random.default_rng((seed, 1))
    typical, baseline_sd = scale.baseline_logit()
    noise_sd = people.fixed["noise_sd_logit"]
    count = len(seen_days)
    everywhere = np.concatenate([seen_days, days])
    normals = _normals(2 * (len(everywhere) // 128 + 1) * 128 + 1, seed)
    baseline = baseline_sd * normals[0]
    if not count:
        kept = prior.taken(systematic(np.full(len(prior), 1.0 / len(prior)), KEPT, rng))
        path = _paths(people, everywhere, baseline, noise_sd * kept.noise_factor, normals[1:])
        return Posterior(people, kept, float(len(prior)), baseline, path)
    effect = people.effect_on(scale)
    fell = relief(prior, asked.infusions, asked.weight_kg, seen_days, people, effect=effect)
    residual = np.add(fell, (asked.seen_logits - typical)[:, None], out=fell)
    spread, axes = np.linalg.eigh(residual_covariance(people, baseline_sd, seen_days, seen_days))
    turned = _product(axes.T, residual)
    chosen = _choose(turned, np.maximum(spread, 0.0), noise_sd, rng)
    if chosen.effective_samples < FEWEST_EFFECTIVE and not refined:
        more = min(REFINED * asked.count, MOST_DRAWS)
        return _posterior(replace(asked, count=more), days, people, seed, refined=True)
    # Baseline, drift and noise as if nothing were known, then moved to what the scores say.
    path = _paths(people, everywhere, baseline, noise_sd * chosen.noise_factor, normals[1:])
    surprise = turned[:, chosen.index] - _product(axes.T, path[:count])
    surprise /= chosen.variance
    surprise = _product(axes, surprise)
    cross = residual_covariance(people, baseline_sd, days, seen_days)
    return Posterior(
        people,
        kept=replace(prior.taken(chosen.index), noise_factor=chosen.noise_factor),
        effective_samples=chosen.effective_samples,
        baseline=baseline + baseline_sd**2 * surprise.sum(axis=0),
        charted=np.add(path[count:], _product(cross, surprise), out=path[count:]),
    )


def _drawn(people: Population, count: int, seed: int) -> Draws:
    return people.draw(count, np.random.default_rng(seed))


def posterior_of(given: ForecastInput, *, draws: int = 20_000, seed: int = 0) -> Posterior:
    """Return the draws that a patient's scores leave, for questions other than the forecast's."""
    return posterior_at(given, np.array([float(given.until_day)]), draws=draws, seed=seed)


def posterior_at(given: ForecastInput, days: Array, *, draws: int = 20_000, seed: int = 0) -> Posterior:
    """Return the same with the patient's residuals on the days."""
    return _posterior(_checked(given, draws), days, calibrated(), seed)


def _fade_day(
    days: Array, fell: Array, room: Array, last_infusion_day: float, responds: NDArray[np.bool_]
) -> FadeDay | None:
    """Return when the draws that respond lose it: when they lie less below their baseline than response takes."""
    if responds.mean() < FEWEST_RESPONDING:
        return None
    begin = int(np.searchsorted(days, last_infusion_day, side="right"))
    if begin == len(days):
        return FadeDay(None, None, None, 0.0)
    lost = (fell[begin:] < room)[:, responds]
    first = np.where(lost.any(axis=0), days[begin:][lost.argmax(axis=0)], np.inf)
    ordered = np.sort(first)
    bounds = [float(ordered[int(share * (len(ordered) - 1))]) for share in (0.05, 0.5, 0.95)]
    p05, median, p95 = (bound if np.isfinite(bound) else None for bound in bounds)
    return FadeDay(p05, median, p95, float(np.mean(np.isfinite(first))))


def forecast(
    given: ForecastInput, *, draws: int = 20_000, seed: int = 0, population: Population | None = None
) -> Forecast:
    """Return what to expect of a patient from ``from_day`` to ``until_day``, day by day.

    Where the scores leave fewer than 400 independent draws of those made, five times as many are made.

    Raises
    ------
    BadInput
        With one sentence, for input from which no number may be computed.

    Examples
    --------
    >>> course = tuple(Infusion(day, 35.0, 40) for day in (0, 2, 4, 7, 9, 11))
    >>> seen = forecast(ForecastInput(70, "PHQ-9", course, ((0, 19), (7, 12), (12, 8)), 60))
    >>> bool(seen.days[-1] == 60), bool(seen.p05[-1] <= seen.median[-1] <= seen.p95[-1])
    (True, True)
    """
    people = population or calibrated()
    asked = _checked(given, draws)
    scale, infusions = asked.scale, asked.infusions
    days = np.arange(np.floor(asked.first), np.floor(asked.until) + 1.0)
    judged = infusions[-1].start_day + 1.0 if infusions else float(days[-1])
    began = infusions[0].start_day if infusions else float(days[0])
    moments = np.concatenate([days, [judged, began]])
    found = _posterior(asked, moments, people, seed)

    typical, _ = scale.baseline_logit()
    fell = relief(found.kept, infusions, asked.weight_kg, moments, people, effect=people.effect_on(scale))
    charted = found.charted
    charted += typical
    charted -= fell
    charted[: len(days)].sort(axis=1)
    bands = scale.to_score(charted[: len(days), BANDS])

    share = 1.0 - scale.response_fraction
    own_baseline = scale.to_score(charted[-1])
    before = np.flatnonzero(asked.seen_days <= began + 1e-9)
    if len(before):
        own_baseline = np.full(KEPT, scale.to_score(asked.seen_logits[before[-1]]))
    at_end = np.rint(scale.to_score(charted[-2]))
    fade = None
    if infusions:
        # Without drift and noise, response is lost once the score lies less than this below the baseline, in logits.
        steady = typical + found.baseline
        room = steady - scale.to_logit(share * scale.to_score(steady))
        fade = _fade_day(days, fell[: len(days)], room, infusions[-1].start_day, fell[-2] >= room)
    return Forecast(
        days=days,
        p05=bands[:, 0],
        p25=bands[:, 1],
        median=bands[:, 2],
        p75=bands[:, 3],
        p95=bands[:, 4],
        chance_of_response=float(np.mean(at_end <= share * own_baseline)),
        chance_of_remission=float(np.mean(at_end <= scale.remission_at_most)),
        judged_day=judged,
        fade_day=fade,
        effective_samples=found.effective_samples,
        model_version=model_version(),
    )
