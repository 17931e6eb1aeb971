"""The states of an infusion and its ways between them."""

import pytest

from euthymia.clinic.journey.infusions.states import (
    CHARTABLE,
    IN_CHAIR,
    INFUSION_MOVES,
    INFUSION_STATE_WORDS,
    RUNS,
    InfusionState,
)

S = InfusionState


def reached(start: S) -> set[S]:
    found, open_ = {start}, [start]
    while open_:
        for state in INFUSION_MOVES[open_.pop()] - found:
            found.add(state)
            open_.append(state)
    return found


def test_every_state_has_its_ways_and_its_word():
    assert set(INFUSION_MOVES) == set(INFUSION_STATE_WORDS) == set(S)


def test_every_state_can_be_reached_from_booked():
    assert reached(S.BOOKED) == set(S)


@pytest.mark.parametrize("state", S)
def test_from_everywhere_there_is_a_way_to_an_end(state):
    assert reached(state) & {S.DISCHARGED, S.CANCELLED}


@pytest.mark.parametrize("end", [S.DISCHARGED, S.CANCELLED])
def test_an_end_is_an_end(end):
    assert INFUSION_MOVES[end] == frozenset()


@pytest.mark.parametrize("state", [*RUNS, S.RECOVERY])
def test_what_has_run_is_never_cancelled(state):
    assert S.CANCELLED not in reached(state)


def test_nobody_starts_who_is_not_ready_nor_leaves_without_recovery():
    assert {s for s, to in INFUSION_MOVES.items() if S.RUNNING in to} == {S.READY, S.PAUSED}
    assert {s for s, to in INFUSION_MOVES.items() if S.DISCHARGED in to} == {S.RECOVERY}


def test_who_runs_sits_in_a_chair_and_may_be_charted():
    assert set(RUNS) <= set(IN_CHAIR)
    assert set(RUNS) <= set(CHARTABLE)
