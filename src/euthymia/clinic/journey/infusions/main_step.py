"""Which action of the chair page is the main one. Pure."""

from enum import StrEnum

from euthymia.clinic.journey.infusions.states import InfusionState
from euthymia.clinic.journey.infusions.vitals_clock import Lateness


class MainStep(StrEnum):
    VITALS = "vitals"
    RESUME = "resume"
    WASTE = "waste"
    DISCHARGE = "discharge"


def main_step(state: InfusionState, lateness: Lateness, *, left_ul: int = 0, may_go: bool = False) -> MainStep:
    """The one action that stands out while an infusion runs or its patient recovers. Late vitals come before all else.

    Parameters
    ----------
    left_ul : drawn and neither given nor wasted. may_go : the wait after the end is over.
    """
    if lateness is not Lateness.ON_TIME:
        return MainStep.VITALS
    if state is InfusionState.PAUSED:
        return MainStep.RESUME
    if state is InfusionState.RECOVERY and may_go:
        return MainStep.WASTE if left_ul else MainStep.DISCHARGE
    return MainStep.VITALS
