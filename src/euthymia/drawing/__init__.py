"""Charts as SVG from plain values: the same hand in page, PDF and command line."""

from euthymia.drawing.band_chart import BandChart, BandDay, Observed, Reference, band_chart
from euthymia.drawing.course_curve import CourseCurve, course_curve
from euthymia.drawing.infusion_record import (
    Event,
    HeartRate,
    InfusionRecord,
    NumberRow,
    Pressure,
    infusion_record,
)
from euthymia.drawing.interval_plot import IntervalPlot, IntervalRow, interval_plot
from euthymia.drawing.scales import nice_top
from euthymia.drawing.sparkline import Sparkline, sparkline
from euthymia.drawing.usual import FeltStrip, UsualPressure

__all__ = [
    "BandChart",
    "BandDay",
    "CourseCurve",
    "Event",
    "FeltStrip",
    "HeartRate",
    "InfusionRecord",
    "IntervalPlot",
    "IntervalRow",
    "NumberRow",
    "Observed",
    "Pressure",
    "Reference",
    "Sparkline",
    "UsualPressure",
    "band_chart",
    "course_curve",
    "infusion_record",
    "interval_plot",
    "nice_top",
    "sparkline",
]
