"""Writes the marks of a chart as SVG: each with a class for the page's theme and plain colours for paper.

No style attribute and no style element: a strict content policy forbids both. On a page the classes take
the theme's colours (look/charts.css); in a file or a PDF the presentation attributes speak.
"""

import math
import zlib
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise

Point = tuple[float, float]

FONT = "Public Sans, Liberation Sans, Arial, sans-serif"
SIZE = 12

# Class of a mark -> its presentation attributes, in the colours of the light theme.
FILLS = {
    "wide": "#dbe4f3",
    "near": "#b3c6e6",
    "area": "#e6e2da",
    "dot": "#1b2025",
    "mark": "#2a4d8f",
    "hollow": "#ffffff",
}
STROKES = {
    "grid": 'stroke="#dedad3" stroke-width="1"',
    "axis": 'stroke="#827d75" stroke-width="1"',
    "median": 'stroke="#2a4d8f" stroke-width="2"',
    "ink": 'stroke="#1b2025" stroke-width="1.75"',
    "thin": 'stroke="#827d75" stroke-width="1"',
    "now": 'stroke="#1b2025" stroke-width="1.25" stroke-dasharray="4 3"',
    "reference": 'stroke="#555b62" stroke-width="1" stroke-dasharray="1 3" stroke-linecap="round"',
    "areaedge": 'stroke="#a49e94" stroke-width="1.25"',
}
TEXTS = {"strong": "#1b2025", "soft": "#555b62", "blue": "#2a4d8f"}


class Svg(str):
    """A finished drawing. Its text is escaped, and it tells a template so."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def finite(name: str, values: Iterable[float]) -> None:
    """Refuse what cannot be drawn, by name, before a NaN lands silently in a path."""
    for value in values:
        if not math.isfinite(value):
            raise ValueError(f"{name} holds {value}, which cannot be drawn.")


def ascending(name: str, values: Sequence[float]) -> None:
    """Refuse a curve whose times do not go forward."""
    for before, after in pairwise(values):
        if after < before:
            raise ValueError(f"{name} goes back from {before:g} to {after:g}.")


def n(value: float) -> str:
    """A coordinate to a hundredth of a pixel at worst, without trailing zeros."""
    return f"{value:.6g}"


def shown(value: float) -> str:
    """A number as a reader wants it: a true minus sign, a thousands separator, no needless decimals."""
    text = f"{value:,.10g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return text.replace("-", "−")


def text(x: float, y: float, words: str, kind: str = "soft", anchor: str = "start", *, bold: bool = False) -> str:
    """A line of text, escaped, with a halo class so that it stays legible over marks."""
    weight = ' font-weight="600"' if bold else ""
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    place = f'x="{n(x)}" y="{n(y)}" fill="{TEXTS[kind]}"'
    return f'<text class="d-{kind}" {place}{at}{weight}>{written(words)}</text>'


def haloed(x: float, y: float, words: str, kind: str = "soft", anchor: str = "start") -> str:
    """Text over other marks: the paper shows around each letter."""
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return (
        f'<text class="d-{kind} d-halo" x="{n(x)}" y="{n(y)}" fill="{TEXTS[kind]}"{at} stroke="#ffffff" '
        f'stroke-width="3" stroke-linejoin="round" paint-order="stroke">{written(words)}</text>'
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """A straight line of one of the kinds."""
    return f'<line class="d-{kind}" x1="{n(x1)}" y1="{n(y1)}" x2="{n(x2)}" y2="{n(y2)}" {STROKES[kind]}/>'


def path(points: Sequence[Point], kind: str) -> str:
    """An open line through points."""
    return f'<path class="d-{kind}" d="{_moves(points)}" fill="none" {STROKES[kind]} stroke-linejoin="round"/>'


def area(upper: Sequence[Point], lower: Sequence[Point], kind: str) -> str:
    """A filled shape between two lines."""
    return f'<path class="d-{kind}" d="{_moves([*upper, *reversed(lower)])}Z" fill="{FILLS[kind]}"/>'


def shape(points: Sequence[Point], kind: str) -> str:
    """A small filled shape, such as a triangle."""
    return f'<path class="d-{kind}" d="{_moves(points)}Z" fill="{FILLS[kind]}"/>'


def dot(x: float, y: float, radius: float = 3.5, kind: str = "dot") -> str:
    """A filled dot: something observed. A ring of paper keeps neighbours apart."""
    return (
        f'<circle class="d-{kind}" cx="{n(x)}" cy="{n(y)}" r="{n(radius)}" fill="{FILLS[kind]}" '
        f'stroke="#ffffff" stroke-width="1"/>'
    )


def box(x: float, y: float, width: float, height: float, kind: str) -> str:
    """A filled rectangle with slightly round corners."""
    return (
        f'<rect class="d-{kind}" x="{n(x)}" y="{n(y)}" width="{n(max(0.0, width))}" height="{n(height)}" '
        f'rx="1.5" fill="{FILLS[kind]}"/>'
    )


def ring(x: float, y: float, radius: float) -> str:
    """A circle of paper with an edge of ink, for a letter to stand in."""
    where = f'cx="{n(x)}" cy="{n(y)}" r="{n(radius)}"'
    return f'<circle class="d-ring" {where} fill="#ffffff" stroke="#1b2025"/>'


def written(words: str) -> str:
    """Text made safe for XML: escaped, and without the control characters that XML cannot hold."""
    if not words.isprintable():
        words = "".join(c for c in words if c.isprintable())
    return escape(words)


def drawing(width: float, height: float, title: str, sentence: str, marks: Iterable[str]) -> Svg:
    """The whole picture, with a title and a sentence that say what it shows to those who do not see it."""
    body = "".join(marks)
    tag = f"{zlib.crc32(f'{title}{sentence}{width}{body}'.encode()):08x}"
    return Svg(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" '
        f'viewBox="0 0 {n(width)} {n(height)}" width="{n(width)}" height="{n(height)}" '
        f'font-family="{FONT}" font-size="{SIZE}" '
        f'aria-labelledby="t{tag} d{tag}"><title id="t{tag}">{written(title)}</title>'
        f'<desc id="d{tag}">{written(sentence)}</desc>{body}</svg>'
    )


def _moves(points: Sequence[Point]) -> str:
    if not points:
        return ""
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)
