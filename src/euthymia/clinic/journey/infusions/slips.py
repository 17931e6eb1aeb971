"""Slips that have harmed people elsewhere: what is asked before an order goes on, and where two people disagree. Pure.

Ten-fold and hundred-fold slips, pounds for kilograms, a weight copied from the last visit, mg for mg/kg, micrograms
for milligrams, another strength. Every answer names what looks wrong and what to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.journey.infusions.dose import Dose, plain

POUNDS_IN_KG = Decimal("2.2046")
STRENGTHS_MG_PER_ML = (10, 50, 100)
Settings = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Known:
    """What is on file about the patient and the plan before this order."""

    last_weight_kg: Decimal | None
    last_mg_per_kg: Decimal | None
    usual_mg_per_kg: Decimal
    """What the signed course template says: a course that is meant to be higher is not asked about each time."""
    age_years: int | None


@dataclass(frozen=True, slots=True)
class Second:
    """What the second person read and computed without seeing the first one's numbers."""

    weight_kg: Decimal
    label_mg_per_ml: int
    dose_mg: Decimal
    volume_ml: Decimal
    rate_ml_per_h: Decimal


def questions(dose: Dose, mg_per_kg: Decimal, known: Known, settings: Settings) -> list[str]:
    """What must be asked before this order goes on; each needs a reason."""
    return [
        *_weight_questions(dose.weight_kg, known.last_weight_kg, settings["dose.weight_change_pct"]),
        *_dose_questions(mg_per_kg, known, settings),
        *_speed_questions(mg_per_kg, dose.minutes, settings),
    ]


def _weight_questions(weight_kg: Decimal, last_kg: Decimal | None, change_pct: Decimal) -> list[str]:
    """Whether the weight looks copied, is far from the last one, or is in another unit."""
    if last_kg is None:
        return ["No earlier weight is on file to compare with. Weigh once more, and write that the scale shows kg."]
    if weight_kg == last_kg:
        return [f"{plain(weight_kg)} kg is exactly the last weight on file. Was it read from the scale today?"]
    if abs(weight_kg - last_kg) * 100 <= last_kg * change_pct:
        return []
    far = f"{plain(weight_kg)} kg is more than {plain(change_pct)} % from the last weight, {plain(last_kg)} kg."
    return [f"{far} {_likely_slip(weight_kg, last_kg)}"]


def _likely_slip(weight_kg: Decimal, last_kg: Decimal) -> str:
    """The slip that would bring the weight nearest to the last one."""
    pounds, as_pounds = weight_kg / POUNDS_IN_KG, weight_kg * POUNDS_IN_KG
    fits = {
        weight_kg: "Weigh again.",
        pounds: f"Is it pounds? That would be {plain(_tenth(pounds))} kg. Weigh again in kg.",
        as_pounds: f"Was the last one, or is this one, pounds? {plain(_tenth(as_pounds))} lb fits. Weigh again in kg.",
        weight_kg / 10: f"Is a point missing? {plain(weight_kg / 10)} kg fits. Read the scale again.",
        weight_kg * 10: f"Is the point in the wrong place? {plain(weight_kg * 10)} kg fits. Read the scale again.",
    }
    return fits[min(fits, key=lambda kg: abs(kg - last_kg))]


def _dose_questions(mg_per_kg: Decimal, known: Known, settings: Settings) -> list[str]:
    """Whether the dose is high, low, high for the patient's age, or far from the last one given."""
    asked = []
    high, low = settings["dose.soft_mg_per_kg"], settings["dose.low_mg_per_kg"]
    if mg_per_kg > max(high, known.usual_mg_per_kg):
        asked.append(f"{plain(mg_per_kg)} mg/kg is above the usual {plain(high)} mg/kg. Compare it with the plan.")
    if mg_per_kg < low:
        asked.append(
            f"{plain(mg_per_kg)} mg/kg is under {plain(low)} mg/kg, the least that is usual. "
            "Is the point in the wrong place? Compare it with the plan."
        )
    older, older_high = settings["dose.older_from_years"], settings["dose.older_mg_per_kg"]
    if known.age_years is not None and known.age_years >= older and mg_per_kg > max(older_high, known.usual_mg_per_kg):
        asked.append(
            f"{plain(mg_per_kg)} mg/kg is above {plain(older_high)} mg/kg for a patient of {known.age_years} years. "
            "Ask the prescriber."
        )
    step = settings["dose.step_mg_per_kg"]
    if known.last_mg_per_kg is not None and abs(mg_per_kg - known.last_mg_per_kg) > step:
        asked.append(
            f"{plain(mg_per_kg)} mg/kg is more than {plain(step)} from the last dose, {plain(known.last_mg_per_kg)} "
            "mg/kg. Compare it with the plan."
        )
    return asked


def _speed_questions(mg_per_kg: Decimal, minutes: int, settings: Settings) -> list[str]:
    """Whether the dose runs in unusually fast or slow: minutes ten-fold off, or hours taken for minutes."""
    slow, fast = settings["dose.slow_mg_per_kg_h"], settings["dose.fast_mg_per_kg_h"]
    if slow * minutes <= mg_per_kg * 60 <= fast * minutes:
        return []
    per_h = (mg_per_kg * 60 / minutes).quantize(Decimal("0.001"), ROUND_HALF_EVEN)
    return [
        f"{plain(mg_per_kg)} mg/kg over {minutes} min is {plain(per_h)} mg/kg an hour; usual is {plain(slow)} to "
        f"{plain(fast)}. Are the minutes right?"
    ]


def disagreement(
    dose: Dose, mg_per_kg: Decimal, strength_mg_per_ml: int, second: Second, settings: Settings
) -> tuple[Refusal, str] | None:
    """Where the second person's reading differs from the order, and the field that says so; None where they agree.

    The sentence says what kind of slip it looks like and never the other's number: both compute again.
    """
    if second.label_mg_per_ml != strength_mg_per_ml:
        return Refusal(
            "label_differs",
            f"The label says {second.label_mg_per_ml} mg/mL, the drug log has this lot as {strength_mg_per_ml} mg/mL. "
            "Draw nothing from it: compare lot and label, both of you.",
        ), "label_mg_per_ml"
    if second.weight_kg != dose.weight_kg:
        words = _ratio_words(second.weight_kg, dose.weight_kg)
        return Refusal(
            "weight_differs", f"This is not the weight that was ordered with{words}. Both look at the scale again."
        ), "weight_kg"
    share = settings["dose.agree_pct"] / 100
    if abs(second.dose_mg - dose.dose_mg) > dose.dose_mg * share:
        words = _dose_words(second.dose_mg, mg_per_kg, dose)
        return Refusal("dose_differs", f"The dose does not agree{words}. Compute again: kg times mg/kg."), "dose_mg"
    if abs(second.volume_ml - dose.volume_ml) > max(dose.volume_ml * share, settings["dose.agree_volume_ml"]):
        words = _volume_words(second.volume_ml, strength_mg_per_ml, dose, share)
        return Refusal(
            "volume_differs", f"The volume does not agree{words}. Compute again: mg divided by mg/mL."
        ), "volume_ml"
    if abs(second.rate_ml_per_h - dose.rate_ml_per_h) > dose.rate_ml_per_h * share:
        words = _rate_words(second.rate_ml_per_h, dose, share)
        return Refusal(
            "rate_differs",
            f"The rate does not agree{words}: {dose.bag_ml} mL over {dose.minutes} min. Compute again.",
        ), "rate_ml_per_h"
    return None


def _ratio_words(theirs: Decimal, ours: Decimal) -> str:
    """The slip that a ratio gives away, or nothing. One per cent of play: people round."""
    ratios = (
        (Decimal(1000), ": it looks like micrograms for milligrams"),
        (Decimal(100), ": one is a hundred times the other"),
        (Decimal(10), ": one is ten times the other"),
        (POUNDS_IN_KG, ": one of them looks like pounds"),
    )
    for ratio, words in ratios:
        if _near(theirs, ours * ratio) or _near(theirs * ratio, ours):
            return words
    return ""


def _dose_words(theirs_mg: Decimal, mg_per_kg: Decimal, dose: Dose) -> str:
    if theirs_mg == mg_per_kg:
        return ": this is mg for each kg, not mg"
    if theirs_mg == dose.volume_ml:
        return ": this looks like mL, not mg"
    return _ratio_words(theirs_mg, dose.dose_mg)


def _volume_words(theirs_ml: Decimal, strength_mg_per_ml: int, dose: Dose, share: Decimal) -> str:
    if abs(theirs_ml - dose.dose_mg) <= dose.dose_mg * share:
        return ": this looks like mg, not mL"
    for strength in STRENGTHS_MG_PER_ML:
        if strength != strength_mg_per_ml and _near(theirs_ml * strength, dose.dose_mg):
            return f": it fits {strength} mg/mL, and the label says {strength_mg_per_ml} mg/mL"
    return _ratio_words(theirs_ml, dose.volume_ml)


def _rate_words(theirs_ml_per_h: Decimal, dose: Dose, share: Decimal) -> str:
    per_min = Decimal(dose.bag_ml) / dose.minutes
    if abs(theirs_ml_per_h - per_min) <= per_min * share:
        return ": this looks like mL a minute, not an hour"
    return _ratio_words(theirs_ml_per_h, dose.rate_ml_per_h)


def _near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) * 100 <= other


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_EVEN)
