"""Draws one row a group: what was found as a dot, what was to be expected as intervals. For reports."""

from dataclasses import dataclass

from euthymia.drawing import ink
from euthymia.drawing.scales import Scale, ticks


@dataclass(frozen=True)
class IntervalRow:
    """One row: an estimate with its 50 % and 90 % interval, and, where there is one, the observed value."""

    label: str
    centre: float
    low_90: float
    high_90: float
    low_50: float | None = None
    high_50: float | None = None
    observed: float | None = None
    note: str = ""


@dataclass(frozen=True)
class IntervalPlot:
    """What an interval plot shows; `reference` is a vertical line with a label."""

    title: str
    unit: str
    rows: tuple[IntervalRow, ...]
    low: float
    high: float
    reference: float | None = None
    reference_label: str = ""
    sentence: str = ""


ROW = 30


def interval_plot(plot: IntervalPlot, *, width: int = 720) -> ink.Svg:
    """The plot as SVG. With `width=360` each label stands above its interval."""
    _check(plot)
    wide = width >= 500
    row = ROW if wide else ROW + 16
    top = 24 if plot.reference is not None else 8
    height = top + row * len(plot.rows) + 44
    noted = any(r.note for r in plot.rows)
    left = 12.0
    if wide:
        left = min(width * 0.4, 16 + 6.6 * max((len(r.label) for r in plot.rows), default=0))
    points = [v for r in plot.rows for v in (r.centre, r.observed) if v is not None]
    low, high = min([plot.low, *points]), max([plot.high, *points])
    xs = Scale(low, high, left, width - (16 + (90 if noted and wide else 0)))
    floor = top + row * len(plot.rows)
    marks = _axis(plot, xs, top, floor)
    for k, entry in enumerate(plot.rows):
        y = top + row * k + (row / 2 if wide else row - 14)
        marks += _row(entry, xs, y, width, wide=wide)
    return ink.drawing(width, height, plot.title, plot.sentence or plot_sentence(plot), marks)


def plot_sentence(plot: IntervalPlot) -> str:
    """What the plot shows, in words, row by row."""
    said = []
    for row in plot.rows:
        found = "" if row.observed is None else f", observed {ink.shown(row.observed)}"
        ends = f"{ink.shown(row.low_90)} to {ink.shown(row.high_90)}"
        said.append(f"{row.label}: {ink.shown(row.centre)} ({ends}){found}")
    return f"{plot.unit}, with 90 % intervals. {'; '.join(said)}." if said else "No rows yet."


def _check(plot: IntervalPlot) -> None:
    ink.finite("The scale", (plot.low, plot.high))
    ink.finite("The reference", () if plot.reference is None else (plot.reference,))
    for row in plot.rows:
        numbers = (row.centre, row.low_90, row.high_90, row.low_50, row.high_50, row.observed)
        ink.finite(f"The row {row.label!r}", (v for v in numbers if v is not None))


def _axis(plot: IntervalPlot, xs: Scale, top: float, floor: float) -> list[str]:
    marks = []
    for value in ticks(xs.low, xs.high, max(2, int((xs.end - xs.start) / 56))):
        x = xs.at(value)
        marks += [
            ink.line(x, top, x, floor, "grid"),
            ink.text(x, floor + 16, ink.shown(value), anchor="middle"),
        ]
    marks += [
        ink.line(xs.start, floor, xs.end, floor, "axis"),
        ink.text((xs.start + xs.end) / 2, floor + 36, plot.unit, anchor="middle"),
    ]
    if plot.reference is not None:
        x = xs.kept(plot.reference)
        anchor = "end" if x > xs.end - 60 else "start" if x < xs.start + 60 else "middle"
        marks += [
            ink.line(x, top - 4, x, floor, "now"),
            ink.text(x, top - 9, plot.reference_label, "strong", anchor),
        ]
    return marks


def _row(row: IntervalRow, xs: Scale, y: float, width: float, *, wide: bool) -> list[str]:
    low, high, centre = xs.kept(row.low_90), xs.kept(row.high_90), xs.kept(row.centre)
    marks = [ink.box(low, y - 5, high - low, 10, "wide")]
    if row.low_50 is not None and row.high_50 is not None:
        near = xs.kept(row.low_50)
        marks.append(ink.box(near, y - 5, xs.kept(row.high_50) - near, 10, "near"))
    marks.append(ink.line(centre, y - 7, centre, y + 7, "median"))
    if row.observed is not None:
        marks.append(ink.dot(xs.kept(row.observed), y, 4))
    if wide:
        marks.append(ink.text(xs.start - 12, y + 4, row.label, "strong", "end"))
    else:
        marks.append(ink.text(xs.start, y - 13, row.label, "strong"))
    if row.note:
        marks.append(ink.text(width, y + 4 if wide else y - 13, row.note, anchor="end"))
    return marks
