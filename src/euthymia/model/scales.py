"""Rating scales: range, cuts, typical baselines; logits and back, so that a score stays on its scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from euthymia.model.course import BadInput
from euthymia.model.data import constants

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """A rating scale, in its own points, zero being well.

    Scores are read as counts with half a point of room at each end: ``logit((score + 0.5) / (top + 1))``.
    """

    name: str
    top: float
    rater: str
    domain: str
    baseline_mean: float
    baseline_sd: float
    response_fraction: float
    remission_at_most: float
    source: str

    def to_logit(self, score: ArrayLike) -> Array:
        """Return scores as logits."""
        points = np.asarray(score, dtype=np.float64) + 0.5
        return np.asarray(np.log(points / (self.top + 1.0 - points)))

    def to_score(self, logit: ArrayLike) -> Array:
        """Return logits as scores (not rounded), kept on the scale."""
        share = 0.5 * (1.0 + np.tanh(0.5 * np.asarray(logit, dtype=np.float64)))
        return np.clip((self.top + 1.0) * share - 0.5, 0.0, self.top)

    def baseline_logit(self, mean: float | None = None, sd: float | None = None) -> tuple[float, float]:
        """Return mean and sd of the baseline on the logit, from those in points (delta method)."""
        mean = self.baseline_mean if mean is None else mean
        sd = self.baseline_sd if sd is None else sd
        share = (mean + 0.5) / (self.top + 1.0)
        return float(self.to_logit(mean)), sd / ((self.top + 1.0) * share * (1.0 - share))


@cache
def scales() -> dict[str, Scale]:
    """Return every scale by name."""
    return {
        name: Scale(
            name=name,
            top=float(row["max"]),
            rater=row["rater"],
            domain=row["domain"],
            baseline_mean=row["baseline_mean"],
            baseline_sd=row["baseline_sd"],
            response_fraction=row["response_fraction"],
            remission_at_most=float(row["remission_at_most"]),
            source=row["source"],
        )
        for name, row in constants("scales")["scales"].items()
    }


def scale_named(name: str) -> Scale:
    """Return one scale, or raise a sentence that lists the names."""
    folded = {known.upper().replace(" ", ""): known for known in scales()}
    folded |= {other.upper(): known for other, known in constants("scales")["aliases"].items()}
    key = str(name).upper().replace(" ", "")
    if key not in folded:
        raise BadInput(f"No scale is called {name!r}; the names are {', '.join(scales())}.")
    return scales()[folded[key]]


def convert_score(score: float, source: str, target: str) -> float:
    """Return the score on another scale, at the same distance on the logit from its typical baseline.

    Examples
    --------
    >>> round(convert_score(32.0, "MADRS", "PHQ-9"), 1)
    18.0
    """
    here, there = scale_named(source), scale_named(target)
    if not 0.0 <= score <= here.top:
        raise BadInput(f"A score of {score:g} is not on the {here.name} (0 to {here.top:g}).")
    shift = there.baseline_logit()[0] - here.baseline_logit()[0]
    return float(there.to_score(here.to_logit(score) + shift))
