"""A patient's scores for the staff: all of them, one entered from paper, a link sent, one marked as read."""

from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.foundation.audit.forms import ActForm
from euthymia.clinic.foundation.people.access import open_patient
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.foundation.practice.queries import thresholds
from euthymia.clinic.journey.outcomes import rules
from euthymia.clinic.journey.outcomes.acts import ask_for_scores, read_score, record_score
from euthymia.clinic.journey.outcomes.forms import PaperScoreForm
from euthymia.clinic.journey.outcomes.instruments import instrument
from euthymia.clinic.journey.outcomes.models import Score, ScoreOccasion
from euthymia.clinic.journey.outcomes.queries import scores_of


@staff_page
@require_safe
def scores(request: Any, ref: UUID) -> HttpResponse:
    """Every score of a patient, newest first, with what it says of response and remission."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    return render(request, "outcomes/scores.html", _page(patient))


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: Any, ref: UUID, code: str) -> HttpResponse:
    """Enter a questionnaire that was answered on paper."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    try:
        pack = instrument(code)
    except KeyError as unknown:
        raise Http404 from unknown
    zone = ZoneInfo(patient.location.zone)
    today = request.now.astimezone(zone).date()
    form = PaperScoreForm(
        request.POST if request.method == "POST" else None, instrument=pack, initial={"taken_on": today.isoformat()}
    )
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["taken_on"]
        taken_at = request.now if day == today else datetime.combine(day, time(12), tzinfo=zone)
        done = form.do(
            record_score,
            by=request.actor,
            now=request.now,
            patient_id=patient.pk,
            instrument_code=code,
            answers=form.answers,
            occasion=ScoreOccasion.REVIEW,
            taken_at=None if day == today else taken_at,
        )
        if done is not None:
            return redirect("outcomes:scores", ref=ref)
    context = {"patient": patient, "form": form, "instrument": pack}
    return render(request, "outcomes/enter.html", context, status=422 if request.method == "POST" else 200)


@staff_page
@require_http_methods(["POST"])
def ask(request: Any, ref: UUID) -> HttpResponse:
    """Send the patient a link to his questionnaires."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref, what="patient.contact")
    form = ActForm(request.POST)
    if form.is_valid() and form.do(ask_for_scores, by=request.actor, now=request.now, patient_id=patient.pk):
        return redirect("desk:chart", ref=ref)
    return render(request, "outcomes/scores.html", _page(patient) | {"form": form}, status=422)


@staff_page
@require_http_methods(["POST"])
def mark_read(request: Any, ref: UUID, score_id: int) -> HttpResponse:
    """Say that a clinician has looked at this score."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    form = ActForm(request.POST)
    if not Score.objects.filter(pk=score_id, patient=patient).exists():
        raise Http404
    if form.is_valid() and form.do(read_score, by=request.actor, now=request.now, score_id=score_id):
        return redirect("outcomes:scores", ref=ref)
    return render(request, "outcomes/scores.html", _page(patient) | {"form": form}, status=422)


def _page(patient: Patient) -> dict[str, Any]:
    found = scores_of(patient)
    rows = []
    for score in found:
        pack = instrument(score.instrument)
        answers = tuple(score.answers)
        rows.append(
            {
                "score": score,
                "name": pack.name,
                "top": pack.top,
                "severity": rules.severity(pack, score.total) if score.total is not None and pack.bands else "",
                "danger": rules.asks_for_help(pack, answers),
                "form": ActForm(),
            }
        )
    phq9 = [(s.taken_at, s.total) for s in reversed(found) if s.instrument == "phq9" and s.total is not None]
    first = _first_infusion_at(patient)
    return {
        "patient": patient,
        "zone": patient.location.zone,
        "rows": rows,
        "form": ActForm(),
        "course": rules.course(phq9, first, thresholds()),
    }


def _first_infusion_at(patient: Patient) -> datetime | None:
    """When treatment began. Infusions stand in a later room and are reached through the patient alone."""
    started: datetime | None = (
        patient.infusions.filter(started_at__isnull=False)
        .order_by("started_at")
        .values_list("started_at", flat=True)
        .first()
    )
    return started
