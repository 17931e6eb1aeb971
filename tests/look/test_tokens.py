"""The colours that stand on one another keep the contrast that WCAG 2.2 AA asks for, in both themes."""

import re
from pathlib import Path

import pytest

import euthymia.clinic.look

STATIC = Path(euthymia.clinic.look.__file__).parent / "static" / "look"

TEXT, SHAPE = 4.5, 3.0
SURFACES = ["paper", "surface", "sunken"]
PAIRS = [
    *(
        (ink, on, TEXT)
        for on in SURFACES
        for ink in ("ink", "ink-soft", "accent", "accent-strong", "attention", "stop", "settled")
    ),
    *((ink, f"{ink}-soft", TEXT) for ink in ("accent", "attention", "stop", "settled")),
    *(
        ("ink", soft, TEXT)
        for soft in (
            "accent-soft",
            "attention-soft",
            "stop-soft",
            "settled-soft",
            "area",
            "band-wide",
            "band-near",
        )
    ),
    ("accent-strong", "accent-soft", TEXT),
    *(("ink-soft", soft, TEXT) for soft in ("accent-soft", "attention-soft", "stop-soft", "area", "band-wide")),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("on-stop", "stop-full", TEXT),
    ("stop-full", "paper", SHAPE),
    ("stop-full", "surface", SHAPE),
    ("paper", "ink", TEXT),
    *(("line-strong", on, SHAPE) for on in SURFACES),
    ("accent", "accent-soft", SHAPE),
]


def colours() -> dict[str, tuple[str, str]]:
    text = (STATIC / "tokens.css").read_text()
    found = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", text)
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_what_is_written_can_be_read(ink: str, ground: str, least: float, theme: int) -> None:
    known = colours()
    assert contrast(known[ink][theme], known[ground][theme]) >= least


def test_no_stylesheet_names_a_colour_that_the_tokens_lack() -> None:
    tokens = set(re.findall(r"--([a-z0-9-]+):", (STATIC / "tokens.css").read_text()))
    for sheet in STATIC.glob("*.css"):
        unknown = set(re.findall(r"var\(--([a-z0-9-]+)\)", sheet.read_text())) - tokens
        assert not unknown, f"{sheet.name} uses {unknown}"


def test_colours_are_written_in_the_tokens_alone() -> None:
    for sheet in STATIC.glob("*.css"):
        if sheet.name in {"tokens.css", "print.css"}:
            continue
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text()), sheet.name
