"""The questions before the visit, sent by the staff."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from euthymia.clinic.foundation.audit.forms import ActForm
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.journey.infusions.access import open_infusion
from euthymia.clinic.journey.infusions.beforehand_acts import ask_beforehand
from euthymia.clinic.journey.infusions.chair import chair_page


@staff_page
@require_http_methods(["POST"])
def ask(request: Any, ref: UUID) -> HttpResponse:
    """Send the patient his questions."""
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref)
    form = ActForm(request.POST)
    if form.is_valid():
        done = form.do(ask_beforehand, by=request.actor, now=request.now, infusion_id=infusion.pk)
        if done is not None:
            return redirect("infusions:chair", ref=ref)
    return render(request, "infusions/chair.html", chair_page(request, infusion, ask_form=form), status=422)
