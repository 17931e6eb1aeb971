"""The gate of the day: what must be so before an infusion may start. Items as data, hard or soft. Pure."""

from dataclasses import dataclass
from decimal import Decimal

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


def check_baseline(b: Baseline | None, t: dict[str, Decimal]) -> Refusal | None:
    """Whether the vitals before the start let it go on."""
    if (
        b is None
        or b.systolic_mmhg is None
        or b.diastolic_mmhg is None
        or b.spo2_pct is None
        or b.heart_rate_bpm is None
    ):
        return Refusal("baseline_missing", "Chart pressure, heart rate and saturation before you start.")
    high, low = t["gate.systolic_hold_mmhg"], t["gate.diastolic_hold_mmhg"]
    if b.systolic_mmhg > high or b.diastolic_mmhg > low:
        return Refusal(
            "pressure_hold",
            f"{b.systolic_mmhg}/{b.diastolic_mmhg} mmHg is above {high.normalize():f}/{low.normalize():f}: hold. "
            "Repeat after 10 minutes, and tell the prescriber.",
        )
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
