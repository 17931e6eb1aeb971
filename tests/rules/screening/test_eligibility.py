"""Each rule of eligibility: what makes it speak, what keeps it silent, and what follows."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from euthymia.clinic.foundation.practice.file import Practice
from euthymia.clinic.journey.screening.rules import (
    Finding,
    Severity,
    Suggestion,
    Trial,
    adequate_trials,
    age_on,
    inputs_of,
    medicines_that_matter,
    questions,
    rules,
    screen,
    suggest,
)
from tests.cast import test_practice

PRACTICE = test_practice()
assert isinstance(PRACTICE, Practice)
LIMITS = {t.code: Decimal(str(t.value)) for t in PRACTICE.thresholds}
NOTHING = inputs_of(
    answers={q.id: "no" for q in questions()}
    | {"medicines": "", "trials": [{"name": "a", "weeks": "8", "full_dose": True}] * 4},
    measured={"systolic_mmhg": 110.0, "diastolic_mmhg": 70.0, "height_cm": 170.0, "weight_kg": 65.0},
    age_years=40,
    phq9_item9=0,
    thresholds=LIMITS,
)


def edge(rule) -> tuple[object, object]:
    """The value at which a rule just speaks, and the one at which it just does not."""
    if rule.when == "yes":
        return "yes", "no"
    if rule.when == "named":
        return "something", ""
    if rule.when == "above_zero":
        return 1, 0
    limit = LIMITS[rule.threshold]
    step = Decimal("0.1") if rule.when == "above" else Decimal("-0.1")
    return limit + step, limit


def spoke(inputs) -> set[str]:
    return {f.rule for f in screen(inputs, LIMITS) if f.known}


def test_when_nothing_is_the_matter_no_rule_speaks():
    assert screen(NOTHING, LIMITS) == ()
    assert suggest(()) == Suggestion.ELIGIBLE


@pytest.mark.parametrize("rule", rules(), ids=lambda r: r.id)
def test_each_rule_speaks_at_its_edge_and_not_before(rule):
    speaks, silent = edge(rule)
    assert rule.id in spoke(NOTHING | {rule.input: speaks})
    assert rule.id not in spoke(NOTHING | {rule.input: silent})


@pytest.mark.parametrize("rule", rules(), ids=lambda r: r.id)
def test_an_input_that_is_not_known_is_said(rule):
    (finding,) = [f for f in screen(NOTHING | {rule.input: None}, LIMITS) if f.rule == rule.id]
    assert (finding.known, finding.input) == (False, "not known")


@pytest.mark.parametrize("rule", rules(), ids=lambda r: r.id)
def test_each_rule_names_its_severity_and_source(rule):
    speaks, _ = edge(rule)
    (finding,) = [f for f in screen(NOTHING | {rule.input: speaks}, LIMITS) if f.rule == rule.id]
    assert (finding.severity, finding.source, finding.verified) == (rule.severity, rule.source, rule.verified)
    assert finding.may_be_overridden == (rule.severity != Severity.ABSOLUTE)
    assert rule.source


def test_every_rule_has_an_input_that_is_asked_or_measured():
    assert {r.input for r in rules()} <= set(NOTHING)
    assert len({r.id for r in rules()}) == len(rules())


FINDING = Finding("r", Severity.RELATIVE, "s", "yes", "source", True, True)


@pytest.mark.parametrize(
    ("severity", "known", "suggestion"),
    [
        (Severity.ABSOLUTE, True, Suggestion.DECLINED),
        (Severity.ABSOLUTE, False, Suggestion.DEFERRED),
        (Severity.CLEARANCE, True, Suggestion.DEFERRED),
        (Severity.CLEARANCE, False, Suggestion.WITH_CONDITIONS),
        (Severity.RELATIVE, True, Suggestion.WITH_CONDITIONS),
        (Severity.RELATIVE, False, Suggestion.WITH_CONDITIONS),
    ],
)
def test_what_follows_from_one_finding(severity, known, suggestion):
    assert suggest((replace(FINDING, severity=severity, known=known),)) == suggestion


def test_the_gravest_finding_decides_and_stands_first():
    inputs = NOTHING | {"pregnant": "yes", "substances": "yes", "heart": "yes"}
    findings = screen(inputs, LIMITS)
    assert [f.severity for f in findings] == [Severity.ABSOLUTE, Severity.CLEARANCE, Severity.RELATIVE]
    assert suggest(findings) == Suggestion.DECLINED


@pytest.mark.parametrize(
    ("bipolar", "stabiliser", "answer"),
    [("yes", "no", "yes"), ("yes", "yes", "no"), ("yes", None, "yes"), ("no", None, "no"), ("not_sure", "no", None)],
)
def test_bipolar_disorder_is_protected_by_a_mood_stabiliser(bipolar, stabiliser, answer):
    found = inputs_of(
        answers={"bipolar": bipolar, "mood_stabiliser": stabiliser},
        measured={},
        age_years=None,
        phq9_item9=None,
        thresholds=LIMITS,
    )
    assert found["bipolar_unprotected"] == answer


@pytest.mark.parametrize(
    ("weeks", "full_dose", "adequate"),
    [("8", True, 1), ("8", None, 1), ("8", False, 0), ("1", True, 0), (None, True, 0)],
)
def test_a_trial_counts_when_long_enough_and_not_below_the_dose(weeks, full_dose, adequate):
    trial = Trial("a", Decimal(weeks) if weeks else None, full_dose)
    assert adequate_trials((trial,), LIMITS) == adequate


def test_the_least_weeks_of_a_trial_are_enough():
    least = LIMITS["screening.adequate_weeks"]
    assert adequate_trials((Trial("a", least, True),), LIMITS) == 1
    assert adequate_trials((Trial("a", least - Decimal("0.1"), True),), LIMITS) == 0


def test_no_trials_written_down_are_not_none():
    assert adequate_trials((), LIMITS) is None


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Xanax 0.5mg at night", {"benzodiazepine": "xanax"}),
        ("LAMICTAL, ritalin", {"lamotrigine": "lamictal", "stimulant": "ritalin"}),
        ("Emsam-patch", {"maoi": "emsam"}),
        ("sertraline", {}),
        ("xanaxis", {}),
        ("🙂\u202e\0", {}),
    ],
)
def test_medicines_are_found_in_what_was_typed(typed, found):
    assert medicines_that_matter(typed) == found


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        (date(1984, 5, 27), date(2026, 5, 26), 41),
        (date(1984, 5, 27), date(2026, 5, 27), 42),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (None, date(2026, 1, 1), None),
    ],
)
def test_whole_years_lived(born, today, age):
    assert age_on(born, today) == age
