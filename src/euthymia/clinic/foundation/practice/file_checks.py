"""What must hold of a practice as a whole: names given once, places served, texts that may be sent."""

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from euthymia.clinic.foundation.practice.file_fields import Reader
from euthymia.clinic.foundation.practice.file_values import Mistake, Practice

LineOf = Callable[..., int]

NEEDED_WORDINGS = ("consent", "financial_agreement", "cancellation_policy")
# A text message may be read by others: it names no drug, no condition, and does not sell.
TELLING_WORDS = (
    "ketamine",
    "infusion",
    "depress",
    "anxiety",
    "ptsd",
    "suicid",
    "psychiat",
    "mental",
    "pain",
    "bill",
    "discount",
)
# What the rules ask for. A file without one of these would fail at the chair, so it fails here.
NEEDED_THRESHOLDS: dict[str, str] = {
    "gate.systolic_go_mmhg": "mmHg",
    "gate.diastolic_go_mmhg": "mmHg",
    "gate.systolic_hold_mmhg": "mmHg",
    "gate.diastolic_hold_mmhg": "mmHg",
    "gate.repeat_after_min": "min",
    "gate.repeats": "times",
    "gate.heart_rate_low_bpm": "/min",
    "gate.heart_rate_high_bpm": "/min",
    "gate.spo2_low_pct": "%",
    "dose.soft_mg_per_kg": "mg/kg",
    "dose.hard_mg_per_kg": "mg/kg",
    "dose.hard_mg": "mg",
    "dose.weight_low_kg": "kg",
    "dose.weight_high_kg": "kg",
    "dose.weight_change_pct": "%",
    "dose.bag_ml": "mL",
    "dose.low_mg_per_kg": "mg/kg",
    "dose.step_mg_per_kg": "mg/kg",
    "dose.slow_mg_per_kg_h": "mg/kg/h",
    "dose.fast_mg_per_kg_h": "mg/kg/h",
    "dose.older_from_years": "years",
    "dose.older_mg_per_kg": "mg/kg",
    "dose.order_stands_min": "min",
    "dose.agree_pct": "%",
    "dose.agree_volume_ml": "mL",
    "vitals.systolic_amber_mmhg": "mmHg",
    "vitals.systolic_red_mmhg": "mmHg",
    "vitals.diastolic_amber_mmhg": "mmHg",
    "vitals.diastolic_red_mmhg": "mmHg",
    "vitals.pressure_repeat_min": "min",
    "vitals.rise_amber_pct": "% of baseline",
    "vitals.heart_rate_amber_low_bpm": "/min",
    "vitals.heart_rate_amber_high_bpm": "/min",
    "vitals.heart_rate_red_low_bpm": "/min",
    "vitals.heart_rate_red_high_bpm": "/min",
    "vitals.spo2_amber_pct": "%",
    "vitals.spo2_red_pct": "%",
    "vitals.breaths_amber_low": "/min",
    "vitals.breaths_red_low": "/min",
    "vitals.sedation_amber_moaas": "MOAA/S",
    "vitals.sedation_red_moaas": "MOAA/S",
    "vitals.nausea_amber": "of 10",
    "chart.every_min": "min",
    "chart.recovery_every_min": "min",
    "chart.late_amber_min": "min",
    "chart.late_red_min": "min",
    "help.unanswered_min": "min until a call for help is red",
    "discharge.wait_min": "min",
    "discharge.no_driving_h": "h",
    "discharge.aldrete": "of 10",
    "discharge.mpadss": "of 10",
    "discharge.pressure_pct": "% of baseline",
    "screening.systolic_limit_mmhg": "mmHg",
    "screening.diastolic_limit_mmhg": "mmHg",
    "screening.adequate_trials": "trials",
    "screening.adequate_weeks": "weeks",
    "screening.age_least": "years",
    "screening.age_clearance": "years",
    "screening.bmi_low": "kg/m2",
    "screening.bmi_high": "kg/m2",
    "outcome.response_pct": "% off the baseline",
    "outcome.remission_phq9": "PHQ-9 below",
    "outcome.relapse_phq9": "PHQ-9, twice running",
    "outcome.relapse_gain_lost_pct": "% of the gain",
    "outcome.safety_minutes": "min to reach the patient",
    "outcome.ask_every_days": "days",
    "booster.chance_lost": "chance that the effect is lost",
    "booster.least_days": "days after the last infusion",
    "booster.most_days": "days after the last infusion",
    "booster.window_days": "days",
    "stock.patients_per_vial": "patients",
    "stock.count_tolerance_ul": "microlitres",
    "stock.loss_notice_business_days": "business days",
    "stock.loss_form_days": "days",
    "stock.inventory_years": "years",
}
# Known and shown, but no rule needs them to run.
OTHER_THRESHOLDS = frozenset(
    {"gate.no_food_h", "gate.no_drink_h", "screening.lorazepam_mg", "outcome.read_hours", "billing.dispute_cents"}
)
NEEDED_PRICES = ("infusion", "booster")
NEEDED_COURSES = ("booster",)
# Thresholds that must rise: the smaller one first.
RISING = (
    ("vitals.systolic_amber_mmhg", "vitals.systolic_red_mmhg"),
    ("vitals.diastolic_amber_mmhg", "vitals.diastolic_red_mmhg"),
    ("vitals.heart_rate_amber_high_bpm", "vitals.heart_rate_red_high_bpm"),
    ("vitals.heart_rate_red_low_bpm", "vitals.heart_rate_amber_low_bpm"),
    ("vitals.heart_rate_amber_low_bpm", "vitals.heart_rate_amber_high_bpm"),
    ("vitals.spo2_red_pct", "vitals.spo2_amber_pct"),
    ("vitals.breaths_red_low", "vitals.breaths_amber_low"),
    ("vitals.sedation_red_moaas", "vitals.sedation_amber_moaas"),
    ("gate.systolic_go_mmhg", "gate.systolic_hold_mmhg"),
    ("gate.diastolic_go_mmhg", "gate.diastolic_hold_mmhg"),
    ("gate.heart_rate_low_bpm", "gate.heart_rate_high_bpm"),
    ("dose.low_mg_per_kg", "dose.soft_mg_per_kg"),
    ("dose.soft_mg_per_kg", "dose.hard_mg_per_kg"),
    ("dose.slow_mg_per_kg_h", "dose.fast_mg_per_kg_h"),
    ("dose.weight_low_kg", "dose.weight_high_kg"),
    ("chart.late_amber_min", "chart.late_red_min"),
    ("screening.age_least", "screening.age_clearance"),
    ("screening.bmi_low", "screening.bmi_high"),
    ("booster.least_days", "booster.most_days"),
)


def check_whole(practice: Practice, reader: Reader) -> Iterator[Mistake]:
    """Every mistake that no single value shows."""

    def at(*path: str | int) -> int:
        return reader.lines.line_of(path)

    yield from _twice(at, "location", "slug", [x.slug for x in practice.locations])
    yield from _twice(at, "staff", "slug", [x.slug for x in practice.staff])
    yield from _twice(at, "staff", "email", [x.email.lower() for x in practice.staff])
    yield from _twice(at, "price", "code", [x.code for x in practice.prices])
    yield from _twice(at, "package", "code", [x.code for x in practice.packages])
    yield from _twice(at, "course", "code", [x.code for x in practice.courses])
    yield from _twice(at, "threshold", "code", [x.code for x in practice.thresholds])
    yield from _twice(at, "wording", "kind", [f"{x.kind}" for x in practice.wordings])
    yield from _posts(practice, at)
    yield from _texts(practice, at)
    yield from _policies(practice, at)
    yield from _offers(practice)
    yield from _thresholds(practice, at)


def _twice(at: LineOf, section: str, key: str, values: Iterable[str]) -> Iterator[Mistake]:
    listed = list(values)
    counts = Counter(listed)
    for number, value in enumerate(listed):
        if value and counts[value] > 1 and value in listed[:number]:
            yield Mistake(at(section, number, key), f"“{value}” is already the {key} of another {section}.")


def _posts(practice: Practice, at: LineOf) -> Iterator[Mistake]:
    slugs = {x.slug for x in practice.locations}
    served: set[str] = set()
    for number, staff in enumerate(practice.staff):
        for post in staff.posts:
            unknown = set(post.locations) - slugs - {"all"}
            for name in sorted(unknown):
                yield Mistake(at("staff", number, "posts"), f"There is no location “{name}”.")
            if post.role == "physician":
                served |= slugs if "all" in post.locations else set(post.locations)
        if any(p.role == "physician" for p in staff.posts) and not (staff.npi.isdigit() and len(staff.npi) == 10):
            yield Mistake(at("staff", number, "npi"), "A physician needs an “npi” of ten digits.")
    for number, location in enumerate(practice.locations):
        if not any(location.hours.values()):
            yield Mistake(at("location", number, "hours"), f"“{location.slug}” is never open: give hours by weekday.")
        if location.slug not in served:
            yield Mistake(
                at("location", number, "slug"), f"No physician works at “{location.slug}”: give one a post there."
            )


def _texts(practice: Practice, at: LineOf) -> Iterator[Mistake]:
    kinds = {w.kind for w in practice.wordings}
    for kind in NEEDED_WORDINGS:
        if kind not in kinds:
            yield Mistake(0, f"Add a [[wording]] of kind “{kind}”.")
    for number, wording in enumerate(practice.wordings):
        if not wording.kind.startswith("sms"):
            continue
        line = at("wording", number, "text")
        if len(wording.text) > 160:
            yield Mistake(line, f"A text message holds 160 characters, this one {len(wording.text)}.")
        told = [w for w in TELLING_WORDS if w in wording.text.lower()]
        if told:
            yield Mistake(line, f"A text message may be read by others: leave out “{told[0]}”.")


def _offers(practice: Practice) -> Iterator[Mistake]:
    for section, needed, given in (
        ("price", NEEDED_PRICES, {x.code for x in practice.prices}),
        ("course", NEEDED_COURSES, {x.code for x in practice.courses}),
    ):
        for code in needed:
            if code not in given:
                yield Mistake(0, f"Add a [[{section}]] with code “{code}”.")


def _policies(practice: Practice, at: LineOf) -> Iterator[Mistake]:
    """The cancellation policy carries its numbers as data, beside its words."""
    for number, wording in enumerate(practice.wordings):
        if wording.kind == "cancellation_policy":
            line = at("wording", number, "data")
            yield from (Mistake(line, sentence) for sentence in _wrong_in_policy(wording.data))


def _wrong_in_policy(data: dict[str, Any]) -> Iterator[str]:
    kinds: dict[str, tuple[type, str]] = {
        "free_until_hours": (int, "a whole number of hours, 0 or more"),
        "fee_cents": (int, "a whole number of cents, 0 or more"),
        "misses_before_prepay": (int, "a whole number, 0 for never"),
        "in_business_hours": (bool, "true or false"),
        "grace_reasons": (list, "a list of texts"),
    }
    for name in ("free_until_hours", "fee_cents"):
        if name not in data:
            yield f"The data of the cancellation policy lacks “{name}”: give {kinds[name][1]}."
    for name, value in data.items():
        if name not in kinds:
            near = difflib.get_close_matches(name, kinds, n=1)
            meant = f" Did you mean “{near[0]}”?" if near else f" Known here: {', '.join(sorted(kinds))}."
            yield f"“{name}” is not known in a cancellation policy.{meant}"
            continue
        kind, words = kinds[name]
        good = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
        if kind is int:
            good = good and 0 <= value <= 100_000_00
        if kind is list:
            good = good and all(isinstance(v, str) and v.strip() for v in value)
        if not good:
            yield f"“{name}” must be {words}."


def _thresholds(practice: Practice, at: LineOf) -> Iterator[Mistake]:
    values = {x.code: (number, x.value) for number, x in enumerate(practice.thresholds)}
    known = NEEDED_THRESHOLDS.keys() | OTHER_THRESHOLDS
    for code, unit in NEEDED_THRESHOLDS.items():
        if code not in values:
            yield Mistake(0, f"Add a [[threshold]] with code “{code}”, in {unit}.")
    for number, x in enumerate(practice.thresholds):
        if x.code and x.code not in known:
            near = difflib.get_close_matches(x.code, known, n=1)
            meant = f" Did you mean “{near[0]}”?" if near else ""
            yield Mistake(at("threshold", number, "code"), f"No rule reads a threshold “{x.code}”.{meant}")
        unit = NEEDED_THRESHOLDS.get(x.code, x.unit)
        if x.unit and x.unit != unit:
            yield Mistake(at("threshold", number, "unit"), f"“{x.code}” is in {unit}, not in {x.unit}.")
        if x.verified and not (x.signed_by and x.signed_on):
            line = at("threshold", number, "verified")
            yield Mistake(line, f"“{x.code}” is called verified: say who signed it, and when (signed_by, signed_on).")
    for low, high in RISING:
        if low in values and high in values and values[low][1] > values[high][1]:
            line = at("threshold", values[low][0], "value")
            yield Mistake(line, f"“{low}” must not be above “{high}”.")
