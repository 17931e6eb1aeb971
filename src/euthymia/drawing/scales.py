"""Turns values into places on the page, chooses ticks that people count in, and keeps labels apart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

DAY_STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 364, 728)
MINUTE_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440)


@dataclass(frozen=True)
class Scale:
    """A linear scale: `low` is drawn at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def __post_init__(self) -> None:
        if not self.high > self.low:
            raise ValueError(f"A scale needs an upper end above its lower one, not {self.low} to {self.high}.")

    def at(self, value: float) -> float:
        """Where a value is drawn."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def kept(self, value: float) -> float:
        """Where a value is drawn when it may not leave the scale: a band is cut at the edge."""
        return self.at(min(max(value, self.low), self.high))


def nice_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5 times a power of ten that needs no more than `most` steps.

    >>> nice_step(27, 6), nice_step(0.9, 5), nice_step(180, 6)
    (5.0, 0.2, 50.0)
    """
    raw = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1, 2, 5):
        if factor * power >= raw * (1 - 1e-9):
            return float(f"{factor * power:.12g}")
    return float(f"{10 * power:.12g}")


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round values from low to high.

    >>> ticks(0, 27, 6)
    [0.0, 5.0, 10.0, 15.0, 20.0, 25.0]
    """
    step = nice_step(high - low, most)
    return _multiples(low, high, step)


def stepped_ticks(low: float, high: float, most: int, steps: Sequence[int]) -> list[float]:
    """Ticks in the steps that a clock or a calendar is counted in.

    >>> stepped_ticks(0, 60, 7, MINUTE_STEPS)
    [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0]
    """
    fitting = (step for step in steps if (high - low) / step <= most)
    return _multiples(low, high, float(next(fitting, steps[-1])))


def nice_top(value: float, most: int = 5) -> float:
    """An upper end for a scale from zero: the first round value at or above the highest one."""
    if value <= 0:
        return 1.0
    step = nice_step(value, most)
    return float(f"{math.ceil(value / step - 1e-9) * step:.12g}")


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels as little as needed so that neighbours stand at least `gap` apart, in their order.

    >>> spread([10, 12, 40], 10, 0, 100)
    [6.0, 16.0, 40.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[tuple[float, list[int]]] = []
    for i in order:
        groups.append((wanted[i], [i]))
        while len(groups) > 1 and _overlap(groups[-2], groups[-1], gap):
            (_, before), (_, after) = groups[-2], groups[-1]
            members = before + after
            groups[-2:] = [(sum(wanted[j] for j in members) / len(members), members)]
    placed = [0.0] * len(wanted)
    for centre, members in groups:
        half = (len(members) - 1) * gap / 2
        middle = min(max(centre, low + half), high - half) if high - low >= 2 * half else (low + high) / 2
        for k, j in enumerate(members):
            placed[j] = middle - half + k * gap
    # Groups that the edge pushed back may now touch their neighbours: once forward, once back.
    for i, j in pairwise(order):
        placed[j] = max(placed[j], placed[i] + gap)
    if order and placed[order[-1]] > high:
        placed[order[-1]] = high
        for j, i in pairwise(reversed(order)):
            placed[i] = min(placed[i], placed[j] - gap)
    return placed


def _overlap(one: tuple[float, list[int]], other: tuple[float, list[int]], gap: float) -> bool:
    reach = (len(one[1]) + len(other[1])) * gap / 2
    return other[0] - one[0] < reach


def _multiples(low: float, high: float, step: float) -> list[float]:
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{k * step:.12g}") + 0.0 for k in range(first, last + 1)]
