"""From infusions to a symptom score: a fast benefit that consolidates into a slow one, and expectation apart.

On the logit of the score, with t in days and o the occupancy over time (hours are used inside an infusion):

    benefit(t) = ceiling * (1 - exp(-gain * drive(t) / ceiling))
    drive(t)   = integral of o(s) * [(1 - c) exp(-kf (t - s)) + c exp(-ks (t - s))] ds

which is the solution of two linear states, F' = o - kf F and S' = c (kf - ks) F - ks S, read as F + S.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from euthymia.model.course import Infusion
from euthymia.model.data import constants
from euthymia.model.population import Draws, Population

Array = NDArray[np.float64]
TAIL_H = 24.0
Shape = tuple[tuple[float, float, float], ...]


def blocks_of(infusions: Sequence[Infusion]) -> list[tuple[float, Shape]]:
    """Return (start day, rates in h) of runs of infusions; those within a day of each other share one run."""
    blocks: list[tuple[float, list[tuple[float, float, float]]]] = []
    free_h = -np.inf
    for infusion in infusions:
        start_h = infusion.start_day * 24.0
        if start_h < free_h + TAIL_H - 1e-6 and blocks:
            offset = start_h - blocks[-1][0] * 24.0
            blocks[-1][1].extend((offset + s, d, r) for s, d, r in infusion.rates())
        else:
            blocks.append((infusion.start_day, list(infusion.rates())))
        free_h = start_h + infusion.minutes / 60.0
    return [(day, tuple(shape)) for day, shape in blocks if any(rate > 0 for _, _, rate in shape)]


def panels(shape: Shape, until_h: float) -> tuple[Array, Array]:
    """Return Gauss-Legendre nodes and weights (h) over a run of rates and the day after, cut at ``until_h``.

    Within constant rate and after it the concentration bends fast at first, then slowly: time is log-mapped.
    """
    edges = sorted({0.0} | {s for s, _, _ in shape} | {s + d for s, d, _ in shape})
    end = edges[-1]
    spans = [(a, b, 8) for a, b in zip(edges, edges[1:], strict=False)] + [(end, end + TAIL_H, 16)]
    nodes, weights = [], []
    for start, stop, count in spans:
        stop = min(stop, until_h)
        if stop <= start:
            continue
        bend = 0.1
        top = np.log1p((stop - start) / bend)
        x, w = np.polynomial.legendre.leggauss(count)
        u = 0.5 * top * (x + 1.0)
        nodes.append(start + bend * np.expm1(u))
        weights.append(0.5 * top * w * bend * np.exp(u))
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
        if rate <= 0.0:
            continue
        since = np.maximum(times_h - start, 0.0)
        running = np.minimum(since, duration)
        for j in range(3):
            k = rates[:, j : j + 1]
            total += (1000.0 * rate * weights[:, j : j + 1] / k) * (
                np.exp(-k * (since - running)) - np.exp(-k * since)
            )
    return total


def moments(draws: Draws, weight_kg: float, shape: Shape, until_h: float = np.inf) -> tuple[Array, Array]:
    """Return the integrals of occupancy times exp(kf s) and exp(ks s) over a run, in h, each of shape (n,)."""
    nodes, weights = panels(shape, until_h)
    conc = concentration(draws, weight_kg, shape, nodes)
    occupied = conc / (conc + draws.half_occupancy_ng_per_ml[:, None]) * weights
    days = nodes / 24.0
    fast = np.einsum("ij,ij->i", occupied, np.exp(draws.fast_per_day[:, None] * days))
    slow = np.einsum("ij,ij->i", occupied, np.exp(draws.slow_per_day[:, None] * days))
    end_h = max(s + d for s, d, _ in shape) + TAIL_H
    if until_h >= end_h:
        # After a day occupancy is proportional to the concentration, whose tail has a closed integral.
        rates, pulse = scaled_plasma(draws, weight_kg)
        for start, duration, rate in shape:
            for j in range(3):
                k = rates[:, j]
                left = pulse[:, j] * rate / k * (np.exp(-k * (end_h - start - duration)) - np.exp(-k * (end_h - start)))
                tail = 1000.0 * left / draws.half_occupancy_ng_per_ml
                fast += tail * np.exp(draws.fast_per_day * end_h / 24.0) / (k - draws.fast_per_day / 24.0)
                slow += tail * np.exp(draws.slow_per_day * end_h / 24.0) / (k - draws.slow_per_day / 24.0)
    return fast, slow


def drive(draws: Draws, infusions: Sequence[Infusion], weight_kg: float, days: Array) -> Array:
    """Return the drive of the mood at the days (before any infusion that starts at that instant), shape (n, days).

    Runs of infusions that are over (with their day of washing out) live on in two decaying sums; only the run that
    a day falls into is integrated up to that day.
    """
    blocks = [
        (start, start + (max(s + d for s, d, _ in shape) + TAIL_H) / 24.0, shape)
        for start, shape in blocks_of(infusions)
    ]
    whole = {shape: moments(draws, weight_kg, shape) for shape in {shape for _, _, shape in blocks}}
    decays: dict[float, tuple[Array, Array]] = {}

    def decay(gap: float) -> tuple[Array, Array]:
        gap = round(gap, 9)
        if gap not in decays:
            decays[gap] = np.exp(-draws.fast_per_day * gap), np.exp(-draws.slow_per_day * gap)
        return decays[gap]

    out = np.empty((len(days), len(draws)))
    fast, slow = np.zeros(len(draws)), np.zeros(len(draws))
    now, done = float(days.min(initial=0.0)), 0
    for column in np.argsort(days, kind="stable"):
        day = float(days[column])
        if day > now:
            fell_fast, fell_slow = decay(day - now)
            fast, slow, now = fast * fell_fast, slow * fell_slow, day
        while done < len(blocks) and blocks[done][1] <= day + 1e-9:
            start, _, shape = blocks[done]
            fell_fast, fell_slow = decay(day - start)
            fast, slow = fast + whole[shape][0] * fell_fast, slow + whole[shape][1] * fell_slow
            done += 1
        total = (1.0 - draws.slow_share) * fast + draws.slow_share * slow
        if done < len(blocks) and blocks[done][0] < day - 1e-9:
            start, _, shape = blocks[done]
            part_fast, part_slow = moments(draws, weight_kg, shape, (day - start) * 24.0)
            fell_fast, fell_slow = decay(day - start)
            total = total + (1.0 - draws.slow_share) * part_fast * fell_fast
            total += draws.slow_share * part_slow * fell_slow
        out[column] = total
    return out.T


def expectation_course(population: Population, infusions: Sequence[Infusion], days: Array) -> Array:
    """Return the share (0-1) of his expectation that a patient feels: it rises with the first visit, fades after the last."""
    starts = np.array([infusion.start_day for infusion in infusions])
    if not len(starts):
        return np.zeros(len(days))
    began = np.maximum(days - starts[0], 0.0)
    index = np.searchsorted(starts, days, side="left") - 1
    since = np.where(index >= 0, days - starts[np.maximum(index, 0)], 0.0)
    rise = -np.expm1(-began / population.fixed["expectation_rise_days"])
    return np.asarray(rise * np.exp(-np.log(2.0) * since / population.fixed["expectation_half_days"]))


def relief(
    draws: Draws,
    infusions: Sequence[Infusion],
    weight_kg: float,
    days: Array,
    population: Population,
    *,
    effect: float = 1.0,
) -> Array:
    """Return how many logits each draw's score lies below its baseline at the days, shape (n, days)."""
    driven = drive(draws, infusions, weight_kg, days)
    ceiling = draws.ceiling[:, None]
    benefit = -ceiling * np.expm1(-draws.gain[:, None] * driven / ceiling)
    expected = draws.expectation[:, None] * expectation_course(population, infusions, days)
    return effect * (benefit + expected)
