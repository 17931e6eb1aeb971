"""The gate of the day: what must be so before an infusion may start. Items as data, hard or soft. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from euthymia.clinic.foundation.audit.refusals import Refusal


@dataclass(frozen=True, slots=True)
class GateItem:
    id: str
    ask: str
    hard: bool
    """A hard item stops the start; a soft one may be passed by with a reason."""


GATE: tuple[GateItem, ...] = (
    GateItem("identity", "Identity checked twice: name and date of birth", True),
    GateItem("consent", "Consent signed and in date", True),
    GateItem("fasting", "No solid food for 4 hours, no drink for 2 hours", False),
    GateItem("escort", "An adult takes him home: name and phone known", True),
    GateItem("pregnancy", "Not pregnant, or does not apply", True),
    GateItem("substances", "No new medicines; no alcohol or cannabis in 24 hours", False),
    GateItem("crash_equipment", "Crash equipment checked today", True),
    GateItem("scores", "Scores since the last visit are in", False),
)
GATE_BY_ID = {item.id: item for item in GATE}


@dataclass(frozen=True, slots=True)
class GateState:
    """The last answer to an item."""

    passed: bool
    reason: str


def open_items(answers: dict[str, GateState]) -> list[GateItem]:
    """What still stands in the way: unanswered, failed hard, or failed soft without a reason."""
    still = []
    for item in GATE:
        state = answers.get(item.id)
        if state is None or (not state.passed and (item.hard or not state.reason.strip())):
            still.append(item)
    return still


@dataclass(frozen=True, slots=True)
class Baseline:
    """The vitals before the start."""

    systolic_mmhg: int | None
    diastolic_mmhg: int | None
    heart_rate_bpm: int | None
    spo2_pct: int | None


class PressureBand(StrEnum):
    GO = "go"
    REPEAT = "repeat"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Pressure:
    """One pressure measured before the start."""

    at: datetime
    systolic_mmhg: int
    diastolic_mmhg: int


def pressure_band(systolic_mmhg: int, diastolic_mmhg: int, t: dict[str, Decimal]) -> PressureBand:
    """Go, repeat or hold. The worse of the two numbers decides."""
    if systolic_mmhg > t["gate.systolic_hold_mmhg"] or diastolic_mmhg > t["gate.diastolic_hold_mmhg"]:
        return PressureBand.HOLD
    if systolic_mmhg > t["gate.systolic_go_mmhg"] or diastolic_mmhg > t["gate.diastolic_go_mmhg"]:
        return PressureBand.REPEAT
    return PressureBand.GO


def check_pressure(readings: tuple[Pressure, ...], t: dict[str, Decimal]) -> Refusal | None:
    """Whether the pressures before the start, in time, let it go on. The last one decides.

    One between go and hold is repeated as often as the setting says, each time after a rest. When it has been, whoever
    starts has seen every reading, and starting is his decision.
    """
    if not readings:
        return Refusal("baseline_missing", "Chart pressure, heart rate and saturation before you start.")
    last = readings[-1]
    band = pressure_band(last.systolic_mmhg, last.diastolic_mmhg, t)
    said = f"{last.systolic_mmhg}/{last.diastolic_mmhg} mmHg is above"
    minutes = f"{t['gate.repeat_after_min'].normalize():f} minutes"
    if band == PressureBand.HOLD:
        limit = f"{t['gate.systolic_hold_mmhg'].normalize():f}/{t['gate.diastolic_hold_mmhg'].normalize():f}"
        return Refusal("pressure_hold", f"{said} {limit}: hold. Repeat after {minutes}, and tell the prescriber.")
    done, wanted = _repeats(readings, t), int(t["gate.repeats"])
    if band == PressureBand.GO or done >= wanted:
        return None
    limit = f"{t['gate.systolic_go_mmhg'].normalize():f}/{t['gate.diastolic_go_mmhg'].normalize():f}"
    return Refusal(
        "pressure_repeat", f"{said} {limit}. Repeat after {minutes} of rest: {done} of {wanted} repeats are charted."
    )


def _repeats(readings: tuple[Pressure, ...], t: dict[str, Decimal]) -> int:
    """How often a raised pressure was measured again after enough rest, since it was last in range."""
    rest = timedelta(minutes=float(t["gate.repeat_after_min"]))
    counted: list[datetime] = []
    for reading in readings:
        if pressure_band(reading.systolic_mmhg, reading.diastolic_mmhg, t) == PressureBand.GO:
            counted = []
        elif not counted or reading.at - counted[-1] >= rest:
            counted.append(reading.at)
    return max(0, len(counted) - 1)


def check_baseline(b: Baseline | None, pressures: tuple[Pressure, ...], t: dict[str, Decimal]) -> Refusal | None:
    """Whether the vitals before the start let it go on. `b` is the last full row, `pressures` are all in time."""
    if (
        b is None
        or b.systolic_mmhg is None
        or b.diastolic_mmhg is None
        or b.spo2_pct is None
        or b.heart_rate_bpm is None
    ):
        return Refusal("baseline_missing", "Chart pressure, heart rate and saturation before you start.")
    refusal = check_pressure(pressures, t)
    if refusal is not None:
        return refusal
    if b.spo2_pct < t["gate.spo2_low_pct"]:
        return Refusal(
            "spo2_low", f"Saturation {b.spo2_pct} % is under {t['gate.spo2_low_pct'].normalize():f} %: hold."
        )
    if not t["gate.heart_rate_low_bpm"] <= b.heart_rate_bpm <= t["gate.heart_rate_high_bpm"]:
        return Refusal(
            "heart_rate",
            f"Heart rate {b.heart_rate_bpm} is outside {t['gate.heart_rate_low_bpm'].normalize():f}-"
            f"{t['gate.heart_rate_high_bpm'].normalize():f} a minute: hold.",
        )
    return None
