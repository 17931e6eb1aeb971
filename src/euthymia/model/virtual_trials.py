"""Simulates published trials under given hyperparameters: the machine behind calibration and trials.

The patients are the same for every set of hyperparameters (common random numbers): a likelihood is then a
smooth enough function of them. What differs between trials enters as shifts of the gain, of the expectation and
of the slow half-life.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from euthymia.model.course import Infusion
from euthymia.model.data import constants
from euthymia.model.kernel import compiled, fast_exp, packed, run
from euthymia.model.mood import expectation_course
from euthymia.model.population import HYPERPARAMETERS as NAMES
from euthymia.model.population import OWN_NORMALS, Draws, draws_under, effect_of, fixed_numbers
from euthymia.model.program import Program, program_for
from euthymia.model.rows import Row

Array = NDArray[np.float64]
MOST_TIMES = 16


def to_natural(vectors: Array) -> Array:
    """Return hyperparameters in their own units from the scale of their priors, shape (..., names)."""
    out = np.array(vectors, dtype=np.float64)
    for column, row in enumerate(constants("priors").values()):
        if row["scale"] == "log":
            out[..., column] = np.exp(out[..., column])
        elif row["scale"] == "logit":
            out[..., column] = 1.0 / (1.0 + np.exp(-out[..., column]))
    return out


def from_natural(values: Array) -> Array:
    """Return hyperparameters on the scale of their priors from their own units, shape (..., names)."""
    out = np.array(values, dtype=np.float64)
    for column, row in enumerate(constants("priors").values()):
        if row["scale"] == "log":
            out[..., column] = np.log(out[..., column])
        elif row["scale"] == "logit":
            out[..., column] = np.log(out[..., column] / (1.0 - out[..., column]))
    return out


def prior_centres() -> tuple[Array, Array]:
    """Return centres and sds of the priors on their own scales."""
    rows = constants("priors").values()
    return from_natural(np.array([row["centre"] for row in rows])), np.array([row["sd"] for row in rows])


@cache
def common_patients(n: int, seed: int = 7) -> tuple[Array, Array]:
    """Return normals of n patients: of their parameters (n, 12), quasi-random, and of their ratings."""
    points = qmc.Sobol(OWN_NORMALS, seed=seed).random(n)
    own = ndtri(np.clip(points, 1e-9, 1 - 1e-9))
    return own, np.random.default_rng(seed).standard_normal((2 * (MOST_TIMES + 1), n))


@compiled
def _outcomes(
    drive: Array,
    gain: Array,
    ceiling: Array,
    expectation: Array,
    expected: Array,
    residual: Array,
    effect: float,
    shifts: Array,
    limits: Array,
    top: float,
    how: int,
    responders_to_first: bool,
    means: bool,
    out: Array,
) -> None:
    """Write, for each shift, the share counted, and mean and square mean of the last score, among those kept.

    drive, residual : (times, n); limits : (2, n) logits under which a rating
    counts, and under which the first one keeps a patient in. how : 0 at the last, 1 any, 2 still.
    """
    times, n = drive.shape
    first = how == 2 or responders_to_first
    counted, stays, logit = np.empty(n), np.empty(n), np.empty(n)
    for s in range(len(shifts)):
        factor, more = np.exp(shifts[s, 0]), shifts[s, 1]
        counted[:] = 0.0
        stays[:] = 1.0
        for t in range(times):
            if how != 1 and t < times - 1 and not (first and t == 0):
                continue
            driven, apart, limit = drive[t], residual[t], limits[1 if first and t == 0 else 0]
            felt = expected[t]
            for p in range(n):
                gained = ceiling[p] * (1.0 - fast_exp(-gain[p] * factor * driven[p] / ceiling[p]))
                logit[p] = apart[p] - effect * (gained + felt * (expectation[p] + more))
            if first and t == 0:
                for p in range(n):
                    stays[p] = 1.0 if logit[p] < limit[p] else 0.0
                if times > 1:
                    continue
            for p in range(n):
                counted[p] = max(counted[p], 1.0 if logit[p] < limit[p] else 0.0)
        kept, hit, total, squares = 0.0, 0.0, 0.0, 0.0
        for p in range(n):
            kept += stays[p]
            hit += stays[p] * counted[p]
        if means:
            for p in range(n):
                score = (top + 1.0) / (1.0 + fast_exp(-logit[p])) - 0.5
                score = stays[p] * min(max(score, 0.0), top)
                total += score
                squares += score * score
        kept = max(kept, 1.0)
        out[s, 0] = hit / kept
        out[s, 1] = total / kept
        out[s, 2] = squares / kept
        out[s, 3] = kept


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row with what does not depend on the hyperparameters."""

    row: Row
    times: Array
    program: int  # index of its course; -1 for a control
    columns: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Machine:
    """All rows, ready to be simulated under any hyperparameters."""

    prepared: tuple[Prepared, ...]
    programs: tuple[Program, ...]
    days: tuple[Array, ...]
    own: Array
    ratings: Array
    weight_kg: float

    def outcomes(self, theta: dict[str, float], shifts: Array, slow: Array, slow_of: NDArray[np.intp]) -> Array:
        """Return share or mean, and sd, of every row under every shift, shape (rows, shifts, 2).

        Parameters
        ----------
        shifts : shape (shifts, 2), of gain and expectation, in sd of the trials; or (rows, shifts, 2).
        slow, slow_of : shifts of the slow half-life in sd of the trials; which of them goes with each shift.
        """
        people = draws_under(theta, self.own)
        drives = [self._drives(theta, float(step)) for step in slow]
        sds = np.array([theta["gain_trial_sd"], theta["expectation_trial_sd"]])
        at_start, later = self._residuals(theta)
        found = np.empty((len(self.prepared), shifts.shape[-2], 2))
        nothing = np.zeros((MOST_TIMES, len(people)))
        for index, item in enumerate(self.prepared):
            own = (shifts[index] if shifts.ndim == 3 else shifts) * sds
            setting = _setting(item, people, theta, at_start, later[item.times.tobytes()])
            if item.program < 0:
                found[index] = _simulate(item, setting, nothing[: len(item.times)], own)
                continue
            for step, of_step in enumerate(drives):
                chosen = slow_of == step
                drive = of_step[item.program][item.columns]
                found[index, chosen] = _simulate(item, setting, drive, own[chosen])
        return found

    def _residuals(self, theta: dict[str, float]) -> tuple[Array, dict[bytes, Array]]:
        """Return drift plus noise at the baseline (n,), and at each row's times (times, n), in logits."""
        noise, sd, length = theta["noise_sd_logit"], theta["wander_sd_logit"], fixed_numbers()["wander_days"]
        ratings = self.ratings
        at_start = sd * ratings[0] + noise * ratings[MOST_TIMES + 1]
        later: dict[bytes, Array] = {}
        for item in self.prepared:
            key = item.times.tobytes()
            if key in later:
                continue
            state, now, rows = ratings[0], 0.0, np.empty((len(item.times), ratings.shape[1]))
            for row, time in enumerate(item.times.tolist()):
                keep = np.exp(-max(time - now, 0.0) / length)
                state, now = keep * state + np.sqrt(1.0 - keep * keep) * ratings[row + 1], max(time, now)
                rows[row] = sd * state + noise * ratings[MOST_TIMES + 2 + row]
            later[key] = rows
        return at_start, later

    def _drives(self, theta: dict[str, float], slow: float) -> list[Array]:
        people = draws_under(theta, self.own, slow * theta["half_slow_trial_sd"])
        parameters = packed(people, self.weight_kg)
        parameters[10], parameters[11] = 1.0, np.inf
        drives = []
        for program, days in zip(self.programs, self.days, strict=True):
            out = np.empty((len(days), len(people)))
            cast(Any, run)(*[getattr(program, name) for name in Program.__slots__], parameters, out)
            drives.append(out)
        return drives


class _Setting(NamedTuple):
    """What a row's simulation needs of the hyperparameters, whatever the shifts."""

    people: Draws
    expected: Array
    residual: Array
    effect: float
    limits: Array
    charted_mean: float


def _setting(item: Prepared, people: Draws, theta: dict[str, float], at_start: Array, later: Array) -> _Setting:
    row = item.row
    scale = row.scale
    mean, sd = scale.baseline_logit(row.baseline_mean, row.baseline_sd)
    own = mean + sd * people.baseline_z
    charted = np.rint(scale.to_score(own + at_start))
    fallen = np.floor((1.0 - scale.response_fraction) * charted)
    # A rounded score is at most k when the logit is under that of (k + 1) / (top + 1).
    response = np.log((fallen + 1.0) / (scale.top - fallen))
    most = scale.remission_at_most
    counted = np.full_like(response, np.log((most + 1.0) / (scale.top - most)))
    return _Setting(
        people=people,
        expected=row_share(theta, row) * expected_at(theta, row, item.times),
        residual=own + later,
        effect=effect_of(theta, scale),
        limits=np.vstack([counted if row.measure == "remission_pct" else response, response]),
        charted_mean=float(charted.mean()),
    )


def _simulate(item: Prepared, setting: _Setting, drive: Array, shifts: Array) -> Array:
    row, people = item.row, setting.people
    out = np.empty((len(shifts), 4))
    cast(Any, _outcomes)(
        drive,
        people.gain,
        people.ceiling,
        people.expectation,
        setting.expected,
        setting.residual,
        setting.effect,
        shifts,
        setting.limits,
        row.scale.top,
        {"at": 0, "any": 1, "still": 2}[row.how],
        row.responders_to_first,
        row.measure in ("mean_change", "mean_score"),
        out,
    )
    if row.measure in ("mean_change", "mean_score"):
        offset = setting.charted_mean if row.measure == "mean_change" else 0.0
        spread = np.sqrt(np.maximum(out[:, 2] - out[:, 1] ** 2, 1e-6))
        return np.column_stack([out[:, 1] - offset, spread])
    return np.column_stack([out[:, 0], np.zeros(len(shifts))])


def row_share(theta: dict[str, float], row: Row) -> float:
    """Return the share of the expectation that an arm raises."""
    return theta["inert_share"] if row.inert else 1.0


def expected_at(theta: dict[str, float], row: Row, times: Array) -> Array:
    """Return the course of the expectation of a row."""
    return expectation_course(fixed_numbers() | theta, row.infusions, times)


def machine_for(rows: Sequence[Row], *, patients: int = 512) -> Machine:
    """Prepare rows for simulation."""
    courses: dict[tuple[Infusion, ...], set[float]] = {}
    for row in rows:
        if row.kind != "control":
            courses.setdefault(row.infusions, set()).update(_times_of(row))
    days = {infusions: np.array(sorted(times)) for infusions, times in courses.items()}
    order = list(days)
    prepared = []
    for row in rows:
        times = np.array(_times_of(row))
        if row.kind == "control":
            prepared.append(Prepared(row, times, -1, np.zeros(0, dtype=np.intp)))
        else:
            columns = np.searchsorted(days[row.infusions], times)
            prepared.append(Prepared(row, times, order.index(row.infusions), columns))
    own, ratings = common_patients(patients)
    return Machine(
        prepared=tuple(prepared),
        programs=tuple(program_for(infusions, days[infusions]) for infusions in order),
        days=tuple(days[infusions] for infusions in order),
        own=own,
        ratings=ratings,
        weight_kg=constants("readings")["typical_weight_kg"],
    )


def _times_of(row: Row) -> tuple[float, ...]:
    """Return the days of the ratings; responders to the first infusion are rated the day after it too."""
    return (1.0, *row.times) if row.responders_to_first else row.times


__all__ = ["NAMES", "Machine", "common_patients", "machine_for", "prior_centres", "to_natural"]
