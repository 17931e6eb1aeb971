"""Reads what patients said of their gates before the visit."""

from collections.abc import Mapping

from django.db.models import QuerySet

from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.journey.infusions.beforehand import StillOpen, still_open
from euthymia.clinic.journey.infusions.gate import GateState
from euthymia.clinic.journey.infusions.models import GateAnswer, GateClaim, Infusion
from euthymia.clinic.journey.infusions.states import InfusionState
from euthymia.postgres.prepared import prepared

BEFORE_START = (InfusionState.ARRIVED, InfusionState.READY)


def claims_of(infusion: Infusion) -> dict[str, GateClaim]:
    """The last answer to each item that the patient gave."""
    return {c.item: c for c in GateClaim.objects.filter(infusion=infusion).order_by("id")}


def may_be_pregnant(patient: Patient) -> bool:
    """Whether the question of pregnancy is asked: of everyone whose record does not rule it out."""
    return patient.sex != "male"


@prepared
def _claims_at(infusions: list[int]) -> QuerySet[GateClaim, tuple[int, str, bool]]:
    rows = GateClaim.objects.filter(infusion__any_of=infusions).order_by("id")
    return rows.values_list("infusion_id", "item", "passed")


@prepared
def _answers_at(infusions: list[int]) -> QuerySet[GateAnswer, tuple[int, str, bool, str]]:
    rows = GateAnswer.objects.filter(infusion__any_of=infusions).order_by("id")
    return rows.values_list("infusion_id", "item", "passed", "reason")


def open_gates(states: Mapping[int, InfusionState]) -> dict[int, list[StillOpen]]:
    """What is open at the gates of these visits, given their states; those with nothing open are not named."""
    waiting = {pk: state for pk, state in states.items() if state in (InfusionState.BOOKED, *BEFORE_START)}
    if not waiting:
        return {}
    says: dict[int, dict[str, bool]] = {}
    for pk, item, passed in _claims_at(list(waiting)):
        says.setdefault(pk, {})[item] = passed
    here = [pk for pk, state in waiting.items() if state in BEFORE_START]
    answered: dict[int, dict[str, GateState]] = {}
    for pk, item, passed, reason in _answers_at(here) if here else ():
        answered.setdefault(pk, {})[item] = GateState(passed, reason)
    found = {
        pk: still_open(answered.get(pk, {}), says.get(pk, {}), arrived=state in BEFORE_START)
        for pk, state in waiting.items()
    }
    return {pk: items for pk, items in found.items() if items}
