"""Draws an infusion the way anaesthetists chart it.

Time runs along the top in five-minute columns; systolic and diastolic pressure are facing carets, the heart
rate dots; saturation, pump rate and the like are rows of numbers; events carry letters that are spelt
out underneath; the predicted concentration lies behind as a pale area.
"""

from dataclasses import dataclass

from euthymia.drawing import ink
from euthymia.drawing.scales import Scale, nice_top, spread
from euthymia.drawing.usual import FeltStrip, UsualPressure, check, pressure_bands, strip_height, strip_marks


@dataclass(frozen=True)
class Pressure:
    """One reading of blood pressure."""

    minute: float
    systolic_mmhg: float
    diastolic_mmhg: float


@dataclass(frozen=True)
class HeartRate:
    """One reading of the heart rate."""

    minute: float
    per_min: float


@dataclass(frozen=True)
class NumberRow:
    """A row of numbers under the curves: each value is (minute, what is written)."""

    label: str
    values: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Event:
    """Something that happened, in a few words."""

    minute: float
    words: str


@dataclass(frozen=True)
class InfusionRecord:
    """One infusion, in minutes since its start. `start_minute_of_day` puts local clock times on top."""

    title: str
    last_minute: float
    pressures: tuple[Pressure, ...] = ()
    heart_rates: tuple[HeartRate, ...] = ()
    rows: tuple[NumberRow, ...] = ()
    events: tuple[Event, ...] = ()
    concentration_ng_per_ml: tuple[tuple[float, float], ...] = ()
    infused: tuple[tuple[float, float], ...] = ()
    usual_pressures: tuple[UsualPressure, ...] = ()
    felt: FeltStrip | None = None
    now_minute: float | None = None
    first_minute: float = 0
    start_minute_of_day: int | None = None
    sentence: str = ""


@dataclass(frozen=True)
class _Sheet:
    """Where everything lies on the paper."""

    width: float
    times: Scale
    vitals: Scale
    column_min: int
    rows_top: float
    events_y: float
    strip_top: float
    foot: float

    @property
    def columns(self) -> list[int]:
        return list(range(int(self.times.low), int(self.times.high) + 1, self.column_min))


ROW, LEGEND_LINE = 24, 19
LOW, HIGH = 40, 200


def infusion_record(record: InfusionRecord, *, width: int = 960) -> ink.Svg:
    """The record as SVG. `width=360` is the drawing for a phone."""
    _check(record)
    sheet = _sheet(record, width)
    legend, height = _legend(record, sheet)
    marks = [
        *_concentration(record, sheet),
        *pressure_bands(record.usual_pressures, sheet.times, sheet.vitals),
        *_grid(record, sheet),
        *strip_marks(record.felt, sheet.times, sheet.strip_top),
        *_infused(record, sheet),
        *_vitals(record, sheet),
        *_number_rows(record, sheet),
        *_event_letters(record, sheet),
        *_now(record, sheet),
        *legend,
    ]
    return ink.drawing(width, height, record.title, record.sentence or record_sentence(record), marks)


def record_sentence(record: InfusionRecord) -> str:
    """What the record shows, in words."""
    said = []
    if record.pressures:
        highest = max(record.pressures, key=lambda p: p.systolic_mmhg)
        last = record.pressures[-1]
        said.append(
            f"Blood pressure highest {highest.systolic_mmhg:.0f}/{highest.diastolic_mmhg:.0f} mmHg at "
            f"{highest.minute:.0f} min, last {last.systolic_mmhg:.0f}/{last.diastolic_mmhg:.0f} mmHg."
        )
    if record.heart_rates:
        rates = [h.per_min for h in record.heart_rates]
        said.append(f"Heart rate {min(rates):.0f} to {max(rates):.0f} per minute.")
    if record.felt and record.felt.charted:
        most, at = max((value, -minute) for minute, value in record.felt.charted)
        said.append(f"{record.felt.label}: most {ink.shown(most)} of {ink.shown(record.felt.top)} at {-at:.0f} min.")
    if record.events:
        said.append("Events: " + "; ".join(f"{e.words} at {e.minute:.0f} min" for e in record.events) + ".")
    return " ".join(said) or "Nothing charted yet."


def letter(number: int) -> str:
    """A to Z, then A2 to Z2, and so on.

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'A2')
    """
    turn, place = divmod(number, 26)
    return chr(ord("A") + place) + (str(turn + 1) if turn else "")


def _check(record: InfusionRecord) -> None:
    ink.finite("The time axis", (record.first_minute, record.last_minute))
    readings = ((p.minute, p.systolic_mmhg, p.diastolic_mmhg) for p in record.pressures)
    ink.finite("The blood pressures", (v for reading in readings for v in reading))
    ink.finite("The heart rates", (v for h in record.heart_rates for v in (h.minute, h.per_min)))
    ink.finite("The rows of numbers", (m for row in record.rows for m, _ in row.values))
    ink.finite("The events", (e.minute for e in record.events))
    ink.finite("The concentration", (v for point in record.concentration_ng_per_ml for v in point))
    ink.finite("The periods of infusion", (v for period in record.infused for v in period))
    ink.finite("Now", () if record.now_minute is None else (record.now_minute,))
    ink.ascending("The concentration's minutes", [m for m, _ in record.concentration_ng_per_ml])
    check(record.usual_pressures, record.felt)


def _sheet(record: InfusionRecord, width: float) -> _Sheet:
    wide = width >= 600
    left, right = (92, width - 64) if wide else (62, width - 8)
    begin, end = _time_range(record)
    first, last = int(begin // 5) * 5, -int(-end // 5) * 5
    last = max(first + 30, last)
    fits = (step for step in (5, 10, 15, 30, 60, 120) if (right - left) * step / (last - first) >= 22)
    top = 34 if wide else 44
    bottom = top + (264 if wide else 220)
    rows_top = bottom + (38 if record.events else 12)
    rows_foot = rows_top + ROW * len(record.rows)
    return _Sheet(
        width=width,
        times=Scale(first, last, left, right),
        vitals=Scale(*_vitals_range(record), bottom, top),
        column_min=next(fits, 240),
        rows_top=rows_top,
        events_y=bottom + 22,
        strip_top=rows_foot + 10,
        foot=rows_foot + strip_height(record.felt),
    )


def _time_range(record: InfusionRecord) -> tuple[float, float]:
    """Wide enough for everything that was charted: a late reading is never left off the sheet."""
    minutes = [record.first_minute, record.last_minute]
    minutes += [p.minute for p in record.pressures] + [h.minute for h in record.heart_rates]
    minutes += [e.minute for e in record.events] + [m for row in record.rows for m, _ in row.values]
    minutes += [m for m, _ in record.felt.charted] if record.felt else []
    return min(minutes), max(minutes)


def _vitals_range(record: InfusionRecord) -> tuple[int, int]:
    """40 to 200, or as far beyond as a reading lies: an extreme value is never drawn at the edge."""
    values = [v for p in record.pressures for v in (p.systolic_mmhg, p.diastolic_mmhg)]
    values += [h.per_min for h in record.heart_rates]
    low, high = min([LOW, *values]), max([HIGH, *values])
    return int(low // 20) * 20, -int(-high // 20) * 20


def _clock(record: InfusionRecord, minute: float) -> str:
    if record.start_minute_of_day is None:
        return f"{minute:.0f} min".replace("-", "−")
    hours, minutes = divmod(int(record.start_minute_of_day + minute) % 1440, 60)
    return f"{hours % 12 or 12}:{minutes:02d}"


def _grid(record: InfusionRecord, sheet: _Sheet) -> list[str]:
    top, bottom = sheet.vitals.end, sheet.vitals.start
    marks = []
    room = (sheet.times.end - sheet.times.start) * sheet.column_min / (sheet.times.high - sheet.times.low)
    every = max(1, -int(-44 // room))
    for k, minute in enumerate(sheet.columns):
        x = sheet.times.at(minute)
        marks += [ink.line(x, top, x, bottom, "grid"), ink.line(x, sheet.rows_top, x, sheet.foot, "grid")]
        if k % every == 0 and x <= sheet.times.end - (0 if every == 1 else 12):
            marks.append(ink.text(x, top - 10, _clock(record, minute), "strong", "middle"))
    for value in range(int(sheet.vitals.low), int(sheet.vitals.high) + 1, 20):
        y = sheet.vitals.at(value)
        marks += [
            ink.line(sheet.times.start, y, sheet.times.end, y, "grid"),
            ink.text(sheet.times.start - 8, y + 4, str(value), anchor="end"),
        ]
    marks.append(ink.line(sheet.times.start, top, sheet.times.end, top, "axis"))
    wide = sheet.width >= 600
    if wide:
        marks += [ink.text(0, top + 4, "mmHg"), ink.text(0, top + 20, "beats/min")]
    else:
        marks.append(ink.text(0, 14, "mmHg · beats/min"))
    return marks


def _concentration(record: InfusionRecord, sheet: _Sheet) -> list[str]:
    if len(record.concentration_ng_per_ml) < 2:
        return []
    top = nice_top(max(c for _, c in record.concentration_ng_per_ml))
    height = (sheet.vitals.start - sheet.vitals.end) * 0.45
    level = Scale(0, top, sheet.vitals.start, sheet.vitals.start - height)
    points = [(sheet.times.kept(m), level.at(c)) for m, c in record.concentration_ng_per_ml]
    base = [(points[0][0], sheet.vitals.start), (points[-1][0], sheet.vitals.start)]
    minute, peak = max(record.concentration_ng_per_ml, key=lambda pair: pair[1])
    x = sheet.times.kept(minute)
    words = f"predicted peak {peak:.0f} ng/mL"
    x = min(max(x, sheet.times.start + 80), sheet.times.end - 80)
    return [
        ink.area(points, base, "area"),
        ink.text(x, sheet.vitals.start - 8, words, anchor="middle"),
    ]


def _infused(record: InfusionRecord, sheet: _Sheet) -> list[str]:
    marks = []
    for begin, end in record.infused:
        left, right = sheet.times.kept(begin), sheet.times.kept(end)
        marks.append(ink.box(left, sheet.vitals.start, right - left, 5, "mark"))
    return marks


def _vitals(record: InfusionRecord, sheet: _Sheet) -> list[str]:
    marks = []
    for reading in record.pressures:
        x = sheet.times.at(reading.minute)
        high, low = sheet.vitals.at(reading.systolic_mmhg), sheet.vitals.at(reading.diastolic_mmhg)
        marks += [
            ink.line(x, high, x, low, "thin"),
            ink.path([(x - 5, high - 7), (x, high), (x + 5, high - 7)], "ink"),
            ink.path([(x - 5, low + 7), (x, low), (x + 5, low + 7)], "ink"),
        ]
    marks += [ink.dot(sheet.times.at(h.minute), sheet.vitals.at(h.per_min), 3.5, "mark") for h in record.heart_rates]
    return marks + (_last_readings(record, sheet) if sheet.width >= 600 else [])


def _last_readings(record: InfusionRecord, sheet: _Sheet) -> list[str]:
    """The last readings, named at the right edge in the place of a legend."""
    named: list[tuple[float, str, str]] = []
    if record.pressures:
        last = record.pressures[-1]
        named += [
            (last.systolic_mmhg, f"sys {last.systolic_mmhg:.0f}", "strong"),
            (last.diastolic_mmhg, f"dia {last.diastolic_mmhg:.0f}", "strong"),
        ]
    if record.heart_rates:
        rate = record.heart_rates[-1].per_min
        named.append((rate, f"HR {rate:.0f}", "blue"))
    wanted = [sheet.vitals.at(value) + 4 for value, _, _ in named]
    places = spread(wanted, 15, sheet.vitals.end, sheet.vitals.start)
    x = sheet.times.end + 8
    return [ink.text(x, y, words, kind, bold=True) for (_, words, kind), y in zip(named, places, strict=True)]


def _number_rows(record: InfusionRecord, sheet: _Sheet) -> list[str]:
    marks = []
    for k, row in enumerate(record.rows):
        y = sheet.rows_top + ROW * k
        marks += [
            ink.line(0, y, sheet.times.end, y, "grid"),
            ink.line(0, y + ROW, sheet.times.end, y + ROW, "grid"),
            ink.text(0, y + 16, row.label, "soft"),
        ]
        in_column: dict[int, str] = {}
        for minute, words in row.values:
            column = int((minute - sheet.times.low) // sheet.column_min)
            # A column holds one number; the dots say that an earlier one of that column differs.
            more = column in in_column and in_column[column].rstrip("…") != words
            in_column[column] = f"{words}…" if more else words
        for column, words in in_column.items():
            middle = sheet.times.low + (column + 0.5) * sheet.column_min
            marks.append(ink.text(min(sheet.times.at(middle), sheet.width - 10), y + 16, words, "strong", "middle"))
    return marks


def _event_letters(record: InfusionRecord, sheet: _Sheet) -> list[str]:
    wanted = [sheet.times.kept(e.minute) for e in record.events]
    places = spread(wanted, 19, sheet.times.start, sheet.times.end)
    marks = []
    for k, (x, true_x) in enumerate(zip(places, wanted, strict=True)):
        y = sheet.events_y
        marks += [
            ink.line(true_x, sheet.vitals.start, x, y - 8, "thin"),
            ink.ring(x, y, 8.5),
            ink.text(x, y + 4, letter(k), "strong", "middle", bold=True),
        ]
    return marks


def _now(record: InfusionRecord, sheet: _Sheet) -> list[str]:
    if record.now_minute is None:
        return []
    x = sheet.times.kept(record.now_minute)
    return [
        ink.line(x, sheet.vitals.end - 4, x, sheet.vitals.start, "now"),
        ink.haloed(x, sheet.vitals.end + 12, "now", "strong", "middle"),
    ]


def _legend(record: InfusionRecord, sheet: _Sheet) -> tuple[list[str], float]:
    """The letters spelt out under the record, in one or two columns; and the height that this needs."""
    columns = 2 if sheet.width >= 600 else 1
    per_column = -(-len(record.events) // columns)
    top = sheet.foot + 24
    marks = []
    for k, event in enumerate(record.events):
        column, place = divmod(k, per_column)
        x, y = column * sheet.width / columns, top + place * LEGEND_LINE
        marks += [
            ink.text(x, y, letter(k), "strong", bold=True),
            ink.text(x + 22, y, _clock(record, event.minute)),
            ink.text(x + 70, y, event.words, "strong"),
        ]
    return marks, (top + per_column * LEGEND_LINE - 6 if record.events else sheet.foot + 4)
