"""Times the model beside its peers in one run: scipy LSODA, numbalsoda, libRoadRunner.

    make peers             (or: python -m bench.model_peers [--json])

Each peer solves the daily drive of a six-infusion course for single patients with every random effect. Of numbalsoda
the quickest setting counts that is within the error wanted of us. A peer that is not installed is named as absent,
and the run then falls short. Errors are relative to the peak: of 20 patients against a tight Dormand-Prince solution;
of all 20,000 against a quadrature of thousands of nodes without the kernel's approximations, which is itself held
against the tight solution of the 20.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from euthymia.model import Course, calibrated, kernel
from euthymia.model.course import timed_segments
from euthymia.model.mood import scaled_plasma
from euthymia.model.population import Draws
from euthymia.model.program import Program, program_for
from euthymia.model.reference import drive_by_solver, edges_of, rate_at
from euthymia.model.sbml import sbml_of
from euthymia.model.speed import CHUNK, DAYS, best_of, floor, stream

COURSE = Course.from_template("depression", weight_kg=70)
DRAWS = calibrated().draw(20_000, np.random.default_rng(0))
LARGEST_ERROR = 1e-6


def exact(count: int) -> np.ndarray:
    """Return the tight solution of some patients."""
    return np.array([drive_by_solver(DRAWS, i, COURSE.infusions, 70, DAYS) for i in range(count)])


def worst(found: np.ndarray, truth: np.ndarray) -> float:
    """Return the largest error relative to the peak."""
    return float(np.max(np.abs(found - truth) / truth.max(axis=1, keepdims=True)))


def by_kernel() -> np.ndarray:
    """Return the drive of all draws by the compiled kernel."""
    program = program_for(COURSE.infusions, DAYS)
    patients = kernel.packed(DRAWS, 70)
    patients[10], patients[11] = 1.0, np.inf  # gain and ceiling: the benefit is then the drive
    out = np.empty((len(DAYS), len(DRAWS)))
    kernel.run(*[getattr(program, name) for name in Program.__slots__], patients, out)
    return out.T


def by_fine_quadrature(draws: Draws) -> np.ndarray:
    """Return the drive by many nodes between any two days or changes of rate, the plasma carried along exactly."""
    segments = timed_segments(COURSE.infusions)
    times = DAYS * 24.0
    edges = np.unique(np.concatenate([edges_of(segments, 0.0, float(times[-1])), times]))
    rates, weights = scaled_plasma(draws, 70)
    half = draws.half_occupancy_ng_per_ml[:, None]
    per_h = np.column_stack([draws.fast_per_day, draws.slow_per_day]) / 24.0
    modes, states = np.zeros_like(rates), np.zeros_like(per_h)
    found = np.zeros((len(draws), len(times)))
    x, w = np.polynomial.legendre.leggauss(24)
    x, w, changed = (x + 1.0) / 2.0, w / 2.0, 0.0
    for low, high in pairwise(edges.tolist()):
        level = 1000.0 * rate_at(segments, low) * weights / rates
        changed = low if low in {edge for s, d, _ in segments for edge in (s, s + d)} else changed
        # Time is log-mapped from the last change of rate on; two panels of 24 nodes.
        bounds = changed + 0.1 * np.expm1(np.linspace(*np.log1p((np.array([low, high]) - changed) / 0.1), 3))
        total = np.zeros_like(per_h)
        for begin, end in pairwise(bounds.tolist()):
            first, last = np.log1p((np.array([begin, end]) - changed) / 0.1)
            u = first + (last - first) * x
            at, weight = changed + 0.1 * np.expm1(u), (last - first) * w * 0.1 * np.exp(u)
            conc = np.zeros((len(draws), len(at)))
            for j in range(3):
                gone = np.exp(-rates[:, j : j + 1] * (at - low))
                conc += level[:, j : j + 1] * (1.0 - gone) + modes[:, j : j + 1] * gone
            taken = conc / (conc + half) * weight
            for state in range(2):
                total[:, state] += np.sum(taken * np.exp(-per_h[:, state : state + 1] * (high - at)), axis=1)
        gone = np.exp(-rates * (high - low))
        modes = level * (1.0 - gone) + modes * gone
        states = states * np.exp(-per_h * (high - low)) + total
        column = np.flatnonzero(np.abs(times - high) < 1e-9)
        if len(column):
            found[:, column[0]] = states[:, 0] + draws.slow_share * (states[:, 1] - states[:, 0])
    return found


def by_numbalsoda(count: int, tolerance: float = 1e-8) -> np.ndarray:
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
        def solve(p, grids, sizes, rates, days, tolerance, out):  # type: ignore[no-untyped-def]
            y = np.zeros(5)
            column = 1
            for piece in range(len(sizes)):
                p[10] = rates[piece]
                grid = grids[piece, : sizes[piece]]
                solved, _ok = lsoda(address, y, grid, p, tolerance, 0.01 * tolerance)
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
        _made["solve"](p, padded, sizes, rates, times, tolerance, out[i])
    return out


_made: dict[str, Any] = {}


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


def ours(truth: np.ndarray) -> dict[str, Any]:
    """Return our own figures: patients a second, memory, errors."""
    some = len(truth)
    stream(DRAWS, 20_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    by_size = {n: n / best_of(lambda n=n: stream(DRAWS, n)) for n in (10_000, 100_000, 1_000_000)}
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    two = 1_000_000 / best_of(lambda: stream(DRAWS, 1_000_000, threads=2))
    drawing = best_of(lambda: calibrated().draw(20_000, np.random.default_rng(1)))
    found = by_kernel()
    fine = np.concatenate([by_fine_quadrature(DRAWS.taken(np.arange(n, n + 500))) for n in range(0, len(DRAWS), 500)])
    return {
        "one_core_by_size": {str(n): round(rate) for n, rate in by_size.items()},
        "two_threads": round(two),
        "cost_at_1e6_over_1e4": round(by_size[10_000] / by_size[1_000_000], 2),
        "drawing_parameters_one_core": round(20_000 / drawing),
        "memory_grown_at_1e6_mb": round(grown / 1024, 1),
        "chunk": CHUNK,
        "error_20_patients_tight_solver": worst(found[:some], truth),
        "error_20000_patients_fine_quadrature": worst(found, fine),
        "fine_quadrature_error_20_patients_tight_solver": worst(fine[:some], truth),
        "floor": floor(COURSE),
        "kernel_group": kernel.GROUP,
    }


def quickest_numbalsoda(truth: np.ndarray) -> dict[str, Any]:
    """Return numbalsoda at the loosest tolerance that is within the error wanted of us."""
    by_numbalsoda(1)
    for tolerance in (1e-5, 1e-6, 1e-7, 1e-8, 1e-9):
        error = worst(by_numbalsoda(len(truth), tolerance), truth)
        if error < LARGEST_ERROR:
            break
    seconds = best_of(lambda: by_numbalsoda(200, tolerance))
    return {"patients_per_s": round(200 / seconds), "tolerance": tolerance, "error": error}


def shortfalls(found: dict[str, Any]) -> list[str]:
    """Return what is less than wanted, in words."""
    own, peer = found["ours"], found["numbalsoda"]
    errors = ("error_20_patients_tight_solver", "error_20000_patients_fine_quadrature")
    wanted = {
        "a peer is not installed": isinstance(peer, dict) and isinstance(found["libroadrunner"], dict),
        "less than 1,000 times numbalsoda": isinstance(peer, dict) and peer["ratio"] >= 1000,
        "less than a million patients a second on two": own["two_threads"] >= 1_000_000,
        "a patient costs more than 1.3 times as much at 1e6": own["cost_at_1e6_over_1e4"] <= 1.3,
        "an error of 1e-6 or more": all(own[name] < LARGEST_ERROR for name in errors),
        "memory grows with the number": own["memory_grown_at_1e6_mb"] < 100,
    }
    return [words for words, held in wanted.items() if not held]


def main() -> int:
    """Run all that is installed."""
    kernel.warm()
    truth = exact(20)
    own = ours(truth)
    found: dict[str, Any] = {"ours": own, "numbalsoda": "not installed", "libroadrunner": "not installed"}
    one_core, few = own["one_core_by_size"]["1000000"], 3
    seconds = timed(
        lambda: [
            drive_by_solver(DRAWS, i, COURSE.infusions, 70, DAYS, method="LSODA", tolerance=1e-8) for i in range(few)
        ]
    )
    found["scipy_lsoda"] = {"patients_per_s": round(few / seconds, 1), "ratio": round(one_core * seconds / few)}
    try:
        found["numbalsoda"] = quickest_numbalsoda(truth)
        found["numbalsoda"]["ratio"] = round(one_core / found["numbalsoda"]["patients_per_s"])
    except ImportError:
        pass
    try:
        rate, error = by_roadrunner()
        found["libroadrunner"] = {"patients_per_s": round(rate), "ratio": round(one_core / rate), "error": error}
    except ImportError:
        pass
    short = shortfalls(found)
    if "--json" in sys.argv:
        print(json.dumps(found | {"short": short}))
    else:
        for part, figures in found.items():
            for name, value in figures.items() if isinstance(figures, dict) else [("", figures)]:
                print(f"{part} {name}: {value}")
        print("\n".join(f"SHORT: {words}" for words in short) or "Nothing falls short.")
    return int(bool(short))


if __name__ == "__main__":
    sys.exit(main())
