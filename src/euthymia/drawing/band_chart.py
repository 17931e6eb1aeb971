"""Draws a score over days: the observed in ink, the forecast as a line in a band, now as a dashed line."""

from dataclasses import dataclass

from euthymia.drawing import ink
from euthymia.drawing.scales import DAY_STEPS, MINUTE_STEPS, Scale, spread, stepped_ticks, ticks


@dataclass(frozen=True)
class Observed:
    """A score that was measured."""

    day: float
    score: float


@dataclass(frozen=True)
class BandDay:
    """The forecast of one day: median, and the ends of the 50 % and the 90 % band."""

    day: float
    low_90: float
    low_50: float
    median: float
    high_50: float
    high_90: float


@dataclass(frozen=True)
class Reference:
    """A level with a meaning, such as the limit of remission."""

    value: float
    label: str


@dataclass(frozen=True)
class BandChart:
    """What a band chart shows. Days count from any day zero; an empty sentence is written from the data."""

    title: str
    unit: str
    low: float
    high: float
    observed: tuple[Observed, ...] = ()
    band: tuple[BandDay, ...] = ()
    now_day: float | None = None
    infusion_days: tuple[float, ...] = ()
    references: tuple[Reference, ...] = ()
    day_axis: str = "Days since the first infusion"
    sentence: str = ""
    band_names: tuple[str, str, str] = ("90 % band", "50 % band", "median")
    """What stands at the end of the wide band, of the narrow one and of the line; nothing where empty."""
    in_minutes: bool = False
    """Whether the axis counts minutes, in the steps of a clock."""


def band_chart(chart: BandChart, *, width: int = 720) -> ink.Svg:
    """The chart as SVG. `width=360` is the drawing for a phone."""
    _check(chart)
    height = 332 if width >= 500 else 292
    first, last = _day_range(chart)
    named = max((len(name) for name in chart.band_names), default=0) if chart.band else 0
    days = Scale(first, last, 36, width - max(16, 7.4 * named + 8))
    scores = Scale(chart.low, chart.high, height - 46, 42)
    marks = [
        *_axes(chart, days, scores),
        *_bands(chart, days, scores),
        *_references(chart, days, scores),
        *_events(chart, days, scores),
        *(ink.dot(days.at(o.day), scores.at(o.score)) for o in chart.observed),
        *_band_labels(chart, days, scores),
    ]
    return ink.drawing(width, height, chart.title, chart.sentence or band_sentence(chart), marks)


def band_sentence(chart: BandChart) -> str:
    """What the chart shows, in words."""
    said = []
    if chart.observed:
        a, b = chart.observed[0], chart.observed[-1]
        first = f"{ink.shown(a.score)} on day {ink.shown(a.day)}"
        if len(chart.observed) > 1:
            last = f"{ink.shown(b.score)} on day {ink.shown(b.day)}"
            said.append(f"{len(chart.observed)} scores, from {first} to {last}.")
        else:
            said.append(f"One score: {first}.")
    if chart.band:
        end = chart.band[-1]
        said.append(
            f"Forecast for day {ink.shown(round(end.day))}: {end.median:.0f}, "
            f"90 % of the possible courses between {end.low_90:.0f} and {end.high_90:.0f} {chart.unit}."
        )
    return " ".join(said) or "No scores yet."


def _check(chart: BandChart) -> None:
    ink.finite("The scale", (chart.low, chart.high))
    ink.finite("The observed scores", (v for o in chart.observed for v in (o.day, o.score)))
    ink.finite(
        "The band",
        (v for b in chart.band for v in (b.day, b.low_90, b.low_50, b.median, b.high_50, b.high_90)),
    )
    ink.finite("The days of infusions", chart.infusion_days)
    ink.finite("The reference lines", (r.value for r in chart.references))
    ink.finite("Now", () if chart.now_day is None else (chart.now_day,))
    ink.ascending("The band's days", [b.day for b in chart.band])


def _day_range(chart: BandChart) -> tuple[float, float]:
    days = [o.day for o in chart.observed] + [b.day for b in chart.band] + list(chart.infusion_days)
    days += [] if chart.now_day is None else [chart.now_day]
    first, last = (min(days), max(days)) if days else (0.0, 28.0)
    return (first, last) if last - first >= 7 else (first, first + 7)


def _axes(chart: BandChart, days: Scale, scores: Scale) -> list[str]:
    left, right, floor = days.start, days.end, scores.start
    marks = [ink.text(0, 14, chart.unit)]
    for value in ticks(chart.low, chart.high, 6):
        y = scores.at(value)
        marks += [
            ink.line(left, y, right, y, "grid"),
            ink.text(left - 8, y + 4, ink.shown(value), anchor="end"),
        ]
    marks.append(ink.line(left, floor, right, floor, "axis"))
    most = max(2, int((right - left) / 44))
    for day in stepped_ticks(days.low, days.high, most, MINUTE_STEPS if chart.in_minutes else DAY_STEPS):
        x = days.at(day)
        marks += [
            ink.line(x, floor, x, floor + 4, "axis"),
            ink.text(x, floor + 18, ink.shown(day), anchor="middle"),
        ]
    marks.append(ink.text(left, floor + 38, chart.day_axis))
    if chart.infusion_days:
        x = right - 58
        marks += [_triangle(x, floor + 38), ink.text(x + 9, floor + 38, "infusion")]
    return marks


def _triangle(x: float, foot: float) -> str:
    return ink.shape([(x - 4.5, foot), (x + 4.5, foot), (x, foot - 8)], "mark")


def _bands(chart: BandChart, days: Scale, scores: Scale) -> list[str]:
    if not chart.band:
        return []
    xs = [days.at(b.day) for b in chart.band]

    def edge(name: str) -> list[ink.Point]:
        return [(x, scores.kept(getattr(b, name))) for x, b in zip(xs, chart.band, strict=True)]

    return [
        ink.area(edge("high_90"), edge("low_90"), "wide"),
        ink.area(edge("high_50"), edge("low_50"), "near"),
        ink.path(edge("median"), "median"),
    ]


def _references(chart: BandChart, days: Scale, scores: Scale) -> list[str]:
    marks: list[str] = []
    labels: list[str] = []
    taken: list[_Box] = []
    obstacles = _obstacles(chart, days, scores)
    for reference in chart.references:
        level = scores.kept(reference.value)
        places = _places(reference.label, level, days)
        costs = [
            _cost(box, chart, days, scores)
            + sum(bad for x, y, bad in obstacles if box.holds(x, y))
            + 100 * sum(box.meets(other) for other in taken)
            for box in places
        ]
        place = places[costs.index(min(costs))]
        taken.append(place)
        marks.append(ink.line(days.start, level, days.end, level, "reference"))
        labels.append(ink.haloed(place.left, place.foot, reference.label))
    return marks + labels


@dataclass(frozen=True)
class _Box:
    """Where a label could lie: its left end, its width, and the line that it stands on."""

    left: float
    width: float
    foot: float

    def holds(self, x: float, y: float) -> bool:
        """Whether a mark at that point would touch the label."""
        return self.left - 4 < x < self.left + self.width + 4 and self.foot - 15 < y < self.foot + 7

    def meets(self, other: "_Box") -> bool:
        """Whether two labels would lie on each other."""
        beside = self.left + self.width <= other.left or other.left + other.width <= self.left
        return not beside and abs(self.foot - other.foot) < 13


def _places(label: str, level: float, days: Scale) -> list[_Box]:
    """Above or below its line, at the left, in the middle or at the right end."""
    width = 6.4 * len(label)
    lefts = (days.start + 5, days.end - width - 8, (days.start + days.end - width) / 2)
    return [_Box(left, width, foot) for foot in (level - 4, level + 12) for left in lefts]


def _obstacles(chart: BandChart, days: Scale, scores: Scale) -> list[tuple[float, float, float]]:
    """What a label should not hide, as (x, y, how bad it would be). Scores count for more than the median."""
    found = [(days.at(o.day), scores.at(o.score), 15.0) for o in chart.observed]
    found += [(days.at(day), scores.start - 4, 8.0) for day in chart.infusion_days]
    sparse = chart.band[:: max(1, len(chart.band) // 40)]
    return found + [(days.at(b.day), scores.kept(b.median), 0.6) for b in sparse]


def _cost(box: _Box, chart: BandChart, days: Scale, scores: Scale) -> float:
    """How bad a place is for a label, whatever it would hide there."""
    outside = not scores.end - 2 <= box.foot - 10 <= box.foot <= scores.start
    now = chart.now_day is not None and box.left - 3 < days.at(chart.now_day) < box.left + box.width + 3
    band = bool(chart.band) and box.left + box.width > days.at(chart.band[0].day)
    return 50.0 * outside + 20 * now + band


def _events(chart: BandChart, days: Scale, scores: Scale) -> list[str]:
    marks = [_triangle(days.at(day), scores.start) for day in chart.infusion_days]
    if chart.now_day is not None:
        x = days.at(chart.now_day)
        anchor = "end" if x > days.end - 20 else "middle"
        marks += [
            ink.line(x, scores.end - 4, x, scores.start, "now"),
            ink.text(x, scores.end - 8, "now", "strong", anchor, bold=True),
        ]
    return marks


def _band_labels(chart: BandChart, days: Scale, scores: Scale) -> list[str]:
    if not chart.band:
        return []
    end = chart.band[-1]
    levels = zip((end.high_90, end.high_50, end.median), chart.band_names, ("soft", "soft", "blue"), strict=True)
    lines = [line for line in levels if line[1]]
    places = spread([scores.kept(value) + 4 for value, _, _ in lines], 14, scores.end + 6, scores.start)
    x = days.at(end.day) + 6
    return [ink.text(x, y, words, kind) for (_, words, kind), y in zip(lines, places, strict=True)]
