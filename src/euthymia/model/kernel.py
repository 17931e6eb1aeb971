"""The mood's drive for many patients at once, compiled; `euthymia.model.mood.benefit` is the twin.

What is the same for all patients is worked out once, as a `Program`; the kernel then runs it over patients in groups
that stay in cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]  # publishes no types
from numba import njit, types
from numba.core.extending import intrinsic
from numpy.typing import NDArray

from euthymia.model.course import Infusion
from euthymia.model.mood import scaled_plasma, use_compiled
from euthymia.model.population import OWN_NORMALS, Draws, calibrated, draws_under
from euthymia.model.program import Program, program_for

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
GROUP = 128
LN2_HIGH, LN2_LOW = 6.93145751953125e-1, 1.42860682030941723212e-6
F = TypeVar("F", bound=Callable[..., Any])
OPTIONS: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract", "nsz", "arcp", "afn"},
}


def compiled(function: F) -> F:
    """Compile a function when it is first called, and keep the result on disk."""
    return cast(F, njit(**OPTIONS)(function))


def inlined(function: F) -> F:
    """Compile a function into those that call it."""
    return cast(F, njit(inline="always", **OPTIONS)(function))


def _read_bits(typingctx: Any, bits: Any) -> Any:
    """Read the bits of an integer as a double."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


_as_double: Any = intrinsic(_read_bits)


@inlined
def fast_exp(x: float) -> float:
    """Return exp(x), |x| < 600, to a few units in the last place; a polynomial, so that loops vectorise."""
    x = min(max(x, -600.0), 600.0)
    whole = np.floor(x * 1.4426950408889634 + 0.5)
    r = (x - whole * LN2_HIGH) - whole * LN2_LOW
    p: float = 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    scale: float = _as_double((np.int64(whole) + 1023) << 52)
    return p * scale


@compiled
def _concentration(segments: Array, nodes: Array, k: Array, level: Array, conc: Array, charge: Array) -> None:
    """Write the concentration at each node, for one group of patients."""
    group = k.shape[1]
    conc[: len(nodes), :] = 0.0
    for piece in range(len(segments)):
        start, length, rate = segments[piece, 0], segments[piece, 1], segments[piece, 2]
        for j in range(3):
            rates, levels, full = k[j], level[j], charge[j]
            for w in range(group):
                full[w] = rate * levels[w] * (1.0 - fast_exp(-rates[w] * length))
        k0, k1, k2, c0, c1, c2 = k[0], k[1], k[2], charge[0], charge[1], charge[2]
        l0, l1, l2 = level[0], level[1], level[2]
        for node in range(len(nodes)):
            since = nodes[node, 0] - start
            beyond = since - length
            row = conc[node]
            if beyond > 0.0:
                for w in range(group):
                    row[w] += (
                        c0[w] * fast_exp(-k0[w] * beyond)
                        + c1[w] * fast_exp(-k1[w] * beyond)
                        + c2[w] * fast_exp(-k2[w] * beyond)
                    )
            elif since > 0.0:
                for w in range(group):
                    row[w] += rate * (
                        l0[w] * (1.0 - fast_exp(-k0[w] * since))
                        + l1[w] * (1.0 - fast_exp(-k1[w] * since))
                        + l2[w] * (1.0 - fast_exp(-k2[w] * since))
                    )


@compiled
def _quadrature(
    nodes: Array, slowest: Array, half: Array, kf: Array, ks: Array, conc: Array,
    fast: Array, slow: Array, fast_left: Array, slow_left: Array,
) -> None:  # fmt: skip
    """Add up occupancy and its change with what is left over, times exp(kf s) and exp(ks s)."""
    group = len(half)
    for w in range(group):
        fast[w] = 0.0
        slow[w] = 0.0
        fast_left[w] = 0.0
        slow_left[w] = 0.0
    for node in range(len(nodes)):
        at, weight, row = nodes[node, 0], nodes[node, 1], conc[node]
        day = at / 24.0
        for w in range(group):
            both = row[w] + half[w]
            rise_fast, rise_slow = fast_exp(kf[w] * day), fast_exp(ks[w] * day)
            taken = weight * row[w] / both
            change = weight * (half[w] / (both * both) - 1.0 / half[w]) * fast_exp(-slowest[w] * at)
            fast[w] += taken * rise_fast
            slow[w] += taken * rise_slow
            fast_left[w] += change * rise_fast
            slow_left[w] += change * rise_slow


@compiled
def _end_of_run(segments: Array, slowest: Array, level: Array, end: Array) -> None:
    """Write the part of the concentration that decays slowest, at the end of a run."""
    last = 0.0
    for piece in range(len(segments)):
        last = max(last, segments[piece, 0] + segments[piece, 1])
    for w in range(len(end)):
        end[w] = 0.0
    for piece in range(len(segments)):
        length, rate = segments[piece, 1], segments[piece, 2]
        beyond = last - segments[piece, 0] - length
        for w in range(len(end)):
            full = rate * level[w] * (1.0 - fast_exp(-slowest[w] * length))
            end[w] += full * fast_exp(-slowest[w] * beyond)


@compiled
def _leftovers(
    block_quad: Ints, block_length_h: Array, block_gap_h: Array, slowest: Array, ends: Array, left: Array
) -> None:
    """Write what each run finds left over at its start; ends holds what each quadrature leaves at its end."""
    group = len(slowest)
    for block in range(len(block_quad)):
        own = left[block]
        if block == 0:
            for w in range(group):
                own[w] = 0.0
            continue
        before, end = left[block - 1], ends[block_quad[block - 1]]
        length, gap = block_length_h[block - 1], block_gap_h[block]
        for w in range(group):
            own[w] = (before[w] * fast_exp(-slowest[w] * length) + end[w]) * fast_exp(-slowest[w] * gap)


@compiled
def _left_over(segments: Array, k: Array, level: Array, half: Array, from_h: float, left: Array) -> None:
    """Write the three exponentials of C / K at the end of the quadrature."""
    for j in range(3):
        rates, levels, row = k[j], level[j], left[j]
        for w in range(len(half)):
            row[w] = 0.0
        for piece in range(len(segments)):
            end = from_h - segments[piece, 0] - segments[piece, 1]
            length, rate = segments[piece, 1], segments[piece, 2]
            for w in range(len(half)):
                row[w] += rate * levels[w] / half[w] * fast_exp(-rates[w] * end) * (1.0 - fast_exp(-rates[w] * length))


@compiled
def _tail(
    k: Array, left: Array, half: Array, kf: Array, ks: Array, from_h: float, span_h: float,
    fast: Array, slow: Array, fast_left: Array, slow_left: Array,
) -> None:  # fmt: skip
    """Add the closed tail to the moments; the first of the three rates is the slowest."""
    r0, r1, r2, a0, a1, a2 = k[0], k[1], k[2], left[0], left[1], left[2]
    for w in range(len(half)):
        e0, e1, e2 = fast_exp(-r0[w] * span_h), fast_exp(-r1[w] * span_h), fast_exp(-r2[w] * span_h)
        before = fast_exp(-r0[w] * from_h) / half[w]
        a, b = a0[w], a1[w]
        for state in range(2):
            per_h = (kf[w] if state == 0 else ks[w]) / 24.0
            grown = fast_exp(per_h * span_h)
            begun = fast_exp(per_h * from_h)
            square = (1.0 - e0 * e0 * grown) / (2.0 * r0[w] - per_h)
            cross = (1.0 - e0 * e1 * grown) / (r0[w] + r1[w] - per_h)
            cube = (1.0 - e0 * e0 * e0 * grown) / (3.0 * r0[w] - per_h)
            more = begun * (
                a * (1.0 - e0 * grown) / (r0[w] - per_h)
                + b * (1.0 - e1 * grown) / (r1[w] - per_h)
                + a2[w] * (1.0 - e2 * grown) / (r2[w] - per_h)
                - a * a * square
                - 2.0 * a * b * cross
                + a * a * a * cube
            )
            more_left = begun * before * (3.0 * a * a * cube - 2.0 * a * square - 2.0 * b * cross)
            if state == 0:
                fast[w] += more
                fast_left[w] += more_left
            else:
                slow[w] += more
                slow_left[w] += more_left


@compiled
def _decays(gap: float, per_day: Array, row: Array) -> None:
    for w in range(len(row)):
        row[w] = fast_exp(-per_day[w] * gap)


@compiled
def _add(total: Array, part: Array, left: Array, per_left: Array, decay: Array) -> None:
    for w in range(len(total)):
        total[w] += (part[w] + left[w] * per_left[w]) * decay[w]


@compiled
def _emit(row: Array, fast: Array, slow: Array, share: Array, gain: Array, ceiling: Array) -> None:
    if np.isinf(ceiling[0]):
        for w in range(len(row)):
            row[w] = gain[w] * (fast[w] + share[w] * (slow[w] - fast[w]))
        return
    for w in range(len(row)):
        drive = fast[w] + share[w] * (slow[w] - fast[w])
        row[w] = ceiling[w] * (1.0 - fast_exp(-gain[w] * drive / ceiling[w]))


@compiled
def run(
    segments: Array,
    quad_segments: Ints,
    nodes: Array,
    quad_nodes: Ints,
    key_quad: Ints,
    key_from_h: Array,
    key_until_h: Array,
    block_quad: Ints,
    block_length_h: Array,
    block_gap_h: Array,
    gaps: Array,
    step_column: Ints,
    step_gap: Ints,
    adds: Ints,
    step_over: Ints,
    looks: Ints,
    step_looks: Ints,
    patients: Array,
    out: Array,
) -> None:
    """Write the benefit, shape (days, n), of patients given as rows of parameters, shape (12, n)."""
    n = patients.shape[1]
    quads, keys = len(quad_nodes) - 1, len(key_quad)
    own = np.empty((12, GROUP))
    most_nodes = 0
    for q in range(quads):
        most_nodes = max(most_nodes, quad_nodes[q + 1] - quad_nodes[q])
    conc, left, charge = np.empty((most_nodes, GROUP)), np.empty((3, GROUP)), np.empty((3, GROUP))
    quad_fast, quad_slow = np.empty((quads, GROUP)), np.empty((quads, GROUP))
    quad_fast_left, quad_slow_left = np.empty((quads, GROUP)), np.empty((quads, GROUP))
    ends, block_left = np.zeros((quads, GROUP)), np.empty((len(block_quad), GROUP))
    key_fast, key_slow = np.empty((keys, GROUP)), np.empty((keys, GROUP))
    key_fast_left, key_slow_left = np.empty((keys, GROUP)), np.empty((keys, GROUP))
    gap_fast, gap_slow = np.empty((len(gaps), GROUP)), np.empty((len(gaps), GROUP))
    fast, slow, all_fast, all_slow = np.empty(GROUP), np.empty(GROUP), np.empty(GROUP), np.empty(GROUP)
    result = np.empty(GROUP)
    for low in range(0, n, GROUP):
        count = min(GROUP, n - low)
        for row in range(12):
            for w in range(GROUP):
                own[row, w] = patients[row, low + min(w, count - 1)]
        k, level, half, kf, ks = own[0:3], own[3:6], own[6], own[7], own[8]
        for q in range(quads):
            pieces = segments[quad_segments[q] : quad_segments[q + 1]]
            points = nodes[quad_nodes[q] : quad_nodes[q + 1]]
            _concentration(pieces, points, k, level, conc, charge)
            _quadrature(
                points, k[0], half, kf, ks, conc,
                quad_fast[q], quad_slow[q], quad_fast_left[q], quad_slow_left[q],
            )  # fmt: skip
            _end_of_run(pieces, k[0], level[0], ends[q])
        _leftovers(block_quad, block_length_h, block_gap_h, k[0], ends, block_left)
        last_quad = -1
        for key in range(keys):
            q = key_quad[key]
            key_fast[key, :] = quad_fast[q]
            key_slow[key, :] = quad_slow[q]
            key_fast_left[key, :] = quad_fast_left[q]
            key_slow_left[key, :] = quad_slow_left[q]
            if key_until_h[key] > key_from_h[key]:
                if q != last_quad:
                    pieces = segments[quad_segments[q] : quad_segments[q + 1]]
                    _left_over(pieces, k, level, half, key_from_h[key], left)
                    last_quad = q
                _tail(
                    k, left, half, kf, ks, key_from_h[key], min(key_until_h[key] - key_from_h[key], 1000.0),
                    key_fast[key], key_slow[key], key_fast_left[key], key_slow_left[key],
                )  # fmt: skip
        for gap in range(len(gaps)):
            _decays(gaps[gap], kf, gap_fast[gap])
            _decays(gaps[gap], ks, gap_slow[gap])
        fast[:] = 0.0
        slow[:] = 0.0
        for step in range(len(step_column)):
            if step_gap[step] >= 0:
                gone_fast, gone_slow = gap_fast[step_gap[step]], gap_slow[step_gap[step]]
                for w in range(GROUP):
                    fast[w] *= gone_fast[w]
                    slow[w] *= gone_slow[w]
            for item in range(step_over[step], step_over[step + 1]):
                _add(
                    fast, key_fast[adds[item, 0]], block_left[adds[item, 2]],
                    key_fast_left[adds[item, 0]], gap_fast[adds[item, 1]],
                )  # fmt: skip
                _add(
                    slow, key_slow[adds[item, 0]], block_left[adds[item, 2]],
                    key_slow_left[adds[item, 0]], gap_slow[adds[item, 1]],
                )  # fmt: skip
            all_fast[:] = fast
            all_slow[:] = slow
            for item in range(step_looks[step], step_looks[step + 1]):
                _add(
                    all_fast, key_fast[looks[item, 0]], block_left[looks[item, 2]],
                    key_fast_left[looks[item, 0]], gap_fast[looks[item, 1]],
                )  # fmt: skip
                _add(
                    all_slow, key_slow[looks[item, 0]], block_left[looks[item, 2]],
                    key_slow_left[looks[item, 0]], gap_slow[looks[item, 1]],
                )  # fmt: skip
            _emit(result, all_fast, all_slow, own[9], own[10], own[11])
            out[step_column[step], low : low + count] = result[:count]


def packed(draws: Draws, weight_kg: float) -> Array:
    """Return the parameters of the draws at a weight as the kernel reads them, shape (12, n)."""
    rates, weights = scaled_plasma(draws, weight_kg)
    levels = 1000.0 * weights / rates
    return np.vstack(
        [
            rates.T,
            levels.T,
            draws.half_occupancy_ng_per_ml,
            draws.fast_per_day,
            draws.slow_per_day,
            draws.slow_share,
            draws.gain,
            draws.ceiling,
        ]
    )


def benefit(
    draws: Draws, infusions: Sequence[Infusion], weight_kg: float, days: Array, out: Array | None = None
) -> Array:
    """Return the benefit of ketamine in logits, shape (days, n)."""
    program = program_for(infusions, days)
    result = np.empty((len(days), len(draws))) if out is None else out
    if not len(program.segments):
        result[:] = 0.0
        return result
    arrays = [getattr(program, name) for name in Program.__slots__]
    cast(Any, run)(*arrays, packed(draws, weight_kg), result)
    return result


def warm() -> None:
    """Load the kernel (compile it, the first time on a machine) and let it compute from now on."""
    fixed = calibrated().point
    one = draws_under(fixed, np.zeros((1, OWN_NORMALS)))
    benefit(one, [Infusion(0.0, 35.0, 40.0)], 70.0, np.array([0.5, 1.0]))
    use_compiled(benefit)
