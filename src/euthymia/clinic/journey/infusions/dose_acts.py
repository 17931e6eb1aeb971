"""The dose: ordered from a weight measured now, and confirmed by a second person who computed it himself."""

from datetime import datetime
from decimal import Decimal

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.practice.queries import thresholds
from euthymia.clinic.foundation.stock.models import Vial
from euthymia.clinic.foundation.stock.queries import on_hand_ul, whereabouts
from euthymia.clinic.journey.infusions import dose as doses
from euthymia.clinic.journey.infusions import gate, slips
from euthymia.clinic.journey.infusions.models import (
    DoseConfirmation,
    DoseOrder,
)
from euthymia.clinic.journey.infusions.queries import (
    dose_of,
    gate_states,
    known_before,
    last_order,
)
from euthymia.clinic.journey.infusions.states import (
    InfusionState,
)
from euthymia.clinic.journey.infusions.steps import go, locked


@act
def order_dose(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    infusion_id: int,
    weight_kg: Decimal,
    vial_id: int,
    reason: str = "",
) -> int:
    """Compute mg, mL and mL/h from the weight measured now, the signed plan and the vial's label."""
    infusion = locked(infusion_id)
    if infusion.state not in (InfusionState.ARRIVED, InfusionState.READY):
        raise Refused(Refusal("order_closed", "A dose is ordered between arrival and start."))
    vial = Vial.objects.filter(pk=vial_id).first()
    if vial is None or whereabouts(vial.pk) != infusion.location_id or vial.expires_on <= now.date():
        raise Refused(Refusal("vial", "Choose a vial of this location that has not expired."), "vial")
    settings = thresholds()
    plan = infusion.plan
    dose = doses.compute_dose(
        weight_kg=weight_kg,
        mg_per_kg=plan.mg_per_kg,
        minutes=plan.minutes,
        strength_mg_per_ml=vial.strength_mg_per_ml,
        bag_ml=int(settings["dose.bag_ml"]),
    )
    refusal = doses.hard_limits(dose, plan.mg_per_kg, settings)
    if refusal is not None:
        raise Refused(refusal, "weight_kg")
    if on_hand_ul(vial.pk, infusion.location_id) < dose.volume_ul:
        raise Refused(
            Refusal("vial_short", f"Vial {vial.lot} holds less than {dose.volume_ml} mL. Choose another."), "vial"
        )
    asked = slips.questions(dose, plan.mg_per_kg, known_before(infusion, now), settings)
    if asked and not reason.strip():
        raise Refused(Refusal("question", f"{' '.join(asked)} If it is right, write why."), "reason")
    order = DoseOrder.objects.create(
        infusion=infusion,
        weight_g=dose.weight_g,
        mg_per_kg=plan.mg_per_kg,
        minutes=plan.minutes,
        vial=vial,
        strength_mg_per_ml=vial.strength_mg_per_ml,
        dose_ug=dose.dose_ug,
        volume_ul=dose.volume_ul,
        bag_ml=dose.bag_ml,
        rate_ml_per_h=dose.rate_ml_per_h,
        questions=[{"asked": q, "reason": reason} for q in asked],
        at=now,
        by_id=by.as_staff,
    )
    return order.pk


@act
def confirm_dose(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    infusion_id: int,
    second: slips.Second,
) -> int:
    """A second person reads scale and label and computes mg, mL and mL/h unseen. All must agree with the order."""
    infusion = locked(infusion_id)
    order = last_order(infusion)
    if order is None or hasattr(order, "confirmation"):
        raise Refused(Refusal("nothing_to_confirm", "There is no open order to confirm."))
    if order.by_id == by.staff_id:
        raise Refused(Refusal("second_person", "A second person confirms: ask a colleague to sign in here."))
    differs = slips.disagreement(dose_of(order), order.mg_per_kg, order.strength_mg_per_ml, second, thresholds())
    if differs is not None:
        raise Refused(*differs)
    confirmation = DoseConfirmation.objects.create(
        order=order,
        weight_g=order.weight_g,
        label_mg_per_ml=second.label_mg_per_ml,
        dose_ug=int(second.dose_mg * 1000),
        volume_ul=int(second.volume_ml * 1000),
        rate_ml_per_h=second.rate_ml_per_h,
        at=now,
        by_id=by.as_staff,
    )
    if not gate.open_items(gate_states(infusion)) and infusion.state == InfusionState.ARRIVED:
        go(infusion, InfusionState.READY)
        infusion.save()
    return confirmation.pk
