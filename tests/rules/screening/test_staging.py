"""How resistant a depression has proved."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.journey.screening.staging import History, Stage, SymptomSeverity, maudsley

LEAST = History(
    months=1, severity=SymptomSeverity.SUBSYNDROMAL, failed_antidepressants=1, augmented=False, had_ect=False
)
MOST = History(36, SymptomSeverity.SEVERE_WITH_PSYCHOSIS, 12, True, True)


def points(history: History) -> int:
    stage = maudsley(history)
    assert isinstance(stage, Stage)
    return stage.points


@pytest.mark.parametrize(
    ("change", "more"),
    [
        ({}, 0),
        ({"months": 12}, 0),
        ({"months": 13}, 1),
        ({"months": 24}, 1),
        ({"months": 25}, 2),
        ({"severity": SymptomSeverity.MODERATE}, 2),
        ({"severity": SymptomSeverity.SEVERE_WITH_PSYCHOSIS}, 4),
        ({"failed_antidepressants": 2}, 0),
        ({"failed_antidepressants": 3}, 1),
        ({"failed_antidepressants": 4}, 1),
        ({"failed_antidepressants": 5}, 2),
        ({"failed_antidepressants": 6}, 2),
        ({"failed_antidepressants": 7}, 3),
        ({"failed_antidepressants": 10}, 3),
        ({"failed_antidepressants": 11}, 4),
        ({"augmented": True}, 1),
        ({"had_ect": True}, 1),
    ],
)
def test_each_part_adds_its_points(change, more):
    assert points(replace(LEAST, **change)) == 3 + more


def test_the_scale_runs_from_3_to_15():
    assert (points(LEAST), points(MOST)) == (3, 15)


@pytest.mark.parametrize(
    ("total", "word"), [(3, "mild"), (6, "mild"), (7, "moderate"), (10, "moderate"), (11, "severe"), (15, "severe")]
)
def test_the_word_of_a_stage(total, word):
    assert Stage(duration=total - 2, severity=1, failed=1, augmentation=0, ect=0).word == word


@pytest.mark.parametrize("part", ["months", "severity", "failed_antidepressants", "augmented", "had_ect"])
def test_what_is_not_known_is_asked_for_and_never_taken_for_none(part):
    refused = maudsley(replace(LEAST, **{part: None}))
    assert isinstance(refused, Refusal)
    assert refused.code == "history_incomplete"


@pytest.mark.parametrize("part", ["months", "failed_antidepressants"])
def test_counts_begin_at_0(part):
    refused = maudsley(replace(LEAST, **{part: -1}))
    assert isinstance(refused, Refusal)
    assert refused.code == "history_negative"


@given(st.integers(0, 600), st.sampled_from(SymptomSeverity), st.integers(0, 40), st.booleans(), st.booleans())
def test_every_known_history_has_a_stage_and_more_never_lowers_it(months, severity, failed, augmented, ect):
    here = History(months, severity, failed, augmented, ect)
    assert 3 <= points(here) <= 15
    assert points(replace(here, months=months + 1)) >= points(here)
    assert points(replace(here, failed_antidepressants=failed + 1)) >= points(here)
