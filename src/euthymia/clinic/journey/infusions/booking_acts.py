"""An infusion booked, moved and cancelled: chair, nurse and patient are claimed together."""

from datetime import datetime
from zoneinfo import ZoneInfo

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.practice.models import Chair, Staff
from euthymia.clinic.foundation.schedule.claims import Resource, book, let_go
from euthymia.clinic.foundation.schedule.models import Booking, BookingKind, ResourceKind
from euthymia.clinic.foundation.schedule.rules import Opening, after, is_open
from euthymia.clinic.journey.infusions.models import (
    Infusion,
)
from euthymia.clinic.journey.infusions.queries import (
    VISIT_MINUTES,
)
from euthymia.clinic.journey.infusions.states import (
    InfusionState,
)
from euthymia.clinic.journey.infusions.steps import go, locked
from euthymia.clinic.journey.plans.models import Plan
from euthymia.clinic.journey.plans.states import PlanState


@act
def book_infusion(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    plan_id: int,
    number: int,
    starts_at: datetime,
    chair_id: int,
    nurse_id: int,
) -> int:
    """Book one infusion of a plan: chair, nurse and patient are his for that time, or the sentence says who is not."""
    plan = Plan.objects.select_for_update(of=("self",)).select_related("location").get(pk=plan_id)
    permit(location_id=plan.location_id, patient_id=plan.patient_id, subject=plan)
    if plan.state != PlanState.AGREED:
        raise Refused(Refusal("not_agreed", "The patient has not signed this plan yet."))
    if not 1 <= number <= len(plan.schedule_days):
        raise Refused(Refusal("number", f"This plan has {len(plan.schedule_days)} infusions."))
    if Infusion.objects.filter(plan=plan, number=number).exclude(state=InfusionState.CANCELLED).exists():
        raise Refused(Refusal("number_booked", f"Infusion {number} is already booked."))
    infusion = Infusion.objects.create(
        plan=plan,
        patient_id=plan.patient_id,
        location_id=plan.location_id,
        number=number,
        booking=_book(plan, starts_at, chair_id, nurse_id, now),
        chair_id=chair_id,
        nurse_id=nurse_id,
    )
    return infusion.pk


def _book(plan: Plan, starts_at: datetime, chair_id: int, nurse_id: int, now: datetime) -> Booking:
    location = plan.location
    ends_at = after(starts_at, plan.minutes + VISIT_MINUTES)
    if starts_at <= now:
        raise Refused(Refusal("in_the_past", "That time has passed. Choose a later one."))
    if not is_open(Opening(location.zone, location.hours, frozenset(location.holidays)), starts_at, ends_at):
        local = starts_at.astimezone(ZoneInfo(location.zone))
        raise Refused(Refusal("closed", f"{location.name} is not open for the whole visit on {local:%d %B at %H:%M}."))
    if not Chair.objects.filter(pk=chair_id, location=location).exists():
        raise Refused(Refusal("chair_elsewhere", "That chair stands at another location."))
    if not Staff.objects.filter(pk=nurse_id, posts__location=location, posts__role="nurse").exists():
        raise Refused(Refusal("nurse_elsewhere", "That nurse does not work at this location."))
    return book(
        kind=BookingKind.INFUSION,
        location=location,
        starts_at=starts_at,
        ends_at=ends_at,
        resources=[
            Resource(ResourceKind.CHAIR, chair_id),
            Resource(ResourceKind.STAFF, nurse_id),
            Resource(ResourceKind.PATIENT, plan.patient_id),
        ],
        patient_id=plan.patient_id,
    )


@act
def move_infusion(
    *, by: Actor, now: datetime, key: str | None, infusion_id: int, starts_at: datetime, chair_id: int, nurse_id: int
) -> int:
    """Give a booked infusion another time, chair or nurse."""
    infusion = locked(infusion_id)
    if infusion.state != InfusionState.BOOKED:
        raise Refused(Refusal("not_booked", "Only a visit that has not begun can be moved."))
    let_go(infusion.booking, "moved")
    infusion.booking = _book(infusion.plan, starts_at, chair_id, nurse_id, now)
    infusion.chair_id, infusion.nurse_id = chair_id, nurse_id
    infusion.save()
    return infusion.pk


@act
def cancel_infusion(*, by: Actor, now: datetime, key: str | None, infusion_id: int, reason: str) -> int:
    """Cancel an infusion before it starts, with a reason."""
    infusion = locked(infusion_id)
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why the visit is cancelled."), "reason")
    go(infusion, InfusionState.CANCELLED)
    let_go(infusion.booking, reason[:200])
    infusion.save()
    return infusion.pk
