"""Made-up numbers for the charts of the style guide. They are of no patient and of no trial."""

from euthymia.drawing import (
    BandChart,
    BandDay,
    CourseCurve,
    Event,
    HeartRate,
    InfusionRecord,
    IntervalPlot,
    IntervalRow,
    NumberRow,
    Observed,
    Pressure,
    Reference,
    Sparkline,
    band_chart,
    course_curve,
    infusion_record,
    interval_plot,
    sparkline,
)

NOW_DAY = 19


def band() -> BandChart:
    """Scores of three weeks and a forecast of six."""
    days = range(NOW_DAY, NOW_DAY + 43)
    spread = [2 + 0.09 * (day - NOW_DAY) for day in days]
    middle = [7 + 0.06 * (day - NOW_DAY) for day in days]
    return BandChart(
        title="PHQ-9 over time",
        unit="PHQ-9, points",
        low=0,
        high=27,
        observed=tuple(
            Observed(day, score)
            for day, score in ((-7, 20), (0, 19), (2, 14), (5, 12), (9, 11), (12, 8), (16, 9), (19, 7))
        ),
        band=tuple(
            BandDay(day, max(0, m - 1.65 * s), m - 0.67 * s, m, m + 0.67 * s, m + 1.65 * s)
            for day, m, s in zip(days, middle, spread, strict=True)
        ),
        now_day=NOW_DAY,
        infusion_days=(0, 2, 5, 9, 12, 16),
        references=(Reference(9.5, "half of the start"), Reference(5, "remission: below 5")),
    )


def concentration() -> tuple[tuple[float, float], ...]:
    """A rise over 40 minutes and a fall after it."""
    rise = [(float(m), 3.0 * m - 0.01 * m * m) for m in range(41)]
    fall = [(float(m), rise[-1][1] * 0.97 ** (m - 40)) for m in range(41, 91)]
    return (*rise, *fall)


def curve() -> CourseCurve:
    """The concentration of one infusion."""
    minutes, levels = zip(*concentration(), strict=True)
    return CourseCurve("Predicted concentration", minutes, levels, infusions=((0, 40),), now_minute=22)


def record() -> InfusionRecord:
    """An infusion with a pause in it."""
    pressures = (
        (0, 126, 78),
        (5, 131, 82),
        (10, 139, 86),
        (15, 146, 90),
        (20, 149, 92),
        (30, 148, 90),
        (45, 135, 82),
    )
    rates = ((0, 72), (5, 76), (10, 80), (15, 84), (20, 86), (30, 84), (45, 78))
    return InfusionRecord(
        title="Infusion 3 of 6",
        last_minute=70,
        pressures=tuple(Pressure(*reading) for reading in pressures),
        heart_rates=tuple(HeartRate(*reading) for reading in rates),
        rows=(
            NumberRow("SpO₂, %", ((0, "98"), (5, "98"), (10, "97"), (15, "97"), (20, "96"), (30, "97"), (45, "98"))),
            NumberRow("mL/h", ((0, "54.5"), (22, "0"), (25, "54.5"), (43, "0"))),
            NumberRow("Sedation", ((0, "0"), (15, "1"), (30, "1"), (45, "0"))),
        ),
        events=(
            Event(0, "Infusion started"),
            Event(12, "Dissociation, mild"),
            Event(22, "Paused: nausea, mild"),
            Event(25, "Resumed"),
            Event(43, "Infusion ended"),
        ),
        concentration_ng_per_ml=concentration()[:71],
        infused=((0, 22), (25, 43)),
        now_minute=52,
        start_minute_of_day=15 * 60 + 5,
    )


def intervals() -> IntervalPlot:
    """Three groups, expected and found."""
    return IntervalPlot(
        title="Response after six infusions",
        unit="Response, % of patients",
        rows=(
            IntervalRow("Group A", 58, 44, 71, 52, 64, observed=63, note="n = 47"),
            IntervalRow("Group B", 70, 52, 84, 63, 77, observed=66, note="n = 24"),
            IntervalRow("Group C", 61, 55, 67, 58.5, 63.5, observed=57, note="n = 182"),
        ),
        low=0,
        high=100,
        reference=50,
        reference_label="half",
    )


def example_charts() -> list[dict[str, str]]:
    """Each chart drawn wide and narrow."""
    return [
        {"svg": band_chart(band()), "narrow": band_chart(band(), width=360)},
        {"svg": infusion_record(record(), width=960), "narrow": infusion_record(record(), width=360)},
        {"svg": course_curve(curve()), "narrow": course_curve(curve(), width=360)},
        {"svg": interval_plot(intervals()), "narrow": interval_plot(intervals(), width=360)},
    ]


def example_spark() -> str:
    """A word-sized chart."""
    return sparkline(Sparkline("PHQ-9 of three weeks", (0, 2, 5, 9, 12, 16, 19), (19, 14, 12, 11, 8, 9, 7), 0, 27))
