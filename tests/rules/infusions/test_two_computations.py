"""The rules and a second computation from the definition agree on every order. A million: python -m bench.agree."""

from fractions import Fraction
from random import Random

from bench.agree import by_the_rules, in_floats

from tests.rules.infusions.second_computation import order_in_fractions, typed_order

ORDERS = 20_000


def test_two_computations_agree_and_floats_would_be_found_out():
    rng = Random(4)
    floats_off = 0
    for _ in range(ORDERS):
        order = typed_order(rng)
        wanted = order_in_fractions(*order)
        assert by_the_rules(*order) == wanted, order
        floats_off += in_floats(*order) != wanted
    assert floats_off


def test_the_second_computation_knows_an_order_worked_by_hand():
    assert order_in_fractions("80", "0.5", 40, 50, 100) == (40_000, 800, 150, 1_000, Fraction(2, 5))
