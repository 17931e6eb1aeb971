"""The discharge sheet: printed at the chair, or sent by link."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.foundation.audit.forms import ActForm
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.journey.infusions.access import open_infusion
from euthymia.clinic.journey.infusions.after import taken_home
from euthymia.clinic.journey.infusions.after_acts import send_sheet
from euthymia.clinic.journey.infusions.chair import chair_page


@staff_page
@require_safe
def sheet(request: Any, ref: UUID) -> HttpResponse:
    """The sheet as it is printed."""
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref, what="patient.chart")
    home = taken_home(infusion, request.now)
    return render(request, "infusions/after.html", {"home": home, "infusion": infusion})


@staff_page
@require_http_methods(["POST"])
def send(request: Any, ref: UUID) -> HttpResponse:
    """Send it by link."""
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref, what="patient.chart")
    form = ActForm(request.POST)
    if form.is_valid():
        done = form.do(send_sheet, by=request.actor, now=request.now, infusion_id=infusion.pk)
        if done is not None:
            return redirect("infusions:chair", ref=ref)
    return render(request, "infusions/chair.html", chair_page(request, infusion, sheet_form=form), status=422)
