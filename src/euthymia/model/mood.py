"""From infusions to a symptom score: a fast benefit that consolidates into a slow one, and expectation apart.

On the logit of the score, with t in days and o the occupancy over time (hours are used inside an infusion):

    benefit(t) = ceiling * (1 - exp(-gain * drive(t) / ceiling))
    drive(t)   = integral of o(s) * [(1 - c) exp(-kf (t - s)) + c exp(-ks (t - s))] ds

which is the solution of two linear states, F' = o - kf F and S' = c (kf - ks) F - ks S, read as F + S.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from euthymia.model.course import MERGED_H, Infusion
from euthymia.model.data import constants
from euthymia.model.population import Draws, Population

Array = NDArray[np.float64]
QUADRATURE_H = 20.0
SETTLED_H = 96.0
BEND_DURING_H, BEND_AFTER_H, SHORT_H = 0.05, 0.2, 2.0
CHUNK = 2000
APART = 1e-6
FEWEST_COMPILED = 200
Shape = tuple[tuple[float, float, float], ...]


def blocks_of(infusions: Sequence[Infusion]) -> list[tuple[float, Shape]]:
    """Return (start day, rates in h) of runs of infusions; those hardly a day apart share one run."""
    blocks: list[tuple[float, list[tuple[float, float, float]]]] = []
    free_h = -np.inf
    for infusion in infusions:
        start_h = infusion.start_day * 24.0
        if start_h < free_h + MERGED_H and blocks:
            offset = start_h - blocks[-1][0] * 24.0
            blocks[-1][1].extend((offset + s, d, r) for s, d, r in infusion.rates())
        else:
            blocks.append((infusion.start_day, list(infusion.rates())))
        free_h = start_h + infusion.minutes / 60.0
    return [(day, tuple(shape)) for day, shape in blocks if any(rate > 0 for _, _, rate in shape)]


@cache
def _gauss(count: int) -> tuple[Array, Array]:
    x, w = np.polynomial.legendre.leggauss(count)
    return 0.5 * (x + 1.0), 0.5 * w


def end_of(shape: Shape) -> float:
    """Return when a run of rates ends, h."""
    return max(start + duration for start, duration, _ in shape)


def panels(shape: Shape, until_h: float) -> tuple[Array, Array]:
    """Return Gauss-Legendre nodes and weights (h) over a run and its washing out, cut at ``until_h``.

    Where the rate changes the concentration bends fast at first, then slowly: time is log-mapped.
    """
    edges = sorted({0.0} | {s for s, _, _ in shape} | {s + d for s, d, _ in shape})
    short, long = (8, BEND_DURING_H), (16, BEND_AFTER_H)
    spans = [(a, b, *(short if b - a <= SHORT_H else long)) for a, b in pairwise(edges)]
    spans.append((edges[-1], edges[-1] + QUADRATURE_H, *long))
    nodes, weights = [], []
    for start, stop, count, bend in spans:
        stop = min(stop, until_h)
        if stop <= start:
            continue
        top = np.log1p((stop - start) / bend)
        x, w = _gauss(count)
        u = top * x
        nodes.append(start + bend * np.expm1(u))
        weights.append(top * w * bend * np.exp(u))
    return np.concatenate(nodes), np.concatenate(weights)


def scaled_plasma(draws: Draws, weight_kg: float) -> tuple[Array, Array]:
    """Return the pulse responses of the draws at a weight: flows by its 3/4, volumes by its first power."""
    scaling = constants("structures")["weight_scaling"]
    relative = weight_kg / scaling["reference_kg"]
    flow, volume = relative ** scaling["clearance_exponent"], relative ** scaling["volume_exponent"]
    return draws.plasma_rates_per_h * (flow / volume), draws.plasma_weights_per_l / volume


def concentration(draws: Draws, weight_kg: float, shape: Shape, times_h: Array) -> Array:
    """Return arterial ng/mL of each draw during and after a run of rates, shape (n, times)."""
    rates, weights = scaled_plasma(draws, weight_kg)
    total = np.zeros((len(draws), len(times_h)))
    for start, duration, rate in shape:
        during = np.flatnonzero((times_h > start) & (times_h <= start + duration))
        after = np.flatnonzero(times_h > start + duration)
        for j in range(3):
            k = rates[:, j : j + 1]
            level = 1000.0 * rate * weights[:, j : j + 1] / k
            if len(during):
                total[:, during] -= level * np.expm1(-k * (times_h[during] - start))
            if len(after):
                left = -level * np.expm1(-k * duration)
                total[:, after] += left * np.exp(-k * (times_h[after] - start - duration))
    return total


def _tail(draws: Draws, weight_kg: float, shape: Shape, from_h: float, until_h: float) -> Moments:
    """Return the moments from the end of the quadrature on, in closed form.

    There x = C / K is small, and o = x - x^2 + x^3, the square and the cube being those of the slower exponentials.
    """
    rates, pulse = scaled_plasma(draws, weight_kg)
    x = np.zeros_like(rates)
    for start, duration, rate in shape:
        full = -pulse * rate * 1000.0 / rates * np.expm1(-rates * duration)
        x += full * np.exp(-rates * (from_h - start - duration))
    half = draws.half_occupancy_ng_per_ml
    x /= half[:, None]
    a, b, (r0, r1) = x[:, 0], x[:, 1], (rates[:, 0], rates[:, 1])
    levels = np.column_stack([x, -a * a, -2.0 * a * b, a**3])
    per_left = np.column_stack([-2.0 * a, -2.0 * b, 3.0 * a * a]) * (np.exp(-r0 * from_h) / half)[:, None]
    speeds = np.column_stack([rates, 2.0 * r0, r0 + r1, 3.0 * r0])
    found = []
    for level, speed in ((levels, speeds), (per_left, speeds[:, 3:])):
        for per_day in (draws.fast_per_day, draws.slow_per_day):
            net = speed - per_day[:, None] / 24.0
            done = 1.0 if np.isinf(until_h) else -np.expm1(-net * (until_h - from_h))
            found.append(np.exp(per_day * from_h / 24.0) * np.sum(level / net * done, axis=1))
    return Moments(*found)


Benefit = Callable[[Draws, Sequence[Infusion], float, Array], Array]
_compiled: dict[str, Benefit] = {}


def use_compiled(function: Benefit) -> None:
    """Let a compiled function take the place of `benefit` for many patients; see `euthymia.model.warm`."""
    _compiled["benefit"] = function


class Moments(NamedTuple):
    """Integrals over a run, h, each of shape (n,): of occupancy times exp(kf s) and exp(ks s), and how both
    change with a small concentration left over from earlier runs, per ng/mL of it at the start of the run."""

    fast: Array
    slow: Array
    fast_per_left: Array
    slow_per_left: Array


def moments(draws: Draws, weight_kg: float, shape: Shape, until_h: float = np.inf) -> Moments:
    """Return the moments of a run of rates up to a time."""
    found = _by_quadrature(draws, weight_kg, shape, until_h)
    return _with_tail(found, draws, weight_kg, shape, until_h)


def _with_tail(found: Moments, draws: Draws, weight_kg: float, shape: Shape, until_h: float) -> Moments:
    from_h = end_of(shape) + QUADRATURE_H
    if until_h <= from_h:
        return found
    tail = _tail(draws, weight_kg, shape, from_h, until_h)
    return Moments(*(one + other for one, other in zip(found, tail, strict=True)))


def _by_quadrature(draws: Draws, weight_kg: float, shape: Shape, until_h: float) -> Moments:
    nodes, weights = panels(shape, until_h)
    conc = concentration(draws, weight_kg, shape, nodes)
    half = draws.half_occupancy_ng_per_ml[:, None]
    occupied = conc / (conc + half) * weights
    # What is left over decays with the slowest rate and adds to the concentration, to first order.
    slowest = draws_slowest(draws, weight_kg)
    change = (half / (conc + half) ** 2 - 1.0 / half) * weights * np.exp(-slowest[:, None] * nodes)
    days = nodes / 24.0
    rise_fast = np.exp(draws.fast_per_day[:, None] * days)
    rise_slow = np.exp(draws.slow_per_day[:, None] * days)
    return Moments(
        *(np.einsum("ij,ij->i", part, rise) for part in (occupied, change) for rise in (rise_fast, rise_slow))
    )


def kept_apart(per_day: Array, rates_per_h: Array) -> Array:
    """Return rates of the mood that meet none of the plasma's: where they do, the closed tail divides 0 by 0.

    One that does is moved by a millionth, and the drive by less than that.

    Parameters
    ----------
    per_day : shape (n,). rates_per_h : shape (n, 3), the slowest first.
    """
    near = np.flatnonzero(per_day > (1.0 - 2.0 * APART) * 24.0 * rates_per_h[:, 0])
    if not len(near):
        return per_day
    moved, (r0, r1, r2) = per_day.copy(), 24.0 * rates_per_h[near].T
    for speed in (r0, r1, r2, 2.0 * r0, r0 + r1, 3.0 * r0):
        meets = np.abs(moved[near] - speed) < APART * speed
        moved[near[meets]] = (1.0 - APART) * speed[meets]
    return moved


def draws_slowest(draws: Draws, weight_kg: float) -> Array:
    """Return the slowest rate of the plasma, 1/h."""
    return np.asarray(scaled_plasma(draws, weight_kg)[0][:, 0])


def left_at_end(draws: Draws, weight_kg: float, shape: Shape) -> Array:
    """Return the part of the concentration (ng/mL) that decays slowest, at the end of a run."""
    rates, weights = scaled_plasma(draws, weight_kg)
    k, level = rates[:, 0], 1000.0 * weights[:, 0] / rates[:, 0]
    end = end_of(shape)
    left = np.zeros(len(draws))
    for start, duration, rate in shape:
        left -= rate * level * np.expm1(-k * duration) * np.exp(-k * (end - start - duration))
    return left


def leftovers(draws: Draws, weight_kg: float, blocks: Sequence[tuple[float, Shape]]) -> list[Array]:
    """Return, for each run, the concentration left over from all earlier ones at its start, ng/mL."""
    k = draws_slowest(draws, weight_kg)
    ends = {shape: left_at_end(draws, weight_kg, shape) for _, shape in blocks}
    found, left = [], np.zeros(len(draws))
    for index, (start, _) in enumerate(blocks):
        if index:
            before, shape_before = blocks[index - 1]
            length = end_of(shape_before)
            gap = (start - before) * 24.0 - length
            left = (left * np.exp(-k * length) + ends[shape_before]) * np.exp(-k * gap)
        found.append(left)
    return found


def drive(draws: Draws, infusions: Sequence[Infusion], weight_kg: float, days: Array) -> Array:
    """Return the drive of the mood at the days, before any infusion of that instant, shape (n, days).

    Runs of infusions that are over and washed out live on in two decaying sums; the others are integrated up
    to each day.
    """
    if len(draws) > CHUNK:
        # Arrays that stay in cache: a fresh large one costs more than the arithmetic.
        parts = [
            drive(draws.taken(np.arange(low, min(low + CHUNK, len(draws)))), infusions, weight_kg, days)
            for low in range(0, len(draws), CHUNK)
        ]
        return np.concatenate(parts)
    rates, _ = scaled_plasma(draws, weight_kg)
    draws = replace(
        draws,
        fast_per_day=kept_apart(draws.fast_per_day, rates),
        slow_per_day=kept_apart(draws.slow_per_day, rates),
    )
    blocks = blocks_of(infusions)
    left = leftovers(draws, weight_kg, blocks)
    over = [start + (end_of(shape) + SETTLED_H) / 24.0 for start, shape in blocks]
    mains: dict[Shape, Moments] = {}
    known: dict[tuple[Shape, float], Moments] = {}
    decays: dict[float, tuple[Array, Array]] = {}

    def decay(gap_days: float) -> tuple[Array, Array]:
        gap = round(gap_days, 9)
        if gap not in decays:
            decays[gap] = np.exp(-draws.fast_per_day * gap), np.exp(-draws.slow_per_day * gap)
        return decays[gap]

    def at(shape: Shape, until_h: float) -> Moments:
        from_h = end_of(shape) + QUADRATURE_H
        if (shape, until_h) not in known:
            if until_h > from_h and shape not in mains:
                mains[shape] = _by_quadrature(draws, weight_kg, shape, from_h)
            begun = mains[shape] if until_h > from_h else _by_quadrature(draws, weight_kg, shape, until_h)
            known[shape, until_h] = _with_tail(begun, draws, weight_kg, shape, until_h)
        return known[shape, until_h]

    def moved(index: int, day: float, *, whole: bool) -> tuple[Array, Array]:
        start, shape = blocks[index]
        found = at(shape, np.inf if whole else round((day - start) * 24.0, 6))
        fell_fast, fell_slow = decay(day - start)
        return (
            (found.fast + left[index] * found.fast_per_left) * fell_fast,
            (found.slow + left[index] * found.slow_per_left) * fell_slow,
        )

    out = np.empty((len(days), len(draws)))
    fast, slow = np.zeros(len(draws)), np.zeros(len(draws))
    now, done = float(days.min(initial=0.0)), 0
    for column in np.argsort(days, kind="stable"):
        day = float(days[column])
        if day > now:
            fell_fast, fell_slow = decay(day - now)
            fast, slow, now = fast * fell_fast, slow * fell_slow, day
        while done < len(blocks) and over[done] <= day:
            more_fast, more_slow = moved(done, day, whole=True)
            fast, slow, done = fast + more_fast, slow + more_slow, done + 1
        all_fast, all_slow = fast, slow
        for index in range(done, len(blocks)):
            if blocks[index][0] >= day - 1e-9:
                break
            more_fast, more_slow = moved(index, day, whole=False)
            all_fast, all_slow = all_fast + more_fast, all_slow + more_slow
        out[column] = all_fast + draws.slow_share * (all_slow - all_fast)
    return out.T


def expectation_course(fixed: dict[str, float], infusions: Sequence[Infusion], days: Array) -> Array:
    """Return the share of his expectation that a patient feels: it rises, and fades after a visit."""
    starts = np.array([infusion.start_day for infusion in infusions])
    if not len(starts):
        return np.zeros(len(days))
    began = np.maximum(days - starts[0], 0.0)
    index = np.searchsorted(starts, days, side="left") - 1
    since = np.where(index >= 0, days - starts[np.maximum(index, 0)], 0.0)
    rise = -np.expm1(-began / fixed["expectation_rise_days"])
    return np.asarray(rise * np.exp(-np.log(2.0) * since / fixed["expectation_half_days"]))


def benefit(draws: Draws, infusions: Sequence[Infusion], weight_kg: float, days: Array) -> Array:
    """Return how many logits ketamine takes off each draw's score at the days, shape (days, n)."""
    driven = drive(draws, infusions, weight_kg, days).T
    return np.asarray(-draws.ceiling * np.expm1(-draws.gain * driven / draws.ceiling))


def relief(
    draws: Draws,
    infusions: Sequence[Infusion],
    weight_kg: float,
    days: Array,
    population: Population,
    *,
    effect: float = 1.0,
) -> Array:
    """Return how many logits each draw's score lies below its baseline at the days, shape (days, n)."""
    quick = _compiled.get("benefit") if len(draws) >= FEWEST_COMPILED else None
    gained = (quick or benefit)(draws, infusions, weight_kg, days)
    felt = expectation_course(population.fixed, infusions, days)
    for row, share in zip(gained, felt.tolist(), strict=True):  # row by row, so that it stays in cache
        row += share * draws.expectation
        row *= effect
    return gained
