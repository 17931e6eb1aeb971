"""Draws a predicted concentration over minutes as a pale area, with the infusion as a bar under it."""

from dataclasses import dataclass

from euthymia.drawing import ink
from euthymia.drawing.band_chart import Reference
from euthymia.drawing.scales import MINUTE_STEPS, Scale, nice_top, spread, stepped_ticks, ticks


@dataclass(frozen=True)
class CourseCurve:
    """A concentration over minutes; `infusions` are (from, to) in minutes."""

    title: str
    minutes: tuple[float, ...]
    concentration_ng_per_ml: tuple[float, ...]
    infusions: tuple[tuple[float, float], ...] = ()
    references: tuple[Reference, ...] = ()
    now_minute: float | None = None
    unit: str = "ng/mL in plasma, predicted"
    minute_axis: str = "Minutes since the start of the infusion"
    sentence: str = ""


def course_curve(curve: CourseCurve, *, width: int = 720) -> ink.Svg:
    """The curve as SVG. `width=360` is the drawing for a phone."""
    _check(curve)
    height = 256
    top = nice_top(max([*curve.concentration_ng_per_ml, *(r.value for r in curve.references)]))
    xs = Scale(min(curve.minutes), max(curve.minutes), 44, width - 12)
    ys = Scale(0, top, height - 46, 42)
    points = [(xs.at(m), ys.at(c)) for m, c in zip(curve.minutes, curve.concentration_ng_per_ml, strict=True)]
    marks = [
        ink.area(points, [(points[0][0], ys.start), (points[-1][0], ys.start)], "area"),
        *_axes(curve, xs, ys),
        ink.path(points, "areaedge"),
        *_references(curve, xs, ys),
        *_now_and_infusions(curve, xs, ys),
        *_peak(curve, xs, ys),
    ]
    return ink.drawing(width, height, curve.title, curve.sentence or curve_sentence(curve), marks)


def curve_sentence(curve: CourseCurve) -> str:
    """What the curve shows, in words."""
    minute, peak = _highest(curve)
    return f"The predicted concentration is highest at {minute:.0f} min: {peak:.0f} ng/mL."


def _highest(curve: CourseCurve) -> tuple[float, float]:
    return max(zip(curve.minutes, curve.concentration_ng_per_ml, strict=True), key=lambda pair: pair[1])


def _check(curve: CourseCurve) -> None:
    if len(curve.minutes) != len(curve.concentration_ng_per_ml):
        raise ValueError("A curve needs as many concentrations as minutes.")
    if len(curve.minutes) < 2:
        raise ValueError("A curve needs at least two points.")
    ink.finite("The minutes", curve.minutes)
    ink.finite("The concentrations", curve.concentration_ng_per_ml)
    ink.finite("The reference lines", (r.value for r in curve.references))
    ink.finite("The infusions", (v for pair in curve.infusions for v in pair))
    ink.finite("Now", () if curve.now_minute is None else (curve.now_minute,))
    ink.ascending("The curve's minutes", curve.minutes)


def _axes(curve: CourseCurve, xs: Scale, ys: Scale) -> list[str]:
    marks = [ink.text(0, 12, curve.unit)]
    for value in ticks(0, ys.high, 5):
        y = ys.at(value)
        marks += [
            ink.line(xs.start, y, xs.end, y, "grid"),
            ink.text(xs.start - 8, y + 4, ink.shown(value), anchor="end"),
        ]
    marks.append(ink.line(xs.start, ys.start, xs.end, ys.start, "axis"))
    for minute in stepped_ticks(xs.low, xs.high, max(2, int((xs.end - xs.start) / 44)), MINUTE_STEPS):
        x = xs.at(minute)
        marks += [
            ink.line(x, ys.start, x, ys.start + 4, "axis"),
            ink.text(x, ys.start + 18, ink.shown(minute), anchor="middle"),
        ]
    marks.append(ink.text(xs.start, ys.start + 38, curve.minute_axis))
    return marks


def _references(curve: CourseCurve, xs: Scale, ys: Scale) -> list[str]:
    wanted = [ys.at(r.value) - 4 for r in curve.references]
    places = spread(wanted, 14, ys.end + 8, ys.start)
    marks = []
    for reference, y in zip(curve.references, places, strict=True):
        level = ys.at(reference.value)
        marks += [
            ink.line(xs.start, level, xs.end, level, "reference"),
            ink.haloed(xs.end - 4, y, reference.label, anchor="end"),
        ]
    return marks


def _now_and_infusions(curve: CourseCurve, xs: Scale, ys: Scale) -> list[str]:
    marks = []
    for begin, end in curve.infusions:
        left, right = xs.at(begin), xs.at(end)
        marks.append(ink.box(left, ys.start - 4, right - left, 4, "mark"))
    if curve.now_minute is not None:
        x = xs.at(curve.now_minute)
        marks += [
            ink.line(x, ys.end - 4, x, ys.start, "now"),
            ink.text(x, ys.end - 8, "now", "strong", "end" if x > xs.end - 20 else "middle", bold=True),
        ]
    return marks


def _peak(curve: CourseCurve, xs: Scale, ys: Scale) -> list[str]:
    minute, value = _highest(curve)
    x, y = xs.at(minute), ys.at(value)
    right = x < xs.end - 110
    return [
        ink.dot(x, y, 3),
        ink.haloed(x + (9 if right else -9), y + 4, f"peak {value:.0f} ng/mL", "strong", "start" if right else "end"),
    ]
