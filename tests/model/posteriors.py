"""How a forecast is set beside another sample of the same posterior, in standard errors of the two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from euthymia.model import ForecastInput, Infusion, Score, calibrated, forecast, scale_named
from euthymia.model.forecast import KEPT, posterior_at
from euthymia.model.mood import relief

SHARES = np.round(np.linspace(0.01, 0.99, 99), 2)
BAND = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}


@dataclass(frozen=True)
class Off:
    """How far two samples of a posterior lie apart, in standard errors."""

    mean: float
    spread: float
    quantile: float
    worth: float

    @property
    def worst(self) -> float:
        """Return the largest of them."""
        return max(self.mean, self.spread, self.quantile)

    def __str__(self) -> str:
        return (
            f"off by {self.mean:.1f} (means), {self.spread:.1f} (sds), {self.quantile:.1f} (quantiles) standard errors"
        )


def given_of(document: dict[str, Any]) -> ForecastInput:
    """Return the input of a kept patient."""
    infusions = tuple(Infusion(item["day"], item["mg"], item["minutes"]) for item in document["infusions"])
    scores = tuple(Score(item["day"], item["value"], item.get("scale")) for item in document["scores"])
    return ForecastInput(document["weight_kg"], document["scale"], infusions, scores, document["until_day"])


def asked_days(document: dict[str, Any]) -> np.ndarray:
    """Return the days compared: a week, a month and two beyond the last score."""
    return float(document["until_day"]) - np.array([53.0, 30.0, 0.0])


def compare(document: dict[str, Any], other: dict[str, Any], *, seed: int = 0) -> Off:
    """Return how far the forecast lies from another sample's summary."""
    given, asked, people = given_of(document), asked_days(document), calibrated()
    found = posterior_at(given, asked, seed=seed)
    effect = people.effect_on(scale_named(given.scale))
    fell = relief(found.kept, given.infusions, given.weight_kg, asked, people, effect=effect)
    columns = np.column_stack([found.baseline, fell.T, (found.charted - fell).T])
    mean, sd = np.array(other["mean"]), np.array(other["sd"])
    ours = 1.0 / found.effective_samples + 1.0 / KEPT
    error = np.sqrt(ours + 1.0 / other["worth"])
    off_mean = np.abs(columns.mean(axis=0) - mean) / (sd * error)
    # The standard error of a logarithm of an sd, with tails heavier than normal (kurtosis 5).
    off_sd = np.abs(np.log(columns.std(axis=0) / sd)) / error
    seen = forecast(given, seed=seed)
    scale = scale_named(given.scale)
    typical = scale.baseline_logit()[0]
    off_quantile = 0.0
    for column, day in enumerate(asked):
        row = int(np.flatnonzero(seen.days == day)[0])
        for name, share in BAND.items():
            points = float(getattr(seen, name)[row])
            if not 0.0 < points < scale.top:
                continue
            rank = np.interp(float(scale.to_logit(points)) - typical, other["charted"][column], SHARES)
            off_quantile = max(off_quantile, abs(rank - share) / (np.sqrt(share * (1 - share)) * error))
    return Off(float(off_mean.max()), float(off_sd.max()), float(off_quantile), found.effective_samples)
