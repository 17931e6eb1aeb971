"""The desk: the board of the day, search, tasks."""

from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.faces.desk import live
from euthymia.clinic.faces.desk.board import Sight, board, sight_of
from euthymia.clinic.faces.desk.forms import NewPatientForm, TaskForm
from euthymia.clinic.foundation.audit.readings import record_reading
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.people.access import open_task_for, search_patients
from euthymia.clinic.foundation.people.acts import finish_task, register_patient
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.queries import open_tasks
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.foundation.practice.queries import locations_for_page


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


async def board_stream(request: Any) -> HttpResponseBase:
    """The events of one open board. The database is let go of before the stream begins."""

    @sync_to_async
    def who() -> Sight | None:
        try:
            return _sight(request)[0] if request.actor.staff_id is not None else None
        except NotAllowed:
            return None
        finally:
            connections.close_all()

    sight = await who()
    if sight is None:
        return HttpResponse("Sign in to see the board.", status=401)
    return _events(live.stream(sight))


async def beat_stream(request: Any) -> HttpResponseBase:
    """The heartbeat for one open chair."""

    @sync_to_async
    def is_staff() -> bool:
        try:
            return request.actor.staff_id is not None
        finally:
            connections.close_all()

    if not await is_staff():
        return HttpResponse("Sign in to open a chair.", status=401)
    return _events(live.beats())


def _events(events: AsyncIterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: Any) -> HttpResponse:
    """Find a patient by name or phone. What is typed goes in the body, so that no name stands in an address."""
    text = request.POST.get("q", "").replace("\0", "")[:100]
    found: list[Patient] = search_patients(by=request.actor, now=request.now, text=text) if text.strip() else []
    template = "desk/_found.html" if request.headers.get("HX-Request") else "desk/search.html"
    return render(request, template, {"text": text, "found": found})


@staff_page
@require_safe
def tasks(request: Any) -> HttpResponse:
    """Everything that is still to be done, the longest overdue first."""
    sight, _ = _sight(request)
    record_reading(by=request.actor, now=request.now, what="board", location_id=min(sight.locations), patient_id=None)
    return render(request, "desk/tasks.html", {"tasks": open_tasks(sight.locations, 200), "form": TaskForm()})


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
