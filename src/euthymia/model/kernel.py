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
from euthymia.model.mood import kept_apart, scaled_plasma, use_compiled
from euthymia.model.population import Draws
from euthymia.model.program import Program, program_for

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
GROUP = 256
LN2 = 6.93147180559945286e-1
TO_WHOLE = 6755399441055744.0  # 1.5 * 2^52: added, it leaves a whole number in a double's last bits
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


def compiled_for(*arguments: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Compile a function at once, and for these types of arguments alone; keep the result on disk.

    A call with others raises TypeError. Else it would be compiled again for them, in the middle of somebody's page.
    """
    return lambda function: cast(Callable[..., None], njit(types.void(*arguments), **OPTIONS)(function))


def uncounted(function: F) -> F:
    """Compile a function that makes no array: rows are then taken without counting references to them."""
    without_counting: dict[str, Any] = {"_nrt": False, **OPTIONS}  # an option that its types do not name
    return cast(F, njit(**without_counting)(function))


def inlined(function: F) -> F:
    """Compile a function into those that call it."""
    return cast(F, njit(inline="always", **OPTIONS)(function))


def _read_bits(typingctx: Any, bits: Any) -> Any:
    """Read the bits of an integer as a double."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


def _write_bits(typingctx: Any, number: Any) -> Any:
    """Read the bits of a double as an integer."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


_as_double: Any = intrinsic(_read_bits)
_as_bits: Any = intrinsic(_write_bits)


@inlined
def fast_exp(x: float) -> float:
    """Return exp(x), |x| < 600, to a few units in the last place; a polynomial, so that loops vectorise.

    exp(r) = 1 + r + r^2 q(r) for |r| <= log(2) / 2, q through Chebyshev's nodes: off by 1.2e-15 at most.
    """
    x = min(max(x, -600.0), 600.0)
    shifted = x * 1.4426950408889634 + TO_WHOLE
    r = x - (shifted - TO_WHOLE) * LN2
    p: float = 2.7613852100963253e-07
    p = p * r + 2.7625169883520667e-06
    p = p * r + 2.480153630713628e-05
    p = p * r + 1.9841208634639135e-04
    p = p * r + 1.3888888905922382e-03
    p = p * r + 8.33333335377842e-03
    p = p * r + 4.166666666665131e-02
    p = p * r + 1.666666666664823e-01
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    grown: float = _as_double(_as_bits(p) + (_as_bits(shifted) << 52))
    return grown


@uncounted
def _charges(segments: Array, k: Array, level: Array, charges: Array, back: Array) -> None:
    """Write what each piece of a run leaves at its end, and the slowest decay until the first of them ends."""
    for piece in range(len(segments)):
        length, rate = segments[piece, 1], segments[piece, 2]
        for j in range(3):
            rates, levels, full = k[j], level[j], charges[3 * piece + j]
            for w in range(len(back)):
                full[w] = rate * levels[w] * (1.0 - fast_exp(-rates[w] * length))
    until = segments[0, 0] + segments[0, 1]
    slowest = k[0]
    for w in range(len(back)):
        back[w] = fast_exp(-slowest[w] * until)


@uncounted
def _first_piece(beyond: float, k: Array, charges: Array, back: Array, conc: Array, decayed: Array) -> None:
    """Write the concentration after the first piece, and the slowest decay since the start of the run."""
    k0, k1, k2, c0, c1, c2 = k[0], k[1], k[2], charges[0], charges[1], charges[2]
    for w in range(len(conc)):
        slow = fast_exp(-k0[w] * beyond)
        decayed[w] = slow * back[w]
        conc[w] = c0[w] * slow + c1[w] * fast_exp(-k1[w] * beyond) + c2[w] * fast_exp(-k2[w] * beyond)


@uncounted
def _concentration(
    segments: Array, at: float, k: Array, level: Array, charges: Array, back: Array, conc: Array, decayed: Array
) -> None:
    """Write the concentration at a time, and the slowest decay since the start of the run, for one group."""
    group = len(conc)
    k0, k1, k2 = k[0], k[1], k[2]
    l0, l1, l2 = level[0], level[1], level[2]
    begun = at > segments[0, 0] + segments[0, 1]
    if begun:
        _first_piece(at - segments[0, 0] - segments[0, 1], k, charges, back, conc, decayed)
    else:
        for w in range(group):
            conc[w] = 0.0
            decayed[w] = fast_exp(-k0[w] * at)
    for piece in range(1 if begun else 0, len(segments)):
        rate = segments[piece, 2]
        since = at - segments[piece, 0]
        beyond = since - segments[piece, 1]
        if beyond > 0.0:
            c0, c1, c2 = charges[3 * piece], charges[3 * piece + 1], charges[3 * piece + 2]
            for w in range(group):
                conc[w] += (
                    c0[w] * fast_exp(-k0[w] * beyond)
                    + c1[w] * fast_exp(-k1[w] * beyond)
                    + c2[w] * fast_exp(-k2[w] * beyond)
                )
        elif since > 0.0:
            for w in range(group):
                conc[w] += rate * (
                    l0[w] * (1.0 - fast_exp(-k0[w] * since))
                    + l1[w] * (1.0 - fast_exp(-k1[w] * since))
                    + l2[w] * (1.0 - fast_exp(-k2[w] * since))
                )


@uncounted
def _quadrature(
    segments: Array, nodes: Array, k: Array, level: Array, half: Array, kf: Array, ks: Array,
    charges: Array, scratch: Array, fast: Array, slow: Array, fast_left: Array, slow_left: Array,
) -> None:  # fmt: skip
    """Add up occupancy and its change with what is left over, times exp(kf s) and exp(ks s)."""
    group = len(half)
    conc, decayed, back, per_half = scratch[0], scratch[1], scratch[2], scratch[3]
    _charges(segments, k, level, charges, back)
    for w in range(group):
        per_half[w] = 1.0 / half[w]
        fast[w] = 0.0
        slow[w] = 0.0
        fast_left[w] = 0.0
        slow_left[w] = 0.0
    for node in range(len(nodes)):
        at, weight = nodes[node, 0], nodes[node, 1]
        _concentration(segments, at, k, level, charges, back, conc, decayed)
        day = at / 24.0
        for w in range(group):
            share = 1.0 / (conc[w] + half[w])
            rise_fast, rise_slow = fast_exp(kf[w] * day), fast_exp(ks[w] * day)
            taken = weight * conc[w] * share
            change = weight * (half[w] * share * share - per_half[w]) * decayed[w]
            fast[w] += taken * rise_fast
            slow[w] += taken * rise_slow
            fast_left[w] += change * rise_fast
            slow_left[w] += change * rise_slow


@uncounted
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


@uncounted
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


@uncounted
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


@uncounted
def _tail_levels(k: Array, left: Array, half: Array, per_day: Array, from_h: float, levels: Array) -> None:
    """Write the whole of the closed tail of one state, term by term, (9, group); the first rate is the slowest."""
    r0, r1, r2, a0, a1, a2 = k[0], k[1], k[2], left[0], left[1], left[2]
    one, two, three, square, cross, cube = levels[0], levels[1], levels[2], levels[3], levels[4], levels[5]
    square_left, cross_left, cube_left = levels[6], levels[7], levels[8]
    for w in range(len(half)):
        per_h = per_day[w] / 24.0
        begun = fast_exp(per_h * from_h)
        one[w] = begun * a0[w] / (r0[w] - per_h)
        two[w] = begun * a1[w] / (r1[w] - per_h)
        three[w] = begun * a2[w] / (r2[w] - per_h)
    for w in range(len(half)):
        per_h = per_day[w] / 24.0
        begun = fast_exp(per_h * from_h)
        before = fast_exp(-r0[w] * from_h) / half[w]
        per_square = begun * a0[w] / (2.0 * r0[w] - per_h)
        square[w] = -a0[w] * per_square
        square_left[w] = -2.0 * before * per_square
    for w in range(len(half)):
        per_h = per_day[w] / 24.0
        begun = fast_exp(per_h * from_h)
        before = fast_exp(-r0[w] * from_h) / half[w]
        per_cross = -2.0 * begun * a1[w] / (r0[w] + r1[w] - per_h)
        cross[w] = a0[w] * per_cross
        cross_left[w] = before * per_cross
        per_cube = begun * a0[w] * a0[w] / (3.0 * r0[w] - per_h)
        cube[w] = a0[w] * per_cube
        cube_left[w] = 3.0 * before * per_cube


@uncounted
def _tail(k: Array, per_day: Array, levels: Array, span_h: float, more: Array, more_left: Array) -> None:
    """Add the closed tail of one state, up to a time after its begin, or all of it where that is infinite.

    All of it is taken as such and not as what a long time leaves: where the state forgets faster than the plasma
    clears, its moments grow with time for ever.
    """
    r0, r1, r2 = k[0], k[1], k[2]
    one, two, three, square, cross, cube = levels[0], levels[1], levels[2], levels[3], levels[4], levels[5]
    square_left, cross_left, cube_left = levels[6], levels[7], levels[8]
    if np.isinf(span_h):
        for w in range(len(more)):
            more[w] += one[w] + two[w] + three[w] + square[w] + cross[w] + cube[w]
            more_left[w] += square_left[w] + cross_left[w] + cube_left[w]
        return
    for w in range(len(more)):
        e0, grown = fast_exp(-r0[w] * span_h), fast_exp(per_day[w] / 24.0 * span_h)
        e1, e2 = fast_exp(-r1[w] * span_h), fast_exp(-r2[w] * span_h)
        gone = e0 * e0 * grown
        left, both, thrice = 1.0 - gone, 1.0 - e0 * e1 * grown, 1.0 - e0 * gone
        more[w] += (
            one[w] * (1.0 - e0 * grown)
            + two[w] * (1.0 - e1 * grown)
            + three[w] * (1.0 - e2 * grown)
            + square[w] * left
            + cross[w] * both
            + cube[w] * thrice
        )
        more_left[w] += square_left[w] * left + cross_left[w] * both + cube_left[w] * thrice


@uncounted
def _copy(source: Array, target: Array) -> None:
    for w in range(len(source)):
        target[w] = source[w]


@uncounted
def _decays(gap: float, per_day: Array, row: Array) -> None:
    for w in range(len(row)):
        row[w] = fast_exp(-per_day[w] * gap)


@uncounted
def _weigh(share: Array, factor: Array, part: Array, part_left: Array) -> None:
    """Turn moments of one state into what it adds to gain * drive / ceiling."""
    for w in range(len(share)):
        part[w] *= share[w] * factor[w]
        part_left[w] *= share[w] * factor[w]


@uncounted
def _add(total: Array, part: Array, left: Array, per_left: Array, decay: Array) -> None:
    for w in range(len(total)):
        total[w] += (part[w] + left[w] * per_left[w]) * decay[w]


@uncounted
def _emit(row: Array, fast: Array, slow: Array, ceiling: Array) -> None:
    if np.isinf(ceiling[0]):
        for w in range(len(row)):
            row[w] = fast[w] + slow[w]
        return
    for w in range(len(row)):
        row[w] = ceiling[w] * (1.0 - fast_exp(-(fast[w] + slow[w])))


@uncounted
def _group(
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
    own: Array,
    charges: Array,
    scratch: Array,
    levels: Array,
    ends: Array,
    block_left: Array,
    quad_moments: Array,
    key_moments: Array,
    gap_decays: Array,
    state: Array,
    low: int,
    count: int,
    out: Array,
) -> None:
    """Write the benefit of one group of patients; all arrays between the program and ``low`` are scratch."""
    k, level, half, kf, ks, slow_share, ceiling = own[0:3], own[3:6], own[6], own[7], own[8], own[9], own[11]
    left, levels_fast, levels_slow = levels[0:3], levels[3:12], levels[12:21]
    fast, slow, all_fast, all_slow = state[0], state[1], state[2], state[3]
    fast_share, factor, result, gain = state[4], state[5], state[6], own[10]
    for w in range(len(half)):
        fast_share[w] = 1.0 - slow_share[w]
        factor[w] = gain[w] if np.isinf(ceiling[w]) else gain[w] / ceiling[w]
    for q in range(len(quad_nodes) - 1):
        pieces = segments[quad_segments[q] : quad_segments[q + 1]]
        _quadrature(
            pieces, nodes[quad_nodes[q] : quad_nodes[q + 1]], k, level, half, kf, ks, charges, scratch,
            quad_moments[0, q], quad_moments[1, q], quad_moments[2, q], quad_moments[3, q],
        )  # fmt: skip
        _end_of_run(pieces, k[0], level[0], ends[q])
    _leftovers(block_quad, block_length_h, block_gap_h, k[0], ends, block_left)
    last_quad = -1
    for key in range(len(key_quad)):
        q = key_quad[key]
        for moment in range(4):
            _copy(quad_moments[moment, q], key_moments[moment, key])
        if key_until_h[key] > key_from_h[key]:
            if q != last_quad:
                pieces = segments[quad_segments[q] : quad_segments[q + 1]]
                _left_over(pieces, k, level, half, key_from_h[key], left)
                _tail_levels(k, left, half, kf, key_from_h[key], levels_fast)
                _tail_levels(k, left, half, ks, key_from_h[key], levels_slow)
                last_quad = q
            span_h = key_until_h[key] - key_from_h[key]
            _tail(k, kf, levels_fast, span_h, key_moments[0, key], key_moments[2, key])
            _tail(k, ks, levels_slow, span_h, key_moments[1, key], key_moments[3, key])
        _weigh(fast_share, factor, key_moments[0, key], key_moments[2, key])
        _weigh(slow_share, factor, key_moments[1, key], key_moments[3, key])
    for gap in range(len(gaps)):
        _decays(gaps[gap], kf, gap_decays[0, gap])
        _decays(gaps[gap], ks, gap_decays[1, gap])
    fast[:] = 0.0
    slow[:] = 0.0
    for step in range(len(step_column)):
        if step_gap[step] >= 0:
            gone_fast, gone_slow = gap_decays[0, step_gap[step]], gap_decays[1, step_gap[step]]
            for w in range(len(half)):
                fast[w] *= gone_fast[w]
                slow[w] *= gone_slow[w]
        for item in range(step_over[step], step_over[step + 1]):
            _add(
                fast, key_moments[0, adds[item, 0]], block_left[adds[item, 2]],
                key_moments[2, adds[item, 0]], gap_decays[0, adds[item, 1]],
            )  # fmt: skip
            _add(
                slow, key_moments[1, adds[item, 0]], block_left[adds[item, 2]],
                key_moments[3, adds[item, 0]], gap_decays[1, adds[item, 1]],
            )  # fmt: skip
        if step_looks[step] == step_looks[step + 1]:
            _emit(result, fast, slow, ceiling)
        else:
            _copy(fast, all_fast)
            _copy(slow, all_slow)
            for item in range(step_looks[step], step_looks[step + 1]):
                _add(
                    all_fast, key_moments[0, looks[item, 0]], block_left[looks[item, 2]],
                    key_moments[2, looks[item, 0]], gap_decays[0, looks[item, 1]],
                )  # fmt: skip
                _add(
                    all_slow, key_moments[1, looks[item, 0]], block_left[looks[item, 2]],
                    key_moments[3, looks[item, 0]], gap_decays[1, looks[item, 1]],
                )  # fmt: skip
            _emit(result, all_fast, all_slow, ceiling)
        _copy(result[:count], out[step_column[step], low : low + count])


_ROW, _ROWS = types.float64[::1], types.float64[:, ::1]
_WHOLE_ROW, _WHOLE_ROWS = types.int64[::1], types.int64[:, ::1]
PROGRAM_TYPES = (
    *(_ROWS, _WHOLE_ROW, _ROWS, _WHOLE_ROW),  # quadratures
    *(_WHOLE_ROW, _ROW, _ROW),  # keys
    *(_WHOLE_ROW, _ROW, _ROW, _ROW),  # runs, and the gaps
    *(_WHOLE_ROW, _WHOLE_ROW, _WHOLE_ROWS, _WHOLE_ROW, _WHOLE_ROWS, _WHOLE_ROW),  # steps
)
"""Of each field of a `Program`, in their order."""


@compiled_for(*PROGRAM_TYPES, _ROWS, _ROWS)
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
    quads, keys, blocks = len(quad_nodes) - 1, len(key_quad), len(block_quad)
    most = 0
    for q in range(quads):
        most = max(most, quad_segments[q + 1] - quad_segments[q])
    own, state, levels = np.empty((12, GROUP)), np.empty((7, GROUP)), np.empty((21, GROUP))
    charges, scratch = np.empty((3 * most, GROUP)), np.empty((4, GROUP))
    ends, block_left = np.zeros((quads, GROUP)), np.empty((blocks, GROUP))
    quad_moments, key_moments = np.empty((4, quads, GROUP)), np.empty((4, keys, GROUP))
    gap_decays = np.empty((2, len(gaps), GROUP))
    for low in range(0, n, GROUP):
        count = min(GROUP, n - low)
        own[:, :count] = patients[:, low : low + count]
        for row in range(12):
            own[row, count:] = own[row, count - 1]
        _group(
            segments, quad_segments, nodes, quad_nodes, key_quad, key_from_h, key_until_h, block_quad, block_length_h,
            block_gap_h, gaps, step_column, step_gap, adds, step_over, looks, step_looks, own, charges, scratch, levels,
            ends, block_left, quad_moments, key_moments, gap_decays, state, low, count, out,
        )  # fmt: skip


def packed(draws: Draws, weight_kg: float) -> Array:
    """Return the parameters of the draws at a weight as the kernel reads them, shape (12, n)."""
    rates, weights = scaled_plasma(draws, weight_kg)
    rows = np.empty((12, len(draws)))
    rows[:3] = rates.T
    rows[3:6] = (1000.0 * weights / rates).T
    rows[6] = draws.half_occupancy_ng_per_ml
    rows[7] = kept_apart(draws.fast_per_day, rates)
    rows[8] = kept_apart(draws.slow_per_day, rates)
    rows[9], rows[10], rows[11] = draws.slow_share, draws.gain, draws.ceiling
    return rows


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
    """Let the kernel compute from now on. To import it was to load it (or compile it, the first time on a machine)."""
    use_compiled(benefit)
