"""NMDA receptor occupancy from plasma concentration, always with its band: the affinities disagree."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from euthymia.model.course import BadInput
from euthymia.model.data import constants

Array = NDArray[np.float64]


class Occupancy(NamedTuple):
    """Share of receptors blocked, 0-1, under three readings of the published affinities."""

    low: Array
    mid: Array
    high: Array


@cache
def half_points() -> dict[str, tuple[float, float]]:
    """Return, for low, mid and high, the total plasma ng/mL that blocks half, and the Hill exponent."""
    rows = constants("receptor")
    molar_mass = constants("structures")["ketamine"]["molar_mass_g_per_mol"]
    unbound_s, unbound_r = rows["unbound"]["plasma_fraction_s"], rows["unbound"]["plasma_fraction_r"]
    brain = rows["unbound"]["brain_per_plasma"]
    site = {"brain": brain, "plasma": 1.0}
    unbound = (unbound_s + unbound_r) / 2.0
    mid = rows["mid"]
    # Half of the racemate is each enantiomer: their ratios to their own affinities add.
    per_umol = site[mid["site"]] * (0.5 * unbound_s / mid["ki_s_umol_per_l"] + 0.5 * unbound_r / mid["ki_r_umol_per_l"])
    points = {"mid": (molar_mass / per_umol, 1.0)}
    for name in ("low", "high"):
        row = rows[name]
        points[name] = (row["half_umol_per_l"] / (site[row["site"]] * unbound) * molar_mass, row["hill"])
    return points


def occupancy(concentration_ng_per_ml: ArrayLike) -> Occupancy:
    """Return the occupancy band for concentrations of ketamine (total, ng/mL).

    Raises
    ------
    BadInput
        When a concentration is negative or not finite.

    Examples
    --------
    >>> low, mid, high = occupancy(185.0)
    >>> round(float(low), 2), round(float(high), 2)
    (0.07, 0.82)
    """
    conc = np.asarray(concentration_ng_per_ml, dtype=np.float64)
    if not np.all(np.isfinite(conc)) or np.any(conc < 0.0):
        raise BadInput("A concentration must be a finite number of ng/mL, zero or more.")
    bands = {}
    for name, (half, hill) in half_points().items():
        powered = (conc / half) ** hill
        bands[name] = powered / (1.0 + powered)
    return Occupancy(bands["low"], bands["mid"], bands["high"])
