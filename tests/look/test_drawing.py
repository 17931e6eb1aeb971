"""Charts are well-formed, put each value where its scale says, escape what people wrote, and refuse NaN."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.drawing import (
    BandChart,
    BandDay,
    CourseCurve,
    Event,
    FeltStrip,
    HeartRate,
    InfusionRecord,
    IntervalPlot,
    IntervalRow,
    NumberRow,
    Observed,
    Pressure,
    Reference,
    Sparkline,
    UsualPressure,
    band_chart,
    course_curve,
    infusion_record,
    interval_plot,
    sparkline,
)
from euthymia.drawing.scales import Scale, nice_top, spread, ticks

NS = "{http://www.w3.org/2000/svg}"

BAND = BandChart(
    title="PHQ-9 over time",
    unit="PHQ-9, points",
    low=0,
    high=27,
    observed=(Observed(0, 19), Observed(7, 12)),
    band=tuple(BandDay(d, 4, 6, 8, 10, 14) for d in range(7, 60)),
    now_day=7,
    infusion_days=(0, 3, 7),
    references=(Reference(5, "remission: below 5"), Reference(6, "a second level")),
)
CURVE = CourseCurve("Concentration", (0.0, 20.0, 40.0, 90.0), (0.0, 60.0, 100.0, 20.0), ((0, 40),), now_minute=20)
RECORD = InfusionRecord(
    title="Infusion 3 of 6",
    last_minute=60,
    pressures=(Pressure(0, 120, 80), Pressure(30, 150, 90)),
    heart_rates=(HeartRate(0, 70), HeartRate(30, 85)),
    rows=(NumberRow("SpO₂, %", ((0, "98"), (30, "97"))),),
    events=(Event(0, "Started"), Event(1, "Dizzy"), Event(40, "Ended")),
    concentration_ng_per_ml=((0, 0), (40, 120), (60, 60)),
    infused=((0, 40),),
    now_minute=45,
    start_minute_of_day=905,
)
PLOT = IntervalPlot("Response", "%", (IntervalRow("Trial A", 58, 44, 71, 52, 64, 63, "n = 47"),), 0, 100, 50, "half")
SPARK = Sparkline("PHQ-9", (0.0, 7.0, 14.0), (19.0, 12.0, 8.0), 0, 27)

DRAWN: dict[str, Callable[..., str]] = {
    "band": lambda **k: band_chart(BAND, **k),
    "curve": lambda **k: course_curve(CURVE, **k),
    "record": lambda **k: infusion_record(RECORD, **k),
    "intervals": lambda **k: interval_plot(PLOT, **k),
    "spark": lambda **k: sparkline(SPARK, **k),
}


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def dots(svg: str, kind: str) -> list[tuple[float, float]]:
    return [
        (float(c.attrib["cx"]), float(c.attrib["cy"]))
        for c in parsed(svg).iter(f"{NS}circle")
        if c.attrib["class"] == f"d-{kind}"
    ]


@pytest.mark.parametrize("width", [360, 720, 960])
@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_xml_with_a_text_alternative_and_no_inline_style(name: str, width: int) -> None:
    root = parsed(DRAWN[name](width=width))
    assert root.attrib["role"] == "img"
    title, sentence = root[0], root[1]
    assert (title.tag, sentence.tag) == (f"{NS}title", f"{NS}desc")
    assert root.attrib["aria-labelledby"].split() == [title.attrib["id"], sentence.attrib["id"]]
    assert title.text
    assert sentence.text
    assert root.attrib["viewBox"].split()[2] == str(width)
    assert not [e for e in root.iter() if "style" in e.attrib or e.tag == f"{NS}style"]


@pytest.mark.parametrize("width", [360, 720, 960])
@pytest.mark.parametrize("name", DRAWN)
def test_no_two_lines_of_text_lie_on_each_other(name: str, width: int) -> None:
    boxes = []
    for mark in parsed(DRAWN[name](width=width)).iter(f"{NS}text"):
        length = 5.6 * len(mark.text or "")
        x, y = float(mark.attrib["x"]), float(mark.attrib["y"])
        left = x - {"middle": length / 2, "end": length}.get(mark.attrib.get("text-anchor", ""), 0)
        boxes.append((left, left + length, y - 8, y, mark.text))
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            apart = a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2]
            assert apart, f"{a[4]!r} lies on {b[4]!r}"


def test_observed_scores_lie_where_the_axis_says() -> None:
    svg = band_chart(BAND)
    marks = {
        t.text: float(t.attrib["y"]) - 4 for t in parsed(svg).iter(f"{NS}text") if t.attrib.get("text-anchor") == "end"
    }
    zero, twenty = marks["0"], marks["20"]
    (_, first), (_, second) = dots(svg, "dot")
    assert first == pytest.approx(zero + 19 / 20 * (twenty - zero), abs=0.02)
    assert second == pytest.approx(zero + 12 / 20 * (twenty - zero), abs=0.02)


def test_heart_rates_lie_where_the_grid_says_and_extremes_stretch_it() -> None:
    wild = replace(RECORD, pressures=(Pressure(0, 232, 118),), heart_rates=(HeartRate(0, 30), HeartRate(90, 100)))
    svg = infusion_record(wild)
    levels = {t.text: float(t.attrib["y"]) - 4 for t in parsed(svg).iter(f"{NS}text")}
    low, high = dots(svg, "mark")
    assert low[1] == pytest.approx((levels["20"] + levels["40"]) / 2, abs=0.02)
    assert high[1] == pytest.approx(levels["100"], abs=0.02)
    assert "240" in levels
    assert high[0] <= 960 - 64


def test_the_intervals_stretch_to_what_was_observed() -> None:
    svg = interval_plot(replace(PLOT, rows=(IntervalRow("Trial B", 20, 10, 30, observed=140),)))
    ((x, _),) = dots(svg, "dot")
    assert x <= 720


@pytest.mark.parametrize("words", ['<script>alert("x")</script>', "a & b", "]]>", "tab\tand\x00zero"])
def test_what_people_wrote_is_escaped(words: str) -> None:
    svg = infusion_record(replace(RECORD, title=words, events=(Event(0, words),)))
    assert "<script" not in svg
    said = "".join(c for c in words if c.isprintable())
    assert said in [t.text for t in parsed(svg).iter(f"{NS}text")]


def test_a_template_takes_a_drawing_as_it_is() -> None:
    svg = sparkline(SPARK)
    assert svg.__html__() == svg


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_cannot_be_drawn_is_refused_with_a_sentence(bad: float) -> None:
    for draw in (
        lambda: band_chart(replace(BAND, observed=(Observed(0, bad),))),
        lambda: band_chart(replace(BAND, band=(BandDay(0, 1, 2, bad, 4, 5),))),
        lambda: band_chart(replace(BAND, now_day=bad)),
        lambda: course_curve(replace(CURVE, concentration_ng_per_ml=(0, bad, 1, 2))),
        lambda: infusion_record(replace(RECORD, pressures=(Pressure(0, bad, 80),))),
        lambda: infusion_record(replace(RECORD, last_minute=bad)),
        lambda: interval_plot(replace(PLOT, rows=(IntervalRow("A", bad, 0, 1),))),
        lambda: sparkline(replace(SPARK, values=(1, 2, bad))),
    ):
        with pytest.raises(ValueError, match="which cannot be drawn"):
            draw()


def test_an_empty_chart_says_so() -> None:
    svg = band_chart(BandChart("PHQ-9", "points", 0, 27))
    assert parsed(svg)[1].text == "No scores yet."
    assert "Nothing charted yet." in infusion_record(InfusionRecord("Infusion", 60))


def test_a_column_with_two_numbers_shows_the_later_and_says_there_is_more() -> None:
    svg = infusion_record(replace(RECORD, rows=(NumberRow("mL/h", ((0, "50"), (2, "0"))),)))
    assert "0…" in [t.text for t in parsed(svg).iter(f"{NS}text")]


finite = st.floats(-1e6, 1e6)


@given(st.lists(finite, min_size=1, max_size=12), st.floats(1, 30))
def test_spread_labels_keep_their_distance_and_their_order(wanted: list[float], gap: float) -> None:
    placed = spread(wanted, gap, -2e6, 2e6)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    steps = [placed[b] - placed[a] for a, b in pairwise(order)]
    assert all(step >= gap - 1e-6 for step in steps)


@given(st.lists(st.floats(-50, 150), min_size=1, max_size=7), st.floats(1, 14))
def test_spread_labels_stay_on_the_chart(wanted: list[float], gap: float) -> None:
    placed = sorted(spread(wanted, gap, 0, 100))
    assert placed[0] >= -1e-6
    assert placed[-1] <= 100 + 1e-6
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(placed))


@given(finite, st.floats(0.001, 1e6), st.integers(2, 12))
def test_ticks_are_inside_few_and_even(low: float, span: float, most: int) -> None:
    found = ticks(low, low + span, most)
    assert len(found) <= most + 1
    slack = 1e-6 * max(1.0, abs(low), span)
    assert all(low - slack <= tick <= low + span + slack for tick in found)


@given(st.floats(0.001, 1e6))
def test_a_nice_top_is_above_and_not_far(value: float) -> None:
    assert value * (1 - 1e-9) <= nice_top(value) <= 1.6 * value


def test_a_scale_needs_a_span() -> None:
    with pytest.raises(ValueError, match="above its lower one"):
        Scale(1, 1, 0, 100)


def test_a_drawing_grows_with_its_points_and_no_faster() -> None:
    def size(days: int) -> int:
        band = tuple(BandDay(d, 4, 6, 8, 10, 14) for d in range(days))
        return len(str(band_chart(replace(BAND, band=band, observed=tuple(Observed(d, 10) for d in range(days))))))

    assert size(400) - size(200) <= 1.2 * (size(200) - size(100)) * 2


def test_the_usual_course_lies_behind_what_was_charted():
    usual = tuple(UsualPressure(m, 120, 120 + m, 80, 80 + m / 2) for m in range(0, 41, 10))
    strip = FeltStrip("Dissociation", 10, ((0, 0, 0), (40, 1, 6)), ((10, 3), (30, 10)))
    bare, full = infusion_record(RECORD), infusion_record(replace(RECORD, usual_pressures=usual, felt=strip))
    assert full.count('class="d-wide"') - bare.count('class="d-wide"') == 3
    assert full.index('class="d-wide"') < full.index('class="d-ink"')
    assert len(dots(full, "dot")) - len(dots(bare, "dot")) == 2
    assert "Dissociation: most 10 of 10 at 30 min." in full
    assert float(parsed(full).attrib["height"]) > float(parsed(bare).attrib["height"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"usual_pressures": (UsualPressure(0, float("nan"), 1, 1, 1),)},
        {"usual_pressures": (UsualPressure(9, 1, 1, 1, 1), UsualPressure(3, 1, 1, 1, 1))},
        {"felt": FeltStrip("Dissociation", 10, ((0, 0, float("inf")),))},
        {"felt": FeltStrip("Dissociation", 10, ((5, 0, 1), (1, 0, 1)))},
    ],
)
def test_a_usual_course_that_cannot_be_drawn_is_refused(wrong):
    with pytest.raises(ValueError, match=r"cannot be drawn|goes back"):
        infusion_record(replace(RECORD, **wrong))
