"""Writes what a calibration found: the versioned population, its plausible draws, and the residual report."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from euthymia.model.calibration import Posterior
from euthymia.model.data import constants
from euthymia.model.rows import NotSimulated, Row
from euthymia.model.trials import (
    Prediction,
    Summary,
    left_out_weights,
    predictions,
    sample_figures,
    summarise,
    thinned,
)
from euthymia.model.virtual_trials import NAMES, prior_centres, to_natural

Array = NDArray[np.float64]
UNDETERMINED_RATIO = 0.8
KEPT_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Learnt:
    """One hyperparameter before and after the trials, and whether they told anything of it."""

    name: str
    point: float
    p05: float
    p95: float
    spread_ratio: float

    @property
    def determined(self) -> bool:
        """Return whether the trials narrowed it by a fifth or more."""
        return self.spread_ratio < UNDETERMINED_RATIO


def learnt(posterior: Posterior) -> list[Learnt]:
    """Return what the trials told of each hyperparameter."""
    _, prior_sd = prior_centres()
    natural = to_natural(posterior.vectors)
    typical = to_natural(posterior.vectors.mean(axis=0))
    spread = posterior.vectors.std(axis=0) / prior_sd
    low, high = np.percentile(natural, [5, 95], axis=0)
    return [
        Learnt(name, float(typical[i]), float(low[i]), float(high[i]), float(spread[i])) for i, name in enumerate(NAMES)
    ]


def population_toml(version: str, posterior: Posterior, evidence: bytes, made_by: str) -> str:
    """Return the population's data file."""
    lines = [
        "# Calibrated population of the mood model. Made by `euthymia model calibrate`; do not edit.",
        f'version = "{version}"',
        f'made_by = "{made_by}"',
        f'evidence_sha256 = "{hashlib.sha256(evidence).hexdigest()}"',
        "",
        "# Typical values: mean of the plausible draws on the scale of the prior. 90 % range behind each.",
        "[point]",
    ]
    for one in learnt(posterior):
        row = constants("priors")[one.name]
        told = "" if one.determined else "; the trials hardly tell"
        lines.append(f"{one.name} = {one.point:.5g}  # {row['unit']}; {one.p05:.3g} to {one.p95:.3g}{told}")
    return "\n".join(lines) + "\n"


def draws_csv(posterior: Posterior) -> str:
    """Return the plausible hyperparameters, and the log likelihood of each trial under them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*NAMES, *(f"fit:{trial}" for trial in posterior.trials)])
    for vector, fit in zip(to_natural(posterior.vectors), posterior.log_likelihoods, strict=True):
        writer.writerow([f"{value:.5g}" for value in (*vector, *fit)])
    return out.getvalue()


def table_lines(table: Sequence[Prediction]) -> list[str]:
    """Return a Markdown table of published and predicted figures."""
    lines = [
        "| trial | arm | day | measure | published | median | 50 % | 90 % | residual | read as |",
        "|---|---|---:|---|---:|---:|---|---|---:|---|",
    ]
    for one in table:
        row = one.row
        mark = "" if one.p05 <= row.published <= one.p95 else " *"
        lines.append(
            f"| {row.trial} | {row.arm} | {row.timepoint_days:g} | {row.measure} | {row.published:g}{mark} "
            f"| {one.median:.1f} | {one.p25:.1f} to {one.p75:.1f} | {one.p05:.1f} to {one.p95:.1f} "
            f"| {one.residual:+.1f} | {row.reading} |"
        )
    return lines


def summary_lines(name: str, summary: Summary) -> list[str]:
    """Return one summary in words."""
    return [
        f"{name}: {summary.figures} figures, {summary.inside_90_pct:.0f} % inside the 90 % interval, "
        f"{summary.inside_50_pct:.0f} % inside the 50 % interval; median absolute error of response and "
        f"remission {summary.median_absolute_error_points:.1f} points; repeated courses overrated by "
        f"{summary.repeated_overrated_points:+.1f} points on average; CRPS {summary.crps_points:.1f} points, "
        f"against {summary.crps_pooled_points:.1f} of the other trials of the same kind as the forecast.",
        "",
    ]


def residual_report(
    version: str,
    rows: Sequence[Row],
    left: Sequence[NotSimulated],
    posterior: Posterior,
    durable: Sequence[Row],
) -> str:
    """Return the report of a calibration, in Markdown."""
    weights, worth = left_out_weights(posterior)
    sampled = sample_figures(rows, posterior.vectors)
    honest, fitted = predictions(sampled, weights), predictions(sampled)
    kept = predictions(sample_figures(durable, posterior.vectors), weights)
    lines = [
        f"# Calibration of population {version}",
        "",
        "Each trial below is foretold as if it had never been read (leave one trial out). An asterisk",
        "marks a figure outside its 90 % interval.",
        "",
        *summary_lines("Leave one trial out", summarise(honest)),
        *summary_lines("All trials read, for comparison", summarise(fitted)),
        *table_lines(honest),
        "",
        "## Responders still well later, leave one trial out",
        "",
        *table_lines(kept),
        "",
        "## What the trials tell",
        "",
        "Spread after over spread before; near 1, the trials say nothing and the prior remains.",
        "",
        "| hyperparameter | typical | 5 to 95 % | spread ratio | |",
        "|---|---:|---|---:|---|",
        *(
            f"| {one.name} | {one.point:.3g} | {one.p05:.3g} to {one.p95:.3g} | {one.spread_ratio:.2f} "
            f"| {'' if one.determined else 'not determined by the trials'} |"
            for one in learnt(posterior)
        ),
        "",
        "## Independent draws left when a trial is forgotten",
        "",
        ", ".join(f"{trial} {count:.0f}" for trial, count in worth.items()),
        "",
        "## Not simulated",
        "",
        *(f"- {one.trial}, {one.arm}, {one.timepoint}: {one.why}" for one in left),
    ]
    return "\n".join(lines) + "\n"


def write_calibration(
    folder: Path,
    version: str,
    evidence: Path,
    rows: Sequence[Row],
    left: Sequence[NotSimulated],
    posterior: Posterior,
    durable: Sequence[Row],
) -> list[Path]:
    """Write population, draws and report; return their paths."""
    kept = thinned(posterior, KEPT_DRAWS)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"population-{version}{end}" for end in (".toml", "-draws.csv", "-report.md")]
    made_by = f"euthymia model calibrate, {len(rows)} figures of {evidence.name}"
    paths[0].write_text(population_toml(version, kept, evidence.read_bytes(), made_by), "utf-8")
    paths[1].write_text(draws_csv(kept), "utf-8")
    paths[2].write_text(residual_report(version, rows, left, kept, durable), "utf-8")
    return paths
