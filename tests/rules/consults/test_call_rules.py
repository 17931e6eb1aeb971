"""How a call may end after what was answered, and where a call's states lead."""

import pytest

from euthymia.clinic.journey.consults.rules import (
    CALL_MOVES,
    DISPOSITION_WORDS,
    SCRIPT,
    Disposition,
    check_disposition,
)
from euthymia.clinic.journey.consults.states import CallState

D = Disposition
TRUTH = [
    # the answer to the safety question, how the call ends, the refusal
    ("", D.PROCEED, "safety_not_asked"),
    ("", D.MORE_NEEDED, "safety_not_asked"),
    ("", D.NOT_A_FIT, "safety_not_asked"),
    ("", D.EMERGENCY, "safety_not_asked"),
    ("", D.NOT_REACHED, None),
    ("no", D.PROCEED, None),
    ("no", D.MORE_NEEDED, None),
    ("no", D.NOT_A_FIT, None),
    ("no", D.EMERGENCY, None),
    ("no", D.NOT_REACHED, None),
    ("yes", D.PROCEED, "safety_first"),
    ("yes", D.MORE_NEEDED, "safety_first"),
    ("yes", D.NOT_A_FIT, "safety_first"),
    ("yes", D.EMERGENCY, None),
    ("yes", D.NOT_REACHED, "safety_first"),
]


@pytest.mark.parametrize(("safety", "how", "code"), TRUTH)
def test_safety_decides_how_a_call_may_end(safety, how, code):
    refusal = check_disposition({"safe_now": safety}, how)
    assert (refusal.code if refusal else None) == code


def test_every_end_has_its_row_and_its_words():
    assert {how for _, how, _ in TRUTH} == set(Disposition) == set(DISPOSITION_WORDS)


def test_the_safety_question_comes_first():
    assert SCRIPT[0].id == "safe_now"
    assert len({item.id for item in SCRIPT}) == len(SCRIPT)


MOVES = {
    CallState.BOOKED: "booked under_way done cancelled missed",
    CallState.UNDER_WAY: "under_way done missed",
    CallState.MISSED: "booked under_way missed done cancelled",
    CallState.DONE: "",
    CallState.CANCELLED: "",
}


@pytest.mark.parametrize("state", CallState)
def test_where_a_call_leads(state):
    assert {str(to) for to in CALL_MOVES[state]} == set(MOVES[state].split())
