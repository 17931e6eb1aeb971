"""The public site: what the treatment is, and the free call booked in under a minute."""

from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.faces.website.forms import ZONES, BookForm, TimeForm, known_zone, read_slot
from euthymia.clinic.foundation.audit.actors import CALLER
from euthymia.clinic.foundation.audit.forms import ActForm
from euthymia.clinic.foundation.practice.models import CourseTemplate, Location, Package, Price
from euthymia.clinic.foundation.practice.queries import locations_for_page, the_practice
from euthymia.clinic.journey.consults.access import call_by_secret
from euthymia.clinic.journey.consults.acts import book_call, cancel_call, move_call
from euthymia.clinic.journey.consults.letters import calendar_file, time_in_words
from euthymia.clinic.journey.consults.queries import Slot, call_minutes, free_slots
from euthymia.clinic.journey.consults.states import CallState
from euthymia.clinic.look.words import clock

SHOWN_DAYS = 4


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the treatment is, whom it helps and whom not, and what it costs."""
    return render(
        request,
        "website/home.html",
        {
            "locations": Location.objects.all(),
            "prices": Price.objects.all(),
            "packages": Package.objects.all(),
            "courses": CourseTemplate.objects.exclude(code="booster"),
        },
    )


@require_safe
def prepare(request: HttpRequest) -> HttpResponse:
    """How to prepare for a visit, what to expect, and when to ask for help. No log-in."""
    return render(request, "website/prepare.html", {"locations": Location.objects.all()})


@require_safe
def times(request: HttpRequest) -> HttpResponse:
    """Choose where and when to be called."""
    return render(request, "website/times.html", _offer(request))


@require_http_methods(["GET", "HEAD", "POST"])
def details(request: Any) -> HttpResponse:
    """Say who is to be called. The last slot is won by one caller; the other is told, with the next times."""
    if request.method == "POST":
        form = BookForm(request.POST)
        if form.is_valid():
            slot: Slot = form.cleaned_data["slot"]
            # The same form sent twice must ask for the same thing, so its link follows from its key.
            secret = salted_hmac("call link", form.cleaned_data["key"], algorithm="sha256").hexdigest()[:40]
            made = form.do(
                book_call,
                by=CALLER,
                now=request.now,
                location_id=slot.location_id,
                physician_id=slot.physician_id,
                starts_at=slot.starts_at,
                name=form.cleaned_data["name"],
                phone_e164=form.cleaned_data["phone"],
                email=form.cleaned_data["email"],
                caller_zone=form.cleaned_data["zone"],
                secret=secret,
            )
            if made is not None:
                return redirect("website:call", secret=secret)
        return render(request, "website/details.html", _details(request, form), status=422)
    slot_code, zone = request.GET.get("slot", ""), request.GET.get("zone", "")
    if read_slot(slot_code) is None:
        return redirect("website:times")
    form = BookForm(initial={"slot": slot_code, "zone": known_zone(zone, "America/New_York")})
    return render(request, "website/details.html", _details(request, form))


@require_safe
def call(request: HttpRequest, secret: str) -> HttpResponse:
    """The caller's own page: when he will be called, and how to move or cancel it."""
    booked = call_by_secret(secret)
    return render(
        request,
        "website/call.html",
        {
            "call": booked,
            "secret": secret,
            "when": time_in_words(booked.booking.starts_at, booked.caller_zone),
            "can_change": booked.state == CallState.BOOKED,
            "cancelled": booked.state == CallState.CANCELLED,
            "form": ActForm(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: Any, secret: str) -> HttpResponse:
    """Choose another time for the call."""
    booked = call_by_secret(secret)
    form = TimeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        slot: Slot = form.cleaned_data["slot"]
        moved = form.do(
            move_call,
            by=CALLER,
            now=request.now,
            call_id=booked.pk,
            location_id=slot.location_id,
            physician_id=slot.physician_id,
            starts_at=slot.starts_at,
            secret=secret,
        )
        if moved is not None:
            return redirect("website:call", secret=secret)
    offer = _offer(request, zone=booked.caller_zone)
    context = {**offer, "call": booked, "secret": secret, "form": form}
    return render(request, "website/move.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["POST"])
def cancel(request: Any, secret: str) -> HttpResponse:
    """Cancel the call."""
    booked = call_by_secret(secret)
    form = ActForm(request.POST)
    if form.is_valid():
        form.do(cancel_call, by=CALLER, now=request.now, call_id=booked.pk)
    return redirect("website:call", secret=secret)


@require_safe
def calendar(request: Any, secret: str) -> HttpResponse:
    """The call as a calendar file."""
    booked, practice = call_by_secret(secret), the_practice()
    assert practice is not None
    text = calendar_file(
        ref=str(booked.booking.ref),
        at=booked.booking.starts_at,
        minutes=call_minutes(),
        practice_name=practice.name,
        phone=practice.phone,
        made_at=request.now,
    )
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="phone-call.ics"'
    return response


def _offer(request: Any, zone: str = "") -> dict[str, Any]:
    """The free times by day, in the caller's zone, for the place he chose."""
    locations = locations_for_page()
    wanted = request.GET.get("location", "")
    place = next((x for x in locations if x.slug == wanted), None)
    home_zone = place.zone if place else (locations[0].zone if locations else "UTC")
    zone = known_zone(request.GET.get("zone", "") or zone, home_zone)
    slots = free_slots(request.now, location_id=place.pk if place else None)
    there = ZoneInfo(zone)
    days = [(day, list(on_day)) for day, on_day in groupby(slots, key=lambda s: s.starts_at.astimezone(there).date())]
    typed = request.GET.get("skip", "")
    skip = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 3 else 0
    return {
        "later": skip + SHOWN_DAYS if skip + SHOWN_DAYS < len(days) else None,
        "locations": locations,
        "place": place,
        "zones": ZONES,
        "zone": zone,
        "days": [
            (day, [(slot.code, clock(slot.starts_at.astimezone(there))) for slot in on_day])
            for day, on_day in days[skip : skip + SHOWN_DAYS]
        ],
    }


def _details(request: Any, form: BookForm) -> dict[str, Any]:
    slot = read_slot(str(form["slot"].value() or ""))
    zone = known_zone(str(form["zone"].value() or ""), "America/New_York")
    context: dict[str, Any] = {"form": form, "zone": zone}
    if slot is not None:
        context["when"] = time_in_words(slot.starts_at, zone)
        context["where"] = Location.objects.filter(pk=slot.location_id).first()
    if "slot" in form.errors:
        context["others"] = free_slots(request.now, location_id=None)[:8]
    return context
