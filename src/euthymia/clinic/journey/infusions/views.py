"""The chair: one page for an infusion; its state decides what is shown and what comes next."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.foundation.audit.forms import ActForm
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.foundation.practice.people_at_work import WITNESS_UNKNOWN, who_signs
from euthymia.clinic.journey.infusions import acts, dose_acts, forms, leaving_acts, sheet_acts
from euthymia.clinic.journey.infusions.access import find_infusion, open_infusion
from euthymia.clinic.journey.infusions.chair import chair_page
from euthymia.clinic.journey.infusions.from_tablet import answer_entry, is_kept_entry
from euthymia.clinic.journey.infusions.models import Infusion, Vitals


@staff_page
@require_safe
def chair(request: Any, ref: UUID) -> HttpResponse:
    """The page at the chair."""
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref)
    return render(request, "infusions/chair.html", chair_page(request, infusion))


@staff_page
@require_http_methods(["POST"])
def arrived(request: Any, ref: UUID) -> HttpResponse:
    """The patient is here."""
    return _do(request, ref, "arrive_form", ActForm, lambda f: {}, acts.arrive, what="board")


@staff_page
@require_http_methods(["POST"])
def gate(request: Any, ref: UUID) -> HttpResponse:
    """Answer the gate."""
    return _do(
        request,
        ref,
        "gate_form",
        forms.GateForm,
        lambda f: {
            "answers": f.answers,
            "escort_name": f.cleaned_data["escort_name"],
            "escort_phone": f.cleaned_data["escort_phone"],
        },
        acts.answer_gate,
    )


@staff_page
@require_http_methods(["POST"])
def order(request: Any, ref: UUID) -> HttpResponse:
    """Order the dose from the weight measured now."""
    return _do(
        request,
        ref,
        "order_form",
        forms.OrderForm,
        lambda f: {
            "weight_kg": f.cleaned_data["weight_kg"],
            "vial_id": int(f.cleaned_data["vial"]),
            "reason": f.cleaned_data["reason"],
        },
        dose_acts.order_dose,
    )


@staff_page
@require_http_methods(["POST"])
def confirm(request: Any, ref: UUID) -> HttpResponse:
    """What the second person read and computed."""
    return _do(
        request,
        ref,
        "confirm_form",
        forms.ConfirmForm,
        lambda f: {"second": f.second},
        dose_acts.confirm_dose,
    )


@staff_page
@require_http_methods(["POST"])
def start(request: Any, ref: UUID) -> HttpResponse:
    """Start the pump."""
    return _do(request, ref, "start_form", ActForm, lambda f: {}, acts.start_infusion)


@staff_page
@require_http_methods(["POST"])
def vitals(request: Any, ref: UUID) -> HttpResponse:
    """Chart a row of vitals."""
    return _do(
        request,
        ref,
        "vitals_form",
        forms.VitalsForm,
        lambda f: {"measured": f.measured},
        sheet_acts.chart_vitals,
        keepable=True,
    )


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: Any, ref: UUID, vitals_id: int) -> HttpResponse:
    """Correct a row by a new one, with a reason."""
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref, what="patient.chart")
    row = Vitals.objects.filter(pk=vitals_id, infusion=infusion).first()
    if row is None:
        raise Http404
    names = forms.CorrectionForm.base_fields.keys()
    initial = {n: getattr(row, n) for n in names if hasattr(row, n) and n != "reason"}
    form = forms.CorrectionForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        done = form.do(
            sheet_acts.correct_vitals,
            by=request.actor,
            now=request.now,
            infusion_id=infusion.pk,
            vitals_id=row.pk,
            measured=form.measured,
            reason=form.cleaned_data["reason"],
        )
        if done is not None:
            return redirect("infusions:chair", ref=ref)
    context = {"infusion": infusion, "row": row, "form": form, "zone": infusion.location.zone}
    return render(request, "infusions/correct.html", context, status=422 if request.method == "POST" else 200)


@staff_page
@require_http_methods(["POST"])
def event(request: Any, ref: UUID) -> HttpResponse:
    """Chart what happened."""
    return _do(
        request,
        ref,
        "event_form",
        forms.EventForm,
        lambda f: {
            "kind": f.cleaned_data["kind"],
            "severity": f.cleaned_data["severity"],
            "text": f.cleaned_data["text"],
        },
        sheet_acts.chart_event,
        keepable=True,
    )


@staff_page
@require_http_methods(["POST"])
def rate(request: Any, ref: UUID) -> HttpResponse:
    """Change the pump's rate; 0 pauses."""
    return _do(
        request,
        ref,
        "rate_form",
        forms.RateForm,
        lambda f: {"rate_ml_per_h": f.cleaned_data["rate_ml_per_h"], "reason": f.cleaned_data["reason"]},
        acts.change_rate,
        keepable=True,
    )


@staff_page
@require_http_methods(["POST"])
def end(request: Any, ref: UUID) -> HttpResponse:
    """Stop the pump."""
    return _do(request, ref, "end_form", ActForm, lambda f: {}, acts.end_infusion, keepable=True)


@staff_page
@require_http_methods(["POST"])
def waste(request: Any, ref: UUID) -> HttpResponse:
    """Waste the rest, before a witness who signs in here as himself."""
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref, what="patient.chart")
    form = forms.WasteForm(request.POST)
    if form.is_valid():
        witness_id = who_signs(
            email=form.cleaned_data["witness_email"],
            password=form.cleaned_data["witness_password"],
            location_id=infusion.location_id,
            now=request.now,
        )
        if witness_id is None:
            form.add_error("witness_password", WITNESS_UNKNOWN)
        elif (
            form.do(
                leaving_acts.waste_drug,
                by=request.actor,
                now=request.now,
                infusion_id=infusion.pk,
                witness_id=witness_id,
                manner=form.cleaned_data["manner"],
            )
            is not None
        ):
            return redirect("infusions:chair", ref=ref)
    return render(request, "infusions/chair.html", chair_page(request, infusion, waste_form=form), status=422)


@staff_page
@require_http_methods(["POST"])
def discharge(request: Any, ref: UUID) -> HttpResponse:
    """Let the patient go, and close the infusion."""
    return _do(
        request,
        ref,
        "discharge_form",
        forms.DischargeForm,
        lambda f: {
            "aldrete": f.cleaned_data["aldrete"],
            "mpadss": f.cleaned_data["mpadss"],
            "checked": f.checked,
        },
        leaving_acts.discharge_patient,
    )


def _do(
    request: Any,
    ref: UUID,
    name: str,
    form_class: Callable[..., ActForm],
    arguments: Callable[[Any], dict[str, Any]],
    act: Callable[..., int],
    what: str = "patient.chart",
    keepable: bool = False,
) -> HttpResponse:
    """One form of the chair: perform its act, or show the page again with the sentence beside the field.

    What is `keepable` may also come out of a tablet's journal, later than it was written.
    """
    if keepable and is_kept_entry(request):
        infusion_id, kept = find_infusion(by=request.actor, ref=ref, what=what), form_class(request.POST)
        return answer_entry(
            request,
            kept,
            lambda slip: kept.do(
                act, by=request.actor, now=request.now, infusion_id=infusion_id, slip=slip, **arguments(kept)
            ),
        )
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref, what=what)
    extra = {"vials": chair_page(request, infusion)["vials"]} if form_class is forms.OrderForm else {}
    form = form_class(request.POST, **extra)
    if form.is_valid():
        done = form.do(act, by=request.actor, now=request.now, infusion_id=infusion.pk, **arguments(form))
        if done is not None:
            return redirect("infusions:chair", ref=ref)
    fresh = Infusion.objects.select_related(
        "patient", "location", "booking", "chair", "nurse", "plan__template", "plan__signed_by"
    ).get(pk=infusion.pk)
    return render(request, "infusions/chair.html", chair_page(request, fresh, **{name: form}), status=422)
