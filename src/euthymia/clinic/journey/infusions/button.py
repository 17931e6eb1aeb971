"""The patient's button: what he may say, and the way of a call from his press to its outcome. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum


class Said(StrEnum):
    """What the patient pressed."""

    SOMEONE = "someone"
    SICK = "sick"
    STRONG = "strong"
    ALL_RIGHT = "all_right"


SAID_WORDS: dict[Said, str] = {
    Said.SOMEONE: "I need someone",
    Said.SICK: "I feel sick",
    Said.STRONG: "It is too strong",
    Said.ALL_RIGHT: "I’m all right",
}
RINGS = frozenset({Said.SOMEONE, Said.SICK, Said.STRONG})
"""What brings a person. “I’m all right” is kept and shown, and silences nothing."""
BUTTON_ACTS = frozenset(
    {"infusions.press_button", "infusions.answer_calls", "infusions.settle_calls", "infusions.discharge_patient"}
)
"""The acts that change what chair, board and phone show of a call: they show it without delay."""


class CallState(StrEnum):
    """Answered is not settled: a call stays until someone has written how it ended."""

    RINGING = "ringing"
    ANSWERED = "answered"
    SETTLED = "settled"


CALL_STATE_WORDS: dict[CallState, str] = {
    CallState.RINGING: "Ringing",
    CallState.ANSWERED: "Answered, outcome open",
    CallState.SETTLED: "Settled",
}

# From where a call may go where. The diagram in the docs is drawn from this table.
CALL_MOVES: dict[CallState, frozenset[CallState]] = {
    CallState.RINGING: frozenset({CallState.ANSWERED}),
    CallState.ANSWERED: frozenset({CallState.SETTLED}),
    CallState.SETTLED: frozenset(),
}


class Urgency(StrEnum):
    """How a call stands on the boards, the most urgent first."""

    OVERDUE = "overdue"
    RINGING = "ringing"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Call:
    """One press, as the rules see it."""

    said: Said
    at: datetime
    answered_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def state(self) -> CallState:
        if self.settled_at is not None:
            return CallState.SETTLED
        return CallState.ANSWERED if self.answered_at is not None else CallState.RINGING


def open_calls(calls: list[Call]) -> list[Call]:
    """The calls that still want an answer or an outcome, in time."""
    return [c for c in calls if c.said in RINGS and c.state != CallState.SETTLED]


def urgency(calls: list[Call], now: datetime, thresholds: dict[str, Decimal]) -> Urgency | None:
    """How urgent the calls of one patient are together. None when nothing is open.

    A patient who presses again rings again, but his clock runs from the first press that nobody has answered.
    """
    still = open_calls(calls)
    ringing = [c for c in still if c.state == CallState.RINGING]
    if ringing:
        limit = timedelta(minutes=float(thresholds["help.unanswered_min"]))
        return Urgency.OVERDUE if now - min(c.at for c in ringing) >= limit else Urgency.RINGING
    return Urgency.ANSWERED if still else None
