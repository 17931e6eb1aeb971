"""What the patient answers before his visit: the items of the gate that he knows best. The staff confirms. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from euthymia.clinic.journey.infusions.gate import GATE, GateItem, GateState, open_items


@dataclass(frozen=True, slots=True)
class Question:
    """One item of the gate in the patient's words."""

    item: str
    ask: str
    answers: tuple[tuple[str, str], ...]
    passes: frozenset[str]
    """The answers that let it go on."""


YES_NO = (("yes", "Yes"), ("no", "No"))


def questions(thresholds: Mapping[str, Decimal], *, may_be_pregnant: bool) -> tuple[Question, ...]:
    """The questions for this patient. The hours are the practice's settings."""
    fast = "not to eat and drink before your visit, as your preparation page says"
    if {"gate.no_food_h", "gate.no_drink_h"} <= thresholds.keys():
        food, drink = (f"{thresholds[f'gate.no_{what}_h'].normalize():f}" for what in ("food", "drink"))
        fast = f"no food in the {food} hours, and no drink in the {drink} hours, before your visit"
    asked = [
        Question("fasting", f"Can you manage {fast}?", YES_NO, frozenset({"yes"})),
        Question("escort", "Does a grown-up take you home?", YES_NO, frozenset({"yes"})),
        Question(
            "substances",
            "Any new medicine since we last talked, or alcohol or cannabis in the last 24 hours?",
            YES_NO,
            frozenset({"no"}),
        ),
    ]
    if may_be_pregnant:
        answers = (("no", "No"), ("maybe", "Yes, or I am not sure"), ("not_me", "This does not apply to me"))
        asked.append(Question("pregnancy", "Could you be pregnant?", answers, frozenset({"no", "not_me"})))
    return tuple(asked)


# Who can close an item of the gate that is open: shown on the board beside it.
SETTLED_BY: dict[str, str] = {
    "identity": "nurse",
    "consent": "patient signs, by link",
    "fasting": "nurse, with a reason",
    "escort": "front desk calls the escort, nurse confirms",
    "pregnancy": "nurse or prescriber",
    "substances": "prescriber, nurse writes the reason",
    "crash_equipment": "nurse",
    "scores": "patient, by link",
}
# What the front desk sees of an open gate; of the rest it sees the count.
DESK_SEES = frozenset({"consent", "escort", "scores"})


@dataclass(frozen=True, slots=True)
class StillOpen:
    """One item of a gate that stands in the way, with who can settle it."""

    item: GateItem
    by: str
    patient_says_no: bool


def still_open(answered: Mapping[str, GateState], says: Mapping[str, bool], *, arrived: bool) -> list[StillOpen]:
    """What the board shows of one gate: all that is open once he is here; before, what he himself said no to."""
    items = open_items(dict(answered)) if arrived else [i for i in GATE if says.get(i.id) is False]
    return [StillOpen(i, SETTLED_BY[i.id], says.get(i.id) is False) for i in items]
