"""Draws a handful of values as a word-sized line, the last one as a dot."""

from dataclasses import dataclass

from euthymia.drawing import ink
from euthymia.drawing.scales import Scale


@dataclass(frozen=True)
class Sparkline:
    """Values at times (any unit), on a scale from `low` to `high`."""

    title: str
    times: tuple[float, ...]
    values: tuple[float, ...]
    low: float
    high: float
    sentence: str = ""


def sparkline(spark: Sparkline, *, width: int = 120, height: int = 28) -> ink.Svg:
    """The line as SVG."""
    if len(spark.times) != len(spark.values):
        raise ValueError("A sparkline needs as many values as times.")
    ink.finite("The times", spark.times)
    ink.finite("The values", spark.values)
    ink.finite("The scale", (spark.low, spark.high))
    ink.ascending("The times", spark.times)
    if not spark.values:
        return ink.drawing(width, height, spark.title, spark.sentence or "No values yet.", [])
    first, last = spark.times[0], spark.times[-1]
    xs = Scale(first, last if last > first else first + 1, 4, width - 6)
    ys = Scale(spark.low, spark.high, height - 5, 5)
    points = [(xs.at(t), ys.kept(v)) for t, v in zip(spark.times, spark.values, strict=True)]
    said = f"From {ink.shown(spark.values[0])} to {ink.shown(spark.values[-1])}."
    marks = [ink.path(points, "ink"), ink.dot(*points[-1], 3.5, "mark")]
    return ink.drawing(width, height, spark.title, spark.sentence or said, marks)
