"""The patient's button, by link: one page, one purpose. It works without scripts, cookies and a log-in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from euthymia.clinic.faces.desk import live
from euthymia.clinic.faces.portal.forms import HelpForm
from euthymia.clinic.faces.portal.visit import infusion_of
from euthymia.clinic.foundation.people.access import come_by_link
from euthymia.clinic.foundation.people.models import LinkPurpose
from euthymia.clinic.foundation.practice.queries import practice_for_page, thresholds_for_page
from euthymia.clinic.journey.infusions.button import BUTTON_ACTS, SAID_WORDS
from euthymia.clinic.journey.infusions.button_acts import press_button
from euthymia.clinic.journey.infusions.button_queries import calls_of, ring_of
from euthymia.clinic.journey.infusions.models import Infusion
from euthymia.clinic.journey.infusions.states import IN_CHAIR


@csrf_exempt  # the secret in the address is what lets him in, no cookie does: nothing could be forged with one
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def help_page(request: Any, secret: str) -> HttpResponse:
    """Four large buttons, and what became of the last press."""
    visit = come_by_link(now=request.now, secret=secret, purpose=LinkPurpose.HELP)
    infusion = infusion_of(visit)
    form = HelpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        # Another word from the same page is another press: a call for help is never taken for a repeat.
        form.cleaned_data["key"] = f"{form.cleaned_data['key'][:60]}:{form.cleaned_data['said']}"
        done = form.do(
            press_button, by=visit.actor, now=request.now, infusion_id=infusion.pk, said=form.cleaned_data["said"]
        )
        if done is not None:
            return redirect("portal:help", secret=secret)
    context = {**phone_part(infusion, request.now), "form": form, "secret": secret, "words": list(SAID_WORDS.items())}
    return render(request, "portal/help.html", context, status=422 if request.method == "POST" else 200)


def help_stream(request: Any, secret: str) -> HttpResponseBase:
    """The events of one open button: answered, settled, off."""

    def view() -> PhoneButton:
        visit = come_by_link(now=request.now, secret=secret, purpose=LinkPurpose.HELP)
        infusion = infusion_of(visit)
        return PhoneButton(infusion.pk, frozenset({infusion.location_id}))

    return live.answer(view)


def phone_part(infusion: Infusion, now: datetime) -> dict[str, Any]:
    """What the patient sees of his calls. Who answered is named; what the staff wrote is not shown."""
    calls = calls_of(infusion)
    practice = practice_for_page()
    return {
        "works": infusion.state in IN_CHAIR,
        "ring": ring_of(infusion, calls, now, thresholds_for_page()),
        "last": calls[-1] if calls else None,
        "zone": infusion.location.zone,
        "phone": infusion.location.phone or (practice.phone if practice else ""),
    }


@dataclass(frozen=True, slots=True)
class PhoneButton:
    """The state of one patient's button on his phone."""

    infusion_id: int
    locations: frozenset[int]

    def concerns(self, act: str) -> bool:
        """The button's own acts: on his phone nothing grows late."""
        return act in BUTTON_ACTS

    def draw(self, now: datetime) -> tuple[str, str]:
        """The part of the page that says what became of his call."""
        infusion = Infusion.objects.select_related("location").get(pk=self.infusion_id)
        return "called", render_to_string("portal/_called.html", phone_part(infusion, now))
