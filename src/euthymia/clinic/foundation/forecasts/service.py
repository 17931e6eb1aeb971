"""The door between the clinic and the model: the only module of the clinic that imports euthymia.model.

Hands out plain values. What is shown to a physician is also kept, with what went in.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from euthymia import model

Segments = tuple[tuple[float, float, float], ...]
"""What a pump does: (start_min, duration_min, mg_per_h) of each rate."""


class NoForecast(Exception):
    """The model has no number for these facts; the text is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class GivenInfusion:
    """An infusion as given or as planned. `day` counts from the first one and may have a fraction.

    `segments` are the pump's rates where it did not run at one.
    """

    day: float
    dose_mg: float
    minutes: float
    segments: Segments = ()


@dataclass(frozen=True, slots=True)
class TakenScore:
    day: float
    value: float


@dataclass(frozen=True, slots=True)
class History:
    """What the forecast of one patient rests on, and how far it is to look ahead."""

    weight_kg: float
    scale: str
    infusions: tuple[GivenInfusion, ...]
    scores: tuple[TakenScore, ...]
    until_day: float
    from_day: float | None = None
    """The first day that is shown; what was before counts all the same. None: from the beginning."""

    def digest(self) -> str:
        """Names these inputs: the same inputs give the same forecast."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def compute(history: History) -> dict[str, Any]:
    """Forecast one patient. Plain lists and numbers, as they are kept and drawn.

    Raises
    ------
    NoForecast
        Where the model has no number for these facts.
    """
    try:
        result = model.forecast(
            model.ForecastInput(
                weight_kg=history.weight_kg,
                scale=history.scale,
                infusions=tuple(_infusion(given) for given in history.infusions),
                scores=tuple((s.day, s.value) for s in history.scores),
                until_day=history.until_day,
                from_day=history.from_day,
            )
        )
    except model.BadInput as problem:
        raise NoForecast(str(problem)) from None
    plain: dict[str, Any] = _plain(result)
    return plain | {"chance_response_lost": _chance_lost(plain)}


def _infusion(given: GivenInfusion) -> model.Infusion:
    if not given.segments:
        return model.Infusion(start_day=given.day, dose_mg=given.dose_mg, minutes=given.minutes)
    return model.Infusion.from_segments(given.day, _in_hours(given.segments))


def _in_hours(segments: Segments) -> tuple[tuple[float, float, float], ...]:
    return tuple((start / 60.0, lasting / 60.0, rate) for start, lasting, rate in segments)


def _chance_lost(plain: dict[str, Any]) -> list[float]:
    """For each day the chance that the response is lost by then, from the forecast's quantiles of that day.

    Straight lines between the known quantiles; past the last known one the chance stays where it is.
    """
    fade = plain["fade_day"]
    if fade is None:
        return [0.0 for _ in plain["days"]]
    known = [(fade[name], chance) for name, chance in (("p05", 0.05), ("median", 0.5), ("p95", 0.95))]
    known = [(day, chance) for day, chance in known if day is not None]
    points = [*known, (plain["days"][-1], max([fade["chance_by_horizon"], *(c for _, c in known)]))]
    days, chances = zip(*sorted(set(points)), strict=True)
    return [round(float(c), 4) for c in np.interp(plain["days"], days, chances, left=0.0)]


def warm() -> None:
    """Load the compiled model, so that the first page with a forecast need not wait for it."""
    model.warm()


def version() -> str:
    """Which model, with which calibration."""
    return str(model.model_version())


@dataclass(frozen=True)
class UsualVisit:
    """One infusion by the minute as nine of ten patients have it: each band is (minute, low, high)."""

    concentration_ng_per_ml: list[tuple[float, float]]
    """Venous, (minute, ng/mL): the middle patient."""
    systolic_rise_mmhg: list[tuple[float, float, float]]
    diastolic_rise_mmhg: list[tuple[float, float, float]]
    dissociation_0_10: list[tuple[float, float, float]]
    past_minute: float | None
    """From here on nine of ten are past pressure and dissociation; None where that lies beyond what was asked."""


@lru_cache(maxsize=256)
def usual_visit(segments: Segments, weight_kg: float, minutes: int, *, first_infusion: bool) -> UsualVisit:
    """What is foretold of one infusion, minute by minute from its start."""
    infusion = model.Infusion.from_segments(0.0, _in_hours(segments))
    times_min = np.arange(0, minutes + 1, dtype=float)
    course = model.Course(infusions=(infusion,), weight_kg=weight_kg)
    venous = model.plasma_ng_per_ml(course, times_min / 60.0, site="venous")
    acute = model.acute_effects(course, times_min, first_infusion=first_infusion)
    past = [acute.minutes_when_past[name] for name in sorted(acute.minutes_when_past)]
    return UsualVisit(
        [(float(t), float(v)) for t, v in zip(times_min, venous, strict=True)],
        _minutes(times_min, acute.systolic_rise_mmhg, 1.0),
        _minutes(times_min, acute.diastolic_rise_mmhg, 1.0),
        _minutes(times_min, acute.dissociation, 10.0),
        None if None in past else max(m for m in past if m is not None),
    )


def _minutes(times_min: Any, band: model.Band, factor: float) -> list[tuple[float, float, float]]:
    return [
        (float(t), factor * float(low), factor * float(high))
        for t, low, high in zip(times_min, band.p05, band.p95, strict=True)
    ]


def _plain(value: Any) -> Any:
    """Turn a frozen result with arrays into what JSON holds."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, float):
        return round(value, 4)
    return value
