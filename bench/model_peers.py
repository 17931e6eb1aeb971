"""Times the model beside its peers in one run: scipy LSODA, numbalsoda, libRoadRunner.

    python bench/model_peers.py [--json]

Each peer solves the daily drive of a six-infusion course for single patients with every random effect. A peer
that is not installed is named as absent. Errors are against a tight Dormand-Prince solution, relative to the
peak.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from euthymia.model import Course, calibrated, kernel
from euthymia.model.course import timed_segments
from euthymia.model.mood import drive, scaled_plasma
from euthymia.model.reference import drive_by_solver, edges_of, rate_at
from euthymia.model.sbml import sbml_of
from euthymia.model.speed import DAYS, best_of, floor, stream

COURSE = Course.from_template("depression", weight_kg=70)
DRAWS = calibrated().draw(20_000, np.random.default_rng(0))


def exact(count: int) -> np.ndarray:
    """Return the tight solution of some patients."""
    return np.array([drive_by_solver(DRAWS, i, COURSE.infusions, 70, DAYS) for i in range(count)])


def worst(found: np.ndarray, truth: np.ndarray) -> float:
    """Return the largest error relative to the peak."""
    return float(np.max(np.abs(found - truth) / truth.max(axis=1, keepdims=True)))


def by_numbalsoda(count: int) -> np.ndarray:
    """Solve patients with numbalsoda, restarted at each change of rate."""
    from numba import carray, cfunc, njit
    from numbalsoda import lsoda, lsoda_sig

    if "solve" not in _made:

        @cfunc(lsoda_sig)
        def slope(_t, y_, dy, p_):  # type: ignore[no-untyped-def]
            y, p = carray(y_, (5,)), carray(p_, (11,))
            conc = y[0] + y[1] + y[2]
            taken = conc / (conc + p[6])
            dy[0] = p[3] * p[10] - p[0] * y[0]
            dy[1] = p[4] * p[10] - p[1] * y[1]
            dy[2] = p[5] * p[10] - p[2] * y[2]
            dy[3] = taken - p[7] * y[3]
            dy[4] = p[9] * y[3] - p[8] * y[4]

        address = slope.address
        _made["slope"] = slope

        @njit
        def solve(p, grids, sizes, rates, days, out):  # type: ignore[no-untyped-def]
            y = np.zeros(5)
            column = 1
            for piece in range(len(sizes)):
                p[10] = rates[piece]
                grid = grids[piece, : sizes[piece]]
                solved, _ok = lsoda(address, y, grid, p, 1e-8, 1e-10)
                for row in range(1, len(grid)):
                    if column < len(days) and abs(grid[row] - days[column]) < 1e-9:
                        out[column] = solved[row, 3] + solved[row, 4]
                        column += 1
                y = solved[-1].copy()

        _made["solve"] = solve
    segments = timed_segments(COURSE.infusions)
    times = DAYS * 24.0
    edges = edges_of(segments, 0.0, float(times[-1]))
    grids = [
        np.unique(np.concatenate([[low], times[(times > low) & (times < high)], [high]]))
        for low, high in pairwise(edges)
    ]
    sizes = np.array([len(grid) for grid in grids])
    padded = np.zeros((len(grids), sizes.max()))
    for row, grid in zip(padded, grids, strict=True):
        row[: len(grid)] = grid
    rates = np.array([rate_at(segments, grid[0]) for grid in grids])
    k, weights = scaled_plasma(DRAWS, 70)
    out = np.zeros((count, len(DAYS)))
    for i in range(count):
        kf, ks = DRAWS.fast_per_day[i] / 24, DRAWS.slow_per_day[i] / 24
        own = [*k[i], *(1000 * weights[i]), DRAWS.half_occupancy_ng_per_ml[i], kf, ks]
        p = np.array([*own, DRAWS.slow_share[i] * (kf - ks), 0.0])
        _made["solve"](p, padded, sizes, rates, times, out[i])
    return out


_made: dict[str, object] = {}


def by_roadrunner() -> tuple[float, float]:
    """Return patients a second of libRoadRunner on our SBML, and its distance from ours."""
    import roadrunner

    model = roadrunner.RoadRunner(sbml_of(COURSE))
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-9, 1e-12
    model.integrator.maximum_time_step = 0.3  # else it steps over an infusion

    def once() -> np.ndarray:
        model.reset()
        return np.asarray(model.simulate(times=list(DAYS * 24.0), selections=["time", "benefit"]))

    seconds = best_of(once)
    point = calibrated()
    from euthymia.model.mood import benefit
    from euthymia.model.population import OWN_NORMALS, draws_under

    normals = np.zeros((1, OWN_NORMALS))
    normals[0, -1] = 5.0
    ours = benefit(draws_under(point.point, normals), COURSE.infusions, 70, DAYS)[:, 0]
    return 1.0 / seconds, float(np.max(np.abs(once()[:, 1] - ours)) / ours.max())


def timed(run: Callable[[], object]) -> float:
    """Return the seconds of one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    """Run all that is installed."""
    some = 20
    truth = exact(some)
    stream(DRAWS, 20_000)
    sizes = (10_000, 1_000_000)
    ours = {str(n): n / best_of(lambda n=n: stream(DRAWS, n, chunk=min(n, 20_000))) for n in sizes}
    one_core = ours["1000000"]
    two = 1_000_000 / best_of(lambda: stream(DRAWS, 1_000_000, threads=2))
    found: dict[str, object] = {
        "ours_one_core_by_size": {n: round(v) for n, v in ours.items()},
        "ours_two_threads": round(two),
        "cost_at_1e6_over_1e4": round(ours["10000"] / ours["1000000"], 2),
        "ours_error": worst(drive(DRAWS.taken(np.arange(some)), COURSE.infusions, 70, DAYS), truth),
        "floor": floor(COURSE),
    }
    few = 3
    seconds = timed(
        lambda: [
            drive_by_solver(DRAWS, i, COURSE.infusions, 70, DAYS, method="LSODA", tolerance=1e-8) for i in range(few)
        ]
    )
    found["scipy_lsoda"] = {
        "patients_per_s": round(few / seconds, 1),
        "ratio": round(one_core * seconds / few),
    }
    try:
        by_numbalsoda(1)
        seconds = best_of(lambda: by_numbalsoda(200))
        found["numbalsoda"] = {
            "patients_per_s": round(200 / seconds),
            "ratio": round(ours["1000000"] * seconds / 200),
            "error": worst(by_numbalsoda(some), truth),
        }
    except ImportError:
        found["numbalsoda"] = "not installed"
    try:
        rate, error = by_roadrunner()
        found["libroadrunner"] = {
            "patients_per_s": round(rate),
            "ratio": round(one_core / rate),
            "error": error,
        }
    except ImportError:
        found["libroadrunner"] = "not installed"
    found["kernel_group"] = kernel.GROUP
    if "--json" in sys.argv:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name}: {value}")


if __name__ == "__main__":
    main()
