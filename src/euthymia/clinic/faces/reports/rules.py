"""Shares with their uncertainty. Pure."""

from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Share:
    """A share in per cent with its 50 % and 90 % interval (Wilson)."""

    pct: float
    low_90: float
    high_90: float
    low_50: float
    high_50: float


def share(count: int, of: int) -> Share | None:
    """The share of `count` in `of`; None of nothing."""
    if of == 0:
        return None
    (low_90, high_90), (low_50, high_50) = _wilson(count, of, 1.645), _wilson(count, of, 0.674)
    return Share(100 * count / of, low_90, high_90, low_50, high_50)


def _wilson(count: int, of: int, z: float) -> tuple[float, float]:
    """Wilson's score interval, in per cent (Wilson 1927)."""
    p = count / of
    centre = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, 100 * (centre - half)), min(100.0, 100 * (centre + half))
