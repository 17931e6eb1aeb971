"""What the model says of any course, for everyone: no patient stands behind it and nothing is kept."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from euthymia import model

SHOWN_MINUTES = 240
SHOWN_DAYS = 84
VIRTUAL_PATIENTS = 1_000
SEED = 20_261
SCALE = "MADRS"
DAY_STEP = 1
KEPT_SETTINGS = 512
ALIKE = (0.8, 1.25)
"""A published arm stands beside a course when its dose is within these shares of the course's."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A course as a visitor sets it."""

    dose_mg_per_kg: float
    minutes: int
    infusions: int
    days_between: int
    booster_weeks: int
    """Weeks between boosters after the course; none at 0."""
    weight_kg: float

    @property
    def days(self) -> tuple[float, ...]:
        """The days of the infusions and of the boosters that fall into the weeks shown."""
        course = [float(self.days_between * n) for n in range(self.infusions)]
        if self.booster_weeks:
            day = course[-1] + 7 * self.booster_weeks
            while day <= SHOWN_DAYS:
                course.append(day)
                day += 7 * self.booster_weeks
        return tuple(day for day in course if day <= SHOWN_DAYS)


@dataclass(frozen=True, slots=True)
class Spread:
    """A quantity at each time: its middle and how far it may lie on either side."""

    low: tuple[float, ...]
    mid: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What one arm of a published trial saw on one day, with where it was published."""

    trial: str
    infusions: int
    dose_mg_per_kg: float
    scale: str
    day: float
    patients: int
    mean_score: float | None
    """On the scale of the picture; None where another scale or no mean was published."""
    response_pct: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Explored:
    """The four pictures of one course."""

    minutes: tuple[float, ...]
    plasma_ng_per_ml: Spread
    """Between the published structures; the middle is the default one."""
    occupancy_pct: Spread
    """Between the published affinities."""
    systolic_rise_mmhg: Spread
    dissociation_pct: Spread
    ready_after_min: float | None
    """When nine of ten are past the effects that can be felt or measured."""
    days: tuple[float, ...]
    infusion_days: tuple[float, ...]
    mood: dict[str, tuple[float, ...]]
    """MADRS of virtual patients by day: p05, p25, median, p75, p95."""
    response_pct: float
    """Share whose score is half of the baseline or less on the day after the last infusion of the course."""
    published: tuple[Published, ...]
    model_version: str


@lru_cache(maxsize=KEPT_SETTINGS)
def explore(setting: Setting) -> Explored:
    """Compute the pictures of a course. The same course gives the same pictures."""
    one = model.Course.of(
        dose_mg_per_kg=setting.dose_mg_per_kg, minutes=setting.minutes, days=[0], weight_kg=setting.weight_kg
    )
    times_min = np.arange(0, SHOWN_MINUTES + 1, 2, dtype=float)
    plasma = _plasma(one, times_min)
    default = model.plasma_ng_per_ml(one, times_min / 60.0, site="venous")
    occupied = model.occupancy(default)
    acute = model.acute_effects(one, times_min)
    past = list(acute.minutes_when_past.values())
    mood, response = _mood(setting)
    return Explored(
        minutes=tuple(times_min.tolist()),
        plasma_ng_per_ml=Spread(_list(plasma.min(axis=0)), _list(default), _list(plasma.max(axis=0))),
        occupancy_pct=Spread(*(_list(100 * part) for part in occupied)),
        systolic_rise_mmhg=_band(acute.systolic_rise_mmhg, 1.0),
        dissociation_pct=_band(acute.dissociation, 100.0),
        ready_after_min=None if None in past else max(m for m in past if m is not None),
        days=tuple(float(d) for d in range(0, SHOWN_DAYS + 1, DAY_STEP)),
        infusion_days=setting.days,
        mood=mood,
        response_pct=response,
        published=_published(setting),
        model_version=str(model.model_version()),
    )


def _plasma(one: model.Course, times_min: np.ndarray) -> np.ndarray:
    """Venous concentrations under every published structure."""
    curves = [
        model.plasma_ng_per_ml(one, times_min / 60.0, structure=name, site="venous") for name in model.structures()
    ]
    return np.array(curves)


def _mood(setting: Setting) -> tuple[dict[str, tuple[float, ...]], float]:
    """Quantiles of the scores of virtual patients by day, and the share who respond to the course."""
    draws = model.calibrated().draw(VIRTUAL_PATIENTS, np.random.default_rng(SEED))
    course = model.Course.of(
        dose_mg_per_kg=setting.dose_mg_per_kg,
        minutes=setting.minutes,
        days=setting.days,
        weight_kg=setting.weight_kg,
    )
    days = np.arange(0, SHOWN_DAYS + 1, DAY_STEP, dtype=float)
    scores = model.simulate_scores(draws, course, days, SCALE)
    names = {"p05": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95}
    quantiles = np.percentile(scores, list(names.values()), axis=0)
    after = min(len(days) - 1, setting.days_between * (setting.infusions - 1) + 1)
    response = 100 * float(np.mean(scores[:, after] <= scores[:, 0] / 2))
    return dict(zip(names, map(_list, quantiles), strict=True)), response


def _band(band: model.Band, factor: float) -> Spread:
    return Spread(_list(factor * band.p05), _list(factor * band.median), _list(factor * band.p95))


def _list(values: np.ndarray) -> tuple[float, ...]:
    return tuple(round(float(v), 3) for v in values)


def _published(setting: Setting) -> tuple[Published, ...]:
    """Published arms of the same kind of course, one infusion or several, at about this dose."""
    found = []
    for row in _trials():
        infusions = len(row["infusion_days"].split(";"))
        dose, day = _number(row["dose_mg_per_kg"]), _number(row["timepoint_days"])
        response, score = _number(row["response_pct"]), _mean_score(row)
        if (
            not dose
            or day is None
            or (infusions > 1) != (setting.infusions > 1)
            or (response is None and score is None)
        ):
            continue
        if ALIKE[0] <= dose / setting.dose_mg_per_kg <= ALIKE[1] and 0 <= day <= SHOWN_DAYS:
            patients = int(_number(row["n_at_timepoint"]) or _number(row["n"]) or 0)
            found.append(
                Published(row["trial"], infusions, dose, row["scale"], day, patients, score, response, row["source"])
            )
    return tuple(found)


def _mean_score(row: dict[str, str]) -> float | None:
    """The mean on our scale: as published, or the mean before with the mean change."""
    if row["scale"] != SCALE:
        return None
    score, before, change = (_number(row[name]) for name in ("mean_score", "baseline_mean", "mean_change"))
    return score if score is not None or before is None or change is None else before + change


@lru_cache(maxsize=1)
def _trials() -> tuple[dict[str, str], ...]:
    text = (files("euthymia.model") / "evidence" / "trials.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
