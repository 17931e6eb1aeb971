"""The patient's other pages by link: read and sign, and say how you have been."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.faces.portal.forms import SignForm
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.people.access import Visit, come_by_link
from euthymia.clinic.journey.outcomes.acts import record_score
from euthymia.clinic.journey.outcomes.forms import InstrumentForm
from euthymia.clinic.journey.outcomes.instruments import instrument
from euthymia.clinic.journey.outcomes.models import Score, ScoreOccasion
from euthymia.clinic.journey.outcomes.rules import asks_for_help
from euthymia.clinic.journey.plans.acts import sign_agreement
from euthymia.clinic.journey.plans.models import Agreement, Plan
from euthymia.clinic.journey.plans.queries import planned_dates, wordings_to_sign
from euthymia.clinic.journey.plans.states import PlanState

ASKED = ("mood", "phq9", "gad7")


@require_http_methods(["GET", "HEAD", "POST"])
def agreement(request: Any, secret: str) -> HttpResponse:
    """Read both texts and the estimate, and sign by typing one's name."""
    visit = come_by_link(now=request.now, secret=secret, purpose="agreement")
    plan = _plan_of(visit)
    if plan.state == PlanState.AGREED or plan.agreements.exists():
        return render(request, "portal/agreement_done.html", {"plan": plan, "secret": secret, **_papers(plan)})
    wordings = wordings_to_sign()
    fingerprints = " ".join(w.sha256 for w in wordings)
    form = SignForm(request.POST if request.method == "POST" else None, initial={"fingerprints": fingerprints})
    if request.method == "POST" and form.is_valid():
        done = form.do(
            sign_agreement,
            by=visit.actor,
            now=request.now,
            plan_id=plan.pk,
            wording_sha256s=form.cleaned_data["fingerprints"].split(),
            typed_name=form.cleaned_data["typed_name"],
        )
        if done is not None:
            return redirect("portal:agreement", secret=secret)
    context = {
        "patient": visit.patient,
        "plan": plan,
        "dates": planned_dates(plan.location, plan.first_on, plan.schedule_days),
        "wordings": wordings,
        "form": form,
        "secret": secret,
    }
    return render(request, "portal/agreement.html", context, status=422 if request.method == "POST" else 200)


@require_safe
def paper(request: Any, secret: str, agreement_id: int) -> HttpResponse:
    """One of the signed texts as a PDF."""
    visit = come_by_link(now=request.now, secret=secret, purpose="agreement")
    signed = Agreement.objects.filter(pk=agreement_id, plan=_plan_of(visit)).select_related("wording").first()
    if signed is None:
        raise NotAllowed("paper")
    response = HttpResponse(bytes(signed.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{signed.wording.kind}.pdf"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def scores(request: Any, secret: str) -> HttpResponse:
    """How you have been: one questionnaire a page, then thanks and what comes next. Never a verdict."""
    visit = come_by_link(now=request.now, secret=secret, purpose="scores")
    answered = set(
        Score.objects.filter(patient=visit.patient, taken_at__gte=visit.link.made_at).values_list(
            "instrument", flat=True
        )
    )
    left = [code for code in ASKED if code not in answered]
    if not left:
        return render(request, "portal/scores_done.html", {"patient": visit.patient, "danger": _danger(visit)})
    pack = instrument(left[0])
    form = InstrumentForm(request.POST if request.method == "POST" else None, instrument=pack)
    if request.method == "POST" and form.is_valid():
        if all(a is None for a in form.answers):
            form.add_error(None, "Answer at least one question. You may leave out what you do not want to answer.")
        elif (
            form.do(
                record_score,
                by=visit.actor,
                now=request.now,
                patient_id=visit.patient.pk,
                instrument_code=pack.code,
                answers=form.answers,
                occasion=ScoreOccasion.BETWEEN,
            )
            is not None
        ):
            return redirect("portal:scores", secret=secret)
    context = {
        "patient": visit.patient,
        "form": form,
        "instrument": pack,
        "secret": secret,
        "current": len(ASKED) - len(left) + 1,
        "steps": ["Mood", "The last two weeks", "Worry and nerves"],
        "danger": _danger(visit),
    }
    return render(request, "portal/scores.html", context, status=422 if request.method == "POST" else 200)


def _plan_of(visit: Visit) -> Plan:
    kind, _, number = visit.link.about.partition(":")
    plan = (
        Plan.objects.select_related("template", "estimate", "location", "signed_by", "patient")
        .filter(pk=int(number or 0), patient=visit.patient)
        .first()
    )
    if kind != "plan" or plan is None:
        raise NotAllowed("agreement")
    return plan


def _papers(plan: Plan) -> dict[str, Any]:
    return {"agreements": plan.agreements.select_related("wording").order_by("id")}


def _danger(visit: Visit) -> bool:
    """Whether an answer given by this link asks for help at once."""
    rows = Score.objects.filter(patient=visit.patient, taken_at__gte=visit.link.made_at)
    return any(asks_for_help(instrument(s.instrument), tuple(s.answers)) for s in rows)
