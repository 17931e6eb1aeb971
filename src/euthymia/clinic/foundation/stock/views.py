"""The drug log: what each location holds, every move, counts and cases, and the papers for an inspector."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from euthymia.clinic.foundation.audit.forms import ActForm
from euthymia.clinic.foundation.audit.readings import may_act, may_read
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.foundation.practice.people_at_work import WITNESS_UNKNOWN, who_signs
from euthymia.clinic.foundation.practice.queries import the_practice, thresholds_for_page
from euthymia.clinic.foundation.stock import access, acts, forms, papers, queries
from euthymia.clinic.foundation.stock.models import CountMoment, DrugCount, DrugMove, Place, VarianceCase
from euthymia.clinic.foundation.stock.rules import next_inventory_on

SHOWN_MOVES = 40
SHOWN_COUNTS = 12


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: Any) -> HttpResponse:
    """Vials on hand, in transit, open cases and the newest moves at the locations of this person; takes in a vial."""
    places = access.open_log(by=request.actor, now=request.now)
    ids = {p.pk for p in places}
    form = forms.VialForm(request.POST if request.method == "POST" else None, places=places)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = form.do(
            acts.receive_vial,
            by=request.actor,
            now=request.now,
            location_id=int(data["location"]),
            lot=data["lot"],
            strength_mg_per_ml=data["strength_mg_per_ml"],
            volume_ul=int(data["volume_ml"] * 1000),
            supplier=data["supplier"],
            supplier_registration=data["supplier_registration"],
            expires_on=data["expires_on"],
            cabinet=data["cabinet"],
        )
        if done is not None:
            return redirect("stock:log")
    held, inventories = queries.held_by_location(ids), queries.last_inventories_on(ids)
    years = int(thresholds_for_page()["stock.inventory_years"])
    today = request.now.date()
    moves = DrugMove.objects.annotate(where=queries.WHERE).filter(where__in=ids)
    moves = moves.select_related("vial__location", "location", "by", "witness", "patient")
    counts = DrugCount.objects.filter(location__in=ids).select_related("location", "by", "witness")
    context = {
        "held": [
            (place, held[place.pk], next_inventory_on(inventories.get(place.pk), today, years)) for place in places
        ],
        "today": today,
        "transfers": queries.in_transit(ids),
        "cases": queries.open_cases(ids),
        "counts": counts.order_by("-id")[:SHOWN_COUNTS],
        "moves": moves.order_by("-id")[:SHOWN_MOVES],
        "period": forms.PeriodForm(initial={"since": today.replace(day=1), "until": today}),
        "form": form,
    }
    return render(request, "stock/log.html", context, status=422 if request.method == "POST" else 200)


# A vial


@staff_page
@require_safe
def vial(request: Any, vial_id: int) -> HttpResponse:
    """One vial: its label, every move, and what can be done with it."""
    return _vial_page(request, vial_id)


def _vial_page(request: Any, vial_id: int, status: int = 200, **given: Any) -> HttpResponse:
    shown, location = access.open_vial(by=request.actor, now=request.now, vial_id=vial_id)
    others = list(Location.objects.exclude(pk=location.pk))
    held = queries.on_hand_ul(vial_id, location.pk)
    moves = list(shown.moves.select_related("location", "by", "witness", "patient").order_by("id"))
    context = {
        "vial": shown,
        "location": location,
        "held": held,
        "moves": moves,
        "transfers": [(t, left) for t, left in queries.in_transit({location.pk}) if t.vial_id == vial_id],
        "opening": getattr(shown, "opening", None),
        "first_drawn": next((m for m in moves if m.target == Place.DRAWN), None),
        "open_form": given.get("open_form") or ActForm(),
        "dispose_form": given.get("dispose_form") or forms.DisposeForm(),
        "loss_form": given.get("loss_form") or forms.LossForm(),
        "send_form": given.get("send_form") or forms.SendForm(places=others),
    }
    return render(request, "stock/vial.html", context, status=status)


@staff_page
@require_http_methods(["POST"])
def opened(request: Any, vial_id: int) -> HttpResponse:
    """Open a vial."""
    access.open_vial(by=request.actor, now=request.now, vial_id=vial_id)
    form = ActForm(request.POST)
    if form.is_valid() and _done(form, request, acts.open_vial, vial_id=vial_id):
        return redirect("stock:vial", vial_id=vial_id)
    return _vial_page(request, vial_id, 422, open_form=form)


@staff_page
@require_http_methods(["POST"])
def dispose(request: Any, vial_id: int) -> HttpResponse:
    """Waste or destroy an amount, before a second person who signs in here as himself."""
    _, location = access.open_vial(by=request.actor, now=request.now, vial_id=vial_id)
    form = forms.DisposeForm(request.POST)
    if form.is_valid():
        witness_id = _second(form, location.pk, request)
        if witness_id is not None and _done(
            form,
            request,
            acts.move_drug,
            vial_id=vial_id,
            source=Place.ON_HAND,
            target=Place(form.cleaned_data["target"]),
            amount_ul=int(form.cleaned_data["amount_ml"] * 1000),
            witness_id=witness_id,
            manner=form.cleaned_data["manner"],
        ):
            return redirect("stock:vial", vial_id=vial_id)
    return _vial_page(request, vial_id, 422, dispose_form=form)


@staff_page
@require_http_methods(["POST"])
def lose(request: Any, vial_id: int) -> HttpResponse:
    """Enter a loss; it opens a case."""
    access.open_vial(by=request.actor, now=request.now, vial_id=vial_id)
    form = forms.LossForm(request.POST)
    if form.is_valid() and _done(
        form,
        request,
        acts.move_drug,
        vial_id=vial_id,
        source=Place.ON_HAND,
        target=Place.LOST,
        amount_ul=int(form.cleaned_data["amount_ml"] * 1000),
        reason=form.cleaned_data["reason"],
    ):
        return redirect("stock:log")
    return _vial_page(request, vial_id, 422, loss_form=form)


@staff_page
@require_http_methods(["POST"])
def send(request: Any, vial_id: int) -> HttpResponse:
    """Send a vial to another location."""
    _, location = access.open_vial(by=request.actor, now=request.now, vial_id=vial_id)
    form = forms.SendForm(request.POST, places=list(Location.objects.exclude(pk=location.pk)))
    if form.is_valid() and _done(
        form,
        request,
        acts.send_vial,
        vial_id=vial_id,
        to_location_id=int(form.cleaned_data["to_location"]),
        to_cabinet=form.cleaned_data["to_cabinet"],
        reason=form.cleaned_data["reason"],
    ):
        return redirect("stock:log")
    return _vial_page(request, vial_id, 422, send_form=form)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: Any, transfer_id: int) -> HttpResponse:
    """A vial under way: received by another person than the sender, who enters what he sees."""
    sent = access.open_transfer(by=request.actor, now=request.now, transfer_id=transfer_id)
    form = forms.ReceiveForm(request.POST if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _done(
            form,
            request,
            acts.receive_transfer,
            transfer_id=transfer_id,
            seen_ul=int(form.cleaned_data["seen_ml"] * 1000),
        )
    ):
        return redirect("stock:log")
    left_ul = queries.held_ul(Place.IN_TRANSIT, transfer_id=transfer_id)
    context = {
        "sent": sent,
        "under_way": left_ul > 0,
        "may_receive": sent.sent_by_id != request.actor.staff_id
        and may_read(request.actor, "stock", sent.to_location_id),
        "form": form,
    }
    return render(request, "stock/transfer.html", context, status=422 if request.method == "POST" else 200)


# Counts


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def count(request: Any, location_id: int) -> HttpResponse:
    """A blind count by two: what is seen is entered before the log is shown."""
    location = access.open_location(by=request.actor, now=request.now, location_id=location_id)
    vials = [v for v, _ in queries.held_by_location({location_id})[location_id]]
    form = forms.CountForm(request.POST if request.method == "POST" else None, vials=vials)
    if request.method == "POST" and form.is_valid():
        witness_id = _second(form, location_id, request)
        done = None
        if witness_id is not None:
            done = form.do(
                acts.count_drug,
                by=request.actor,
                now=request.now,
                location_id=location_id,
                moment=CountMoment(form.cleaned_data["moment"]),
                inventory=form.cleaned_data["inventory"],
                seen_ul=form.seen_ul,
                witness_id=witness_id,
                note=form.cleaned_data["note"],
            )
        if done is not None:
            return redirect("stock:counted", count_id=done)
    context = {"location": location, "form": form}
    return render(request, "stock/count.html", context, status=422 if request.method == "POST" else 200)


@staff_page
@require_safe
def counted(request: Any, count_id: int) -> HttpResponse:
    """A count beside the log, after it was written down."""
    shown = access.open_count(by=request.actor, now=request.now, count_id=count_id)
    context = {"count": shown, "lines": shown.lines.select_related("vial", "case").order_by("vial_id")}
    return render(request, "stock/counted.html", context)


# Cases


@staff_page
@require_safe
def case(request: Any, case_id: int) -> HttpResponse:
    """A variance case with its clocks."""
    return _case_page(request, case_id)


def _case_page(request: Any, case_id: int, status: int = 200, **given: Any) -> HttpResponse:
    shown: VarianceCase = access.open_case(by=request.actor, now=request.now, case_id=case_id)
    context = {
        "case": shown,
        "today": request.now.astimezone(ZoneInfo(shown.location.zone)).date(),
        "may_answer": may_act(request.actor, "stock.record_notice", shown.location_id),
        "may_close": may_act(request.actor, "stock.close_variance", shown.location_id),
        "notice_form": given.get("notice_form") or forms.HowForm(prefix="notice"),
        "sent_form": given.get("sent_form") or forms.HowForm(prefix="form"),
        "close_form": given.get("close_form") or forms.CloseCaseForm(),
    }
    return render(request, "stock/case.html", context, status=status)


@staff_page
@require_http_methods(["POST"])
def notice(request: Any, case_id: int) -> HttpResponse:
    """Enter the notice."""
    access.open_case(by=request.actor, now=request.now, case_id=case_id)
    form = forms.HowForm(request.POST, prefix="notice")
    if form.is_valid() and _done(form, request, acts.record_notice, case_id=case_id, how=form.cleaned_data["how"]):
        return redirect("stock:case", case_id=case_id)
    return _case_page(request, case_id, 422, notice_form=form)


@staff_page
@require_http_methods(["POST"])
def form_sent(request: Any, case_id: int) -> HttpResponse:
    """Enter the form."""
    access.open_case(by=request.actor, now=request.now, case_id=case_id)
    form = forms.HowForm(request.POST, prefix="form")
    if form.is_valid() and _done(form, request, acts.record_form, case_id=case_id, how=form.cleaned_data["how"]):
        return redirect("stock:case", case_id=case_id)
    return _case_page(request, case_id, 422, sent_form=form)


@staff_page
@require_http_methods(["POST"])
def close(request: Any, case_id: int) -> HttpResponse:
    """Close a case with a reason."""
    access.open_case(by=request.actor, now=request.now, case_id=case_id)
    form = forms.CloseCaseForm(request.POST)
    if form.is_valid() and _done(
        form,
        request,
        acts.close_variance,
        case_id=case_id,
        reason=form.cleaned_data["reason"],
        write_off=form.cleaned_data["write_off"],
    ):
        return redirect("stock:case", case_id=case_id)
    return _case_page(request, case_id, 422, close_form=form)


# Papers for an inspector


@staff_page
@require_safe
def log_csv(request: Any, location_id: int) -> HttpResponse:
    """The log of a location and period as CSV."""
    return _paper(request, location_id, "csv")


@staff_page
@require_safe
def log_pdf(request: Any, location_id: int) -> HttpResponse:
    """The log of a location and period as PDF."""
    return _paper(request, location_id, "pdf")


def _paper(request: Any, location_id: int, kind: str) -> HttpResponse:
    location = access.open_location(by=request.actor, now=request.now, location_id=location_id)
    form = forms.PeriodForm(request.GET)
    if not form.is_valid():
        return render(request, "stock/period.html", {"location": location, "period": form}, status=422)
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    record = papers.record_of(location, since, until, *_instants(since, until, location.zone))
    practice = the_practice()
    if kind == "csv":
        return _file(papers.record_csv(record), "text/csv; charset=utf-8", "drug-log.csv")
    return _file(papers.record_pdf(record, practice.name if practice else ""), "application/pdf", "drug-log.pdf")


def _instants(since: date, until: date, zone: str) -> tuple[datetime, datetime]:
    """The first instant of one day and the first after another, by the location's clock."""
    here = ZoneInfo(zone)
    first = datetime.combine(since, time(), here)
    return first, datetime.combine(until + timedelta(days=1), time(), here)


@staff_page
@require_safe
def count_pdf(request: Any, count_id: int) -> HttpResponse:
    """A count or an inventory as PDF."""
    shown = access.open_count(by=request.actor, now=request.now, count_id=count_id)
    practice = the_practice()
    return _file(papers.count_pdf(shown, practice.name if practice else ""), "application/pdf", "count.pdf")


@staff_page
@require_safe
def count_csv(request: Any, count_id: int) -> HttpResponse:
    """A count or an inventory as CSV."""
    shown = access.open_count(by=request.actor, now=request.now, count_id=count_id)
    return _file(papers.count_csv(shown), "text/csv; charset=utf-8", "count.csv")


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _done(form: ActForm, request: Any, act: Callable[..., int], **arguments: Any) -> bool:
    """Perform the act of a form; False, with the sentence in the form, when refused."""
    return form.do(act, by=request.actor, now=request.now, **arguments) is not None


def _second(form: forms.BeforeWitnessForm, location_id: int, request: Any) -> int | None:
    """The second person who signs in here; None, with the sentence in the form, when nobody does."""
    second = who_signs(
        email=form.cleaned_data["witness_email"],
        password=form.cleaned_data["witness_password"],
        location_id=location_id,
        now=request.now,
    )
    if second is None:
        form.add_error("witness_password", WITNESS_UNKNOWN)
    return second
