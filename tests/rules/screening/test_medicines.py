"""Medicines that matter: found by any of their names; not written down is not none."""

from pathlib import Path

import pytest

from euthymia.clinic.journey.screening import rules
from euthymia.clinic.journey.screening.rules import inputs_of, medicines_that_matter, screen
from tests.rules.limits import LIMITS

KINDS = ("benzodiazepine", "maoi", "theophylline", "naltrexone", "lamotrigine", "stimulant")
NAMES = rules.tomllib.loads((Path(rules.__file__).parent / "rules.toml").read_text(encoding="utf-8"))["medicines"]


def inputs(answers):
    return inputs_of(answers=answers, measured={}, age_years=None, phq9_item9=None, thresholds=LIMITS)


def test_each_kind_has_its_rule():
    assert set(NAMES) == set(KINDS)
    assert {r.input for r in rules.rules() if r.when == "named"} == {f"medicine_{k}" for k in KINDS}


@pytest.mark.parametrize(("kind", "name"), [(k, n) for k, names in NAMES.items() for n in names])
def test_every_name_is_found_however_it_is_typed(kind, name):
    for typed in (name, name.upper(), f"sertraline, {name} 10mg/day", f"({name})"):
        assert medicines_that_matter(typed) == {kind: name}


def test_no_name_stands_in_two_kinds():
    listed = [n for names in NAMES.values() for n in names]
    assert len(set(listed)) == len(listed)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("answers", "value"), [({}, None), ({"medicines": ""}, ""), ({"medicines": "none"}, "")])
def test_medicines_that_were_not_written_down_are_not_known(kind, answers, value):
    assert inputs(answers)[f"medicine_{kind}"] == value


def test_the_finding_says_that_they_are_not_known():
    findings = {f.rule: f for f in screen(inputs({}), LIMITS)}
    assert (findings["maoi"].known, findings["maoi"].input) == (False, "not known")
    assert "maoi" not in {f.rule for f in screen(inputs({"medicines": "none"}), LIMITS)}
