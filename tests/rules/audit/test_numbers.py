"""What counts as a number that a person typed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.foundation.audit.numbers import parse_number
from euthymia.clinic.foundation.audit.refusals import Refusal


@pytest.mark.parametrize(
    ("typed", "number"),
    [("0", "0"), ("9999", "9999"), ("82.5", "82.5"), ("0.125", "0.125"), (" 80 ", "80"), ("007", "7"), ("1.000", "1")],
)
def test_digits_with_one_point_are_read(typed, number):
    assert parse_number(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", ".", "1.", ".5", "1.2345", "10000", "99999"),
        *("-1", "+1", "1e3", "1E3", "1,5", "1_0", "1 0", "0x10", "NaN", "nan", "inf", "Infinity"),
        *("٣", "８０", "½", "²", "1\u00a0", "1\n", "\t1", "\0", "🙂", "\u202e80", "80kg", "80.5.1"),
    ],
)
def test_all_else_is_refused_with_what_to_do(typed):
    refused = parse_number(typed)
    assert isinstance(refused, Refusal)
    assert "82.5" in refused.sentence


@given(st.text(max_size=12))
def test_what_is_read_is_finite_and_in_range(typed):
    found = parse_number(typed)
    if not isinstance(found, Refusal):
        assert found.is_finite()
        assert 0 <= found < 10_000


@given(st.decimals(0, 9999, places=3, allow_nan=False, allow_infinity=False))
def test_every_number_in_range_is_read_as_it_was_typed(number):
    assert parse_number(f"{number:f}") == number
