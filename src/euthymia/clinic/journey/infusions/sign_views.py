"""Who was told of a sign."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from euthymia.clinic.foundation.audit.forms import ActForm, LineField
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.journey.infusions.access import open_infusion
from euthymia.clinic.journey.infusions.chair import chair_page
from euthymia.clinic.journey.infusions.sign_acts import tell_of_sign


class ToldForm(ActForm):
    measure = forms.CharField(max_length=30, widget=forms.HiddenInput)
    told = LineField(label="Who was told", max_length=200)


@staff_page
@require_http_methods(["POST"])
def told(request: Any, ref: UUID) -> HttpResponse:
    """Chart who was told."""
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref, what="patient.chart")
    form = ToldForm(request.POST)
    if form.is_valid():
        done = form.do(
            tell_of_sign,
            by=request.actor,
            now=request.now,
            infusion_id=infusion.pk,
            measure=form.cleaned_data["measure"],
            told=form.cleaned_data["told"],
        )
        if done is not None:
            return redirect("infusions:chair", ref=ref)
    return render(request, "infusions/chair.html", chair_page(request, infusion, told_form=form), status=422)
