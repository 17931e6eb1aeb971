"""Totals, missing answers, severity, and what response, remission and relapse mean."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.journey.outcomes.instruments import instrument
from euthymia.clinic.journey.outcomes.rules import asks_for_help, check_answers, course, severity, total

PHQ9, GAD7 = instrument("phq9"), instrument("gad7")
LIMITS = {
    "outcome.response_pct": Decimal(50),
    "outcome.remission_phq9": Decimal(5),
    "outcome.relapse_phq9": Decimal(10),
    "outcome.relapse_gain_lost_pct": Decimal(50),
}
FIRST = datetime(2026, 1, 5, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answers", "value", "prorated"),
    [
        ((0,) * 9, 0, False),
        ((3,) * 9, 27, False),
        ((1, 2, 3, 0, 1, 2, 3, 0, 1), 13, False),
        ((2,) * 8 + (None,), 18, True),
        ((2,) * 7 + (None, None), 18, True),
        ((1, 1, 1, 1, 2, 2, 2, None, None), 13, True),  # 10 of 7 items: 12.86
        ((2,) * 6 + (None,) * 3, None, False),
        ((None,) * 9, None, False),
    ],
)
def test_phq9_totals_with_at_most_two_answers_missing(answers, value, prorated):
    summed = total(PHQ9, answers)
    assert (summed.value, summed.prorated) == (None if value is None else Decimal(value), prorated)


@given(st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=9, max_size=9))
def test_a_total_lies_between_what_was_said_and_the_most_that_could_be(answers):
    summed = total(PHQ9, tuple(answers))
    given_points = sum(a for a in answers if a is not None)
    missing = answers.count(None)
    if summed.value is not None:
        assert given_points <= summed.value <= given_points + 3 * missing
        assert summed.prorated == (missing > 0)
    else:
        assert missing > PHQ9.most_missing


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (0, "minimal"),
        (4, "minimal"),
        (5, "mild"),
        (9, "mild"),
        (10, "moderate"),
        (14, "moderate"),
        (15, "moderately severe"),
        (19, "moderately severe"),
        (20, "severe"),
        (27, "severe"),
    ],
)
def test_severity_changes_at_its_published_limits(value, word):
    assert severity(PHQ9, Decimal(value)) == word


@pytest.mark.parametrize(("item9", "help_wanted"), [(0, False), (1, True), (2, True), (3, True), (None, False)])
def test_item_9_calls_for_help_from_several_days_on(item9, help_wanted):
    assert asks_for_help(PHQ9, (0,) * 8 + (item9,)) is help_wanted


def test_an_instrument_without_such_an_item_never_calls():
    assert asks_for_help(GAD7, (3,) * 7) is False


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ((0,) * 9, None),
        ((0,) * 8, "answers_count"),
        ((4,) + (0,) * 8, "answer_range"),
        ((-1,) + (0,) * 8, "answer_range"),
    ],
)
def test_answers_that_cannot_be(answers, code):
    refusal = check_answers(PHQ9, answers)
    assert (refusal.code if refusal else None) == code


def run(before: list[int], after: list[int]):
    scores = [(FIRST - timedelta(days=len(before) - i - 1), Decimal(v)) for i, v in enumerate(before)]
    scores += [(FIRST + timedelta(days=7 * (i + 1)), Decimal(v)) for i, v in enumerate(after)]
    return course(scores, FIRST, LIMITS)


@pytest.mark.parametrize(
    ("before", "after", "response", "remission", "relapse"),
    [
        ([20], [11], False, False, False),
        ([20], [10], True, False, False),  # exactly half
        ([20], [5], True, False, False),  # remission is below 5
        ([20], [4], True, True, False),
        ([8], [4], True, True, False),
        ([20], [4, 12, 12], False, False, True),  # half of the gain of 16 lost, twice
        ([20], [4, 11, 12], False, False, False),  # 11 has lost 7 of 16
        ([20], [4, 12], False, False, False),  # once is not enough
        ([20], [4, 12, 4], True, True, False),
        ([20], [2, 9, 9], True, False, False),  # 9 is below the level of relapse
        ([20], [15, 18, 19], False, False, False),  # who never responded cannot relapse
        ([10, 20], [10], True, False, False),  # the last before counts as baseline
    ],
)
def test_response_remission_and_relapse(before, after, response, remission, relapse):
    found = run(before, after)
    assert (found.response, found.remission, found.relapse) == (response, remission, relapse)


@pytest.mark.parametrize(("before", "after"), [([], [10]), ([20], []), ([0], [3])])
def test_without_a_baseline_or_a_score_after_nothing_is_said(before, after):
    assert run(before, after) is None


def test_before_the_first_infusion_nothing_is_said():
    assert course([(FIRST, Decimal(20))], None, LIMITS) is None
