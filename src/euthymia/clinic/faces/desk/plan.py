"""The plan page: template, dose and days on one side, the forecast and the price on the other, then the signature."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from euthymia.clinic.faces.desk.charts import plan_figure
from euthymia.clinic.faces.desk.forms import PlanForm
from euthymia.clinic.foundation.audit.forms import ActForm
from euthymia.clinic.foundation.audit.permissions import MAY_ACT
from euthymia.clinic.foundation.forecasts.acts import forecast_for
from euthymia.clinic.foundation.forecasts.models import Forecast
from euthymia.clinic.foundation.forecasts.service import NoForecast
from euthymia.clinic.foundation.people.access import open_patient
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import CourseTemplate
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.foundation.practice.queries import thresholds_for_page
from euthymia.clinic.journey.boosters.history import course_of, history_planned
from euthymia.clinic.journey.plans.acts import propose_plan, sign_plan
from euthymia.clinic.journey.plans.models import Plan
from euthymia.clinic.journey.plans.queries import plan_in_force, planned_dates
from euthymia.clinic.journey.plans.states import PlanState
from euthymia.clinic.journey.screening.models import Screening

SESSION_AT = time(10, 0)
"""The hour of day that the forecast supposes for sessions not booked yet."""


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: Any, ref: UUID) -> HttpResponse:
    """Propose a plan; what is proposed is shown with its forecast and price, to be signed."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    templates = list(CourseTemplate.objects.all())
    if request.method == "POST":
        form = PlanForm(request.POST, templates=templates)
        if form.is_valid() and _propose(request, patient, form) is not None:
            return redirect("desk:plan", ref=ref)
        return render(request, "desk/plan.html", _page(request, patient, form), status=422)
    form = PlanForm(templates=templates, initial=_initial(request, patient, templates))
    return render(request, "desk/plan.html", _page(request, patient, form))


@staff_page
@require_http_methods(["POST"])
def sign(request: Any, ref: UUID, plan_id: int) -> HttpResponse:
    """Sign the plan in force."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    form = ActForm(request.POST)
    current = plan_in_force(patient)
    if form.is_valid() and current is not None and current.pk == plan_id:
        if form.do(sign_plan, by=request.actor, now=request.now, plan_id=plan_id) is not None:
            return redirect("desk:chart", ref=ref)
    else:
        form.add_error(None, "A newer plan stands. Look at it once more before you sign.")
    templates = list(CourseTemplate.objects.all())
    fresh = PlanForm(templates=templates, initial=_initial(request, patient, templates))
    return render(request, "desk/plan.html", _page(request, patient, fresh) | {"sign_form": form}, status=422)


def _propose(request: Any, patient: Patient, form: PlanForm) -> int | None:
    data = form.cleaned_data
    forecast = _forecast(request, patient, data)
    return form.do(
        propose_plan,
        by=request.actor,
        now=request.now,
        patient_id=patient.pk,
        template_code=data["template"],
        mg_per_kg=data["mg_per_kg"],
        minutes=data["minutes"],
        schedule_days=data["schedule_days"],
        first_on=data["first_on"],
        forecast_id=forecast.pk if forecast else None,
    )


def _forecast(request: Any, patient: Patient, data: dict[str, Any]) -> Forecast | None:
    """The forecast of the course as entered; none where its days make no sense (the act says so)."""
    days = data["schedule_days"]
    if not days or days != sorted(set(days)) or len(days) > 30:
        return None
    dates = planned_dates(patient.location, data["first_on"], days)
    zone = ZoneInfo(patient.location.zone)
    starts = [datetime.combine(d, SESSION_AT, tzinfo=zone) for d in dates]
    weight_kg = float(data["weight_kg"])
    history = history_planned(
        course_of(patient),
        weight_kg=weight_kg,
        dose_mg=round(weight_kg * float(data["mg_per_kg"]), 2),
        minutes=float(data["minutes"]),
        starts=starts,
    )
    try:
        return forecast_for(patient.pk, history, request.now)
    except NoForecast:
        return None


def _initial(request: Any, patient: Patient, templates: list[CourseTemplate]) -> dict[str, Any]:
    wanted = request.GET.get("template", "")
    condition = patient.condition.lower()
    template = (
        next((t for t in templates if t.code == wanted), None)
        or next((t for t in templates if t.code == condition), None)
        or templates[0]
    )
    screening = Screening.objects.filter(patient=patient).order_by("-id").first()
    weight = (screening.measured.get("weight_kg") if screening else None) or ""
    today = request.now.astimezone(ZoneInfo(patient.location.zone)).date()
    return {
        "template": template.code,
        "mg_per_kg": template.mg_per_kg.normalize(),
        "minutes": template.minutes,
        "schedule_days": ", ".join(str(d) for d in template.schedule_days),
        "first_on": (today + timedelta(days=3)).isoformat(),
        "weight_kg": weight,
    }


def _page(request: Any, patient: Patient, form: PlanForm) -> dict[str, Any]:
    current = plan_in_force(patient)
    roles = request.actor.roles_at(patient.location_id)
    context: dict[str, Any] = {
        "patient": patient,
        "zone": patient.location.zone,
        "form": form,
        "plan": current,
        "can_sign": bool(MAY_ACT["plans.sign_plan"] & roles),
        "sign_form": ActForm(),
        "templates": CourseTemplate.objects.exclude(code="booster"),
    }
    if current is not None:
        context |= _plan_facts(current)
    return context


def _plan_facts(current: Plan) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "dates": planned_dates(current.location, current.first_on, current.schedule_days),
        "proposed": current.state == PlanState.PROPOSED,
        "dose_mg_per_kg": Decimal(current.mg_per_kg).normalize(),
    }
    if current.forecast is not None:
        inputs, result = current.forecast.inputs, current.forecast.result
        facts["forecast"] = current.forecast
        facts["figure"] = plan_figure(
            result,
            [i["day"] for i in inputs["infusions"]],
            [(s["day"], s["value"]) for s in inputs["scores"]],
            float(thresholds_for_page()["outcome.remission_phq9"]),
        )
    return facts
