"""What is the same for all patients of a course, worked out once: nodes, the gaps between days, ended runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from euthymia.model.course import Infusion
from euthymia.model.mood import QUADRATURE_H, SETTLED_H, Shape, blocks_of, end_of, panels

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Program:
    """What to compute, patient by patient.

    A quadrature is a run of rates with its nodes; a key is a quadrature with the time up to which its tail is
    added; a step is a day: decay by a gap, take in the runs that are over, look at those that are not.
    """

    segments: Array  # (segments, 3): start h, length h, mg/h
    quad_segments: Ints  # (quadratures + 1,): first segment of each
    nodes: Array  # (nodes, 2): h, weight h
    quad_nodes: Ints  # (quadratures + 1,)
    key_quad: Ints
    key_from_h: Array  # end of the quadrature; tail begins
    key_until_h: Array  # end of the tail; not after its begin where there is none
    block_quad: Ints  # the whole quadrature of each run
    block_length_h: Array
    block_gap_h: Array  # since the end of the run before
    gaps: Array  # days
    step_column: Ints
    step_gap: Ints  # -1: none
    adds: Ints  # (adds, 3): key, gap, run
    step_over: Ints  # (steps + 1,): adds that stay
    looks: Ints  # (looks, 3): key, gap, run
    step_looks: Ints  # (steps + 1,)


class _Builder:
    """Collects distinct quadratures, keys and gaps."""

    def __init__(self) -> None:
        self.segments: list[tuple[float, float, float]] = []
        self.quad_segments = [0]
        self.nodes: list[tuple[float, float]] = []
        self.quad_nodes = [0]
        self.quads: dict[tuple[Shape, float], int] = {}
        self.keys: dict[tuple[int, float, float], int] = {}
        self.gaps: dict[float, int] = {}

    def quad(self, shape: Shape, until_h: float) -> int:
        if (shape, until_h) not in self.quads:
            self.quads[shape, until_h] = len(self.quads)
            self.segments.extend(segment for segment in shape if segment[2] > 0.0)
            self.quad_segments.append(len(self.segments))
            times, weights = panels(shape, until_h)
            self.nodes.extend(zip(times.tolist(), weights.tolist(), strict=True))
            self.quad_nodes.append(len(self.nodes))
        return self.quads[shape, until_h]

    def key(self, shape: Shape, until_h: float) -> int:
        from_h = end_of(shape) + QUADRATURE_H
        quad = self.quad(shape, min(until_h, from_h))
        return self.keys.setdefault((quad, from_h, max(until_h, 0.0)), len(self.keys))

    def gap(self, days: float) -> int:
        return self.gaps.setdefault(round(days, 9), len(self.gaps))


def program_for(infusions: Sequence[Infusion], days: Array) -> Program:
    """Return the program of a course for the days at which the drive is asked for."""
    blocks = [(day, day + (end_of(shape) + SETTLED_H) / 24.0, shape) for day, shape in blocks_of(infusions)]
    made = _Builder()
    step_column, step_gap, adds, step_over, looks, step_looks = [], [], [], [0], [], [0]
    now, done = float(days.min(initial=0.0)), 0
    for column in np.argsort(days, kind="stable"):
        day = float(days[column])
        step_column.append(int(column))
        step_gap.append(made.gap(day - now) if day > now else -1)
        now = max(now, day)
        while done < len(blocks) and blocks[done][1] <= day:
            adds.append((made.key(blocks[done][2], np.inf), made.gap(day - blocks[done][0]), done))
            done += 1
        step_over.append(len(adds))
        for index, (start, _, shape) in enumerate(blocks[done:], start=done):
            if start >= day - 1e-9:
                break
            looks.append((made.key(shape, round((day - start) * 24.0, 6)), made.gap(day - start), index))
        step_looks.append(len(looks))
    block_quad = [made.quad(shape, end_of(shape) + QUADRATURE_H) for _, _, shape in blocks]
    lengths = [end_of(shape) for _, _, shape in blocks]
    starts = [24.0 * start for start, _, _ in blocks]
    block_gap_h = [0.0, *(b - a - length for a, b, length in zip(starts, starts[1:], lengths, strict=False))]
    keys = list(made.keys)
    return Program(
        segments=np.array(made.segments).reshape(-1, 3),
        quad_segments=np.array(made.quad_segments),
        nodes=np.array(made.nodes).reshape(-1, 2),
        quad_nodes=np.array(made.quad_nodes),
        key_quad=np.array([quad for quad, _, _ in keys], dtype=np.int64),
        key_from_h=np.array([from_h for _, from_h, _ in keys]),
        key_until_h=np.array([until for _, _, until in keys]),
        block_quad=np.array(block_quad, dtype=np.int64),
        block_length_h=np.array(lengths),
        block_gap_h=np.array(block_gap_h[: len(blocks)]),
        gaps=np.array(list(made.gaps)),
        step_column=np.array(step_column, dtype=np.int64),
        step_gap=np.array(step_gap, dtype=np.int64),
        adds=np.array(adds, dtype=np.int64).reshape(-1, 3),
        step_over=np.array(step_over),
        looks=np.array(looks, dtype=np.int64).reshape(-1, 3),
        step_looks=np.array(step_looks),
    )
