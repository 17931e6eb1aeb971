"""The states of a call, in their own place so that rules need no Django."""

from enum import StrEnum


class CallState(StrEnum):
    BOOKED = "booked"
    UNDER_WAY = "under_way"
    DONE = "done"
    CANCELLED = "cancelled"
    MISSED = "missed"


CALL_STATE_WORDS: dict[CallState, str] = {
    CallState.BOOKED: "Booked",
    CallState.UNDER_WAY: "Under way",
    CallState.DONE: "Done",
    CallState.CANCELLED: "Cancelled",
    CallState.MISSED: "Not reached",
}
