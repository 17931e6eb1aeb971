"""The booster page: the reason, the curve it rests on, the window and the price; sign or decline."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.foundation.audit.permissions import MAY_ACT
from euthymia.clinic.foundation.people.access import open_patient
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.journey.boosters.acts import decline_booster, last_dose, sign_booster
from euthymia.clinic.journey.boosters.forms import DeclineForm, SignForm
from euthymia.clinic.journey.boosters.models import Booster


@staff_page
@require_safe
def booster(request: Any, ref: UUID) -> HttpResponse:
    """The newest proposal for this patient."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    return render(request, "boosters/booster.html", _page(request, patient))


@staff_page
@require_http_methods(["POST"])
def sign(request: Any, ref: UUID, booster_id: int) -> HttpResponse:
    """Sign the booster: it becomes a plan, and the patient is asked to agree."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    form = SignForm(request.POST)
    if form.is_valid() and Booster.objects.filter(pk=booster_id, patient=patient).exists():
        data = form.cleaned_data
        done = form.do(
            sign_booster,
            by=request.actor,
            now=request.now,
            booster_id=booster_id,
            mg_per_kg=data["mg_per_kg"],
            minutes=data["minutes"],
            on=data["on"],
        )
        if done is not None:
            return redirect("desk:chart", ref=ref)
    return render(request, "boosters/booster.html", _page(request, patient, sign_form=form), status=422)


@staff_page
@require_http_methods(["POST"])
def decline(request: Any, ref: UUID, booster_id: int) -> HttpResponse:
    """Decline the booster, with a reason."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    form = DeclineForm(request.POST)
    if form.is_valid() and Booster.objects.filter(pk=booster_id, patient=patient).exists():
        done = form.do(
            decline_booster,
            by=request.actor,
            now=request.now,
            booster_id=booster_id,
            reason=form.cleaned_data["reason"],
        )
        if done is not None:
            return redirect("desk:chart", ref=ref)
    return render(request, "boosters/booster.html", _page(request, patient, decline_form=form), status=422)


def _page(request: Any, patient: Patient, **forms: Any) -> dict[str, Any]:
    newest = (
        Booster.objects.filter(patient=patient).select_related("forecast", "settled_by", "plan").order_by("-id").first()
    )
    mg_per_kg, minutes = last_dose(patient.pk)
    initial = {
        "mg_per_kg": mg_per_kg.normalize(),
        "minutes": minutes,
        "on": max(newest.window_from, request.now.date()).isoformat() if newest else "",
    }
    roles = request.actor.roles_at(patient.location_id)
    return {
        "patient": patient,
        "booster": newest,
        "open": newest is not None and newest.state == "proposed",
        "can_sign": bool(MAY_ACT["boosters.sign_booster"] & roles),
        "sign_form": forms.get("sign_form") or SignForm(initial=initial),
        "decline_form": forms.get("decline_form") or DeclineForm(),
        "zone": patient.location.zone,
    }
