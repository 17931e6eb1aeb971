"""The patient's button at the chair: handed out, answered, settled."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from euthymia.clinic.foundation.audit.forms import ActForm
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.journey.infusions import button_acts
from euthymia.clinic.journey.infusions.access import open_infusion
from euthymia.clinic.journey.infusions.button_forms import AnswerForm, GiveForm, SettleForm
from euthymia.clinic.journey.infusions.button_part import ring_part
from euthymia.clinic.journey.infusions.chair import chair_page
from euthymia.clinic.journey.infusions.models import Infusion


@staff_page
@require_http_methods(["POST"])
def give(request: Any, ref: UUID) -> HttpResponse:
    """Hand out the button: a code on this page, and a letter where one is wanted."""
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref)
    form = GiveForm(request.POST)
    if form.is_valid() and _done(request, infusion, form, button_acts.give_button, by_email=_by_email(form)):
        return redirect("infusions:chair", ref=ref)
    return render(request, "infusions/chair.html", chair_page(request, infusion, give_form=form), status=422)


def _by_email(form: GiveForm) -> bool:
    return bool(form.cleaned_data["by_email"])


@staff_page
@require_http_methods(["POST"])
def answer(request: Any, ref: UUID) -> HttpResponse:
    """“I am coming.”"""
    return _on_ring(request, ref, "answer_form", AnswerForm(request.POST), button_acts.answer_calls)


@staff_page
@require_http_methods(["POST"])
def settle(request: Any, ref: UUID) -> HttpResponse:
    """How it ended."""
    form = SettleForm(request.POST)
    return _on_ring(request, ref, "settle_form", form, button_acts.settle_calls, "words")


def _on_ring(
    request: Any, ref: UUID, name: str, form: AnswerForm, act: Callable[..., int], *fields: str
) -> HttpResponse:
    """Perform the act; a page with scripts gets the ringing part anew, another the whole chair."""
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref, what="patient.chart")
    done = form.is_valid() and _done(
        request,
        infusion,
        form,
        act,
        up_to_id=form.cleaned_data["up_to"],
        **{f: form.cleaned_data[f] for f in fields},
    )
    given = {} if done else {name: form}
    if request.headers.get("HX-Request"):
        part = ring_part(infusion, request.now, True, **given)
        return render(request, "infusions/_ringing.html", part)
    if done:
        return redirect("infusions:chair", ref=ref)
    return render(request, "infusions/chair.html", chair_page(request, infusion, **given), status=422)


def _done(request: Any, infusion: Infusion, form: ActForm, act: Callable[..., int], **arguments: Any) -> bool:
    # Pages kept current share one drawing, its key too: the key is his who sends it.
    form.cleaned_data["key"] = f"{form.cleaned_data['key'][:60]}:{request.actor.mark}"
    return form.do(act, by=request.actor, now=request.now, infusion_id=infusion.pk, **arguments) is not None
