"""Slips planted in 10,000 orders: every one is stopped or questioned, and right orders are left in peace."""

import pytest
from bench.slips import MOST_QUESTIONED, SLIPS, count

from tests.rules.limits import LIMITS

ORDERS, SEED = 10_000, 4


@pytest.fixture(scope="module")
def counted():
    return count(ORDERS, SEED, LIMITS)


def test_every_slip_is_stopped_or_questioned(counted):
    assert {kind: answers[""] for kind, answers in counted.slipped.items()} == dict.fromkeys(SLIPS, 0)
    assert sum(answers.total() for answers in counted.slipped.values()) == ORDERS


def test_right_orders_are_seldom_questioned(counted):
    assert counted.right.total() == ORDERS
    assert counted.questioned <= MOST_QUESTIONED, counted.right


def test_without_the_questions_slips_of_every_kind_pass():
    bare = count(1_000, SEED, LIMITS, guarded=False)
    assert all(answers[""] for answers in bare.slipped.values()), bare.slipped
