"""The free call: its script, its states, how it may end. Data and pure functions."""

from dataclasses import dataclass
from enum import StrEnum

from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.journey.consults.states import CallState


class Disposition(StrEnum):
    """How a call ended."""

    PROCEED = "proceed"
    MORE_NEEDED = "more_needed"
    NOT_A_FIT = "not_a_fit"
    NOT_REACHED = "not_reached"
    EMERGENCY = "emergency"


DISPOSITION_WORDS: dict[Disposition, str] = {
    Disposition.PROCEED: "Proceed: send the intake",
    Disposition.MORE_NEEDED: "More needed: call again",
    Disposition.NOT_A_FIT: "Not a fit",
    Disposition.NOT_REACHED: "Not reached",
    Disposition.EMERGENCY: "Emergency: handed to 911 or 988",
}

CALL_MOVES: dict[CallState, frozenset[CallState]] = {
    CallState.BOOKED: frozenset(
        {CallState.BOOKED, CallState.UNDER_WAY, CallState.DONE, CallState.CANCELLED, CallState.MISSED}
    ),
    CallState.UNDER_WAY: frozenset({CallState.UNDER_WAY, CallState.DONE, CallState.MISSED}),
    CallState.MISSED: frozenset(
        {CallState.BOOKED, CallState.UNDER_WAY, CallState.MISSED, CallState.DONE, CallState.CANCELLED}
    ),
    CallState.DONE: frozenset(),
    CallState.CANCELLED: frozenset(),
}


class AnswerKind(StrEnum):
    YES_NO = "yes_no"
    TEXT = "text"
    LONG_TEXT = "long_text"


@dataclass(frozen=True, slots=True)
class ScriptItem:
    """One question of the call sheet, in the order in which it is asked."""

    id: str
    ask: str
    kind: AnswerKind
    hint: str = ""


SCRIPT: tuple[ScriptItem, ...] = (
    ScriptItem(
        "safe_now",
        "Are you having thoughts of ending your life that you might act on now?",
        AnswerKind.YES_NO,
        "Ask this first. If yes, stop the booking and stay on the line: 911 for danger now, 988 to talk.",
    ),
    ScriptItem("place", "Where are you now, and what number can we call back?", AnswerKind.TEXT),
    ScriptItem("may_text", "May we send texts to this number?", AnswerKind.YES_NO),
    ScriptItem("may_voicemail", "May we leave a voicemail?", AnswerKind.YES_NO),
    ScriptItem("condition", "What would you like help with, and for how long?", AnswerKind.LONG_TEXT),
    ScriptItem("treaters", "Who treats you now, and with what?", AnswerKind.LONG_TEXT),
    ScriptItem(
        "two_trials", "Have you taken two or more antidepressants for at least four weeks each?", AnswerKind.YES_NO
    ),
    ScriptItem(
        "red_flags",
        "Any of: psychosis, mania, pregnancy, heart trouble, high blood pressure, problems with alcohol or drugs?",
        AnswerKind.LONG_TEXT,
    ),
    ScriptItem("medicines", "Which medicines do you take?", AnswerKind.LONG_TEXT),
    ScriptItem(
        "told",
        "Told: off-label use, six visits in two to three weeks, a ride home, fasting, about two hours a visit.",
        AnswerKind.YES_NO,
    ),
    ScriptItem(
        "asked_price", "Did the caller ask what it costs?", AnswerKind.YES_NO, "A yes starts the estimate's clock."
    ),
    ScriptItem("notes", "Anything else", AnswerKind.LONG_TEXT),
)


def check_disposition(sheet: dict[str, str], disposition: Disposition) -> Refusal | None:
    """Whether a call may end this way after what was answered."""
    safety = sheet.get("safe_now", "")
    if safety == "yes" and disposition != Disposition.EMERGENCY:
        return Refusal("safety_first", "The caller may act on thoughts of suicide: only “Emergency” can end this call.")
    if not safety and disposition != Disposition.NOT_REACHED:
        return Refusal("safety_not_asked", "Ask the safety question first, and write down the answer.")
    return None
