"""The plan of a course: what it may hold, and what it will cost."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.journey.plans.states import PlanState

PLAN_MOVES: dict[PlanState, frozenset[PlanState]] = {
    PlanState.PROPOSED: frozenset({PlanState.SIGNED, PlanState.WITHDRAWN}),
    PlanState.SIGNED: frozenset({PlanState.AGREED, PlanState.WITHDRAWN}),
    PlanState.AGREED: frozenset({PlanState.DONE, PlanState.WITHDRAWN}),
    PlanState.DONE: frozenset(),
    PlanState.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Charge:
    """One kind of charge of a plan."""

    what: str
    service_code: str
    count: int
    each_cents: int


def check_dose(mg_per_kg: Decimal, minutes: int, thresholds: dict[str, Decimal]) -> Refusal | None:
    """The hard limit that no role passes."""
    hard = thresholds["dose.hard_mg_per_kg"]
    if mg_per_kg <= 0:
        return Refusal("no_dose", "Give a dose above 0 mg/kg.")
    if mg_per_kg > hard:
        return Refusal(
            "dose_hard", f"{mg_per_kg} mg/kg is above the limit of {hard.normalize():f} mg/kg. Lower the dose."
        )
    if minutes < 10:
        return Refusal("too_fast", "Give at least 10 minutes.")
    return None


def check_schedule(days: list[int]) -> Refusal | None:
    """Whether the days of a course make sense: from 0 on, rising, not two on one day."""
    if not days or days[0] != 0 or days != sorted(set(days)) or len(days) > 30:
        return Refusal("schedule", "Give the days of the infusions from 0 on, rising, such as 0, 2, 4, 7, 9, 11.")
    return None


def estimate_lines(charges: list[Charge], dates: list[date]) -> list[dict[str, Any]]:
    """The lines of a good-faith estimate for these charges on these dates."""
    days = ", ".join(f"{d:%d %b %Y}" for d in dates)
    return [
        {
            "what": c.what,
            "service_code": c.service_code,
            "diagnosis_code": "",
            "on": days,
            "count": c.count,
            "each_cents": c.each_cents,
        }
        for c in charges
        if c.count
    ]
