"""Acute effects by the minute: blood pressure and dissociation during and after an infusion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from euthymia.model.course import BadInput, Course, timed_segments
from euthymia.model.data import constants
from euthymia.model.plasma import (
    NG_PER_ML_PER_MG_PER_L,
    central_pulse,
    first_order_delay,
    infused,
    structure_named,
)

Array = NDArray[np.float64]
NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Band:
    """A quantity by minute: the middle of the patients, and the 5th and 95th of a hundred."""

    p05: Array
    median: Array
    p95: Array


@dataclass(frozen=True, slots=True)
class AcuteEffects:
    """Expected acute effects by minute from day 0.

    Attributes
    ----------
    systolic_rise_mmhg, diastolic_rise_mmhg : above the pressure before the infusion.
    dissociation : 0 (none) to 1 (as strong as the drug makes it).
    minutes_when_past : by effect, the first of ``times_min`` after which nine of ten patients are past it
        for good; None when that does not come within ``times_min``.
    """

    times_min: Array
    systolic_rise_mmhg: Band
    diastolic_rise_mmhg: Band
    dissociation: Band
    minutes_when_past: dict[str, float | None]


def effect_site_ng_per_ml(course: Course, times_h: Array, structure: str) -> Array:
    """Return arterial ng/mL behind a short first-order delay, which acute effects follow."""
    delay = first_order_delay(constants("acute")["effect_site"]["mean_delay_min"] / 60.0)
    pulse = central_pulse(structure_named(structure).scaled_to(course.weight_kg)).then(delay)
    return NG_PER_ML_PER_MG_PER_L * infused(pulse, timed_segments(course.infusions), times_h)


@cache
def reference_peak_ng_per_ml() -> float:
    """Return the effect-site concentration at the end of the infusion in which the rises were measured."""
    row = constants("acute")["reference"]
    course = Course.of(dose_mg_per_kg=row["dose_mg_per_kg"], minutes=row["minutes"], days=[0], weight_kg=70.0)
    return float(effect_site_ng_per_ml(course, np.array([row["minutes"] / 60.0]), "kamp2020")[0])


def _pressure(kind: str, conc: Array) -> Band:
    row = constants("acute")[kind]
    relative = conc / reference_peak_ng_per_ml()
    spread = row["sd_mmhg"] * NORMAL.inv_cdf(0.95)
    peak = row["peak_rise_mmhg"]
    return Band((peak - spread) * relative, peak * relative, (peak + spread) * relative)


def _share_past_pressure(kind: str, conc: Array) -> Array:
    row, limit = constants("acute")[kind], constants("acute")["past"][f"{kind}_rise_mmhg"]
    relative = np.maximum(conc / reference_peak_ng_per_ml(), 1e-12)
    return np.array([NORMAL.cdf(z) for z in (limit / relative - row["peak_rise_mmhg"]) / row["sd_mmhg"]])


def _dissociation(conc: Array, c50: Array | float) -> Array:
    powered = (conc / c50) ** constants("acute")["dissociation"]["hill"]
    return np.asarray(powered / (1.0 + powered))


def _first_for_good(times_min: Array, past: NDArray[np.bool_]) -> float | None:
    if not past[-1]:
        return None
    not_past = np.flatnonzero(~past)
    return float(times_min[not_past[-1] + 1]) if len(not_past) else float(times_min[0])


def acute_effects(
    course: Course, times_min: ArrayLike, *, structure: str = "kamp2020", first_infusion: bool = True
) -> AcuteEffects:
    """Return the acute effects expected at the given minutes from day 0, with 5-95 % bands between patients.

    The rise in pressure follows the effect-site concentration in proportion; dissociation, as a sigmoid.

    Parameters
    ----------
    times_min : shape (times,), ascending, minutes.
    first_infusion : dissociation is less after the patient's first infusion.

    Examples
    --------
    >>> effects = acute_effects(Course.from_template("single", weight_kg=70), range(0, 241))
    >>> round(float(effects.systolic_rise_mmhg.median[40]), 1)
    16.0
    """
    times = np.atleast_1d(np.asarray(times_min, dtype=np.float64))
    if times.ndim != 1 or not len(times) or not np.all(np.isfinite(times)) or np.any(np.diff(times) < 0):
        raise BadInput("The minutes must be finite numbers in order.")
    conc = effect_site_ng_per_ml(course, times / 60.0, structure)
    row, limits = constants("acute")["dissociation"], constants("acute")["past"]
    factor = 1.0 if first_infusion else 1.0 / row["later_infusion_factor"]
    c50 = row["c50_ng_per_ml"] * factor
    log_sd = float(np.sqrt(np.log1p(row["c50_cv"] ** 2)))
    tail = log_sd * NORMAL.inv_cdf(0.95)
    bands = Band(*(_dissociation(conc, c50 * np.exp(shift)) for shift in (tail, 0.0, -tail)))
    sensitive = _dissociation(conc, c50 * np.exp(-log_sd * NORMAL.inv_cdf(limits["share"])))
    past = {
        "systolic": _share_past_pressure("systolic", conc) >= limits["share"],
        "diastolic": _share_past_pressure("diastolic", conc) >= limits["share"],
        "dissociation": sensitive <= limits["dissociation_fraction"],
    }
    return AcuteEffects(
        times,
        _pressure("systolic", conc),
        _pressure("diastolic", conc),
        bands,
        {name: _first_for_good(times, flags) for name, flags in past.items()},
    )
