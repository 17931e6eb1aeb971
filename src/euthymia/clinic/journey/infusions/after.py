"""What the patient takes home: the instructions, until when not to drive, whom to call, when he comes again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from euthymia.clinic.foundation.practice.models import Wording
from euthymia.clinic.foundation.practice.queries import practice_for_page, thresholds_for_page, wording
from euthymia.clinic.journey.infusions.models import Infusion
from euthymia.clinic.journey.infusions.states import InfusionState

GOING_HOME = (InfusionState.RECOVERY, InfusionState.DISCHARGED)


@dataclass(frozen=True, slots=True)
class TakenHome:
    """The discharge sheet of one visit."""

    infusion: Infusion
    no_driving_until: datetime
    instructions: Wording
    phone: str
    next_visit: Infusion | None


def taken_home(infusion: Infusion, now: datetime) -> TakenHome:
    """The sheet as it stands: the hours count from the discharge, before it from now."""
    hours = timedelta(hours=float(thresholds_for_page()["discharge.no_driving_h"]))
    practice = practice_for_page()
    coming = Infusion.objects.filter(
        patient_id=infusion.patient_id, state=InfusionState.BOOKED, booking__starts_at__gt=now
    )
    return TakenHome(
        infusion=infusion,
        no_driving_until=(infusion.discharged_at or now) + hours,
        instructions=wording("discharge_instructions"),
        phone=infusion.location.phone or (practice.phone if practice else ""),
        next_visit=coming.select_related("booking", "location").order_by("booking__starts_at").first(),
    )
