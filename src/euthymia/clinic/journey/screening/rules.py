"""Eligibility: every rule is data; the result names each rule that spoke, with its input, severity and source. Pure."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


class Severity(StrEnum):
    ABSOLUTE = "absolute"
    RELATIVE = "relative"
    CLEARANCE = "clearance"


SEVERITY_WORDS: dict[Severity, str] = {
    Severity.ABSOLUTE: "Excludes treatment",
    Severity.RELATIVE: "Weighs against: a signed reason may override it",
    Severity.CLEARANCE: "Needs a clearance: a signed reason may override it",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the patient: yes, no, or not sure."""

    id: str
    page: str
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    severity: Severity
    sentence: str
    input: str
    when: str
    """yes | above | below | above_zero | named"""
    threshold: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that spoke, or whose input is not known."""

    rule: str
    severity: Severity
    sentence: str
    input: str
    """What it spoke about, as it was answered or measured."""
    source: str
    verified: bool
    known: bool

    @property
    def may_be_overridden(self) -> bool:
        return self.severity != Severity.ABSOLUTE


@dataclass(frozen=True, slots=True)
class Trial:
    """One antidepressant that was tried."""

    name: str
    weeks: Decimal | None
    full_dose: bool | None


class Suggestion(StrEnum):
    """What the rules suggest. The physician decides."""

    ELIGIBLE = "eligible"
    WITH_CONDITIONS = "eligible_with_conditions"
    DEFERRED = "deferred"
    DECLINED = "declined"


@cache
def questions() -> tuple[Question, ...]:
    """The questions of the intake, in order."""
    data = tomllib.loads((HERE / "questions.toml").read_text(encoding="utf-8"))
    return tuple(Question(**q) for q in data["question"])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((HERE / "rules.toml").read_text(encoding="utf-8"))


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule of eligibility."""
    return tuple(Rule(**{**r, "severity": Severity(r["severity"])}) for r in _data()["rule"])


def rules_version() -> str:
    """Which list of rules this is."""
    return str(_data()["version"])


def medicines_that_matter(text: str) -> dict[str, str]:
    """Class of medicine -> the name found in what was typed."""
    words = "".join(c if c.isalpha() else " " for c in text.lower()).split()
    found = {}
    for kind, names in _data()["medicines"].items():
        named = next((w for w in words if w in names), None)
        if named is not None:
            found[kind] = named
    return found


def adequate_trials(trials: tuple[Trial, ...], thresholds: dict[str, Decimal]) -> int | None:
    """How many trials were long enough at a full dose; None where none was written down."""
    if not trials:
        return None
    least = thresholds["screening.adequate_weeks"]
    return sum(t.weeks is not None and t.weeks >= least and t.full_dose is not False for t in trials)


def age_on(birth_on: date | None, today: date) -> int | None:
    """Whole years lived."""
    if birth_on is None:
        return None
    return today.year - birth_on.year - ((today.month, today.day) < (birth_on.month, birth_on.day))


def inputs_of(
    *,
    answers: dict[str, Any],
    measured: dict[str, Any],
    age_years: int | None,
    phq9_item9: int | None,
    thresholds: dict[str, Decimal],
) -> dict[str, Any]:
    """Every input of the rules from intake and measurements. A value of None is not known."""
    trials = tuple(
        Trial(t["name"], Decimal(str(t["weeks"])) if t.get("weeks") not in (None, "") else None, t.get("full_dose"))
        for t in answers.get("trials", [])
    )
    height, weight = measured.get("height_cm"), measured.get("weight_kg")
    written = answers.get("medicines")
    named = medicines_that_matter(written) if written is not None else None
    yes_no = {q.id: answers.get(q.id) for q in questions()}
    unprotected = None
    if yes_no.get("bipolar") in ("yes", "no"):
        unprotected = "yes" if yes_no["bipolar"] == "yes" and yes_no.get("mood_stabiliser") != "yes" else "no"
    return {
        **yes_no,
        "bipolar_unprotected": unprotected,
        "systolic_mmhg": measured.get("systolic_mmhg"),
        "diastolic_mmhg": measured.get("diastolic_mmhg"),
        "age_years": age_years,
        "bmi": round(float(weight) / (float(height) / 100) ** 2, 1) if height and weight else None,
        "phq9_item9": phq9_item9,
        "adequate_trials": adequate_trials(trials, thresholds),
        **{f"medicine_{kind}": None if named is None else named.get(kind, "") for kind in _data()["medicines"]},
    }


def screen(inputs: dict[str, Any], thresholds: dict[str, Decimal]) -> tuple[Finding, ...]:
    """Every rule that speaks, and every rule whose input is not known; the gravest first."""
    findings = []
    for rule in rules():
        value = inputs.get(rule.input)
        unknown = value is None or value == "not_sure"
        if unknown or _speaks(rule, value, thresholds):
            findings.append(
                Finding(
                    rule.id,
                    rule.severity,
                    rule.sentence,
                    _said(rule, value, thresholds),
                    rule.source,
                    rule.verified,
                    not unknown,
                )
            )
    order = {Severity.ABSOLUTE: 0, Severity.CLEARANCE: 1, Severity.RELATIVE: 2}
    return tuple(sorted(findings, key=lambda f: (not f.known, order[f.severity], f.rule)))


def _speaks(rule: Rule, value: Any, thresholds: dict[str, Decimal]) -> bool:
    if rule.when == "yes":
        return bool(value == "yes")
    if rule.when == "named":
        return bool(value)
    if rule.when == "above_zero":
        return bool(value > 0)
    limit = thresholds[rule.threshold]
    number = Decimal(str(value))
    return number > limit if rule.when == "above" else number < limit


def _said(rule: Rule, value: Any, thresholds: dict[str, Decimal]) -> str:
    if value is None:
        return "not known"
    if value == "not_sure":
        return "the patient is not sure"
    if rule.threshold:
        return f"{value} (limit {thresholds[rule.threshold].normalize():f})"
    return str(value)


def suggest(findings: tuple[Finding, ...]) -> Suggestion:
    """What follows from the findings: excluded, to be cleared first, with conditions, or eligible."""
    spoken = [f for f in findings if f.known]
    if any(f.severity == Severity.ABSOLUTE for f in spoken):
        return Suggestion.DECLINED
    if any(not f.known and f.severity == Severity.ABSOLUTE for f in findings):
        return Suggestion.DEFERRED
    if any(f.severity == Severity.CLEARANCE for f in spoken):
        return Suggestion.DEFERRED
    if spoken or any(not f.known for f in findings):
        return Suggestion.WITH_CONDITIONS
    return Suggestion.ELIGIBLE
