"""Vials that travel, vials that are shared, counts by two people, and cases: every answer, word for word."""

import pytest

from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.foundation.stock.rules import (
    At,
    Move,
    Variance,
    check_arrival,
    check_case_closed,
    check_count,
    check_move,
    check_shared,
    held_for,
    is_new_variance,
)

NURSE, OTHER = 1, 2
HERE, THERE = 10, 20
RECEIVED = Move(At.SUPPLIER, At.ON_HAND, 10_000, NURSE, location=HERE)
SENT = Move(At.ON_HAND, At.IN_TRANSIT, 10_000, NURSE, location=HERE, transfer=5)
ARRIVED = Move(At.IN_TRANSIT, At.ON_HAND, 9_000, OTHER, location=THERE, transfer=5)

NO_TRANSFER = Refusal("no_transfer", "Only what travels between two locations is in transit.")
WHOLE_VIAL = Refusal("whole_vial", "A vial travels with all that it holds.")
NOT_ENOUGH = Refusal("not_enough_drug", "The vial does not hold that much. Choose another vial.")


@pytest.mark.parametrize(
    ("move", "before", "refused"),
    [
        (SENT, [RECEIVED], None),
        (Move(At.ON_HAND, At.IN_TRANSIT, 9_999, NURSE, location=HERE, transfer=5), [RECEIVED], WHOLE_VIAL),
        (Move(At.ON_HAND, At.IN_TRANSIT, 10_001, NURSE, location=HERE, transfer=5), [RECEIVED], NOT_ENOUGH),
        (Move(At.ON_HAND, At.IN_TRANSIT, 10_000, NURSE, location=HERE), [RECEIVED], NO_TRANSFER),
        (Move(At.ON_HAND, At.LOST, 1, NURSE, location=HERE, transfer=5), [RECEIVED], NO_TRANSFER),
        (Move(At.IN_TRANSIT, At.ON_HAND, 1, OTHER, location=THERE), [RECEIVED, SENT], NO_TRANSFER),
        (ARRIVED, [RECEIVED, SENT], None),
        (Move(At.IN_TRANSIT, At.LOST, 1_000, OTHER, transfer=5), [RECEIVED, SENT, ARRIVED], None),
        (Move(At.IN_TRANSIT, At.LOST, 1_001, OTHER, transfer=5), [RECEIVED, SENT, ARRIVED], NOT_ENOUGH),
        # What was sent with another transfer, or lies at another place, is no source.
        (Move(At.IN_TRANSIT, At.ON_HAND, 1, OTHER, location=THERE, transfer=6), [RECEIVED, SENT], NOT_ENOUGH),
        (Move(At.ON_HAND, At.LOST, 1, NURSE, location=THERE), [RECEIVED], NOT_ENOUGH),
        (Move(At.ON_HAND, At.LOST, 9_001, OTHER, location=THERE), [RECEIVED, SENT, ARRIVED], NOT_ENOUGH),
        (Move(At.ON_HAND, At.LOST, 9_000, OTHER, location=THERE), [RECEIVED, SENT, ARRIVED], None),
    ],
)
def test_what_travels(move, before, refused):
    assert check_move(move, before) == refused


def test_what_a_move_may_take():
    assert held_for(ARRIVED, [RECEIVED, SENT]) == 10_000
    assert held_for(ARRIVED, []) == 0
    assert held_for(RECEIVED, []) == 0


@pytest.mark.parametrize(
    ("patients", "most", "words"),
    [
        (set(), 1, None),
        ({7}, 1, None),
        ({8}, 1, "This vial was drawn from for another patient. Open a new one."),
        ({8}, 2, None),
        ({8, 9}, 2, "This vial was drawn from for 2 patients already. Open a new one."),
        ({7, 9}, 2, None),
        (set(), 0, "This vial was drawn from for 0 patients already. Open a new one."),
    ],
)
def test_a_vial_serves_so_many(patients, most, words):
    assert check_shared(frozenset(patients), 7, most) == (Refusal("vial_shared", words) if words else None)


@pytest.mark.parametrize(
    ("receiver", "seen_ul", "refused"),
    [
        (OTHER, 10_000, None),
        (OTHER, 0, None),
        (
            OTHER,
            10_001,
            Refusal("more_than_sent", "That is more than the vial held. Look at it again together."),
        ),
        (NURSE, 10_000, Refusal("receiver_is_sender", "Another person receives what you sent.")),
    ],
)
def test_who_receives_what(receiver, seen_ul, refused):
    assert check_arrival(NURSE, receiver, 10_000, seen_ul) == refused


@pytest.mark.parametrize(
    ("off_ul", "last_off_ul", "tolerance_ul", "new"),
    [
        (-300, None, 0, True),
        (-300, -300, 0, False),
        (-301, -300, 0, True),
        (-300, 300, 0, True),
        (-400, -300, 100, False),
        (-401, -300, 100, True),
        (-199, -300, 100, True),
        (-200, -300, 100, False),
    ],
)
def test_a_variance_that_is_known_opens_no_second_case(off_ul, last_off_ul, tolerance_ul, new):
    last = None if last_off_ul is None else Variance(0, last_off_ul)
    assert is_new_variance(Variance(5_000, 5_000 + off_ul), last, tolerance_ul) is new


def test_without_a_tolerance_a_microlitre_is_new():
    assert is_new_variance(Variance(5, 4), Variance(5, 5))
    assert is_new_variance(Variance(5, 6), Variance(5, 5))
    assert not is_new_variance(Variance(5, 5), Variance(6, 6))


@pytest.mark.parametrize(
    ("counted", "witness", "refused"),
    [
        ({1, 2}, OTHER, None),
        ({1, 2}, NURSE, Refusal("second_counter", "Two people count: the second signs in here as himself.")),
        ({1, 2}, None, Refusal("second_counter", "Two people count: the second signs in here as himself.")),
        ({1}, OTHER, Refusal("vial_uncounted", "Count every vial. Enter 0 for one that is not there.")),
        (
            {1, 2, 3},
            OTHER,
            Refusal("vial_elsewhere", "A vial on this sheet has been moved meanwhile. Open the count again."),
        ),
    ],
)
def test_a_whole_count_is_by_two_and_of_every_vial(counted, witness, refused):
    assert check_count(frozenset(counted), frozenset({1, 2}), NURSE, witness) == refused


@pytest.mark.parametrize(
    ("closed", "reason", "told", "refused"),
    [
        (False, "found behind the drawer", True, None),
        (True, "found behind the drawer", True, Refusal("case_closed", "This case is closed already.")),
        (False, " ", True, Refusal("reason_missing", "Say how the difference was explained.")),
        (False, "found", False, Refusal("notice_open", "First enter the notice, or why none is owed.")),
    ],
)
def test_a_case_is_closed_once_with_a_reason_and_after_its_notice(closed, reason, told, refused):
    assert check_case_closed(closed, reason, told) == refused
