"""When a patient may leave."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from euthymia.clinic.journey.infusions.leaving import CHECKLIST, Leaving, check_leaving
from tests.rules.limits import LIMITS

END = datetime(2026, 11, 24, 16, tzinfo=UTC)
WELL = Leaving(
    now=END + timedelta(minutes=30),
    ended_at=END,
    aldrete=9,
    mpadss=9,
    checked={item: True for item, _ in CHECKLIST},
    systolic_mmhg=120,
    baseline_systolic_mmhg=120,
    left_ul=0,
    diastolic_mmhg=80,
    baseline_diastolic_mmhg=80,
)


def test_who_is_well_may_leave():
    assert check_leaving(WELL, LIMITS) is None


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"left_ul": 1}, "drug_open", None),
        ({"now": END + timedelta(minutes=29, seconds=59)}, "too_early", None),
        ({"aldrete": 8}, "aldrete_low", "aldrete"),
        ({"mpadss": 8}, "mpadss_low", "mpadss"),
        ({"systolic_mmhg": None}, "no_pressure", None),
        ({"systolic_mmhg": 144}, None, None),  # 20 % exactly
        ({"systolic_mmhg": 145}, "pressure_off", None),
        ({"systolic_mmhg": 96}, None, None),
        ({"systolic_mmhg": 95}, "pressure_off", None),
        ({"diastolic_mmhg": 96}, None, None),
        ({"diastolic_mmhg": 97}, "pressure_off", None),
        ({"diastolic_mmhg": 63}, "pressure_off", None),
    ],
)
def test_what_keeps_a_patient(change, code, field):
    trouble = check_leaving(replace(WELL, **change), LIMITS)
    assert (trouble[0].code, trouble[1]) == (code, field) if code else trouble is None


@pytest.mark.parametrize("item", [item for item, _ in CHECKLIST])
def test_every_item_of_the_list_is_needed(item):
    for checked in (WELL.checked | {item: False}, {k: v for k, v in WELL.checked.items() if k != item}):
        trouble = check_leaving(replace(WELL, checked=checked), LIMITS)
        assert trouble is not None
        assert (trouble[0].code, trouble[1]) == ("unchecked", item)


def test_the_list_asks_for_intent_escort_and_line():
    assert {"no_intent", "escort_here", "line_out", "oriented", "instructions"} <= {item for item, _ in CHECKLIST}
