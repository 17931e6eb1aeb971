"""The ways between the states of an infusion."""

import pytest

from euthymia.clinic.journey.infusions.states import (
    CHARTABLE,
    IN_CHAIR,
    INFUSION_MOVES,
    INFUSION_STATE_WORDS,
    RUNS,
    InfusionState,
)

ALLOWED = {
    "booked": {"arrived", "cancelled"},
    "arrived": {"ready", "cancelled"},
    "ready": {"running", "arrived", "cancelled"},
    "running": {"paused", "recovery"},
    "paused": {"running", "recovery"},
    "recovery": {"discharged"},
    "discharged": set(),
    "cancelled": set(),
}


@pytest.mark.parametrize("here", InfusionState)
@pytest.mark.parametrize("to", InfusionState)
def test_every_pair(here, to):
    assert (to in INFUSION_MOVES[here]) == (to in ALLOWED[here])


def test_nothing_that_has_begun_is_cancelled():
    assert all(InfusionState.CANCELLED not in INFUSION_MOVES[s] for s in (*RUNS, InfusionState.RECOVERY))


def test_every_state_has_words_and_the_groups_hold_together():
    assert set(INFUSION_STATE_WORDS) == set(InfusionState) == set(INFUSION_MOVES)
    assert set(RUNS) < set(CHARTABLE) == set(IN_CHAIR)
