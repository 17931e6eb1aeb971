"""Every microlitre of a vial is somewhere."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.foundation.stock.rules import (
    DRUG_WAYS,
    At,
    Balance,
    LossClocks,
    Move,
    balance,
    check_closed,
    check_move,
    loss_clocks,
    next_inventory_on,
    variance,
)

NURSE, OTHER = 1, 2
RECEIVED = Move(At.SUPPLIER, At.ON_HAND, 10_000, NURSE)
DRAWN = Move(At.ON_HAND, At.DRAWN, 800, NURSE, infusion=7)
GIVEN = Move(At.DRAWN, At.GIVEN, 700, NURSE, infusion=7)
WASTED = Move(At.DRAWN, At.WASTED, 100, NURSE, witness=OTHER, infusion=7)


def test_a_vial_after_one_infusion():
    assert balance([RECEIVED, DRAWN, GIVEN, WASTED]) == Balance(
        received=10_000, on_hand=9_200, drawn=0, given=700, wasted=100, lost=0
    )


@pytest.mark.parametrize(
    ("move", "code"),
    [
        (DRAWN, None),
        (Move(At.ON_HAND, At.DRAWN, 10_000, NURSE, infusion=7), None),
        (Move(At.ON_HAND, At.DRAWN, 10_001, NURSE, infusion=7), "not_enough_drug"),
        (Move(At.ON_HAND, At.DRAWN, 0, NURSE, infusion=7), "amount"),
        (Move(At.ON_HAND, At.DRAWN, -5, NURSE, infusion=7), "amount"),
        (Move(At.ON_HAND, At.DRAWN, 800, NURSE), "for_nobody"),
        (Move(At.ON_HAND, At.GIVEN, 800, NURSE, infusion=7), "way"),
        (Move(At.WASTED, At.ON_HAND, 1, NURSE), "way"),
        (Move(At.ON_HAND, At.ON_HAND, 1, NURSE), "way"),
        (Move(At.ON_HAND, At.WASTED, 1, NURSE), "witness_needed"),
        (Move(At.ON_HAND, At.WASTED, 1, NURSE, witness=NURSE), "witness_needed"),
        (Move(At.ON_HAND, At.WASTED, 1, NURSE, witness=OTHER), None),
        (Move(At.ON_HAND, At.LOST, 1, NURSE), None),
        (Move(At.DRAWN, At.GIVEN, 1, NURSE, infusion=7), "not_enough_drug"),
    ],
)
def test_what_may_follow_the_receipt(move, code):
    refused = check_move(move, [RECEIVED])
    assert (refused.code if refused else None) == code


@pytest.mark.parametrize(
    ("move", "sentence"),
    [
        (Move(At.ON_HAND, At.DRAWN, 0, NURSE, infusion=7), "Enter an amount above zero."),
        (Move(At.ON_HAND, At.GIVEN, 1, NURSE, infusion=7), "What is on hand cannot become given."),
        (Move(At.WASTED, At.ON_HAND, 1, NURSE), "What is wasted cannot become on hand."),
        (Move(At.ON_HAND, At.WASTED, 1, NURSE), "A waste needs a witness who is not the one who wastes."),
        (Move(At.ON_HAND, At.DRAWN, 1, NURSE), "Say for which infusion it is drawn."),
        (
            Move(At.ON_HAND, At.LOST, 9_201, NURSE),
            "The vial does not hold that much. Choose another vial.",
        ),
        (
            Move(At.DRAWN, At.GIVEN, 801, NURSE, infusion=7),
            "Only 0.8 mL are drawn and not yet accounted for.",
        ),
    ],
)
def test_every_refusal_says_what_to_do(move, sentence):
    refused = check_move(move, [RECEIVED, DRAWN])
    assert refused is not None
    assert refused.sentence == sentence


def test_one_microlitre_is_an_amount():
    assert check_move(Move(At.ON_HAND, At.LOST, 1, NURSE), [RECEIVED]) is None
    assert check_move(Move(At.ON_HAND, At.LOST, 9_200, NURSE), [RECEIVED, DRAWN]) is None
    assert check_move(Move(At.DRAWN, At.GIVEN, 800, NURSE, infusion=7), [RECEIVED, DRAWN]) is None


def test_what_is_received_needs_no_vial_to_hold_it():
    assert check_move(RECEIVED, []) is None


def test_what_was_lost_is_counted_as_lost():
    kept = [RECEIVED, DRAWN, Move(At.ON_HAND, At.LOST, 200, NURSE), Move(At.DRAWN, At.LOST, 50, NURSE, infusion=7)]
    assert balance(kept) == Balance(received=10_000, on_hand=9_000, drawn=750, lost=250)
    assert balance([]) == Balance() == Balance(received=0, on_hand=0, drawn=0, given=0, wasted=0, lost=0)


def test_the_places_have_the_names_that_the_log_keeps():
    assert {at.name: at.value for at in At} == {
        "SUPPLIER": "supplier",
        "ON_HAND": "on_hand",
        "DRAWN": "drawn",
        "GIVEN": "given",
        "WASTED": "wasted",
        "LOST": "lost",
        "IN_TRANSIT": "in_transit",
        "DESTROYED": "destroyed",
    }


def test_the_sentence_about_an_open_drug_says_how_much():
    refused = check_closed([RECEIVED, DRAWN, GIVEN], 7)
    assert refused is not None
    assert refused.sentence == "0.1 mL drawn are neither given nor wasted. Waste the rest with a witness."
    assert check_closed([RECEIVED, DRAWN], 8) is None


def test_what_was_drawn_for_one_infusion_is_not_given_in_another():
    before = [RECEIVED, DRAWN]
    assert check_move(GIVEN, before) is None
    refused = check_move(Move(At.DRAWN, At.GIVEN, 700, NURSE, infusion=8), before)
    assert refused is not None
    assert refused.code == "not_enough_drug"


@pytest.mark.parametrize(
    ("moves", "code"),
    [
        ([RECEIVED], None),
        ([RECEIVED, DRAWN], "drug_open"),
        ([RECEIVED, DRAWN, GIVEN], "drug_open"),
        ([RECEIVED, DRAWN, GIVEN, WASTED], None),
    ],
)
def test_an_infusion_closes_when_drawn_is_given_and_wasted(moves, code):
    refused = check_closed(moves, 7)
    assert (refused.code if refused else None) == code


moves = st.builds(
    Move,
    st.sampled_from(At),
    st.sampled_from(At),
    st.integers(-10, 12_000),
    st.just(NURSE),
    st.sampled_from([None, NURSE, OTHER]),
    st.sampled_from([None, 7, 8]),
)


@given(st.lists(moves, max_size=40))
def test_whatever_is_tried_the_vial_balances_and_nothing_is_below_zero(tried):
    kept = [RECEIVED]
    for move in tried:
        if check_move(move, kept) is None:
            kept.append(move)
    b = balance(kept)
    parts = (b.on_hand, b.drawn, b.given, b.wasted, b.lost, b.in_transit, b.destroyed)
    assert b.received == sum(parts)
    assert min(parts) >= 0
    for infusion in (7, 8):
        assert balance(m for m in kept if m.infusion == infusion).drawn >= 0


def test_what_has_left_for_good_goes_nowhere():
    assert {at for at, ways in DRUG_WAYS.items() if not ways} == {At.GIVEN, At.WASTED, At.LOST, At.DESTROYED}


def test_a_count_that_differs_is_a_variance():
    assert variance(9_200, 9_200) is None
    found = variance(9_200, 9_000)
    assert found is not None
    assert (found.off_ul, found.logged_ul, found.counted_ul) == (-200, 9_200, 9_000)
    assert variance(9_200, 9_300).off_ul == 100
    assert variance(9_200, 9_199) is not None


def test_a_loss_is_told_in_one_business_day_and_its_form_is_due_in_45_days():
    clocks = loss_clocks(date(2026, 11, 25), frozenset({date(2026, 11, 26)}), notice_business_days=1, form_days=45)
    assert clocks == LossClocks(date(2026, 11, 27), date(2027, 1, 9))


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, date(2026, 1, 5)),
        (date(2026, 1, 5), date(2028, 1, 5)),
        (date(2028, 2, 29), date(2030, 2, 28)),
        (date(2028, 3, 31), date(2030, 3, 31)),
    ],
)
def test_an_inventory_every_two_years(last, due):
    assert next_inventory_on(last, date(2026, 1, 5), 2) == due
