"""Published trials as rows to simulate: the CSV of the evidence, read with every reading written down."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from euthymia.model.course import BadInput, Infusion
from euthymia.model.data import constants
from euthymia.model.scales import Scale, scale_named

MEASURES = ("response_pct", "remission_pct", "mean_change", "mean_score")
NUMBER = r"(\d+(?:\.\d+)?)"


@dataclass(frozen=True, slots=True)
class Row:
    """One published figure and how it is simulated.

    Attributes
    ----------
    how : "at" the last of ``times``, "any" of them, or "still" at the last among responders at the first.
    kind : "control", "single" or "repeated".
    inert : a control that is not felt (saline, placebo).
    """

    trial: str
    arm: str
    scale: Scale
    n: int
    infusions: tuple[Infusion, ...]
    times: tuple[float, ...]
    how: str
    kind: str
    inert: bool
    measure: str
    published: float
    timepoint_days: float
    baseline_mean: float | None
    baseline_sd: float | None
    responders_to_first: bool
    reading: str


@dataclass(frozen=True, slots=True)
class NotSimulated:
    """A row left out, and why."""

    trial: str
    arm: str
    timepoint: str
    why: str


def _number(text: str | None) -> float | None:
    """Return a cell as a number; None when it is empty or holds words."""
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and math.isfinite(value) else None


def _days_of(text: str) -> tuple[list[float], str]:
    """Return the days of infusions from a cell, with the reading when the cell holds words."""
    parts = [_number(part.strip()) for part in text.split(";")]
    if parts and all(part is not None for part in parts):
        return [part for part in parts if part is not None], ""
    found = re.fullmatch(rf"\s*{NUMBER}(?:-{NUMBER})? in {NUMBER}(?:-{NUMBER})? ?d(?:ays)?\s*", text)
    if found:
        low, high, short, long = (float(g) if g else None for g in found.groups())
        count = max(1, round(((low or 0.0) + (high or low or 0.0)) / 2))
        span = ((short or 0.0) + (long or short or 0.0)) / 2
        return [round(i * span / max(count - 1, 1), 1) for i in range(count)], f"{count} over {span:g} days"
    return [], ""


def _time_of(text: str, last_day: float) -> tuple[list[float], str, str]:
    """Return rating days, how they are read, and the reading, from the cell of the time point."""
    exact = _number(text)
    if exact is not None:
        return [exact], "at", ""
    if "any" in text:
        bounds = [float(found) for found in re.findall(NUMBER, text)]
        days = [day for day in constants("readings")["any_time_days"] if day <= max(bounds, default=14.0)]
        return days, "any", "at any rating in the period"
    if "post" in text or "after" in text or "end" in text:
        bounds = [float(found) for found in re.findall(NUMBER, text)]
        after = sum(bounds) / len(bounds) if bounds else 1.0
        return [last_day + after], "at", f"{after:g} days after the last infusion"
    bounds = [float(found) for found in re.findall(NUMBER, text)]
    if len(bounds) == 2:
        return [sum(bounds) / 2], "at", "middle of the period"
    return [], "at", ""


def _dose_of(text: str) -> tuple[float | None, str]:
    exact = _number(text)
    if exact is not None:
        return exact, ""
    bounds = [float(found) for found in re.findall(NUMBER, text or "")]
    if len(bounds) == 2:
        return sum(bounds) / 2, f"dose read as {sum(bounds) / 2:g} mg/kg"
    return None, ""


def _override(cells: dict[str, str], measure: str) -> dict[str, Any]:
    for row in constants("readings")["rows"]:
        if row["trial"] != cells["trial"] or row.get("arm", cells["arm"]) != cells["arm"]:
            continue
        if measure in row.get("measures", MEASURES):
            return dict(row)
    return {}


def given_by(days: list[float], day: float) -> int:
    """Return how many infusions were given before a day."""
    return sum(1 for given in days if given < day)


def _row_of(cells: dict[str, str], measure: str, published: float) -> Row:
    """Return a row to simulate, or raise a sentence that says why it cannot be."""
    given = _override(cells, measure)
    if "skip" in given:
        raise BadInput(given["skip"])
    scale = scale_named(cells["scale"])
    days, read_days = _days_of(cells["infusion_days"])
    days = given.get("infusion_days", days)
    dose, read_dose = _dose_of(cells["dose_mg_per_kg"])
    dose = given.get("dose_mg_per_kg", dose)
    if (dose is not None and dose > 0) or dose is None:
        dose = given.get("ketamine_dose_mg_per_kg", dose)
    minutes = given.get("infusion_min", _number(cells["infusion_min"]))
    if not days or dose is None:
        raise BadInput("the days or the dose of the infusions are not given as numbers")
    times, how, read_time = _time_of(cells["timepoint_days"], days[-1])
    times, how = given.get("times", times), given.get("how", how)
    if not times:
        raise BadInput(f"the time point {cells['timepoint_days']!r} gives no number")
    usual = constants("readings")
    n = _number(cells["n_at_timepoint"]) or _number(cells["n"])
    weight = usual["typical_weight_kg"]
    assumed = []
    if minutes is None:
        minutes = usual["usual_minutes"]
        assumed.append(f"{minutes:g} min assumed")
    if not n or n < 1:
        n = usual["usual_patients"]
        assumed.append(f"{n:g} patients assumed")
    readings = [text for text in (read_days, read_dose, read_time, *assumed) if text]
    return Row(
        trial=cells["trial"],
        arm=cells["arm"],
        scale=scale,
        n=int(n),
        infusions=tuple(Infusion(day, dose * weight, minutes) for day in days),
        times=tuple(times),
        how=how,
        kind="control" if dose == 0 else "single" if given_by(days, times[-1]) == 1 else "repeated",
        inert=any(word in cells["arm"].lower() for word in ("saline", "placebo")),
        measure=measure,
        published=published,
        timepoint_days=times[-1],
        baseline_mean=_number(cells["baseline_mean"]),
        baseline_sd=_number(cells["baseline_sd"]),
        responders_to_first="select" in given,
        reading="; ".join([given["reading"], *assumed] if "reading" in given else readings),
    )


COLUMNS = [
    "trial",
    "arm",
    "n",
    "dose_mg_per_kg",
    "infusion_min",
    "infusion_days",
    "scale",
    "timepoint_days",
    "n_at_timepoint",
    "baseline_mean",
    "baseline_sd",
    "mean_change",
    "mean_score",
    "response_pct",
    "remission_pct",
]


def read_rows(path: Path) -> tuple[list[Row], list[NotSimulated]]:
    """Return the published figures of a CSV that can be simulated, and the rows that cannot.

    Raises
    ------
    BadInput
        When the file is not a CSV with the columns of evidence/trials.csv.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle)
            missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            if missing:
                raise BadInput(f"{path.name} lacks the columns {', '.join(missing)}.")
            table = [{key: (value or "").strip() for key, value in line.items() if key} for line in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise BadInput(f"{path.name} cannot be read as a CSV file: {problem}.") from None
    rows: list[Row] = []
    left: list[NotSimulated] = []
    for cells in table:
        figures = [(measure, _number(cells[measure])) for measure in MEASURES]
        present = [(measure, value) for measure, value in figures if value is not None]
        if not present:
            left.append(NotSimulated(cells["trial"], cells["arm"], cells["timepoint_days"], "no figure is published"))
        for measure, value in present:
            try:
                rows.append(_row_of(cells, measure, value))
            except BadInput as problem:
                left.append(
                    NotSimulated(cells["trial"], cells["arm"], cells["timepoint_days"], f"{measure}: {problem}")
                )
    return rows, left


def durability_rows() -> list[Row]:
    """Return the published shares of responders who were still well later, without further infusions."""
    weight = constants("readings")["typical_weight_kg"]
    return [
        Row(
            trial=item["trial"],
            arm="responders, no further infusion",
            scale=scale_named(item["scale"]),
            n=item["n"],
            infusions=tuple(Infusion(day, 0.5 * weight, 40.0) for day in item["infusion_days"]),
            times=(item["judged_day"], item["still_day"]),
            how="still",
            kind="repeated",
            inert=False,
            measure="still_pct",
            published=item["still_pct"],
            timepoint_days=item["still_day"],
            baseline_mean=None,
            baseline_sd=None,
            responders_to_first=False,
            reading=item["source"],
        )
        for item in constants("readings")["durability"]
    ]


def without(rows: Iterable[Row], trial: str) -> list[Row]:
    """Return the rows of the other trials."""
    return [replace(row) for row in rows if row.trial != trial]
