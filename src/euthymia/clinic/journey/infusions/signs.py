"""Amber and red signs, drawn from what people charted. They replace no monitor. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum


class Level(StrEnum):
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Charted:
    """One row of vitals."""

    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    heart_rate_bpm: int | None = None
    breaths_per_min: int | None = None
    spo2_pct: int | None = None
    sedation_moaas: int | None = None
    nausea_0_10: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of vitals and when it was measured."""

    at: datetime
    charted: Charted


@dataclass(frozen=True, slots=True)
class Sign:
    """What was charted, and what the setting says of it."""

    level: Level
    sentence: str
    measure: str
    """The column that speaks."""
    since: datetime | None = None
    """When it was first charted out of range, without a row in range since."""
    repeat_by: datetime | None = None
    """Until when the measurement is wanted again, where one reading alone does not make it red."""


# field, word, unit, threshold, whether above (True) or under it speaks
_TABLE: tuple[tuple[str, str, str, Level, str, bool], ...] = (
    ("systolic_mmhg", "Systolic", "mmHg", Level.RED, "vitals.systolic_red_mmhg", True),
    ("systolic_mmhg", "Systolic", "mmHg", Level.AMBER, "vitals.systolic_amber_mmhg", True),
    ("diastolic_mmhg", "Diastolic", "mmHg", Level.RED, "vitals.diastolic_red_mmhg", True),
    ("diastolic_mmhg", "Diastolic", "mmHg", Level.AMBER, "vitals.diastolic_amber_mmhg", True),
    ("heart_rate_bpm", "Heart rate", "a minute", Level.RED, "vitals.heart_rate_red_low_bpm", False),
    ("heart_rate_bpm", "Heart rate", "a minute", Level.RED, "vitals.heart_rate_red_high_bpm", True),
    ("heart_rate_bpm", "Heart rate", "a minute", Level.AMBER, "vitals.heart_rate_amber_low_bpm", False),
    ("heart_rate_bpm", "Heart rate", "a minute", Level.AMBER, "vitals.heart_rate_amber_high_bpm", True),
    ("spo2_pct", "Saturation", "%", Level.RED, "vitals.spo2_red_pct", False),
    ("spo2_pct", "Saturation", "%", Level.AMBER, "vitals.spo2_amber_pct", False),
    ("breaths_per_min", "Breathing", "a minute", Level.RED, "vitals.breaths_red_low", False),
    ("breaths_per_min", "Breathing", "a minute", Level.AMBER, "vitals.breaths_amber_low", False),
)
_ACTION = {Level.AMBER: "Tell the prescriber.", Level.RED: "Pause the infusion and call the prescriber."}
_PRESSURES = ("systolic_mmhg", "diastolic_mmhg")


def signs(
    row: Charted, thresholds: dict[str, Decimal], baseline: Charted | None = None, *, twice: bool = False
) -> list[Sign]:
    """Every sign of one row, red ones first; one a measurement.

    A pressure at the red setting is red when it was seen `twice` within the set minutes; seen once, it is amber and
    asks to be measured again.
    """
    found: dict[str, Sign] = {}
    for name, word, unit, level, code, above in _TABLE:
        value = getattr(row, name)
        if value is None or name in found:
            continue
        limit = thresholds[code]
        # Pressures speak from the limit on, rates and saturation beyond it.
        reached = value >= limit if above and unit == "mmHg" else value > limit if above else value < limit
        if reached:
            said = f"{word} {value} {unit} (setting: {_reach(above, unit)} {limit.normalize():f})."
            if level == Level.RED and name in _PRESSURES and not twice:
                found[name] = Sign(Level.AMBER, f"{said} {_again(thresholds)}", name)
            else:
                found[name] = Sign(level, f"{said} {_ACTION[level]}", name)
    found |= _sedation_and_nausea(row, thresholds)
    if baseline is not None:
        for name, word in (("systolic_mmhg", "Systolic"), ("diastolic_mmhg", "Diastolic")):
            if name not in found:
                found |= _rise(name, word, row, baseline, thresholds)
    return sorted(found.values(), key=lambda s: s.level != Level.RED)


def standing_signs(rows: Sequence[Row], thresholds: dict[str, Decimal], baseline: Charted | None) -> list[Sign]:
    """The signs that stand after all rows in time, red ones first.

    Each measurement speaks by its last reading: a later row without it takes nothing back, and telling somebody
    neither. A sign stands until the measurement is charted in range.
    """
    last: dict[str, Sign] = {}
    for row, twice in zip(rows, _seen_twice(rows, thresholds), strict=True):
        spoken = {sign.measure: sign for sign in signs(row.charted, thresholds, baseline, twice=twice)}
        for measure in _measured(row, Charted.__dataclass_fields__):
            if measure not in spoken:
                last.pop(measure, None)
                continue
            since = last[measure].since if measure in last else row.at
            again = not twice and _is_red(row.charted, measure, thresholds)
            repeat_by = row.at + _window(thresholds) if again else None
            last[measure] = replace(spoken[measure], since=since, repeat_by=repeat_by)
    found = [last[measure] for measure in Charted.__dataclass_fields__ if measure in last]
    return sorted(found, key=lambda s: s.level != Level.RED)


def _measured(row: Row, names: Iterable[str]) -> list[str]:
    return [name for name in names if getattr(row.charted, name) is not None]


def _seen_twice(rows: Sequence[Row], thresholds: dict[str, Decimal]) -> Iterator[bool]:
    """Yield for each row whether by then two readings within the set minutes were at the red setting.

    A lower reading begins anew.
    """
    high_at: datetime | None = None
    twice = False
    for row in rows:
        values = _measured(row, _PRESSURES)
        if any(_is_red(row.charted, name, thresholds) for name in values):
            twice = twice or (high_at is not None and row.at - high_at <= _window(thresholds))
            high_at = row.at
        elif values:
            high_at, twice = None, False
        yield twice


def _is_red(row: Charted, name: str, thresholds: dict[str, Decimal]) -> bool:
    if name not in _PRESSURES:
        return False
    value = getattr(row, name)
    return value is not None and value >= thresholds[f"vitals.{name.removesuffix('_mmhg')}_red_mmhg"]


def _window(thresholds: dict[str, Decimal]) -> timedelta:
    return timedelta(minutes=float(thresholds["vitals.pressure_repeat_min"]))


def _again(thresholds: dict[str, Decimal]) -> str:
    minutes = f"{thresholds['vitals.pressure_repeat_min'].normalize():f}"
    return f"Measure again within {minutes} minutes: if it is as high, pause the infusion and call the prescriber."


def _reach(above: bool, unit: str) -> str:
    if not above:
        return "under"
    return "from" if unit == "mmHg" else "above"


def _sedation_and_nausea(row: Charted, thresholds: dict[str, Decimal]) -> dict[str, Sign]:
    found = {}
    if row.sedation_moaas is not None and row.sedation_moaas <= thresholds["vitals.sedation_amber_moaas"]:
        level = Level.RED if row.sedation_moaas <= thresholds["vitals.sedation_red_moaas"] else Level.AMBER
        found["sedation"] = Sign(level, f"Sedation MOAA/S {row.sedation_moaas}. {_ACTION[level]}", "sedation_moaas")
    if row.nausea_0_10 is not None and row.nausea_0_10 >= thresholds["vitals.nausea_amber"]:
        found["nausea"] = Sign(Level.AMBER, f"Nausea {row.nausea_0_10} of 10. {_ACTION[Level.AMBER]}", "nausea_0_10")
    return found


def _rise(name: str, word: str, row: Charted, baseline: Charted, thresholds: dict[str, Decimal]) -> dict[str, Sign]:
    """A pressure that its own setting leaves alone, but that has risen far above the patient's baseline."""
    now_mmhg, before_mmhg = getattr(row, name), getattr(baseline, name)
    if now_mmhg is None or not before_mmhg:
        return {}
    rise = Decimal(now_mmhg - before_mmhg) * 100 / before_mmhg
    limit = thresholds["vitals.rise_amber_pct"]
    if rise < limit:
        return {}
    return {
        f"{name}_rise": Sign(
            Level.AMBER,
            f"{word} {now_mmhg} mmHg, {rise:.0f} % above the baseline of {before_mmhg} "
            f"(setting: {limit.normalize():f} %). {_ACTION[Level.AMBER]}",
            name,
        )
    }
