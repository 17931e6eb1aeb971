"""After the pump: the rest is wasted, the patient goes home, and what follows from the visit."""

from datetime import datetime, timedelta

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.billing.acts import charge_visit
from euthymia.clinic.foundation.people.acts import open_task, set_stage
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.rules import Stage, TaskKind
from euthymia.clinic.foundation.practice.models import Price
from euthymia.clinic.foundation.practice.queries import thresholds
from euthymia.clinic.foundation.stock.acts import move
from euthymia.clinic.foundation.stock.models import Place
from euthymia.clinic.foundation.stock.queries import held_ul
from euthymia.clinic.journey.infusions import leaving
from euthymia.clinic.journey.infusions.button import open_calls
from euthymia.clinic.journey.infusions.button_queries import calls_of
from euthymia.clinic.journey.infusions.fingerprint import record_sha256
from euthymia.clinic.journey.infusions.models import (
    Discharge,
    Infusion,
)
from euthymia.clinic.journey.infusions.queries import (
    baseline_row,
    last_order,
    sheet,
)
from euthymia.clinic.journey.infusions.states import (
    InfusionState,
)
from euthymia.clinic.journey.infusions.steps import go, locked
from euthymia.clinic.journey.plans.models import Plan
from euthymia.clinic.journey.plans.states import PlanKind, PlanState


@act
def waste_drug(*, by: Actor, now: datetime, key: str | None, infusion_id: int, witness_id: int, manner: str) -> int:
    """Waste what is left of the drawn drug. The witness has signed in as himself and is not the one who wastes."""
    infusion = locked(infusion_id)
    order = last_order(infusion)
    left_ul = held_ul(Place.DRAWN, infusion_id=infusion.pk)
    if order is None or left_ul <= 0 or infusion.state != InfusionState.RECOVERY:
        raise Refused(Refusal("nothing_to_waste", "Nothing drawn is left."))
    moved = move(
        vial=order.vial,
        source=Place.DRAWN,
        target=Place.WASTED,
        amount_ul=left_ul,
        by=by,
        at=now,
        witness_id=witness_id,
        patient_id=infusion.patient_id,
        infusion_id=infusion.pk,
        manner=manner[:200],
    )
    return moved.pk


@act
def discharge_patient(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    infusion_id: int,
    aldrete: int,
    mpadss: int,
    checked: dict[str, bool],
) -> int:
    """Let the patient go, and close the infusion: the drug balances, the checks hold, the visit is charged."""
    infusion = locked(infusion_id)
    if infusion.state != InfusionState.RECOVERY or infusion.ended_at is None:
        raise Refused(Refusal("not_in_recovery", "Only a patient in recovery can be discharged."))
    if open_calls([c.plain for c in calls_of(infusion)]):
        raise Refused(Refusal("call_open", "The patient has called. Answer him, and write how it ended."))
    rows = sheet(infusion)
    after = [r for r in rows if r.at >= infusion.ended_at and r.systolic_mmhg is not None]
    base = baseline_row(rows, infusion.started_at)
    trouble = leaving.check_leaving(
        leaving.Leaving(
            now=now,
            ended_at=infusion.ended_at,
            aldrete=aldrete,
            mpadss=mpadss,
            checked=checked,
            systolic_mmhg=after[-1].systolic_mmhg if after else None,
            baseline_systolic_mmhg=base.systolic_mmhg if base else None,
            diastolic_mmhg=after[-1].diastolic_mmhg if after else None,
            baseline_diastolic_mmhg=base.diastolic_mmhg if base else None,
            left_ul=held_ul(Place.DRAWN, infusion_id=infusion.pk),
        ),
        thresholds(),
    )
    if trouble is not None:
        raise Refused(trouble[0], trouble[1])
    discharge = Discharge(infusion=infusion, at=now, by_id=by.as_staff, aldrete=aldrete, mpadss=mpadss, answers=checked)
    discharge.record_sha256 = record_sha256(infusion, discharge)
    discharge.save(force_insert=True)
    go(infusion, InfusionState.DISCHARGED)
    infusion.discharged_at = now
    infusion.save()
    _follow(infusion, by, now)
    return discharge.pk


def _follow(infusion: Infusion, by: Actor, now: datetime) -> None:
    """What follows from a visit: its charge, a call the next day, and after the last one the watch."""
    plan = Plan.objects.select_for_update().get(pk=infusion.plan_id)
    kind = "booster" if plan.kind == PlanKind.BOOSTER else "infusion"
    price = Price.objects.get(code=kind)
    owed_cents = _share_cents(plan, price.amount_cents, infusion.number)
    if owed_cents:
        charge_visit(
            by=by,
            now=now,
            key=None,
            patient_id=infusion.patient_id,
            amount_cents=owed_cents,
            what=f"{price.what}, {infusion.number} of {len(plan.schedule_days)}",
            about=f"infusion:{infusion.pk}",
        )
    open_task(
        by=by,
        now=now,
        key=None,
        kind=TaskKind.NEXT_DAY_CALL,
        location_id=infusion.location_id,
        patient_id=infusion.patient_id,
        what="Call the patient after yesterday’s visit.",
        due_at=now + timedelta(days=1),
    )
    done = Infusion.objects.filter(plan=plan, state=InfusionState.DISCHARGED).count()
    if done >= len(plan.schedule_days):
        plan.state = PlanState.DONE
        plan.save(update_fields=["state"])
        set_stage(Patient.objects.select_for_update().get(pk=infusion.patient_id), Stage.WATCH)


def _share_cents(plan: Plan, price_cents: int, number: int) -> int:
    """One visit's share of what the estimate said: a package is charged evenly, the cents left over first."""
    total = plan.estimate.total_cents if plan.estimate else price_cents * len(plan.schedule_days)
    each, left = divmod(total, len(plan.schedule_days))
    return each + (1 if number <= left else 0)
