"""Virtual patients: typical values, and how patients, trials and clinics differ."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euthymia.model.data import constants, read_toml
from euthymia.model.plasma import structures
from euthymia.model.scales import Scale

Array = NDArray[np.float64]
CURRENT = "population-1"
HYPERPARAMETERS = tuple(constants("priors"))
OWN_NORMALS = 12  # of a patient: seven of the mood, three of the plasma, baseline, whether he is reached
TRIAL_NORMALS = 3
DOMAIN_EFFECT = {
    "depression": None,
    "anxiety": "anxiety_effect",
    "ptsd": "ptsd_effect",
    "pain": "pain_effect",
    "suicidal thoughts": "suicidal_effect",
}


@dataclass(frozen=True, slots=True)
class Draws:
    """Parameters of n patients, each of shape (n,); plasma_* of shape (n, 3), for 70 kg.

    ``noise_factor`` is the noise of a patient's scores over that of the typical one.
    """

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
    noise_factor: Array

    def __len__(self) -> int:
        return len(self.gain)

    def taken(self, index: NDArray[np.intp]) -> Draws:
        """Return these patients, in this order; the same one may come more than once."""
        return Draws(*(getattr(self, name)[index] for name in self.__slots__))


def fixed_numbers() -> dict[str, float]:
    """Return what the calibration does not move."""
    return {name: value for name, value in constants("mood")["fixed"].items() if name != "source"}


def draws_under(theta: Mapping[str, Any], normals: Array, slow_shift: Array | float = 0.0) -> Draws:
    """Return patients under hyperparameters, one set for all or one for each.

    Parameters
    ----------
    theta : hyperparameters in their own units, each a number or of shape (n,).
    normals : shape (n, 12), standard normal.
    slow_shift : shift of the trial in the logarithm of the slow half-life; its other shifts come later.

    Returns
    -------
    patients whose scores are all equally noisy, as the means of a trial need them
    """
    fixed = fixed_numbers()
    half_fast = theta["half_fast_days"] * np.exp(theta["half_fast_patient_sd"] * normals[:, 1])
    extra = theta["half_slow_extra_days"] * np.exp(theta["half_slow_patient_sd"] * normals[:, 2] + slow_shift)
    share = theta["slow_share"]
    rates, weights = plasma_pulses(normals[:, 7:10])
    limits = normal_quantiles(theta["unreached_share"])
    reached = np.where(normals[:, 11] < limits, fixed["unreached_gain_factor"], 1.0)
    return Draws(
        gain=theta["gain"] * np.exp(theta["gain_patient_sd"] * normals[:, 0]) * reached,
        fast_per_day=np.log(2.0) / half_fast,
        slow_per_day=np.log(2.0) / (half_fast + extra),
        slow_share=1.0 / (1.0 + (1.0 - share) / share * np.exp(-fixed["slow_share_patient_sd"] * normals[:, 3])),
        ceiling=theta["ceiling"] * np.exp(theta["ceiling_patient_sd"] * normals[:, 4]),
        half_occupancy_ng_per_ml=fixed["half_occupancy_ng_per_ml"]
        * np.exp(fixed["half_occupancy_patient_sd"] * normals[:, 5]),
        expectation=theta["expectation"] + theta["expectation_patient_sd"] * normals[:, 6],
        plasma_rates_per_h=rates,
        plasma_weights_per_l=weights,
        baseline_z=normals[:, 10],
        noise_factor=np.ones(len(normals)),
    )


def noise_factors(normals: Array) -> Array:
    """Return log-normal noise over the typical one, of mean square 1, so that the spread of a group stays."""
    sd = fixed_numbers()["noise_patient_sd"]
    return np.asarray(np.exp(sd * normals - sd * sd))


def normal_quantiles(shares: Array | float) -> Array:
    """Return standard normal quantiles of shares that repeat (SciPy's would cost half a second to import)."""
    known, place = np.unique(np.asarray(shares, dtype=np.float64), return_inverse=True)
    return np.asarray(np.array([NormalDist().inv_cdf(share) for share in known])[place])


def effect_of(theta: Mapping[str, float], scale: Scale) -> float:
    """Return the effect on a scale over that on a clinician-rated depression scale."""
    name = DOMAIN_EFFECT[scale.domain]
    return (theta[name] if name else 1.0) * (theta["self_rated_effect"] if scale.rater == "self" else 1.0)


@dataclass(frozen=True, slots=True)
class Population:
    """The calibrated population.

    Attributes
    ----------
    point : typical hyperparameters, in their own units.
    plausible : shape (draws, hyperparameters), plausible sets of them; empty when only the point is used.
    """

    version: str
    point: dict[str, float]
    plausible: Array = field(repr=False)

    @property
    def fixed(self) -> dict[str, float]:
        """Return what all patients share."""
        return fixed_numbers() | self.point

    def draw(self, n: int, rng: np.random.Generator, *, trials: bool = True, benzodiazepine: bool = False) -> Draws:
        """Draw n patients, each under a plausible set of hyperparameters and of a trial or clinic of his own.

        Parameters
        ----------
        trials : False leaves the spread between trials and clinics out.
        benzodiazepine : above 8 mg/day diazepam-equivalent; lowers the gain by an uncertain factor.
        """
        normals = rng.standard_normal((n, OWN_NORMALS + TRIAL_NORMALS))
        theta: dict[str, Any] = dict(self.point)
        if len(self.plausible):
            chosen = self.plausible[rng.integers(len(self.plausible), size=n)]
            theta = dict(zip(HYPERPARAMETERS, chosen.T, strict=True))
        slow_shift = theta["half_slow_trial_sd"] * normals[:, OWN_NORMALS + 2] if trials else 0.0
        draws = draws_under(theta, normals[:, :OWN_NORMALS], slow_shift)
        gain, expectation = draws.gain, draws.expectation
        if trials:
            gain = gain * np.exp(theta["gain_trial_sd"] * normals[:, OWN_NORMALS])
            expectation = expectation + theta["expectation_trial_sd"] * normals[:, OWN_NORMALS + 1]
        if benzodiazepine:
            gain = gain * fixed_numbers()["benzodiazepine_gain_factor"]
        return replace(draws, gain=gain, expectation=expectation, noise_factor=noise_factors(rng.standard_normal(n)))

    def effect_on(self, scale: Scale) -> float:
        """Return the share of the benefit that this scale shows."""
        return effect_of(self.point, scale)


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


def population_from(document: Mapping[str, Any], plausible: Array | None = None) -> Population:
    """Read a population from its data file."""
    point = {name: float(document["point"][name]) for name in HYPERPARAMETERS}
    empty = np.empty((0, len(HYPERPARAMETERS)))
    return Population(str(document["version"]), point, empty if plausible is None else plausible)


@cache
def shipped_draws(name: str = CURRENT) -> tuple[Array, dict[str, Array]]:
    """Return plausible hyperparameters (draws, names), and the log likelihood of each trial under them."""
    text = files("euthymia.model").joinpath("fitted", f"{name}-draws.csv").read_text("utf-8")
    header, *lines = list(csv.reader(text.splitlines()))
    table = np.array(lines, dtype=np.float64)
    columns = dict(zip(header, table.T, strict=True))
    plausible = np.column_stack([columns[name] for name in HYPERPARAMETERS])
    return plausible, {key[4:]: value for key, value in columns.items() if key.startswith("fit:")}


@cache
def calibrated() -> Population:
    """Return the calibrated population that ships with this version."""
    return population_from(read_toml("fitted", f"{CURRENT}.toml"), shipped_draws()[0])


def model_version() -> str:
    """Return the name of the model and of the population behind every figure."""
    return f"euthymia-model 2, population {calibrated().version}"
