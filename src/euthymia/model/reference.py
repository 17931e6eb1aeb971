"""The model as differential equations, for a general solver: what the closed form is checked against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from euthymia.model.course import Infusion, Segment, timed_segments
from euthymia.model.mood import scaled_plasma
from euthymia.model.plasma import Structure
from euthymia.model.population import Draws

Array = NDArray[np.float64]


def rate_at(segments: Sequence[Segment], time_h: float) -> float:
    """Return the rate of the infusions at a time, mg/h."""
    return sum(rate for start, length, rate in segments if start <= time_h < start + length)


def edges_of(segments: Sequence[Segment], first: float, last: float) -> list[float]:
    """Return the times at which a rate changes, with the ends."""
    inner = {edge for start, length, _ in segments for edge in (start, start + length)}
    return sorted({first, last} | {edge for edge in inner if first < edge < last})


def _stepped(
    slope: Callable[..., Array],
    start: float,
    times: Array,
    state: Array,
    tolerance: float,
    method: str = "DOP853",
) -> Array:
    """Return the state at ascending times, shape (times, states).

    A tight solution ends a step at each time: what lies between steps is interpolated, and less exact.
    """
    if method != "DOP853":
        solved = cast(Any, solve_ivp)(
            slope, (start, times[-1]), state, method, times, rtol=tolerance, atol=0.1 * tolerance
        )
        return np.asarray(solved.y.T)
    found = np.empty((len(times), len(state)))
    for row, time in enumerate(times):
        solved = cast(Any, solve_ivp)(slope, (start, time), state, method, rtol=tolerance, atol=1e-14)
        state, start = solved.y[:, -1], float(time)
        found[row] = state
    return found


def plasma_by_solver(
    structure: Structure, infusions: Sequence[Infusion], times_h: Array, *, tolerance: float = 1e-12
) -> tuple[Array, Array]:
    """Return central concentration (mg/L) at ascending times, and the last state.

    The state is mg in the central and the two other compartments, and mg cleared.

    Solves the compartments' own equations (Dormand-Prince 8), restarted wherever a rate changes.
    """
    segments = timed_segments(infusions)
    k10 = structure.cl_l_per_h / structure.v1_l
    k12, k21 = structure.q2_l_per_h / structure.v1_l, structure.q2_l_per_h / structure.v2_l
    has_third = structure.v3_l > 0.0
    k13 = structure.q3_l_per_h / structure.v1_l if has_third else 0.0
    k31 = structure.q3_l_per_h / structure.v3_l if has_third else 0.0
    matrix = np.array(
        [
            [-k10 - k12 - k13, k21, k31, 0.0],
            [k12, -k21, 0.0, 0.0],
            [k13, 0.0, -k31, 0.0],
            [k10, 0.0, 0.0, 0.0],
        ]
    )
    first = min([float(times_h[0]), *(start for start, _, _ in segments)])
    found = np.zeros(len(times_h))
    state = np.zeros(4)
    for low, high in pairwise(edges_of(segments, first, float(times_h[-1]))):
        source = np.array([rate_at(segments, low), 0.0, 0.0, 0.0])
        inside = (times_h > low) & (times_h <= high)
        asked = np.unique(np.append(times_h[inside], high))
        solved = _stepped(lambda _t, y, source=source: matrix @ y + source, low, asked, state, tolerance)
        found[inside] = solved[np.searchsorted(asked, times_h[inside]), 0] / structure.v1_l
        state = solved[-1]
    return found, state


def drive_by_solver(
    draws: Draws,
    index: int,
    infusions: Sequence[Infusion],
    weight_kg: float,
    days: Array,
    *,
    method: str = "DOP853",
    tolerance: float = 1e-11,
) -> Array:
    """Return the drive of one draw at ascending days, by a general solver.

    States: three modes of the plasma, the fast and the slow state of the mood.
    """
    rates, weights = scaled_plasma(draws, weight_kg)
    k, level = rates[index], 1000.0 * weights[index]
    half = draws.half_occupancy_ng_per_ml[index]
    kf, ks = draws.fast_per_day[index] / 24.0, draws.slow_per_day[index] / 24.0
    gain = draws.slow_share[index] * (kf - ks)
    segments = timed_segments(infusions)
    times = days * 24.0

    def slope(_t: float, y: Array, rate: float) -> Array:
        conc = y[0] + y[1] + y[2]
        taken = conc / (conc + half)
        return np.array(
            [
                level[0] * rate - k[0] * y[0],
                level[1] * rate - k[1] * y[1],
                level[2] * rate - k[2] * y[2],
                taken - kf * y[3],
                gain * y[3] - ks * y[4],
            ]
        )

    first = min([float(times[0]), *(start for start, _, _ in segments)])
    found = np.zeros(len(days))
    state = np.zeros(5)
    for low, high in pairwise(edges_of(segments, first, float(times[-1]))):
        inside = (times > low) & (times <= high)
        asked = np.unique(np.append(times[inside], high))
        rate = rate_at(segments, low)
        solved = _stepped(lambda t, y, rate=rate: slope(t, y, rate), low, asked, state, tolerance, method)
        found[inside] = (solved[:, 3] + solved[:, 4])[np.searchsorted(asked, times[inside])]
        state = solved[-1]
    return found
