"""A booster proposed with reason, window and price; signed or declined by the physician."""

from datetime import date, datetime
from decimal import Decimal

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.people.acts import open_task, set_stage
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.rules import Stage, TaskKind
from euthymia.clinic.foundation.practice.models import Price
from euthymia.clinic.journey.boosters.models import Booster, BoosterState
from euthymia.clinic.journey.infusions.models import DoseOrder
from euthymia.clinic.journey.plans.acts import propose_plan, sign_plan
from euthymia.clinic.journey.plans.states import PlanKind

ALREADY = Refusal("booster_settled", "This booster has already been settled.")


@act
def propose_booster(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    patient_id: int,
    because: str,
    window_from: date,
    window_to: date,
    forecast_id: int | None,
) -> int:
    """Propose a booster. The physician is asked; nothing happens by itself."""
    patient = Patient.objects.select_for_update().get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    if Booster.objects.filter(patient=patient, state=BoosterState.PROPOSED).exists():
        raise Refused(Refusal("booster_waits", "A booster is already proposed for this patient."))
    booster = Booster.objects.create(
        patient=patient,
        location_id=patient.location_id,
        because=because,
        window_from=window_from,
        window_to=window_to,
        price_cents=Price.objects.get(code="booster").amount_cents,
        forecast_id=forecast_id,
        proposed_at=now,
    )
    set_stage(patient, Stage.BOOSTER_PROPOSED)
    open_task(
        by=by,
        now=now,
        key=None,
        kind=TaskKind.REVIEW,
        location_id=patient.location_id,
        patient_id=patient.pk,
        what="A booster is proposed: sign or decline it.",
        due_at=datetime.combine(window_from, now.timetz()),
    )
    return booster.pk


@act
def sign_booster(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    booster_id: int,
    mg_per_kg: Decimal,
    minutes: int,
    on: date,
) -> int:
    """Sign a booster: it becomes a plan of one infusion, and the patient is asked to agree. Gives the plan's id."""
    booster = Booster.objects.select_for_update(of=("self",)).get(pk=booster_id)
    permit(location_id=booster.location_id, patient_id=booster.patient_id, subject=booster)
    if booster.state != BoosterState.PROPOSED:
        raise Refused(ALREADY)
    plan_id = propose_plan(
        by=by,
        now=now,
        key=None,
        patient_id=booster.patient_id,
        template_code="booster",
        mg_per_kg=mg_per_kg,
        minutes=minutes,
        schedule_days=[0],
        first_on=on,
        forecast_id=booster.forecast_id,
        kind=PlanKind.BOOSTER,
    )
    sign_plan(by=by, now=now, key=None, plan_id=plan_id)
    booster.state, booster.settled_at, booster.settled_by_id = BoosterState.SIGNED, now, by.staff_id
    booster.plan_id = plan_id
    booster.save()
    set_stage(Patient.objects.select_for_update().get(pk=booster.patient_id), Stage.BOOSTER_BOOKED)
    return plan_id


@act
def decline_booster(*, by: Actor, now: datetime, key: str | None, booster_id: int, reason: str) -> int:
    """Decline a booster, with a reason. The watch goes on."""
    booster = Booster.objects.select_for_update(of=("self",)).get(pk=booster_id)
    permit(location_id=booster.location_id, patient_id=booster.patient_id, subject=booster)
    if booster.state != BoosterState.PROPOSED:
        raise Refused(ALREADY)
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why the booster is declined."), "reason")
    booster.state, booster.settled_at, booster.settled_by_id = BoosterState.DECLINED, now, by.staff_id
    booster.settled_reason = reason
    booster.save()
    set_stage(Patient.objects.select_for_update().get(pk=booster.patient_id), Stage.WATCH)
    return booster.pk


def last_dose(patient_id: int) -> tuple[Decimal, int]:
    """The last dose that was ordered, mg/kg and minutes: where a booster begins."""
    order = DoseOrder.objects.filter(infusion__patient_id=patient_id).order_by("-id").first()
    return (order.mg_per_kg, order.minutes) if order else (Decimal("0.5"), 40)
