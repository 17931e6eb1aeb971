"""A patient leaves when drug, time, scores, checklist and pressure all agree; each alone holds him."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from euthymia.clinic.journey.infusions.leaving import CHECKLIST, Leaving, check_leaving
from tests.rules.infusions.settings import SETTINGS

ENDED = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
FIT = Leaving(
    now=ENDED + timedelta(minutes=30),
    ended_at=ENDED,
    aldrete=9,
    mpadss=9,
    checked={item: True for item, _ in CHECKLIST},
    systolic_mmhg=120,
    baseline_systolic_mmhg=120,
    left_ul=0,
)


def test_fit_to_leave():
    assert check_leaving(FIT, SETTINGS) is None


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"left_ul": 1}, ("drug_open", None)),
        ({"now": ENDED + timedelta(minutes=29, seconds=59)}, ("too_early", None)),
        ({"aldrete": 8}, ("aldrete_low", "aldrete")),
        ({"mpadss": 8}, ("mpadss_low", "mpadss")),
        ({"systolic_mmhg": None}, ("no_pressure", None)),
        ({"systolic_mmhg": 144}, None),
        ({"systolic_mmhg": 145}, ("pressure_off", None)),
        ({"systolic_mmhg": 96}, None),
        ({"systolic_mmhg": 95}, ("pressure_off", None)),
        ({"baseline_systolic_mmhg": None, "systolic_mmhg": 200}, None),
        ({"checked": {}}, ("unchecked", "oriented")),
    ],
)
def test_each_alone(change, answer):
    trouble = check_leaving(replace(FIT, **change), SETTINGS)
    assert ((trouble[0].code, trouble[1]) if trouble else None) == answer


@pytest.mark.parametrize("item", [item for item, _ in CHECKLIST])
def test_each_item_of_the_checklist(item):
    trouble = check_leaving(replace(FIT, checked=FIT.checked | {item: False}), SETTINGS)
    assert trouble is not None
    assert (trouble[0].code, trouble[1]) == ("unchecked", item)


def test_the_sentence_says_how_many_minutes_are_left():
    trouble = check_leaving(replace(FIT, now=ENDED + timedelta(minutes=10, seconds=30)), SETTINGS)
    assert trouble is not None
    assert "20 to go" in trouble[0].sentence
