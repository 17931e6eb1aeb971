"""Before the visit, by link: what the patient knows best of the gate. He may come back and answer anew."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from euthymia.clinic.faces.portal.forms import BeforehandForm
from euthymia.clinic.faces.portal.visit import infusion_of
from euthymia.clinic.foundation.people.access import come_by_link
from euthymia.clinic.foundation.people.models import LinkPurpose
from euthymia.clinic.foundation.practice.queries import thresholds_for_page
from euthymia.clinic.journey.infusions.beforehand import questions
from euthymia.clinic.journey.infusions.beforehand_acts import answer_beforehand
from euthymia.clinic.journey.infusions.beforehand_queries import BEFORE_START, claims_of, may_be_pregnant
from euthymia.clinic.journey.infusions.states import InfusionState


@require_http_methods(["GET", "HEAD", "POST"])
def before(request: Any, secret: str) -> HttpResponse:
    """A few questions, with what he answered before."""
    visit = come_by_link(now=request.now, secret=secret, purpose=LinkPurpose.BEFORE)
    infusion = infusion_of(visit)
    said = claims_of(infusion)
    asked = questions(thresholds_for_page(), may_be_pregnant=may_be_pregnant(visit.patient))
    form = BeforehandForm(request.POST if request.method == "POST" else None, asked=asked, said=said)
    if request.method == "POST" and form.is_valid():
        done = form.do(
            answer_beforehand, by=visit.actor, now=request.now, infusion_id=infusion.pk, answers=form.answers
        )
        if done is not None:
            return redirect("portal:before", secret=secret)
    context = {
        "form": form,
        "infusion": infusion,
        "secret": secret,
        "open": infusion.state in (InfusionState.BOOKED, *BEFORE_START),
        "said": said,
        "call": [c.label for c in said.values() if not c.passed],
        "phone": infusion.location.phone,
    }
    return render(request, "portal/before.html", context, status=422 if request.method == "POST" else 200)
