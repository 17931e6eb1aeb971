"""Today's calls, and the sheet that is filled in while talking."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.foundation.people.phones import spoken_phone
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.journey.consults.access import list_calls, open_call
from euthymia.clinic.journey.consults.acts import cancel_call, finish_call, save_call_sheet
from euthymia.clinic.journey.consults.forms import FinishForm, SheetForm
from euthymia.clinic.journey.consults.letters import time_in_words
from euthymia.clinic.journey.consults.models import Call
from euthymia.clinic.journey.consults.queries import day_bounds
from euthymia.clinic.journey.consults.states import CallState


@staff_page
@require_safe
def calls(request: Any) -> HttpResponse:
    """The calls of a day, with the one that is due next on top of what is left."""
    places = list(Location.objects.filter(pk__in=request.actor.locations()))
    zone = places[0].zone if places else "UTC"
    try:
        wanted = parse_date(request.GET.get("day", ""))
    except ValueError:
        wanted = None
    day = wanted or request.now.astimezone(ZoneInfo(zone)).date()
    start, end = day_bounds(day, zone)
    return render(
        request,
        "consults/calls.html",
        {
            "calls": list_calls(by=request.actor, now=request.now, start=start, end=end),
            "day": day,
            "before": day - timedelta(days=1),
            "after": day + timedelta(days=1),
            "zone": zone,
        },
    )


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: Any, call_id: int) -> HttpResponse:
    """The call sheet. Its end is an act; what follows from it is said on the page."""
    opened = open_call(by=request.actor, now=request.now, call_id=call_id)
    if request.method == "POST":
        form = FinishForm(request.POST, sheet=opened.sheet)
        if form.is_valid():
            done = form.do(
                finish_call,
                by=request.actor,
                now=request.now,
                call_id=opened.pk,
                sheet=form.sheet,
                disposition=form.cleaned_data["disposition"],
                given_name=form.cleaned_data["given_name"],
                family_name=form.cleaned_data["family_name"],
            )
            if done is not None:
                return redirect("consults:call", call_id=opened.pk)
        return render(request, "consults/call.html", _sheet_page(opened, form), status=422)
    given, _, family = opened.name.rpartition(" ")
    form = FinishForm(
        sheet=opened.sheet, initial={"given_name": given or family, "family_name": family if given else ""}
    )
    return render(request, "consults/call.html", _sheet_page(opened, form))


@staff_page
@require_http_methods(["POST"])
def save(request: Any, call_id: int) -> HttpResponse:
    """Keep what has been typed so far."""
    opened = open_call(by=request.actor, now=request.now, call_id=call_id)
    form = SheetForm(request.POST, sheet=opened.sheet)
    if form.is_valid():
        # Each change is an act of its own: the key of the page belongs to the call's end.
        form.cleaned_data["key"] = None
        if form.do(save_call_sheet, by=request.actor, now=request.now, call_id=opened.pk, sheet=form.sheet):
            return HttpResponse(status=204) if _by_script(request) else redirect("consults:call", call_id=opened.pk)
    return render(request, "consults/call.html", _sheet_page(opened, FinishForm(request.POST)), status=422)


@staff_page
@require_http_methods(["POST"])
def cancel(request: Any, call_id: int) -> HttpResponse:
    """Cancel a call for a caller who rang."""
    opened = open_call(by=request.actor, now=request.now, call_id=call_id)
    form = SheetForm(request.POST)
    if form.is_valid() and form.do(
        cancel_call, by=request.actor, now=request.now, call_id=opened.pk, reason="cancelled by phone"
    ):
        return redirect("consults:calls")
    return render(request, "consults/call.html", _sheet_page(opened, FinishForm(request.POST)), status=422)


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "autosave"


def _sheet_page(opened: Call, form: FinishForm) -> dict[str, Any]:
    zone = opened.booking.location.zone
    return {
        "call": opened,
        "form": form,
        "when": time_in_words(opened.booking.starts_at, zone),
        "zone": zone,
        "phone": spoken_phone(opened.phone_e164),
        "open": opened.state in (CallState.BOOKED, CallState.UNDER_WAY, CallState.MISSED),
        "danger": opened.sheet.get("safe_now") == "yes" or form["safe_now"].value() == "yes",
    }
