"""The screening page: what was answered and measured, every rule that spoke, and the decision."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.foundation.audit.permissions import MAY_ACT
from euthymia.clinic.foundation.people.access import open_patient
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.journey.screening.acts import decide_eligibility, run_screening
from euthymia.clinic.journey.screening.forms import DecisionForm, MeasuredForm
from euthymia.clinic.journey.screening.models import EligibilityOutcome
from euthymia.clinic.journey.screening.queries import last_decision, last_intake, last_screening
from euthymia.clinic.journey.screening.rules import SEVERITY_WORDS, Severity, questions

ANSWER_WORDS = {"yes": "Yes", "no": "No", "not_sure": "Not sure"}


@staff_page
@require_safe
def screening(request: Any, ref: UUID) -> HttpResponse:
    """Every rule that spoke, and the decision if there is one."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    return render(request, "screening/screening.html", _page(request, patient))


@staff_page
@require_http_methods(["POST"])
def run(request: Any, ref: UUID) -> HttpResponse:
    """Run the rules with what was measured."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    form = MeasuredForm(request.POST)
    if form.is_valid():
        done = form.do(run_screening, by=request.actor, now=request.now, patient_id=patient.pk, measured=form.measured)
        if done is not None:
            return redirect("screening:screening", ref=ref)
    return render(request, "screening/screening.html", _page(request, patient, measured_form=form), status=422)


@staff_page
@require_http_methods(["POST"])
def decide(request: Any, ref: UUID) -> HttpResponse:
    """Decide on the newest screening."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    newest = last_screening(patient)
    if newest is None:
        return redirect("screening:screening", ref=ref)
    form = DecisionForm(request.POST, screening=newest)
    if form.is_valid():
        done = form.do(
            decide_eligibility,
            by=request.actor,
            now=request.now,
            screening_id=newest.pk,
            outcome=EligibilityOutcome(form.cleaned_data["outcome"]),
            reason=form.cleaned_data["reason"],
            overrides=form.overrides,
        )
        if done is not None:
            return redirect("desk:chart", ref=ref)
    return render(request, "screening/screening.html", _page(request, patient, decision_form=form), status=422)


def _page(request: Any, patient: Patient, **forms: Any) -> dict[str, Any]:
    newest, intake = last_screening(patient), last_intake(patient)
    decision = last_decision(patient)
    roles = request.actor.roles_at(patient.location_id)
    context: dict[str, Any] = {
        "patient": patient,
        "zone": patient.location.zone,
        "intake": intake,
        "screening": newest,
        "decision": decision,
        "can_decide": bool(MAY_ACT["screening.decide_eligibility"] & roles),
        "measured_form": forms.get("measured_form") or MeasuredForm(initial=newest.measured if newest else {}),
    }
    if intake is not None:
        answers = intake.answers
        context["answered"] = [(q.text, ANSWER_WORDS.get(answers.get(q.id), "")) for q in questions()]
        context["trials"] = answers.get("trials", [])
        context["medicines"] = answers.get("medicines", "")
    if newest is not None:
        context["findings"] = [
            f | {"words": SEVERITY_WORDS[Severity(f["severity"])]} for f in newest.findings if f["known"]
        ]
        context["unknown"] = [f for f in newest.findings if not f["known"]]
        context["decision_form"] = forms.get("decision_form") or DecisionForm(
            screening=newest, initial={"outcome": newest.suggestion}
        )
    return context
