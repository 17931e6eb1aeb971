"""When a booster is proposed: the gain was lost twice running, or the forecast says that it will be."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from euthymia.clinic.journey.boosters.rules import Watch, propose

LIMITS = {
    "booster.least_days": Decimal(14),
    "booster.most_days": Decimal(84),
    "booster.window_days": Decimal(14),
    "booster.chance_lost": Decimal("0.5"),
    "outcome.response_pct": Decimal(50),
    "outcome.relapse_phq9": Decimal(10),
    "outcome.relapse_gain_lost_pct": Decimal(50),
}
TODAY = date(2026, 12, 1)
LAST = TODAY - timedelta(days=30)


def watch(*values: float, **changes) -> Watch:
    scores = tuple((LAST + timedelta(days=7 * (i + 1)), v) for i, v in enumerate(values))
    return replace(Watch(TODAY, LAST, baseline=20, best=4, scores=scores, chance_lost=()), **changes)


@pytest.mark.parametrize(
    ("values", "proposed"),
    [
        ((4, 12, 12), True),
        ((12, 12), True),
        ((11.9, 12), False),
        ((12, 11.9), False),
        ((12,), False),
        ((), False),
        ((12, 12, 5), False),
    ],
)
def test_two_scores_running_with_half_of_the_gain_lost(values, proposed):
    assert (propose(watch(*values), LIMITS) is not None) is proposed


def test_below_the_level_of_relapse_nothing_is_proposed():
    assert propose(watch(9, 9, best=0, baseline=12), LIMITS) is None


def test_who_never_responded_is_not_proposed_one():
    assert propose(watch(18, 18, best=11), LIMITS) is None
    assert propose(watch(18, 18, best=10), LIMITS) is not None  # exactly half


def test_it_begins_today_but_not_before_the_least_days():
    found = propose(watch(12, 12), LIMITS)
    assert (found.window_from, found.window_to) == (TODAY, TODAY + timedelta(days=14))
    soon = TODAY - timedelta(days=10)
    assert propose(watch(12, 12, last_infusion_on=soon), LIMITS).window_from == soon + timedelta(days=14)


@pytest.mark.parametrize(("chance", "proposed"), [(0.49, False), (0.5, True), (0.9, True)])
def test_the_forecast_speaks_from_its_limit_on(chance, proposed):
    lost = ((TODAY + timedelta(days=20), chance),)
    found = propose(watch(4, chance_lost=lost), LIMITS)
    assert (found is not None) is proposed
    if found:
        assert found.window_from == TODAY + timedelta(days=13)
        assert f"{chance * 100:.0f}\u00a0%" in found.because


def test_what_lies_far_ahead_is_not_proposed_yet():
    assert propose(watch(4, chance_lost=((TODAY + timedelta(days=40), 0.9),)), LIMITS) is None


@pytest.mark.parametrize(("days_ago", "proposed"), [(0, False), (13, False), (14, True)])
def test_after_a_decline_it_rests_for_one_window(days_ago, proposed):
    declined = TODAY - timedelta(days=days_ago)
    assert (propose(watch(12, 12, declined_on=declined), LIMITS) is not None) is proposed
