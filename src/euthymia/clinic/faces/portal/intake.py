"""The intake by link: a page for each group of questions, saved as typed, resumed anywhere."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.faces.portal import forms
from euthymia.clinic.foundation.audit.forms import ActForm, new_key
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.people.access import Visit, come_by_link
from euthymia.clinic.journey.outcomes.forms import InstrumentForm
from euthymia.clinic.journey.screening.acts import save_intake, submit_intake
from euthymia.clinic.journey.screening.queries import draft_answers, last_intake
from euthymia.clinic.journey.screening.rules import questions


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the intake."""

    name: str
    title: str
    form: type[ActForm]
    done_when: tuple[str, ...]
    """The answers that must be there for this page to count as done."""


def _of(page: str) -> tuple[str, ...]:
    return tuple(q.id for q in questions() if q.page == page)


STEPS: tuple[Step, ...] = (
    Step("about", "About you", forms.AboutForm, ("birth_on", "condition")),
    Step("history", "Your history", forms.HistoryForm, _of("history")),
    Step("body", "Your health", forms.BodyForm, _of("body")),
    Step("trials", "What you have tried", forms.TrialsForm, ("trials_seen",)),
    Step("medicines", "Your medicines", forms.MedicinesForm, ("medicines",)),
    Step("phq9", "The last two weeks", forms.Phq9Form, ("phq9",)),
    Step("gad7", "Worry and nerves", forms.Gad7Form, ("gad7",)),
)
BY_NAME = {step.name: step for step in STEPS}


@require_safe
def intake(request: Any, secret: str) -> HttpResponse:
    """Where the patient left off: the first page that is not done, or what comes after."""
    visit = come_by_link(now=request.now, secret=secret, purpose="intake")
    if last_intake(visit.patient) is not None:
        return render(request, "portal/intake_done.html", {"patient": visit.patient})
    typed = draft_answers(visit.patient)
    open_step = next((s for s in STEPS if not _done(s, typed)), None)
    if open_step is None:
        return redirect("portal:intake_check", secret=secret)
    return redirect("portal:intake_step", secret=secret, step=open_step.name)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: Any, secret: str, step: str) -> HttpResponse:
    """One page of questions."""
    visit = come_by_link(now=request.now, secret=secret, purpose="intake")
    if last_intake(visit.patient) is not None:
        return redirect("portal:intake", secret=secret)
    page = BY_NAME.get(step)
    if page is None:
        raise NotAllowed(step)
    if request.method == "POST":
        form = page.form(request.POST)
        if form.is_valid() and _save(request, visit, page, form):
            return redirect(*_after(page, secret))
        return render(request, "portal/intake_step.html", _page(visit, page, form, secret), status=422)
    return render(request, "portal/intake_step.html", _page(visit, page, _filled(page, visit), secret))


@require_http_methods(["POST"])
def autosave(request: Any, secret: str, step: str) -> HttpResponse:
    """Keep what is on the page so far. Only what can be used is kept; the rest stays on the device's page."""
    visit = come_by_link(now=request.now, secret=secret, purpose="intake")
    page = BY_NAME.get(step)
    if page is None:
        raise NotAllowed(step)
    form = page.form(request.POST)
    form.is_valid()
    form.cleaned_data["key"] = new_key()
    usable = _usable(page, form)
    if (
        usable
        and form.do(save_intake, by=visit.actor, now=request.now, patient_id=visit.patient.pk, answers=usable) is None
    ):
        return JsonResponse({"message": "Your answers are already with us."}, status=409)
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: Any, secret: str) -> HttpResponse:
    """Look over the answers, and hand them in."""
    visit = come_by_link(now=request.now, secret=secret, purpose="intake")
    if last_intake(visit.patient) is not None:
        return redirect("portal:intake", secret=secret)
    form = ActForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = form.do(submit_intake, by=visit.actor, now=request.now, patient_id=visit.patient.pk)
        if done is not None:
            return redirect("portal:intake", secret=secret)
    typed = draft_answers(visit.patient)
    context = {
        "patient": visit.patient,
        "secret": secret,
        "form": form,
        "pages": [(s, _done(s, typed)) for s in STEPS],
        "all_done": all(_done(s, typed) for s in STEPS),
    }
    return render(request, "portal/intake_check.html", context, status=422 if request.method == "POST" else 200)


def _save(request: Any, visit: Visit, page: Step, form: ActForm) -> bool:
    answers = _answers(page, form)
    return (
        form.do(save_intake, by=visit.actor, now=request.now, patient_id=visit.patient.pk, answers=answers) is not None
    )


def _answers(page: Step, form: Any) -> dict[str, Any]:
    if isinstance(form, InstrumentForm):
        return {page.name: list(form.answers)}
    result: dict[str, Any] = form.answers()
    return result


def _usable(page: Step, form: Any) -> dict[str, Any]:
    """What of a half-filled page can be kept already."""
    if isinstance(form, InstrumentForm):
        return {page.name + "_typed": list(form.answers)}
    if isinstance(form, forms.TrialsForm):
        return {"trials": form.answers()["trials"]}
    usable = {}
    for name, value in form.cleaned_data.items():
        if name != "key" and value not in (None, ""):
            usable[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return usable


def _filled(page: Step, visit: Visit) -> ActForm:
    """The page with what was typed before."""
    typed: dict[str, Any] = draft_answers(visit.patient)
    if page.form in (forms.Phq9Form, forms.Gad7Form):
        answered: Any = typed.get(page.name) or typed.get(page.name + "_typed")
        return page.form(answers=answered)
    if page.form is forms.TrialsForm:
        return forms.TrialsForm(trials=typed.get("trials", []))
    initial = {k: v for k, v in typed.items() if isinstance(v, str)}
    return page.form(initial=initial)


def _done(page: Step, typed: dict[str, Any]) -> bool:
    return all(typed.get(name) not in (None, "") for name in page.done_when)


def _after(page: Step, secret: str) -> tuple[str, str] | tuple[str, str, str]:
    place = STEPS.index(page) + 1
    if place == len(STEPS):
        return ("portal:intake_check", secret)
    return ("portal:intake_step", secret, STEPS[place].name)


def _page(visit: Visit, page: Step, form: Any, secret: str) -> dict[str, Any]:
    place = STEPS.index(page)
    return {
        "patient": visit.patient,
        "secret": secret,
        "step": page,
        "form": form,
        "steps": [s.title for s in STEPS],
        "current": place + 1,
        "before": STEPS[place - 1].name if place else "",
        "instrument": getattr(form, "instrument", None),
        "asks_mood": page.name in ("phq9", "gad7", "history"),
        "danger": _danger(visit, page),
    }


def _danger(visit: Visit, page: Step) -> bool:
    """Whether an answer given so far asks for help at once."""
    typed: dict[str, Any] = draft_answers(visit.patient)
    item9 = (typed.get("phq9") or [None] * 9)[8]
    return bool(item9) or typed.get("plan_to_die") == "yes"
