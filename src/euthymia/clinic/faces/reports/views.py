"""Results in the open, and the audit of a day."""

import csv
from datetime import timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from euthymia import drawing
from euthymia.clinic.faces.reports.queries import course_outcomes, event_counts, two_years
from euthymia.clinic.faces.reports.rules import share
from euthymia.clinic.foundation.audit.models import Entry
from euthymia.clinic.foundation.audit.readings import readable_locations, record_reading
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.journey.consults.queries import day_bounds
from euthymia.clinic.journey.infusions.models import EventKind
from euthymia.clinic.look.words import trial_name

SHOWN_ENTRIES = 300


@staff_page
@require_safe
def results(request: Any) -> HttpResponse:
    """Response and remission of the practice's patients beside the published trials."""
    places = readable_locations(request.actor, "report")
    if not places:
        raise NotAllowed("report")
    record_reading(by=request.actor, now=request.now, what="report", location_id=min(places), patient_id=None)
    since = two_years(request.now)
    outcome = course_outcomes(places, since)
    given, events = event_counts(places, since)
    words = dict(EventKind.choices)
    return render(
        request,
        "reports/results.html",
        {
            "outcome": outcome,
            "responded_pct": _pct(outcome.responded, outcome.measured),
            "remitted_pct": _pct(outcome.remitted, outcome.measured),
            "figure": _figure(outcome.responded, outcome.measured),
            "given": given,
            "events": [(words.get(kind, kind), count, round(100 * count / given, 1)) for kind, count in events],
            "since": since,
        },
    )


def _pct(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %" if whole else ""


def _figure(responded: int, measured: int) -> dict[str, Any]:
    """Our response beside that of the published arms of six infusions."""
    rows = []
    own = share(responded, measured)
    if own is not None:
        rows.append(
            drawing.IntervalRow(
                "This practice", own.pct, own.low_90, own.high_90, own.low_50, own.high_50, note=f"n = {measured}"
            )
        )
    for name, pct, n in _published():
        interval = share(round(pct * n / 100), n)
        assert interval is not None
        rows.append(
            drawing.IntervalRow(
                name, pct, interval.low_90, interval.high_90, interval.low_50, interval.high_50, note=f"n = {n}"
            )
        )
    plot = drawing.IntervalPlot(
        title="Response after a course",
        unit="patients with response, %",
        rows=tuple(rows),
        low=0,
        high=100,
        sentence="Share of patients whose score fell by half or more, with 50 % and 90 % intervals.",
    )
    # Our own drawing escapes every text that goes into it.
    return {
        "svg": mark_safe(str(drawing.interval_plot(plot, width=760))),  # noqa: S308 - as said above
        "narrow": mark_safe(str(drawing.interval_plot(plot, width=360))),  # noqa: S308 - as said above
    }


def _published() -> list[tuple[str, float, int]]:
    """Trial arms of six infusions at their end: name, response in per cent, patients."""
    text = (files("euthymia.model") / "evidence" / "trials.csv").read_text(encoding="utf-8")
    found: dict[str, tuple[str, float, int]] = {}
    for row in csv.DictReader(text.splitlines()):
        days = row["infusion_days"].split(";")
        if len(days) == 6 and row["response_pct"] and row["dose_mg_per_kg"] not in ("", "0"):
            try:
                at, last = float(row["timepoint_days"]), float(days[-1])
                n = int(row["n_at_timepoint"] or row["n"])
                pct = float(row["response_pct"])
            except ValueError:
                continue
            if at <= last + 7:
                found[row["trial"]] = (f"{trial_name(row['trial'])} ({row['scale']})", pct, n)
    return sorted(found.values())


@staff_page
@require_safe
def audit(request: Any) -> HttpResponse:
    """Who did and who read what on a day, newest first."""
    places = readable_locations(request.actor, "audit")
    if not places:
        raise NotAllowed("audit")
    record_reading(by=request.actor, now=request.now, what="audit", location_id=min(places), patient_id=None)
    zone = Location.objects.filter(pk__in=places).values_list("zone", flat=True)[0]
    try:
        wanted = parse_date(request.GET.get("day", ""))
    except ValueError:
        wanted = None
    day = wanted or request.now.astimezone(ZoneInfo(zone)).date()
    start, end = day_bounds(day, zone)
    entries = Entry.objects.filter(chain__in=[0, *places], at__gte=start, at__lt=end).order_by("-id")
    return render(
        request,
        "reports/audit.html",
        {
            "entries": entries[:SHOWN_ENTRIES],
            "day": day,
            "before": day - timedelta(days=1),
            "after": day + timedelta(days=1),
            "zone": zone,
        },
    )
