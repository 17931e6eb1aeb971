"""Measures the model: patients a second, a forecast's latency, error, and the ratio to a general solver."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from euthymia.model import kernel, mood
from euthymia.model.course import Course
from euthymia.model.examples import busy_patient
from euthymia.model.forecast import forecast
from euthymia.model.population import Draws, calibrated
from euthymia.model.program import Program, program_for
from euthymia.model.reference import drive_by_solver

Array = NDArray[np.float64]
DAYS = np.arange(0.0, 91.0)
DRAWN, CHUNK = 20_000, 2_000
COLD = """
import time; t = time.perf_counter()
from euthymia.model.examples import busy_patient
from euthymia.model import forecast
forecast(busy_patient()); print(time.perf_counter() - t)
"""


def best_of(run: Callable[[], object], times: int = 3) -> float:
    """Return the shortest of a few runs, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return min(taken)


def stream(draws: Draws, n: int, *, threads: int = 1, chunk: int = CHUNK) -> Array:
    """Return the mean daily benefit of n patients, simulated in chunks that stay in cache: memory is bounded by them.

    The draws are used again and again: sampling parameters is not what is measured.
    """
    course = Course.from_template("depression", weight_kg=70)
    program = program_for(course.infusions, DAYS)
    packed = kernel.packed(draws, 70)
    parts = [np.ascontiguousarray(packed[:, low : low + chunk]) for low in range(0, packed.shape[1], chunk)]
    arrays = [getattr(program, name) for name in Program.__slots__]

    def work(count: int) -> Array:
        out = np.empty((len(DAYS), chunk))
        total = np.zeros(len(DAYS))
        for turn, low in enumerate(range(0, count, chunk)):
            part = parts[turn % len(parts)][:, : count - low]
            cast(Any, kernel.run)(*arrays, part, out)
            total += out[:, : part.shape[1]].sum(axis=1)
        return total

    if threads == 1:
        return work(n) / n
    with ThreadPoolExecutor(threads) as pool:
        return np.asarray(sum(pool.map(work, [n // threads] * threads)) / n)


def error_against_solver(draws: Draws, count: int) -> float:
    """Return the largest error of some patients' daily drive against a tight solver, relative to its peak."""
    course = Course.from_template("depression", weight_kg=70)
    found = mood.drive(draws.taken(np.arange(count)), course.infusions, 70, DAYS)
    exact = np.array([drive_by_solver(draws, i, course.infusions, 70, DAYS) for i in range(count)])
    return float(np.max(np.abs(found - exact) / exact.max(axis=1, keepdims=True)))


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Return the figures of one run; compare ratios, not times, between machines."""
    rng = np.random.default_rng(0)
    draws = calibrated().draw(DRAWN, rng)
    kernel.warm()
    stream(draws, DRAWN)
    sizes = (10_000, 100_000) if quick else (10_000, 100_000, 1_000_000)
    by_size = {str(n): round(n / best_of(partial(stream, draws, n))) for n in sizes}
    both = sizes[-1] / best_of(lambda: stream(draws, sizes[-1], threads=2))
    patient = busy_patient()
    forecast(patient)
    warm = best_of(lambda: forecast(patient), 5)
    own = [sys.executable, "-c", COLD]
    cold = subprocess.run(own, capture_output=True, text=True, check=True)  # noqa: S603  # our own text
    course = Course.from_template("depression", weight_kg=70)
    solved = 2 if quick else 5
    lsoda = best_of(
        lambda: [
            drive_by_solver(draws, i, course.infusions, 70, DAYS, method="LSODA", tolerance=1e-8) for i in range(solved)
        ],
        1,
    )
    twin = 2000 / best_of(lambda: mood.benefit(draws.taken(np.arange(2000)), course.infusions, 70, DAYS))
    one_core = by_size[str(sizes[-1])]
    return {
        "patients_per_s_by_size": by_size,
        "patients_per_s_two_threads": round(both),
        "patients_per_s_numpy_twin": round(twin),
        "patients_per_s_scipy_lsoda": round(solved / lsoda, 2),
        "ratio_to_scipy_lsoda": round(one_core / (solved / lsoda)),
        "forecast_warm_ms": round(1000 * warm, 1),
        "forecast_cold_s": round(float(cold.stdout), 2),
        "largest_relative_error": error_against_solver(draws, solved),
        "floor": floor(course),
    }


def floor(course: Course) -> dict[str, int]:
    """Return what one patient costs at least, as counted: exponentials, and bytes written."""
    program = program_for(course.infusions, DAYS)
    pieces, tailed = len(program.segments), program.key_until_h > program.key_from_h
    nodes = 5 * len(program.nodes) + 11 * pieces
    tails = 8 * int(np.sum(tailed)) + 10 * len(set(program.key_quad[tailed].tolist()))
    runs = 2 * (len(program.block_quad) - 1)
    return {
        "exponentials_per_patient": nodes + tails + runs + 2 * len(program.gaps) + len(DAYS),
        "bytes_written_per_patient": 8 * len(DAYS),
    }
