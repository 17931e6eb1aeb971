"""What the chair page shows, by the state of the infusion."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from euthymia.clinic.foundation.audit.forms import ActForm
from euthymia.clinic.foundation.audit.readings import may_read
from euthymia.clinic.foundation.practice.queries import thresholds, wording
from euthymia.clinic.foundation.stock.models import Place
from euthymia.clinic.foundation.stock.queries import held_ul, vials_on_hand
from euthymia.clinic.journey.infusions import forms
from euthymia.clinic.journey.infusions.beforehand_queries import claims_of
from euthymia.clinic.journey.infusions.button_part import button_part
from euthymia.clinic.journey.infusions.device_look import look_of
from euthymia.clinic.journey.infusions.gate import GATE, open_items
from euthymia.clinic.journey.infusions.main_step import main_step
from euthymia.clinic.journey.infusions.models import GateClaim, HelpCall, Infusion, Vitals
from euthymia.clinic.journey.infusions.queries import (
    baseline_row,
    delivered_ug,
    dose_of,
    events_of,
    gate_states,
    last_order,
    segments_of,
    sheet,
)
from euthymia.clinic.journey.infusions.record import record_figure, usually_ready_at
from euthymia.clinic.journey.infusions.sign_queries import signs_shown
from euthymia.clinic.journey.infusions.states import RUNS, InfusionState
from euthymia.clinic.journey.infusions.vitals_clock import next_vitals
from euthymia.clinic.look.words import wall_time


def chair_page(request: Any, infusion: Infusion, **given: Any) -> dict[str, Any]:
    """The context of the chair page. Those who may not see what is charted get the visit's state alone."""
    state = InfusionState(infusion.state)
    context: dict[str, Any] = {
        "infusion": infusion,
        "patient": infusion.patient,
        "chair_look": look_of(request),
        "zone": infusion.location.zone,
        "clinical": may_read(request.actor, "patient.chart", infusion.location_id),
        "arrive_form": given.get("arrive_form") or ActForm(),
        "vials": [],
        "back_url": f"/desk/patients/{infusion.patient.ref}/",
        "back_label": "Chart",
    }
    if state == InfusionState.BOOKED:
        claims = claims_of(infusion) if context["clinical"] else {}
        context |= {"gate_says": list(claims.values()), "ask_form": given.get("ask_form") or ActForm()}
    context |= button_part(infusion, request.now, context["clinical"], **given)
    if not context["clinical"]:
        return context
    if state in (InfusionState.ARRIVED, InfusionState.READY):
        context |= _before(request, infusion, given)
    if state in (*RUNS, InfusionState.RECOVERY, InfusionState.DISCHARGED):
        context |= _during(request, infusion, context["help_calls"], given)
    if state in (*RUNS, InfusionState.RECOVERY, InfusionState.ARRIVED, InfusionState.READY):
        context["vitals_form"] = given.get("vitals_form") or forms.VitalsForm(last=_last_values(context["rows"]))
        context["quiet_words"] = forms.QUIET_WORDS
        context["event_form"] = given.get("event_form") or forms.EventForm()
    if state in RUNS:
        context["rate_form"] = given.get("rate_form") or forms.RateForm()
        context["end_form"] = given.get("end_form") or ActForm()
    if state == InfusionState.RECOVERY:
        context |= _after(infusion, request, given)
    if state in (*RUNS, InfusionState.RECOVERY):
        left = {name: context[name] for name in ("left_ul", "may_go") if name in context}
        context["main_step"] = main_step(state, context["due"].lateness, **left)
    return context


def _last_values(rows: list[Vitals]) -> dict[str, int | None]:
    """What was measured last, each value from the latest row that has it."""
    found: dict[str, int | None] = {}
    for row in sorted(rows, key=lambda r: r.at):
        found |= {name: value for name in forms.USUAL if (value := getattr(row, name)) is not None}
    return found


def _before(request: Any, infusion: Infusion, given: dict[str, Any]) -> dict[str, Any]:
    """Gate, order and confirmation."""
    states = gate_states(infusion)
    today = request.now.astimezone(ZoneInfo(infusion.location.zone)).date()
    vials = vials_on_hand(infusion.location_id, today)
    order = last_order(infusion)
    rows = sheet(infusion)
    still = open_items(states)
    says = claims_of(infusion)
    initial = {i: "yes" if claim.passed else "no" for i, claim in says.items()}
    initial |= {item.id: "yes" if states[item.id].passed else "no" for item in GATE if item.id in states}
    escort = says.get("escort")
    initial |= {
        "escort_name": infusion.escort_name or (escort.escort_name if escort else ""),
        "escort_phone": infusion.escort_phone or (escort.escort_phone if escort else ""),
    }
    confirmed = order is not None and hasattr(order, "confirmation")
    return {
        "gate_form": _with_what_he_says(given.get("gate_form") or forms.GateForm(initial=initial), says, infusion),
        "gate_says": [c for c in says.values() if c.item not in states],
        "gate_open": still,
        "gate_failed": [i for i in still if i.id in states],
        "vials": vials,
        "order": order,
        "confirmed": confirmed,
        "computed": dose_of(order) if order else None,
        "own_order": order is not None and order.by_id == request.actor.staff_id,
        "order_form": given.get("order_form") or forms.OrderForm(vials=vials),
        "confirm_form": given.get("confirm_form") or forms.ConfirmForm(),
        "start_form": given.get("start_form") or ActForm(),
        "rows": rows,
        "baseline": baseline_row(rows, None),
    }


def _with_what_he_says(form: forms.GateForm, says: dict[str, GateClaim], infusion: Infusion) -> forms.GateForm:
    """Beside each item what the patient said of it, and when. The staff confirms, or says otherwise."""
    for item, claim in says.items():
        at = wall_time(claim.at, infusion.location.zone)
        words = f": {claim.words}" if claim.words else ""
        escort = f": {claim.escort_name}, {claim.escort_phone}" if claim.escort_name else ""
        said = "it is so" if claim.passed else "it is not so"
        form.fields[item].help_text = f"Patient says {said}{words}{escort} ({at})"
    return form


def _during(request: Any, infusion: Infusion, calls: list[HelpCall], given: dict[str, Any]) -> dict[str, Any]:
    """The record as drawn and as a table, what is due, and what the last row says."""
    assert infusion.started_at is not None
    order, rows = last_order(infusion), sheet(infusion)
    events, segments = events_of(infusion), segments_of(infusion)
    settings = thresholds()
    last = rows[-1] if rows else None
    wait = timedelta(minutes=int(settings["discharge.wait_min"]))
    return {
        "usually_ready_at": usually_ready_at(infusion, order, segments, wait) if order else None,
        "order": order,
        "rows": list(reversed(rows)),
        "events": events,
        "segments": segments,
        "figure": record_figure(infusion, order, rows, events, segments, request.now, calls),
        "due": next_vitals(
            now=request.now,
            started_at=infusion.started_at,
            ended_at=infusion.ended_at,
            last_at=last.at if last else None,
            thresholds=settings,
        ),
        "signs": signs_shown(infusion, rows, settings),
        "told_form": given.get("told_form") or ActForm(),
        "sheet_form": given.get("sheet_form") or ActForm(),
        "given_mg": delivered_ug(segments, infusion.ended_at or request.now, order) / 1000 if order else 0,
    }


def _after(infusion: Infusion, request: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Waste and discharge."""
    assert infusion.ended_at is not None
    wait = timedelta(minutes=int(thresholds()["discharge.wait_min"]))
    return {
        "left_ul": held_ul(Place.DRAWN, infusion_id=infusion.pk),
        "waste_form": given.get("waste_form") or forms.WasteForm(),
        "discharge_form": given.get("discharge_form") or forms.DischargeForm(),
        "earliest_at": infusion.ended_at + wait,
        "may_go": request.now >= infusion.ended_at + wait,
        "instructions": wording("discharge_instructions"),
    }
