"""A course planned, signed by the physician, and agreed to by the patient."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.billing.acts import issue_estimate
from euthymia.clinic.foundation.messages.acts import queue_message
from euthymia.clinic.foundation.people.acts import send_link, set_stage
from euthymia.clinic.foundation.people.links import LINK_DAYS, new_secret
from euthymia.clinic.foundation.people.models import LinkPurpose, Patient
from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.foundation.practice.models import CourseTemplate, Wording
from euthymia.clinic.foundation.practice.queries import the_practice, thresholds
from euthymia.clinic.journey.plans.letters import agreement_letter
from euthymia.clinic.journey.plans.models import Agreement, Plan
from euthymia.clinic.journey.plans.papers import agreement_pdf
from euthymia.clinic.journey.plans.queries import SIGNED_WORDINGS, charges_for, planned_dates, wordings_to_sign
from euthymia.clinic.journey.plans.rules import PLAN_MOVES, check_dose, check_schedule, estimate_lines
from euthymia.clinic.journey.plans.states import PlanKind, PlanState


@act
def propose_plan(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    patient_id: int,
    template_code: str,
    mg_per_kg: Decimal,
    minutes: int,
    schedule_days: list[int],
    first_on: date,
    forecast_id: int | None,
    kind: PlanKind = PlanKind.COURSE,
) -> int:
    """Write a plan with its good-faith estimate. A plan proposed before and not signed is withdrawn."""
    patient = Patient.objects.select_for_update(of=("self",)).select_related("location").get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    for refusal, field in (
        (check_dose(mg_per_kg, minutes, thresholds()), "mg_per_kg"),
        (check_schedule(schedule_days), "schedule_days"),
        (_check_first(first_on, now, patient.location.zone), "first_on"),
    ):
        if refusal is not None:
            raise Refused(refusal, field)
    for earlier in Plan.objects.filter(patient=patient, state=PlanState.PROPOSED):
        earlier.state = PlanState.WITHDRAWN
        earlier.save(update_fields=["state"])
    template = CourseTemplate.objects.get(code=template_code)
    dates = planned_dates(patient.location, first_on, schedule_days)
    estimate_id = issue_estimate(
        by=by,
        now=now,
        key=None,
        patient_id=patient.pk,
        lines=estimate_lines(charges_for(kind, len(schedule_days)), dates),
    )
    plan = Plan.objects.create(
        patient=patient,
        location_id=patient.location_id,
        kind=kind,
        template=template,
        mg_per_kg=mg_per_kg,
        minutes=minutes,
        schedule_days=schedule_days,
        first_on=first_on,
        estimate_id=estimate_id,
        forecast_id=forecast_id,
        made_at=now,
        made_by_id=by.as_staff,
    )
    return plan.pk


def _check_first(first_on: date, now: datetime, zone: str) -> Refusal | None:
    if first_on < now.astimezone(ZoneInfo(zone)).date():
        return Refusal("in_the_past", "The first day lies in the past. Choose today or later.")
    return None


@act
def sign_plan(*, by: Actor, now: datetime, key: str | None, plan_id: int) -> int:
    """Sign a plan. The patient gets a link to read and sign his side."""
    plan = Plan.objects.select_for_update(of=("self",)).select_related("patient").get(pk=plan_id)
    permit(location_id=plan.location_id, patient_id=plan.patient_id, subject=plan)
    _move(plan, PlanState.SIGNED)
    plan.signed_at, plan.signed_by_id = now, by.staff_id
    plan.save()
    if plan.kind == PlanKind.COURSE:
        set_stage(Patient.objects.select_for_update().get(pk=plan.patient_id), Stage.PLAN_ISSUED)
    secret = new_secret(LinkPurpose.AGREEMENT, now)
    link_id = send_link(
        by=by,
        now=now,
        key=None,
        patient_id=plan.patient_id,
        purpose=LinkPurpose.AGREEMENT,
        secret=secret,
        about=f"plan:{plan.pk}",
    )
    practice = the_practice()
    assert practice is not None
    if plan.patient.email:
        queue_message(
            by=by,
            now=now,
            key=None,
            once=f"link {link_id}",
            location_id=plan.location_id,
            patient_id=plan.patient_id,
            to_email=plan.patient.email,
            subject="Something to read and sign",
            body=agreement_letter(
                name=plan.patient.given_name,
                link=f"{settings.PUBLIC_URL}/p/agreement/{secret}/",
                practice_name=practice.name,
                phone=practice.phone,
                days=LINK_DAYS[LinkPurpose.AGREEMENT],
            ),
        )
    return plan.pk


@act
def sign_agreement(
    *, by: Actor, now: datetime, key: str | None, plan_id: int, wording_sha256s: list[str], typed_name: str
) -> int:
    """The patient signs every text of his plan by typing his name. Each is kept as a PDF with its hash."""
    plan = (
        Plan.objects.select_for_update(of=("self",)).select_related("patient", "location", "estimate").get(pk=plan_id)
    )
    patient = Patient.objects.select_for_update().get(pk=plan.patient_id)
    permit(location_id=plan.location_id, patient_id=plan.patient_id, subject=plan)
    if plan.state == PlanState.AGREED:
        raise Refused(Refusal("already_signed", "This has already been signed. Thank you."))
    wordings = wordings_to_sign()
    if [w.sha256 for w in wordings] != wording_sha256s:
        raise Refused(Refusal("text_changed", "The text has changed since you opened it. Read it once more."))
    if len(typed_name.split()) < 2:
        raise Refused(Refusal("full_name", "Type your given and family name."), "typed_name")
    for wording in wordings:
        _keep(plan, wording, typed_name, now)
    _move(plan, PlanState.AGREED)
    plan.save()
    if plan.kind == PlanKind.COURSE:
        set_stage(patient, Stage.AGREED)
    return plan.pk


def _keep(plan: Plan, wording: Wording, typed_name: str, now: datetime) -> None:
    pdf = agreement_pdf(
        title=wording.title,
        version=wording.version,
        text=wording.text,
        sha256=wording.sha256,
        typed_name=typed_name,
        signed_at=now,
        zone=plan.location.zone,
        estimate_lines=plan.estimate.lines if plan.estimate and wording.kind == SIGNED_WORDINGS[1] else [],
    )
    Agreement.objects.create(
        plan=plan,
        patient_id=plan.patient_id,
        wording=wording,
        wording_sha256=wording.sha256,
        typed_name=typed_name,
        signed_at=now,
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        pdf=pdf,
    )


def _move(plan: Plan, to: PlanState) -> None:
    if to not in PLAN_MOVES[PlanState(plan.state)]:
        raise Refused(Refusal("plan_state", f"This plan is “{plan.get_state_display()}”: it cannot become that now."))
    plan.state = to
