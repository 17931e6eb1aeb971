"""The desk: the board of the day, search, tasks."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.faces.desk import live
from euthymia.clinic.faces.desk.board import Sight, board, sight_of
from euthymia.clinic.faces.desk.chair_ring import ChairRing
from euthymia.clinic.faces.desk.forms import NewPatientForm, TaskForm
from euthymia.clinic.faces.desk.paper import PaperSheets, papers
from euthymia.clinic.foundation.audit.readings import may_read, readable_locations, record_reading
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.people.access import FOUND_MOST, open_task_for, search_patients
from euthymia.clinic.foundation.people.acts import finish_task, register_patient
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.queries import FoundPatient, open_tasks
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.practice.pages import address_of, staff_page
from euthymia.clinic.foundation.practice.queries import locations_for_page
from euthymia.clinic.journey.infusions.access import open_infusion


def _sight(request: Any) -> tuple[Sight, str]:
    """What this person's board shows: every place that is his, or the one that he chose."""
    slug = request.GET.get("location", "")
    chosen = Location.objects.filter(slug=slug).first() if slug and "\0" not in slug else None
    sight = sight_of(request.actor, chosen.pk if chosen else None)
    if not sight.locations:
        raise NotAllowed("board")
    return sight, chosen.slug if chosen else ""


@staff_page
@require_safe
def board_page(request: Any) -> HttpResponse:
    """The board of the day. It keeps itself current; without scripts it reloads when asked."""
    sight, slug = _sight(request)
    record_reading(by=request.actor, now=request.now, what="board", location_id=min(sight.locations), patient_id=None)
    mine = sight_of(request.actor, None).locations
    places = [place for place in locations_for_page() if place.pk in mine]
    return render(
        request,
        "desk/board.html",
        {"board": board(sight, request.now), "places": places, "slug": slug},
    )


def board_stream(request: Any) -> HttpResponseBase:
    """The events of one open board."""
    return live.answer(lambda: _sight(request)[0] if request.actor.staff_id is not None else None)


def _papers(request: Any) -> tuple[PaperSheets, str]:
    """The sheets of every place whose charts are this person's, or of the one that he chose."""
    slug = request.GET.get("location", "")
    places = readable_locations(request.actor, "patient.chart")
    if slug:
        places &= {p.pk for p in locations_for_page() if p.slug == slug}
    if not places:
        raise NotAllowed("paper")
    return PaperSheets(places), slug


@staff_page
@require_safe
def paper(request: Any) -> HttpResponse:
    """A sheet for each occupied chair, to be printed before or when everything fails."""
    sheets, slug = _papers(request)
    for place in sheets.locations:
        record_reading(by=request.actor, now=request.now, what="paper", location_id=place, patient_id=None)
    return render(request, "desk/paper.html", {"papers": papers(sheets.locations, request.now), "slug": slug})


def paper_stream(request: Any) -> HttpResponseBase:
    """The events of one open page of sheets."""
    return live.answer(lambda: _papers(request)[0] if request.actor.staff_id is not None else None)


def chair_stream(request: Any, ref: UUID) -> HttpResponseBase:
    """The events of one chair page: who calls from there."""

    def view() -> ChairRing | None:
        if request.actor.staff_id is None:
            return None
        infusion = open_infusion(by=request.actor, now=request.now, ref=ref)
        clinical = may_read(request.actor, "patient.chart", infusion.location_id)
        return ChairRing(infusion.pk, frozenset({infusion.location_id}), clinical)

    return live.answer(view)


def beat_stream(request: Any) -> HttpResponseBase:
    """The heartbeat for one open chair."""
    return live.answer_beats(request.actor.staff_id is not None)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: Any) -> HttpResponse:
    """Find a patient by name or phone. What is typed goes in the body, so that no name stands in an address."""
    text = request.POST.get("q", "").replace("\0", "")[:100]
    found: list[FoundPatient] = search_patients(by=request.actor, now=request.now, text=text) if text.strip() else []
    template = "desk/_found.html" if request.headers.get("HX-Request") else "desk/search.html"
    context = {
        "text": text,
        "found": [(address_of("desk:chart", patient.ref), patient) for patient in found],
        "perhaps_more": len(found) == FOUND_MOST,
    }
    return render(request, template, context)


@staff_page
@require_safe
def tasks(request: Any) -> HttpResponse:
    """Everything that is still to be done, the longest overdue first."""
    sight, _ = _sight(request)
    record_reading(by=request.actor, now=request.now, what="board", location_id=min(sight.locations), patient_id=None)
    return render(request, "desk/tasks.html", {"tasks": open_tasks(sight.locations), "form": TaskForm()})


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: Any, task_id: int) -> HttpResponse:
    """One task: what it is, and how it ended."""
    opened = open_task_for(by=request.actor, now=request.now, task_id=task_id)
    form = TaskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = form.do(
            finish_task,
            by=request.actor,
            now=request.now,
            task_id=opened.pk,
            outcome=form.cleaned_data["outcome"],
        )
        if done is not None:
            return redirect("desk:tasks")
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/task.html", {"task": opened, "form": form}, status=status)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def new_patient(request: Any) -> HttpResponse:
    """Open a record for someone who did not come by the call page."""
    places = Location.objects.filter(pk__in=sight_of(request.actor, None).locations)
    if not places:
        raise NotAllowed("people.register_patient")
    form = NewPatientForm(request.POST if request.method == "POST" else None, places=places)
    if request.method == "POST" and form.is_valid():
        made = form.do(register_patient, by=request.actor, now=request.now, **form.arguments())
        if made is not None:
            return redirect("desk:chart", ref=Patient.objects.get(pk=made).ref)
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/new_patient.html", {"form": form}, status=status)
