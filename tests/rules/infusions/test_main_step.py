"""Which action of the chair page stands out."""

import pytest

from euthymia.clinic.journey.infusions.main_step import MainStep, main_step
from euthymia.clinic.journey.infusions.states import InfusionState
from euthymia.clinic.journey.infusions.vitals_clock import Lateness

RUNNING, PAUSED, RECOVERY = InfusionState.RUNNING, InfusionState.PAUSED, InfusionState.RECOVERY


@pytest.mark.parametrize(
    ("state", "lateness", "left_ul", "may_go", "expected"),
    [
        (RUNNING, Lateness.ON_TIME, 0, False, MainStep.VITALS),
        (PAUSED, Lateness.ON_TIME, 0, False, MainStep.RESUME),
        (PAUSED, Lateness.AMBER, 0, False, MainStep.VITALS),
        (RECOVERY, Lateness.ON_TIME, 300, False, MainStep.VITALS),
        (RECOVERY, Lateness.ON_TIME, 300, True, MainStep.WASTE),
        (RECOVERY, Lateness.ON_TIME, 0, True, MainStep.DISCHARGE),
        (RECOVERY, Lateness.RED, 0, True, MainStep.VITALS),
    ],
)
def test_late_vitals_come_first_then_what_the_state_asks(state, lateness, left_ul, may_go, expected):
    assert main_step(state, lateness, left_ul=left_ul, may_go=may_go) is expected
