"""Charts of the command line: plain values handed to `euthymia.drawing`, and the file they are kept in."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from euthymia.drawing import (
    BandChart,
    BandDay,
    CourseCurve,
    IntervalPlot,
    IntervalRow,
    Observed,
    Reference,
    band_chart,
    course_curve,
    interval_plot,
)
from euthymia.model.course import BadInput, Course
from euthymia.model.forecast import Forecast, ForecastInput, Score
from euthymia.model.plasma import plasma_ng_per_ml, structure_named
from euthymia.model.scales import scale_named
from euthymia.model.schedule import Comparison, label
from euthymia.model.trials import Prediction

Array = NDArray[np.float64]


def save(drawing: str, path: Path) -> None:
    """Write a drawing as SVG, or as PNG by the ending of the path.

    Raises
    ------
    BadInput
        When the ending is neither, or the file cannot be written.
    """
    try:
        if path.suffix == ".svg":
            path.write_text(drawing, "utf-8")
        elif path.suffix == ".png":
            path.write_bytes(_as_png(drawing))
        else:
            raise BadInput(f"A plot is kept as .svg or .png, not as {path.name}.")
    except OSError as problem:
        raise BadInput(f"{path} cannot be written: {problem.strerror}.") from None


def _as_png(drawing: str) -> bytes:
    import typst  # imported late: only a PNG needs it

    page = '#set page(width: auto, height: auto, margin: 8pt, fill: white)\n#image("chart.svg")\n'
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "chart.svg").write_text(drawing, "utf-8")
        Path(folder, "page.typ").write_text(page, "utf-8")
        made = typst.compile(str(Path(folder, "page.typ")), format="png", ppi=144)
    return bytes(made if isinstance(made, (bytes, bytearray)) else made[0])


def of_course(course: Course, structure: str) -> str:
    """Return the first infusion's concentration over minutes."""
    first = course.infusions[0]
    minutes = np.arange(0.0, first.minutes + 181.0, 1.0)
    site = "venous" if structure_named(structure).sampling == "venous" else "arterial"
    times_h = first.start_day * 24.0 + minutes / 60.0
    conc = plasma_ng_per_ml(course, times_h, structure=structure, site=site)
    return course_curve(
        CourseCurve(
            title=f"{first.dose_mg:g} mg over {first.minutes:g} min, {course.weight_kg:g} kg",
            minutes=tuple(minutes.tolist()),
            concentration_ng_per_ml=tuple(conc.tolist()),
            infusions=((0.0, first.minutes),),
            unit=f"ng/mL in {site} plasma, predicted",
        )
    )


def of_bands(
    title: str,
    scale_name: str,
    days: Array,
    bands: Sequence[Array],
    *,
    observed: tuple[Observed, ...] = (),
    infusion_days: tuple[float, ...] = (),
) -> str:
    """Return scores over days; bands are p05, p25, median, p75, p95."""
    scale = scale_named(scale_name)
    rows = zip(days.tolist(), *(band.tolist() for band in bands), strict=True)
    return band_chart(
        BandChart(
            title=title,
            unit=f"{scale.name} points",
            low=0.0,
            high=scale.top,
            observed=observed,
            band=tuple(BandDay(*row) for row in rows),
            infusion_days=infusion_days,
            references=(Reference(scale.remission_at_most, "remission"),),
        )
    )


def of_forecast(given: ForecastInput, seen: Forecast) -> str:
    """Return a patient's scores and their forecast."""
    scores = [item if isinstance(item, Score) else Score(*item) for item in given.scores]
    own = scale_named(given.scale)
    observed = tuple(
        Observed(score.day, score.value)
        for score in scores
        if score.value is not None and (score.scale is None or scale_named(score.scale) is own)
    )
    return of_bands(
        "Forecast",
        given.scale,
        seen.days,
        (seen.p05, seen.p25, seen.median, seen.p75, seen.p95),
        observed=observed,
        infusion_days=tuple(infusion.start_day for infusion in given.infusions),
    )


def of_trials(table: Sequence[Prediction]) -> str:
    """Return published shares as dots over what was foretold."""
    rows = tuple(
        IntervalRow(
            label=f"{one.row.trial}, day {one.row.timepoint_days:g}, {one.row.measure.removesuffix('_pct')}",
            centre=one.median,
            low_90=one.p05,
            high_90=one.p95,
            low_50=one.p25,
            high_50=one.p75,
            observed=one.row.published,
            note=f"n = {one.row.n}",
        )
        for one in table
        if one.row.measure.endswith("_pct")
    )
    return interval_plot(IntervalPlot("Published and foretold", "per cent of patients", rows, 0.0, 100.0))


def of_schedules(found: Comparison) -> str:
    """Return weeks in response under each schedule."""
    rows = tuple(
        IntervalRow(
            label=label(plan.every_days),
            centre=plan.weeks_in_response,
            low_90=plan.weeks_p05,
            high_90=plan.weeks_p95,
            note=f"{plan.cost_usd:,.0f} USD",
        )
        for plan in found.plans
    )
    top = max(1.0, *(plan.weeks_p95 for plan in found.plans))
    return interval_plot(IntervalPlot("Booster schedules", "weeks in response", rows, 0.0, float(np.ceil(top))))
