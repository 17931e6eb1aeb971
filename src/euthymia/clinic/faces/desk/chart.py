"""The chart: one page for a patient. What the one who looks may not see is not in its context."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.faces.desk.charts import course_figure
from euthymia.clinic.faces.desk.forms import NoteForm, PaymentForm
from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.models import Entry
from euthymia.clinic.foundation.audit.permissions import MAY_ACT
from euthymia.clinic.foundation.audit.readings import may_read
from euthymia.clinic.foundation.billing.acts import record_payment
from euthymia.clinic.foundation.billing.queries import statement_of
from euthymia.clinic.foundation.forecasts.acts import forecast_for_page
from euthymia.clinic.foundation.forecasts.service import NoForecast
from euthymia.clinic.foundation.people.access import open_patient
from euthymia.clinic.foundation.people.acts import write_note
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.phones import spoken_phone
from euthymia.clinic.foundation.people.queries import notes_of
from euthymia.clinic.foundation.people.rules import STAGE_WORDS, Stage
from euthymia.clinic.foundation.practice.pages import address_of, staff_page
from euthymia.clinic.foundation.practice.queries import thresholds_for_page
from euthymia.clinic.journey.boosters.history import course_of, history_now
from euthymia.clinic.journey.boosters.models import Booster
from euthymia.clinic.journey.infusions.models import Infusion
from euthymia.clinic.journey.infusions.states import InfusionState
from euthymia.clinic.journey.plans.queries import plan_for_chart
from euthymia.clinic.journey.screening.queries import last_decision
from euthymia.postgres.prepared import prepared


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do next for a patient, and where."""

    label: str
    url: str
    waiting: str = ""
    """What is being waited for, where the next step is somebody else's."""


@staff_page
@require_safe
def chart(request: Any, ref: UUID) -> HttpResponse:
    """Everything about one patient: the course as a curve, then plan, visits, notes, money."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref, what="patient.contact")
    return render(request, "desk/chart.html", page_of(request, patient))


@staff_page
@require_safe
def lookers(request: Any, ref: UUID) -> HttpResponse:
    """Who has looked at this patient's rows, newest first."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    entries = Entry.objects.filter(patient_id=patient.pk, reading=True).order_by("-id")[:200]
    context = {"patient": patient, "entries": entries, "zone": patient.location.zone}
    return render(request, "desk/lookers.html", context)


@staff_page
@require_http_methods(["POST"])
def note(request: Any, ref: UUID) -> HttpResponse:
    """Add a note."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    form = NoteForm(request.POST)
    if form.is_valid():
        done = form.do(
            write_note, by=request.actor, now=request.now, patient_id=patient.pk, text=form.cleaned_data["text"]
        )
        if done is not None:
            return redirect(f"{reverse('desk:chart', args=[ref])}#notes")
    return render(request, "desk/chart.html", page_of(request, patient, note_form=form), status=422)


@staff_page
@require_http_methods(["POST"])
def payment(request: Any, ref: UUID) -> HttpResponse:
    """Record money received."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref, what="patient.money")
    form = PaymentForm(request.POST)
    if form.is_valid():
        done = form.do(
            record_payment,
            by=request.actor,
            now=request.now,
            patient_id=patient.pk,
            amount_cents=int(form.cleaned_data["amount"] * 100),
            how=form.cleaned_data["how"],
        )
        if done is not None:
            return redirect(f"{reverse('desk:chart', args=[ref])}#money")
    return render(request, "desk/chart.html", page_of(request, patient, payment_form=form), status=422)


@prepared
def _visits_of(patient_id: int) -> QuerySet[Infusion]:
    """A patient's visits, the latest first; cancelled ones left out."""
    rows = Infusion.objects.filter(patient=patient_id).exclude(state=InfusionState.CANCELLED)
    of_itself = ("ref", "number", "state", "started_at", "ended_at")
    of_others = ("booking__starts_at", "chair__name", "plan__schedule_days")
    rows = rows.select_related("booking", "chair", "plan").only(*of_itself, *of_others)
    return rows.order_by("-booking__starts_at")


def page_of(request: Any, patient: Patient, **forms: Any) -> dict[str, Any]:
    """The context of the chart page, by what this person may read."""
    actor: Actor = request.actor
    clinical = may_read(actor, "patient.chart", patient.location_id)
    money = may_read(actor, "patient.money", patient.location_id)
    plan = plan_for_chart(patient)
    visits = _visits_of(patient.pk)
    context: dict[str, Any] = {
        "patient": patient,
        "phone": spoken_phone(patient.phone_e164),
        "zone": patient.location.zone,
        "stage": STAGE_WORDS[Stage(patient.stage)],
        "next_step": next_step(patient, visits, clinical),
        "plan": plan,
        "visits": visits,
        "clinical": clinical,
        "money": money,
    }
    if clinical:
        context |= _clinical(patient, visits, request.now) | {
            "note_form": forms.get("note_form") or NoteForm(),
        }
    if money:
        statement = statement_of(patient)
        context |= {
            "entries": statement,
            "owed_cents": sum(e.owed_cents for e in statement),
            "prepaid_cents": sum(e.prepaid_cents for e in statement),
            "payment_form": forms.get("payment_form") or PaymentForm(),
            "can_receive": bool(MAY_ACT["billing.record_payment"] & actor.roles_at(patient.location_id)),
        }
    return context


# Once the patient has agreed to a plan, the decision that led there stands on the screening page alone.
BEFORE_PLAN = {
    Stage.INTAKE_COMPLETE,
    Stage.ELIGIBLE,
    Stage.ELIGIBLE_WITH_CONDITIONS,
    Stage.DEFERRED,
    Stage.DECLINED,
    Stage.PLAN_ISSUED,
    Stage.AGREED,
}


def _clinical(patient: Patient, visits: list[Infusion], now: datetime) -> dict[str, Any]:
    """What clinicians alone see. A query is made only where the stage has something to show."""
    course = course_of(patient, visits)
    history = history_now(course, now)
    forecast, no_forecast = None, ""
    try:
        forecast = forecast_for_page(patient.pk, history, now) if history else None
    except NoForecast as reason:
        no_forecast = str(reason)
    remission = float(thresholds_for_page()["outcome.remission_phq9"])
    early = patient.stage in BEFORE_PLAN
    proposed = patient.stage == Stage.BOOSTER_PROPOSED
    return {
        "course": course,
        "forecast": forecast,
        "no_forecast": no_forecast,
        "shown_in_part": bool(history and history.from_day is not None),
        "figure": course_figure(course, forecast, now, remission),
        "notes": notes_of(patient.pk),
        "decision": last_decision(patient) if early else None,
        "early": early,
        "booster": Booster.objects.filter(patient=patient).order_by("-id").first() if proposed else None,
    }


def next_step(patient: Patient, visits: list[Infusion], clinical: bool) -> NextStep | None:
    """What comes next on the path for this patient."""
    ref = patient.ref
    open_visit = next((v for v in visits if v.state not in ("booked", "discharged")), None)
    if open_visit is not None:
        return NextStep("Go to the chair", address_of("infusions:chair", open_visit.ref))
    booked = [v for v in visits if v.state == "booked"]
    if booked and patient.stage in (Stage.AGREED, Stage.IN_COURSE, Stage.BOOSTER_BOOKED):
        return NextStep("Open the next visit", address_of("infusions:chair", booked[-1].ref))
    steps: dict[str, NextStep] = {
        Stage.INTAKE_SENT: NextStep("", "", "Waiting for the patient’s intake."),
        Stage.INTAKE_COMPLETE: NextStep("Review the screening", address_of("screening:screening", ref)),
        Stage.ELIGIBLE: NextStep("Make the plan", address_of("desk:plan", ref)),
        Stage.ELIGIBLE_WITH_CONDITIONS: NextStep("Make the plan", address_of("desk:plan", ref)),
        Stage.PLAN_ISSUED: NextStep("", "", "Waiting for the patient to read and sign."),
        Stage.AGREED: NextStep("Book the infusions", address_of("infusions:book", ref)),
        Stage.IN_COURSE: NextStep("Book the infusions", address_of("infusions:book", ref)),
        Stage.WATCH: NextStep("Ask for scores", address_of("outcomes:scores", ref)),
        Stage.BOOSTER_PROPOSED: NextStep("Sign or decline the booster", address_of("boosters:booster", ref)),
        Stage.BOOSTER_BOOKED: NextStep("Book the booster", address_of("infusions:book", ref)),
    }
    step = steps.get(patient.stage)
    desk_steps = {Stage.AGREED, Stage.IN_COURSE, Stage.BOOSTER_BOOKED}
    if step is not None and step.url and not clinical and patient.stage not in desk_steps:
        return NextStep("", "", f"Next: {step.label.lower()}, by a clinician.")
    return step
