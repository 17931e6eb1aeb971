"""Virtual patients: typical values, and how patients, trials and clinics differ."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euthymia.model.data import constants, read_toml
from euthymia.model.plasma import structures
from euthymia.model.scales import Scale

Array = NDArray[np.float64]
CURRENT = "population-0"
PARAMETERS = (
    "gain",
    "half_fast_days",
    "half_slow_extra_days",
    "slow_share",
    "ceiling",
    "half_occupancy_ng_per_ml",
    "expectation",
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """Typical value of a parameter and its two spreads, on the scale on which patients vary."""

    median: float
    patient_sd: float
    trial_sd: float


@dataclass(frozen=True, slots=True)
class Draws:
    """Parameters of n patients, each of shape (n,); plasma_* of shape (n, 3), for 70 kg."""

    gain: Array
    fast_per_day: Array
    slow_per_day: Array
    slow_share: Array
    ceiling: Array
    half_occupancy_ng_per_ml: Array
    expectation: Array
    plasma_rates_per_h: Array
    plasma_weights_per_l: Array
    baseline_z: Array

    def __len__(self) -> int:
        return len(self.gain)

    def taken(self, index: NDArray[np.intp]) -> Draws:
        """Return these patients, in this order; the same one may come more than once."""
        return Draws(*(getattr(self, name)[index] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Population:
    """The calibrated population: parameters, and what all patients share."""

    version: str
    parameters: dict[str, Parameter]
    fixed: dict[str, float]

    def draw(self, n: int, rng: np.random.Generator, *, trials: bool = True) -> Draws:
        """Draw n patients, each of a trial or clinic of his own; ``trials=False`` leaves that spread out."""
        normals = rng.standard_normal((n, len(PARAMETERS) + 4))
        values = {}
        for column, name in enumerate(PARAMETERS):
            row = self.parameters[name]
            sd = float(np.hypot(row.patient_sd, row.trial_sd if trials else 0.0))
            values[name] = moved(name, row.median, sd * normals[:, column])
        rates, weights = plasma_pulses(normals[:, len(PARAMETERS) : len(PARAMETERS) + 3])
        half_slow = values["half_fast_days"] + values["half_slow_extra_days"]
        return Draws(
            gain=values["gain"],
            fast_per_day=np.log(2.0) / values["half_fast_days"],
            slow_per_day=np.log(2.0) / half_slow,
            slow_share=values["slow_share"],
            ceiling=values["ceiling"],
            half_occupancy_ng_per_ml=values["half_occupancy_ng_per_ml"],
            expectation=values["expectation"],
            plasma_rates_per_h=rates,
            plasma_weights_per_l=weights,
            baseline_z=normals[:, -1],
        )

    def effect_on(self, scale: Scale) -> float:
        """Return the share of the benefit that this scale shows."""
        by_domain = {
            "depression": 1.0,
            "anxiety": self.fixed["anxiety_effect"],
            "ptsd": self.fixed["ptsd_effect"],
            "pain": self.fixed["pain_effect"],
            "suicidal thoughts": self.fixed["suicidal_effect"],
        }[scale.domain]
        return by_domain * (self.fixed["self_rated_effect"] if scale.rater == "self" else 1.0)


def moved(name: str, median: float, shift: Array | float) -> Array:
    """Return the parameter moved from its median on the scale on which patients vary."""
    shift = np.asarray(shift, dtype=np.float64)
    if name == "slow_share":
        return np.asarray(1.0 / (1.0 + (1.0 - median) / median * np.exp(-shift)))
    if name == "expectation":
        return median + shift
    return np.asarray(median * np.exp(shift))


def plasma_pulses(normals: Array) -> tuple[Array, Array]:
    """Return rates (1/h) and weights (1/L) of the arterial pulse response of n patients of 70 kg.

    Parameters
    ----------
    normals : shape (n, 3), standard normal, of V1, clearance and Q3.
    """
    base = structures()["kamp2020"]
    spread = constants("structures")["between_subject"]
    v1 = base.v1_l * np.exp(np.sqrt(spread["v1_omega2"]) * normals[:, 0])
    cl = base.cl_l_per_h * np.exp(np.sqrt(spread["cl_omega2"]) * normals[:, 1])
    q3 = base.q3_l_per_h * np.exp(np.sqrt(spread["q3_omega2"]) * normals[:, 2])
    q2 = np.full_like(v1, base.q2_l_per_h)
    k21, k31 = q2 / base.v2_l, q3 / base.v3_l
    k1 = (cl + q2 + q3) / v1
    # Characteristic cubic of the generator; its three roots are real, so the trigonometric form serves.
    a2 = k1 + k21 + k31
    a1 = cl / v1 * (k21 + k31) + k21 * k31 + q2 / v1 * k31 + q3 / v1 * k21
    a0 = cl / v1 * k21 * k31
    p = a2 * a2 / 3.0 - a1
    q = a2 * (2.0 * a2 * a2 / 27.0 - a1 / 3.0) + a0
    radius = 2.0 * np.sqrt(p / 3.0)
    angle = np.arccos(np.clip(q / 2.0 / np.sqrt(p**3 / 27.0), -1.0, 1.0)) / 3.0
    turns = angle[:, None] + np.array([0.0, 2.0, 4.0]) * np.pi / 3.0
    rates = a2[:, None] / 3.0 + radius[:, None] * np.cos(turns)
    rates = np.sort(rates, axis=1)
    # One Newton step takes the rounding of the arccosine away.
    value = ((rates - a2[:, None]) * rates + a1[:, None]) * rates - a0[:, None]
    slope = (3.0 * rates - 2.0 * a2[:, None]) * rates + a1[:, None]
    rates = rates - value / slope
    weights = np.empty_like(rates)
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        root = rates[:, i]
        weights[:, i] = (k21 - root) * (k31 - root) / (v1 * (rates[:, j] - root) * (rates[:, k] - root))
    return rates, weights


def population_from(document: dict[str, Any]) -> Population:
    """Read a population from its data file."""
    parameters = {
        name: Parameter(row["median"], row["patient_sd"], row["trial_sd"])
        for name, row in document["parameters"].items()
    }
    return Population(document["version"], parameters, dict(document["fixed"]))


@cache
def calibrated() -> Population:
    """Return the calibrated population that ships with this version."""
    return population_from(read_toml("fitted", f"{CURRENT}.toml"))


def model_version() -> str:
    """Return the name of the model and of the population behind every figure."""
    return f"euthymia-model 1, population {calibrated().version}"
