"""The usual course of an infusion, drawn behind what was charted: a band of pressure, and a strip of what is felt."""

from dataclasses import dataclass

from euthymia.drawing import ink
from euthymia.drawing.scales import Scale

STRIP, GAP = 52, 14


@dataclass(frozen=True)
class UsualPressure:
    """Between what most patients' pressure lies at one minute."""

    minute: float
    systolic_low_mmhg: float
    systolic_high_mmhg: float
    diastolic_low_mmhg: float
    diastolic_high_mmhg: float


@dataclass(frozen=True)
class FeltStrip:
    """A rating under the curves: its usual band as (minute, low, high), and what was charted as (minute, value)."""

    label: str
    top: float
    usual: tuple[tuple[float, float, float], ...] = ()
    charted: tuple[tuple[float, float], ...] = ()


def check(pressures: tuple[UsualPressure, ...], strip: FeltStrip | None) -> None:
    """Refuse what is not a number.

    Raises:
        ValueError: with a sentence that names what is wrong.
    """
    bands = (
        (p.systolic_low_mmhg, p.systolic_high_mmhg, p.diastolic_low_mmhg, p.diastolic_high_mmhg) for p in pressures
    )
    ink.finite("The usual pressures", (v for band in bands for v in band))
    ink.ascending("The usual pressures' minutes", [p.minute for p in pressures])
    if strip is not None:
        ink.finite(f"The strip of {strip.label}", (v for row in (*strip.usual, *strip.charted) for v in row))
        ink.ascending(f"The minutes of {strip.label}", [m for m, _, _ in strip.usual])


def pressure_bands(pressures: tuple[UsualPressure, ...], times: Scale, vitals: Scale) -> list[str]:
    """Two pale bands: where most patients' systolic and diastolic pressure lie."""
    if len(pressures) < 2:
        return []
    xs = [times.kept(p.minute) for p in pressures]
    bands = (
        [(p.systolic_low_mmhg, p.systolic_high_mmhg) for p in pressures],
        [(p.diastolic_low_mmhg, p.diastolic_high_mmhg) for p in pressures],
    )
    return [
        ink.area(
            [(x, vitals.kept(high)) for x, (_, high) in zip(xs, band, strict=True)],
            [(x, vitals.kept(low)) for x, (low, _) in zip(xs, band, strict=True)],
            "wide",
        )
        for band in bands
    ]


def strip_height(strip: FeltStrip | None) -> float:
    """How much paper a strip takes."""
    return STRIP + GAP if strip is not None else 0


def strip_marks(strip: FeltStrip | None, times: Scale, top: float) -> list[str]:
    """The strip from `top` downwards: its band, and a dot for each rating."""
    if strip is None:
        return []
    foot = top + STRIP
    level = Scale(0, strip.top, foot, top)
    marks = [ink.line(times.start, y, times.end, y, "grid") for y in (top, (top + foot) / 2, foot)]
    if len(strip.usual) >= 2:
        xs = [times.kept(m) for m, _, _ in strip.usual]
        marks.append(
            ink.area(
                [(x, level.kept(high)) for x, (_, _, high) in zip(xs, strip.usual, strict=True)],
                [(x, level.kept(low)) for x, (_, low, _) in zip(xs, strip.usual, strict=True)],
                "wide",
            )
        )
    marks += [ink.dot(times.at(m), level.kept(value), 3.5, "dot") for m, value in strip.charted]
    return [
        *marks,
        ink.text(0, top + STRIP / 2 + 4, strip.label),
        ink.text(times.start - 8, top + 8, ink.shown(strip.top), anchor="end"),
        ink.text(times.start - 8, foot + 4, "0", anchor="end"),
    ]
