"""Concentration over time: linear compartments in closed form, exact for piecewise-constant rates.

Units: mg, L, h inside; ng/mL (= ug/L) at the edge. A response to a unit pulse is a sum of exponentials; every
further stage (venous delay, metabolite) is one more convolution with such a sum, so it is one too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from euthymia.model.course import BadInput, Course, Segment, timed_segments
from euthymia.model.data import constants

Array = NDArray[np.float64]
NG_PER_ML_PER_MG_PER_L = 1000.0


@dataclass(frozen=True, slots=True)
class Structure:
    """A published set of volumes (L) and clearances (L/h) for 70 kg, and where the blood was drawn."""

    name: str
    sampling: str
    v1_l: float
    v2_l: float
    v3_l: float
    cl_l_per_h: float
    q2_l_per_h: float
    q3_l_per_h: float
    source: str

    def scaled_to(self, weight_kg: float) -> Structure:
        """Return the set for another weight: volumes as weight, clearances as its 3/4 power (a choice)."""
        scaling = constants("structures")["weight_scaling"]
        relative = weight_kg / scaling["reference_kg"]
        volume = relative ** scaling["volume_exponent"]
        flow = relative ** scaling["clearance_exponent"]
        return Structure(
            self.name,
            self.sampling,
            self.v1_l * volume,
            self.v2_l * volume,
            self.v3_l * volume,
            self.cl_l_per_h * flow,
            self.q2_l_per_h * flow,
            self.q3_l_per_h * flow,
            self.source,
        )


@cache
def structures() -> dict[str, Structure]:
    """Return every published structural set by its short name."""
    return {
        key: Structure(
            name=row["name"],
            sampling=row["sampling"],
            v1_l=row["v1_l"],
            v2_l=row["v2_l"],
            v3_l=row.get("v3_l", 0.0),
            cl_l_per_h=row["cl_l_per_h"],
            q2_l_per_h=row["q2_l_per_h"],
            q3_l_per_h=row.get("q3_l_per_h", 0.0),
            source=row["source"],
        )
        for key, row in constants("structures")["sets"].items()
    }


def structure_named(name: str) -> Structure:
    """Return one structural set, or raise a sentence that lists the names."""
    if name not in structures():
        raise BadInput(f"No plasma model is called {name!r}; the names are {', '.join(structures())}.")
    return structures()[name]


@dataclass(frozen=True, slots=True)
class Exponentials:
    """The response to a unit pulse: the sum of ``weights * exp(-rates * t)``, rates in 1/h."""

    rates: Array
    weights: Array

    def then(self, other: Exponentials) -> Exponentials:
        """Return the response of this stage followed by another (their convolution)."""
        here = self.rates.copy()
        there = other.rates
        for index, rate in enumerate(here):
            # Equal rates make the partial fractions singular; a part in a million moves no figure.
            while np.any(np.abs(there - here[index]) < 1e-6 * rate):
                here[index] *= 1.0 + 3e-6
        pairs = self.weights[:, None] * other.weights[None, :] / (there[None, :] - here[:, None])
        return Exponentials(np.concatenate([here, there]), np.concatenate([pairs.sum(axis=1), -pairs.sum(axis=0)]))

    def times(self, factor: float) -> Exponentials:
        """Return the response scaled by a factor."""
        return Exponentials(self.rates, self.weights * factor)


def central_pulse(structure: Structure) -> Exponentials:
    """Return concentration in the central compartment (mg/L) after a pulse of 1 mg."""
    flows = [(structure.q2_l_per_h, structure.v2_l), (structure.q3_l_per_h, structure.v3_l)]
    flows = [(q, v) for q, v in flows if q > 0.0]
    # Symmetric form of the generator: real eigenvalues and orthonormal vectors, whatever the rates.
    size = 1 + len(flows)
    matrix = np.zeros((size, size))
    matrix[0, 0] = (structure.cl_l_per_h + sum(q for q, _ in flows)) / structure.v1_l
    for index, (q, v) in enumerate(flows, start=1):
        matrix[index, index] = q / v
        matrix[0, index] = matrix[index, 0] = -q / np.sqrt(structure.v1_l * v)
    rates, vectors = np.linalg.eigh(matrix)
    return Exponentials(rates, vectors[0] ** 2 / structure.v1_l)


def first_order_delay(mean_h: float) -> Exponentials:
    """Return the pulse response of a first-order delay with this mean, in hours."""
    return Exponentials(np.array([1.0 / mean_h]), np.array([1.0 / mean_h]))


def infused(pulse: Exponentials, segments: list[Segment], times_h: Array) -> Array:
    """Return the response (mg/L) at the times to piecewise-constant rates: exact.

    Parameters
    ----------
    pulse : response to a unit pulse.
    segments : start h, length h, rate mg/h.
    times_h : shape (times,), h.

    Returns
    -------
    shape (times,), mg/L
    """
    total = np.zeros(times_h.shape)
    for start_h, duration_h, rate in segments:
        since = np.maximum(times_h - start_h, 0.0)[:, None]
        running = np.minimum(since, duration_h)
        per_rate = -np.expm1(-pulse.rates * running) * np.exp(-pulse.rates * (since - running)) / pulse.rates
        total += rate * (per_rate @ pulse.weights)
    return total


def _checked_times(times_h: ArrayLike) -> Array:
    times = np.atleast_1d(np.asarray(times_h, dtype=np.float64))
    if times.ndim != 1 or not np.all(np.isfinite(times)):
        raise BadInput("Times must be a plain list of finite numbers in hours.")
    return times


def venous_delay() -> Exponentials:
    """Return the delay of a venous sample behind the arterial side."""
    return first_order_delay(constants("structures")["venous_delay"]["mean_delay_min"] / 60.0)


def plasma_ng_per_ml(
    course: Course, times_h: ArrayLike, *, structure: str = "kamp2020", site: str = "arterial"
) -> Array:
    """Return ketamine in plasma over time for a typical patient.

    Parameters
    ----------
    course : what was given.
    times_h : shape (times,), hours from day 0.
    structure : short name of a published set; see `structures`.
    site : "arterial" or "venous".

    Returns
    -------
    shape (times,), ng/mL

    Raises
    ------
    BadInput
        For an unknown set or site, times that are not finite, or the arterial side of a set drawn from veins.

    Examples
    --------
    >>> course = Course.from_template("single", weight_kg=70)
    >>> arterial = plasma_ng_per_ml(course, [40 / 60])[0]
    >>> venous = plasma_ng_per_ml(course, [40 / 60], site="venous")[0]
    >>> bool(250 < arterial < 290), bool(160 < venous < 210)
    (True, True)
    """
    times = _checked_times(times_h)
    chosen = structure_named(structure)
    pulse = central_pulse(chosen.scaled_to(course.weight_kg))
    if site not in ("arterial", "venous"):
        raise BadInput(f"The site must be 'arterial' or 'venous', not {site!r}.")
    if site == "arterial" and chosen.sampling == "venous":
        raise BadInput(f"{chosen.name} was fitted to venous samples and says nothing of the arterial side.")
    if site == "venous" and chosen.sampling != "venous":
        pulse = pulse.then(venous_delay())
    return NG_PER_ML_PER_MG_PER_L * infused(pulse, timed_segments(course.infusions), times)


def norketamine_ng_per_ml(course: Course, times_h: ArrayLike, *, structure: str = "kamp2020") -> Array:
    """Return norketamine in plasma over time for a typical patient, formed after one transit stage.

    Parameters and errors as `plasma_ng_per_ml`.

    Returns
    -------
    shape (times,), ng/mL
    """
    times = _checked_times(times_h)
    parent = structure_named(structure).scaled_to(course.weight_kg)
    row = constants("structures")["norketamine"]
    molar = row["molar_mass_g_per_mol"] / constants("structures")["ketamine"]["molar_mass_g_per_mol"]
    metabolite = Structure(
        "norketamine",
        "arterial",
        row["v1_l"],
        row["v2_l"],
        0.0,
        row["cl_l_per_h"],
        row["q2_l_per_h"],
        0.0,
        "",
    ).scaled_to(course.weight_kg)
    formed = central_pulse(parent).times(parent.cl_l_per_h * row["fraction_formed"] * molar)
    pulse = formed.then(first_order_delay(row["mean_transit_min"] / 60.0)).then(central_pulse(metabolite))
    return NG_PER_ML_PER_MG_PER_L * infused(pulse, timed_segments(course.infusions), times)
