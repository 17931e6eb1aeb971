"""What the patient answers before his visit, and what the board says is open."""

from decimal import Decimal

import pytest

from euthymia.clinic.journey.infusions.beforehand import DESK_SEES, SETTLED_BY, questions, still_open
from euthymia.clinic.journey.infusions.gate import GATE, GATE_BY_ID, GateState
from tests.rules.limits import LIMITS

PASSED = {item.id: GateState(True, "") for item in GATE}


@pytest.mark.parametrize(("may_be", "items"), [(True, 4), (False, 3)])
def test_pregnancy_is_asked_where_it_may_be(may_be, items):
    asked = questions(LIMITS, may_be_pregnant=may_be)
    assert len(asked) == items
    assert ("pregnancy" in {q.item for q in asked}) == may_be
    assert {q.item for q in asked} <= GATE_BY_ID.keys()
    assert all(q.passes < {value for value, _ in q.answers} for q in asked)


def test_the_hours_of_fasting_are_the_settings():
    set_otherwise = LIMITS | {"gate.no_food_h": Decimal(6), "gate.no_drink_h": Decimal(3)}
    (fasting,) = [q for q in questions(set_otherwise, may_be_pregnant=False) if q.item == "fasting"]
    assert "no food in the 6 hours" in fasting.ask
    assert "no drink in the 3 hours" in fasting.ask
    unset = {code: value for code, value in LIMITS.items() if code != "gate.no_food_h"}
    assert not any(letter.isdigit() for letter in questions(unset, may_be_pregnant=False)[0].ask)


def test_every_item_names_who_can_settle_it():
    assert set(SETTLED_BY) == set(GATE_BY_ID)
    assert SETTLED_BY.keys() >= DESK_SEES


@pytest.mark.parametrize(
    ("answered", "says", "arrived", "items"),
    [
        ({}, {}, True, [i.id for i in GATE]),
        (PASSED, {}, True, []),
        (PASSED | {"escort": GateState(False, "later")}, {}, True, ["escort"]),  # hard: a reason passes nothing
        (PASSED | {"fasting": GateState(False, "a biscuit")}, {}, True, []),
        (PASSED, {"fasting": False}, True, []),  # the staff has seen to it
        ({}, {}, False, []),  # nothing is asked of the staff before he comes
        ({}, {"escort": False, "fasting": True}, False, ["escort"]),
    ],
)
def test_what_the_board_calls_open(answered, says, arrived, items):
    assert [o.item.id for o in still_open(answered, says, arrived=arrived)] == items


def test_it_tells_what_he_himself_said_no_to():
    opened = {o.item.id: o.patient_says_no for o in still_open({}, {"fasting": False, "escort": True}, arrived=True)}
    assert (opened["fasting"], opened["escort"], opened["identity"]) == (True, False, False)
