"""The record of an infusion: to be read, printed, and after its signature added to."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.foundation.audit.forms import ActForm, LineField, TextField
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.foundation.practice.queries import the_practice
from euthymia.clinic.journey.infusions.access import open_infusion
from euthymia.clinic.journey.infusions.addendum_acts import add_addendum
from euthymia.clinic.journey.infusions.addendum_models import Meaning
from euthymia.clinic.journey.infusions.models import Vitals
from euthymia.clinic.journey.infusions.paper import record_pdf
from euthymia.clinic.journey.infusions.record import record_figure
from euthymia.clinic.journey.infusions.record_page import record_of
from euthymia.clinic.look.words import clock

PASSWORD_WRONG = "This is not your password. Nothing was signed."  # noqa: S105 - a sentence


class AddendumForm(ActForm):
    """What is added, and its signature: the writer types his password again."""

    meaning = forms.ChoiceField(
        label="What you sign",
        choices=Meaning.choices,
        widget=forms.RadioSelect,
        initial=Meaning.ADDS,
        error_messages={"required": "Say what your signature means."},
    )
    row = forms.ChoiceField(label="Row that is corrected", required=False)
    text = TextField(label="Addendum", rows=3)
    reason = LineField(label="Why, if it corrects", max_length=300, required=False)
    password = forms.CharField(
        label="Your password, as your signature",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        max_length=200,
    )

    def __init__(self, *args: Any, rows: list[Vitals], zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["row"]
        field.choices = [("", "None, or not a row")] + [(str(r.pk), _row_words(r, zone)) for r in rows]


def _row_words(row: Vitals, zone: str) -> str:
    pressure = f", {row.systolic_mmhg}/{row.diastolic_mmhg} mmHg" if row.systolic_mmhg else ""
    return f"{clock(row.at.astimezone(ZoneInfo(zone)))}{pressure}"


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: Any, ref: UUID) -> HttpResponse:
    """The whole record, its signature, and its addenda with the form for one more."""
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref, what="patient.chart")
    kept = record_of(infusion)
    asked = request.GET.get("row", "")
    form = AddendumForm(
        request.POST if request.method == "POST" else None,
        rows=kept.rows,
        zone=infusion.location.zone,
        initial={"row": asked, "meaning": Meaning.CORRECTS} if asked.isdecimal() else None,
    )
    if request.method == "POST" and form.is_valid():
        if not request.user.check_password(form.cleaned_data["password"]):
            form.add_error("password", PASSWORD_WRONG)
        elif _added(request, infusion.pk, form):
            return redirect(f"{reverse('infusions:record', args=[ref])}#addenda")
    context = {
        "record": kept,
        "infusion": infusion,
        "patient": infusion.patient,
        "zone": infusion.location.zone,
        "figure": record_figure(infusion, kept.order, kept.rows, kept.events, kept.segments, request.now, kept.calls),
        "rows": [(r, kept.corrected_by().get(r.pk, [])) for r in kept.rows],
        "form": form,
    }
    return render(request, "infusions/record.html", context, status=422 if request.method == "POST" else 200)


def _added(request: Any, infusion_id: int, form: AddendumForm) -> bool:
    typed = form.cleaned_data
    done = form.do(
        add_addendum,
        by=request.actor,
        now=request.now,
        infusion_id=infusion_id,
        meaning=typed["meaning"],
        text=typed["text"],
        vitals_id=int(typed["row"]) if typed["row"] else None,
        reason=typed["reason"],
    )
    return done is not None


@staff_page
@require_safe
def paper(request: Any, ref: UUID) -> HttpResponse:
    """The record as PDF."""
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref, what="patient.chart")
    practice = the_practice()
    assert practice is not None
    response = HttpResponse(record_pdf(record_of(infusion), practice.name), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="infusion-record.pdf"'
    return response
