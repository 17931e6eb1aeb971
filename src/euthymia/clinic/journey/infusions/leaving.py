"""When a patient may leave: time, two scores, pressure near the baseline, and a checklist. Pure."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.foundation.schedule.rules import seconds_between

CHECKLIST: tuple[tuple[str, str], ...] = (
    ("oriented", "Oriented to person, place and time"),
    ("line_out", "Line out, site dry"),
    ("no_intent", "No new thoughts of dying"),
    ("escort_here", "The escort is here"),
    ("instructions", "Instructions given, in writing too"),
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What was charted at the end."""

    now: datetime
    ended_at: datetime
    aldrete: int
    mpadss: int
    checked: dict[str, bool]
    systolic_mmhg: int | None
    baseline_systolic_mmhg: int | None
    left_ul: int
    """What was drawn for this infusion and is neither given nor wasted."""
    diastolic_mmhg: int | None = None
    baseline_diastolic_mmhg: int | None = None


def check_leaving(x: Leaving, t: dict[str, Decimal]) -> tuple[Refusal, str | None] | None:
    """Why the patient may not leave yet, and the field that says so; None when he may."""
    if x.left_ul:
        return Refusal(
            "drug_open",
            f"{Decimal(x.left_ul) / 1000} mL drawn are neither given nor wasted. Waste the rest with a witness.",
        ), None
    early_s = int(t["discharge.wait_min"]) * 60 - seconds_between(x.ended_at, x.now)
    if early_s > 0:
        left = int(early_s // 60) + 1
        return Refusal(
            "too_early", f"At least {t['discharge.wait_min']:.0f} minutes after the end: {left} to go."
        ), None
    for name, value, code in (("aldrete", x.aldrete, "discharge.aldrete"), ("mpadss", x.mpadss, "discharge.mpadss")):
        if value < t[code]:
            return Refusal(f"{name}_low", f"{value} is under {t[code]:.0f} of 10. Wait, and score again."), name
    for item, words in CHECKLIST:
        if not x.checked.get(item):
            return Refusal("unchecked", f"Still open: {words.lower()}."), item
    if x.systolic_mmhg is None:
        return Refusal("no_pressure", "Chart a blood pressure in recovery first."), None
    off = _pressure_off("Systolic", x.systolic_mmhg, x.baseline_systolic_mmhg, t) or _pressure_off(
        "Diastolic", x.diastolic_mmhg, x.baseline_diastolic_mmhg, t
    )
    return (off, None) if off else None


def _pressure_off(word: str, now_mmhg: int | None, baseline_mmhg: int | None, t: dict[str, Decimal]) -> Refusal | None:
    if now_mmhg is None or not baseline_mmhg:
        return None
    if abs(now_mmhg - baseline_mmhg) * 100 <= baseline_mmhg * t["discharge.pressure_pct"]:
        return None
    return Refusal(
        "pressure_off",
        f"{word} {now_mmhg} is more than {t['discharge.pressure_pct']:.0f} % from the baseline of "
        f"{baseline_mmhg} mmHg. Wait, and measure again.",
    )
