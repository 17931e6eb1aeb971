"""Business days, and the clocks of a good-faith estimate."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euthymia.clinic.foundation.billing.rules import (
    EstimateContents,
    EstimateLine,
    business_days_after,
    business_days_until,
    check_bill,
    covers,
    estimate_due_on,
    is_business_day,
    missing_from_estimate,
)

THANKSGIVING = frozenset({date(2026, 11, 26)})
# November 2026: Monday the 23rd, Thanksgiving on Thursday the 26th.
MON, TUE, WED, FRI, SAT = (date(2026, 11, d) for d in (23, 24, 25, 27, 28))
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "count", "after"),
    [
        (MON, 0, MON),
        (MON, 1, TUE),
        (WED, 1, FRI),  # over the holiday
        (WED, 2, date(2026, 11, 30)),  # over the week-end too
        (FRI, 1, date(2026, 11, 30)),
        (SAT, 1, date(2026, 11, 30)),
        (MON, 3, FRI),
    ],
)
def test_business_days_pass_over_weekends_and_holidays(day, count, after):
    assert business_days_after(day, count, THANKSGIVING) == after


@given(DAYS, st.integers(1, 30), st.frozensets(DAYS, max_size=5))
def test_counting_forth_and_back_agree(day, count, holidays):
    later = business_days_after(day, count, holidays)
    assert is_business_day(later, holidays)
    assert business_days_until(day, later, holidays) == count


@pytest.mark.parametrize(
    ("visit_on", "due_on"),
    [
        (None, FRI),  # asked what it costs: within 3 business days
        (TUE, None),
        (WED, None),
        (FRI, TUE),  # 3 ahead: within 1
        (date(2026, 12, 7), TUE),  # 9 ahead
        (date(2026, 12, 8), FRI),  # 10 ahead: within 3
        (date(2027, 3, 1), FRI),
    ],
)
def test_when_the_estimate_is_due_after_monday(visit_on, due_on):
    assert estimate_due_on(started_on=MON, visit_on=visit_on, holidays=THANKSGIVING) == due_on


@given(DAYS, st.integers(0, 60), st.frozensets(DAYS, max_size=5))
def test_an_estimate_is_due_before_the_visit(started_on, ahead, holidays):
    visit_on = started_on + timedelta(days=ahead)
    due_on = estimate_due_on(started_on=started_on, visit_on=visit_on, holidays=holidays)
    assert due_on is None or started_on < due_on < visit_on


@pytest.mark.parametrize(
    ("billed", "estimated", "code"),
    [
        (47500, 47500, None),
        (40000, 47500, None),
        (87499, 47500, None),
        (87500, 47500, "above_estimate"),  # 400 dollars exactly
        (47500, None, "no_estimate"),
    ],
)
def test_a_bill_400_dollars_above_the_estimate_stops(billed, estimated, code):
    refused = check_bill(billed_cents=billed, estimated_cents=estimated, dispute_cents=40000)
    assert (refused.code if refused else None) == code


@pytest.mark.parametrize(
    ("issued", "service", "covered"),
    [
        (date(2026, 1, 5), date(2026, 1, 4), False),
        (date(2026, 1, 5), date(2026, 1, 5), True),
        (date(2026, 1, 5), date(2027, 1, 4), True),
        (date(2026, 1, 5), date(2027, 1, 5), False),
        (date(2028, 2, 29), date(2029, 2, 27), True),
        (date(2028, 2, 29), date(2029, 2, 28), False),
    ],
)
def test_an_estimate_covers_twelve_months(issued, service, covered):
    assert covers(issued, service) is covered


FULL = EstimateContents(
    patient_name="Demo Patient 017",
    born_on=date(1984, 5, 27),
    lines=(EstimateLine("Infusion", 6, 43000, "D", "S"), EstimateLine("Evaluation", 1, 25000, "D", "S")),
    provider_name="Demo Physician 1",
    provider_npi="1000000001",
    provider_tax_number="00-0000000",
    place="Washington NW",
    booked_separately="Nothing",
    disclaimers="An estimate, not a contract.",
)


def test_a_full_estimate_lacks_nothing_and_sums_its_lines():
    assert missing_from_estimate(FULL) == ()
    assert FULL.total_cents == 6 * 43000 + 25000


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"patient_name": " "}, "the patient’s name"),
        ({"born_on": None}, "the patient’s date of birth"),
        ({"lines": ()}, "at least one line with a charge"),
        ({"lines": (EstimateLine("Infusion", 1, 1, "", "S"),)}, "a diagnosis code on every line"),
        ({"lines": (EstimateLine("Infusion", 1, 1, "D", ""),)}, "a service code on every line"),
        ({"provider_name": ""}, "the provider’s name"),
        ({"provider_npi": ""}, "the provider’s NPI"),
        ({"provider_tax_number": ""}, "the provider’s tax number"),
        ({"place": ""}, "the place of the visit"),
        ({"booked_separately": ""}, "what is booked separately"),
        ({"disclaimers": ""}, "the disclaimers"),
    ],
)
def test_what_an_estimate_lacks_is_named(change, words):
    assert missing_from_estimate(replace(FULL, **change)) == (words,)
