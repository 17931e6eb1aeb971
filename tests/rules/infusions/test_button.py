"""The patient's button: what rings, how urgent it is, and when it stops being so."""

from datetime import timedelta

import pytest

from euthymia.clinic.journey.infusions.button import (
    CALL_MOVES,
    CALL_STATE_WORDS,
    SAID_WORDS,
    Call,
    CallState,
    Said,
    Urgency,
    open_calls,
    urgency,
)
from tests.cast import NOW
from tests.rules.limits import LIMITS


def call(said=Said.SICK, ago_s=0, answered=False, settled=False):
    return Call(said, NOW - timedelta(seconds=ago_s), NOW if answered else None, NOW if settled else None)


@pytest.mark.parametrize(
    ("calls", "how"),
    [
        ([], None),
        ([call(Said.ALL_RIGHT, 600)], None),
        ([call(Said.SOMEONE)], Urgency.RINGING),
        ([call(Said.SICK, 119)], Urgency.RINGING),
        ([call(Said.STRONG, 120)], Urgency.OVERDUE),
        ([call(ago_s=500, answered=True)], Urgency.ANSWERED),
        ([call(ago_s=500, answered=True, settled=True)], None),
        # He calls again after an answer: it rings again, and its own clock runs.
        ([call(ago_s=500, answered=True), call(ago_s=5)], Urgency.RINGING),
        # He presses again while nobody comes: the clock runs from the first press.
        ([call(ago_s=121), call(ago_s=1)], Urgency.OVERDUE),
        # Saying that he is all right silences nothing.
        ([call(ago_s=30), call(Said.ALL_RIGHT, 5)], Urgency.RINGING),
    ],
)
def test_how_urgent_the_calls_of_one_patient_are(calls, how):
    assert urgency(calls, NOW, LIMITS) == how


@pytest.mark.parametrize(("minutes", "how"), [(1, Urgency.OVERDUE), (3, Urgency.RINGING)])
def test_the_limit_is_a_setting(minutes, how):
    assert urgency([call(ago_s=100)], NOW, LIMITS | {"help.unanswered_min": minutes}) == how


def test_answered_is_not_settled():
    answered = call(answered=True)
    assert answered.state == CallState.ANSWERED
    assert open_calls([answered]) == [answered]
    assert open_calls([call(answered=True, settled=True)]) == []


def test_every_state_and_word_is_told_and_the_way_ends_settled():
    assert set(CALL_MOVES) == set(CALL_STATE_WORDS) == set(CallState)
    assert set(SAID_WORDS) == set(Said)
    here, passed = CallState.RINGING, []
    while CALL_MOVES[here]:
        (here,) = CALL_MOVES[here]
        passed.append(here)
    assert passed == [CallState.ANSWERED, CallState.SETTLED]
