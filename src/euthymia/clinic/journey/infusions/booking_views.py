"""Booking the infusions of a plan: every session proposed with a free chair and nurse, one button for all."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from euthymia.clinic.foundation.audit.forms import ActForm
from euthymia.clinic.foundation.audit.refusals import Refused
from euthymia.clinic.foundation.people.access import open_patient
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.journey.infusions.access import open_infusion
from euthymia.clinic.journey.infusions.booking_acts import book_infusion, cancel_infusion, move_infusion
from euthymia.clinic.journey.infusions.forms import CancelForm, MoveDayForm, MoveForm
from euthymia.clinic.journey.infusions.models import Infusion
from euthymia.clinic.journey.infusions.queries import Places, booked_of, plan_to_book
from euthymia.clinic.journey.plans.models import Plan
from euthymia.clinic.journey.plans.queries import planned_dates
from euthymia.clinic.look.words import clock


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def booking(request: Any, ref: UUID) -> HttpResponse:
    """All sessions of the plan that are not booked yet, each with its free times."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref, what="patient.contact")
    plan = plan_to_book(patient)
    if plan is None:
        return render(request, "infusions/book.html", {"patient": patient, "plan": None})
    form = ActForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _book_all(request, plan, form):
        return redirect("desk:chart", ref=ref)
    sessions = _sessions(plan, patient, request.now, request.POST)
    context = {
        "patient": patient,
        "plan": plan,
        "form": form,
        "sessions": sessions,
        "all_booked": all(session["booked"] for session in sessions),
        "zone": plan.location.zone,
    }
    return render(request, "infusions/book.html", context, status=422 if request.method == "POST" else 200)


def _book_all(request: Any, plan: Plan, form: ActForm) -> bool:
    """Book every session chosen, all or none. The refusal names the one that clashed."""
    chosen = _chosen(request.POST, plan)
    if not chosen:
        form.add_error(None, "Choose a time for at least one infusion.")
        return False
    number = 0
    try:
        with transaction.atomic():
            for number, (starts_at, chair_id, nurse_id) in sorted(chosen.items()):
                book_infusion(
                    by=request.actor,
                    now=request.now,
                    key=f"{form.cleaned_data['key']}-{number}"[:80],
                    plan_id=plan.pk,
                    number=number,
                    starts_at=starts_at,
                    chair_id=chair_id,
                    nurse_id=nurse_id,
                )
    except Refused as refused:
        form.add_error(None, f"Infusion {number}: {refused.refusal.sentence} Nothing has been booked yet.")
        return False
    return True


def _chosen(data: Any, plan: Plan) -> dict[int, tuple[datetime, int, int]]:
    chosen = {}
    for number in range(1, len(plan.schedule_days) + 1):
        try:
            chosen[number] = _offered(data.get(f"session_{number}", ""))
        except ValueError:
            continue
    return chosen


def _code(starts_at: datetime, chair_id: int, nurse_id: int) -> str:
    """An offer as a form carries it."""
    return f"{starts_at.astimezone(UTC):%Y%m%dT%H%MZ}-{chair_id}-{nurse_id}"


def _offered(code: str) -> tuple[datetime, int, int]:
    at, chair, nurse = code.split("-")
    return datetime.strptime(at, "%Y%m%dT%H%MZ").replace(tzinfo=UTC), int(chair), int(nurse)


def _sessions(plan: Plan, patient: Patient, now: datetime, typed: Any) -> list[dict[str, Any]]:
    """Each session with the times offered on its day; the first free one is marked."""
    booked = booked_of(plan)
    days = _days_from(plan, now.date())
    places = Places(plan, min(days), max(days) + timedelta(days=1))
    sessions = []
    for number, day in enumerate(days, start=1):
        row: dict[str, Any] = {"number": number, "day": day, "booked": booked.get(number)}
        if number in booked:
            row["day"] = booked[number].booking.starts_at.astimezone(places.zone).date()
        else:
            offers = _offers_on(places, day, now + timedelta(minutes=30))
            codes = [code for code, _ in offers]
            wanted = typed.get(f"session_{number}", "")
            row["offers"] = offers
            row["wanted"] = wanted if wanted in codes else (codes[min(2, len(codes) - 1)] if codes else "")
        sessions.append(row)
    return sessions


def _days_from(plan: Plan, today: date) -> list[date]:
    """The plan's dates; moved as a whole when the first has passed."""
    return planned_dates(plan.location, max(plan.first_on, today), plan.schedule_days)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: Any, ref: UUID) -> HttpResponse:
    """Give a booked infusion another time: a day is chosen, then one of its free times."""
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref)
    zone = ZoneInfo(infusion.location.zone)
    booked_on = infusion.booking.starts_at.astimezone(zone).date()
    day_form = MoveDayForm(request.GET if "day" in request.GET else {"day": booked_on.isoformat()})
    day = day_form.cleaned_data["day"] if day_form.is_valid() else None
    form = MoveForm(request.POST or None, offers=_free_on(infusion, day, request.now) if day else [])
    if request.method == "POST" and form.is_valid():
        starts_at, chair_id, nurse_id = _offered(form.cleaned_data["offer"])
        arguments = {"starts_at": starts_at, "chair_id": chair_id, "nurse_id": nurse_id}
        if form.do(move_infusion, by=request.actor, now=request.now, infusion_id=infusion.pk, **arguments) is not None:
            return redirect("infusions:chair", ref=ref)
    context = {"infusion": infusion, "form": form, "day_form": day_form, "day": day, "zone": infusion.location.zone}
    return render(request, "infusions/move.html", context, status=422 if request.method == "POST" else 200)


def _free_on(infusion: Infusion, day: date, now: datetime) -> list[tuple[str, str]]:
    """The free times of a day, the visit's own counted as free."""
    places = Places(infusion.plan, day, day + timedelta(days=1), infusion.booking)
    return _offers_on(places, day, now)


def _offers_on(places: Places, day: date, not_before: datetime) -> list[tuple[str, str]]:
    """The free times of a day: as a form carries each, and in words."""
    return [
        (
            _code(start, chair.pk, nurse.pk),
            f"{clock(start.astimezone(places.zone))} · {chair.name} · {nurse.name}",
        )
        for start, chair, nurse in places.free(day, not_before)
    ]


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: Any, ref: UUID) -> HttpResponse:
    """Cancel a booked infusion, with a reason."""
    infusion = open_infusion(by=request.actor, now=request.now, ref=ref)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = form.do(
            cancel_infusion,
            by=request.actor,
            now=request.now,
            infusion_id=infusion.pk,
            reason=form.cleaned_data["reason"],
        )
        if done is not None:
            return redirect("desk:chart", ref=infusion.patient.ref)
    context = {"infusion": infusion, "form": form, "zone": infusion.location.zone}
    return render(request, "infusions/cancel.html", context, status=422 if request.method == "POST" else 200)
