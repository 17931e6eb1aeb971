"""The states of a plan, in their own place so that rules need no Django."""

from enum import StrEnum


class PlanState(StrEnum):
    PROPOSED = "proposed"
    SIGNED = "signed"
    AGREED = "agreed"
    DONE = "done"
    WITHDRAWN = "withdrawn"


PLAN_STATE_WORDS: dict[PlanState, str] = {
    PlanState.PROPOSED: "Proposed",
    PlanState.SIGNED: "Signed by the physician",
    PlanState.AGREED: "Agreed by the patient",
    PlanState.DONE: "Done",
    PlanState.WITHDRAWN: "Withdrawn",
}


class PlanKind(StrEnum):
    COURSE = "course"
    BOOSTER = "booster"
