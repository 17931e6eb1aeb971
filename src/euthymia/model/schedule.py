"""Compares booster schedules: weeks in response that each buys, with bands; no ranking where none is known.

All schedules are tried on the same draws of the patient: their differences are clearer than each alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from euthymia.model.course import BadInput, Course, Infusion, checked_weight_kg, finite
from euthymia.model.forecast import ForecastInput, posterior_of
from euthymia.model.mood import relief
from euthymia.model.population import model_version
from euthymia.model.scales import scale_named

Array = NDArray[np.float64]
MOST_SCHEDULES = 12
SURE = 0.9


@dataclass(frozen=True, slots=True)
class Plan:
    """One schedule and what it is expected to bring.

    Attributes
    ----------
    weeks_in_response : median, with p05 and p95 between plausible courses of this patient.
    """

    every_days: float | None
    boosters: int
    cost_usd: float
    weeks_in_response: float
    weeks_p05: float
    weeks_p95: float
    weeks_gained_per_booster: float | None
    weeks_gained_per_1000_usd: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Schedules side by side.

    Attributes
    ----------
    chance_better : for each pair (a, b) of labels, the chance that a brings more weeks per 1,000 USD than b.
    ranking : labels, best first, grouped: those that cannot be told apart stand together.
    """

    scale: str
    until_day: float
    plans: tuple[Plan, ...]
    chance_better: dict[str, float]
    ranking: tuple[tuple[str, ...], ...]
    model_version: str

    def lines(self) -> list[str]:
        """Return the comparison in words."""
        out = [f"{self.scale}, to day {self.until_day:g}, {self.model_version}"]
        for plan in self.plans:
            gained = plan.weeks_gained_per_1000_usd
            worth = "" if gained is None else f"; {gained:.1f} weeks gained per 1,000 USD"
            out.append(
                f"{label(plan.every_days)}: {plan.boosters} boosters, {plan.cost_usd:,.0f} USD, "
                f"{plan.weeks_in_response:.1f} weeks in response "
                f"(5-95 %: {plan.weeks_p05:.1f} to {plan.weeks_p95:.1f}){worth}"
            )
        if len(self.ranking) == 1 and len(self.ranking[0]) > 1:
            out.append("These schedules cannot be told apart by weeks gained per 1,000 USD.")
        else:
            groups = [" = ".join(group) for group in self.ranking]
            out.append("By weeks gained per 1,000 USD: " + " > ".join(groups))
        return out


def label(every_days: float | None) -> str:
    """Return the name of a schedule."""
    return "no booster" if every_days is None else f"every {every_days:g} days"


def _with_boosters(given: ForecastInput, every_days: float | None) -> tuple[Infusion, ...]:
    if every_days is None:
        return given.infusions
    last = given.infusions[-1]
    days = np.arange(last.start_day + every_days, given.until_day, every_days)
    return (*given.infusions, *(Infusion(float(day), last.dose_mg, last.minutes) for day in days))


def compare_boosters(
    *,
    every_days: Sequence[float],
    price_usd: float,
    scale: str = "PHQ-9",
    weight_kg: float = 70.0,
    history: ForecastInput | None = None,
    until_day: float = 180.0,
    draws: int = 20_000,
    seed: int = 0,
) -> Comparison:
    """Compare boosters at fixed intervals after a patient's last infusion, beside no booster.

    Parameters
    ----------
    every_days : days between boosters, one schedule each.
    history : the patient's infusions and scores; a template course without scores when left out.

    Raises
    ------
    BadInput
        With one sentence, for intervals or prices from which nothing can be computed.
    """
    price = finite(price_usd, "The price of an infusion", 1.0, 100_000.0, "USD")
    if not 1 <= len(every_days) <= MOST_SCHEDULES:
        raise BadInput(f"Between 1 and {MOST_SCHEDULES} schedules can be compared.")
    steps = [finite(step, "The interval between boosters", 2.0, 365.0, "days") for step in every_days]
    if history is None:
        course = Course.from_template("depression", weight_kg=checked_weight_kg(weight_kg))
        history = ForecastInput(weight_kg, scale, course.infusions, (), until_day)
    if not history.infusions:
        raise BadInput("Boosters need a course before them: give at least one infusion.")
    used = scale_named(history.scale)
    start = history.infusions[-1].start_day + 1.0
    found = posterior_of(history, draws=draws, seed=seed)
    days = np.arange(start, np.floor(history.until_day) + 1.0)
    typical, _ = used.baseline_logit()
    kept_above = used.to_logit((1.0 - used.response_fraction) * used.to_score(typical + found.baseline))
    weeks: dict[float | None, Array] = {}
    for step in (None, *steps):
        infusions = _with_boosters(history, step)
        fell = relief(found.kept, infusions, history.weight_kg, days, found.people, effect=found.people.effect_on(used))
        weeks[step] = np.sum(typical + found.baseline - fell <= kept_above, axis=0) / 7.0
    boosters = {step: len(_with_boosters(history, step)) - len(history.infusions) for step in weeks}
    plans = tuple(_plan(step, boosters[step], price, weeks[step], weeks[None]) for step in weeks)
    chances, ranking = _ranked(steps, boosters, price, weeks)
    return Comparison(used.name, history.until_day, plans, chances, ranking, model_version())


def _plan(step: float | None, boosters: int, price: float, weeks: Array, without: Array) -> Plan:
    low, middle, high = np.percentile(weeks, [5, 50, 95]).tolist()
    gained = float(np.mean(weeks - without))
    return Plan(
        every_days=step,
        boosters=boosters,
        cost_usd=boosters * price,
        weeks_in_response=middle,
        weeks_p05=low,
        weeks_p95=high,
        weeks_gained_per_booster=gained / boosters if boosters else None,
        weeks_gained_per_1000_usd=1000.0 * gained / (boosters * price) if boosters else None,
    )


def _ranked(
    steps: Sequence[float], boosters: dict[float | None, int], price: float, weeks: dict[float | None, Array]
) -> tuple[dict[str, float], tuple[tuple[str, ...], ...]]:
    """Return the chance that one schedule beats another, and groups that cannot be told apart."""
    worth = {step: 1000.0 * (weeks[step] - weeks[None]) / (boosters[step] * price) for step in steps if boosters[step]}
    chances = {}
    for a, b in combinations(worth, 2):
        # A tie is half a win to each: many patients gain nothing, or everything, under both.
        better = float(np.mean(worth[a] > worth[b]) + 0.5 * np.mean(worth[a] == worth[b]))
        chances[f"{label(a)} over {label(b)}"] = better
        chances[f"{label(b)} over {label(a)}"] = 1.0 - better
    order = sorted(worth, key=lambda step: -float(np.mean(worth[step])))
    groups: list[list[str]] = []
    for step in order:
        name = label(step)
        told_apart = groups and all(chances[f"{other} over {name}"] >= SURE for other in groups[-1])
        if groups and not told_apart:
            groups[-1].append(name)
        else:
            groups.append([name])
    return chances, tuple(tuple(group) for group in groups)
