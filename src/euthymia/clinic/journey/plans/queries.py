"""Reads what a plan is made of: dates, charges, the texts to sign."""

from datetime import date

from django.db.models import QuerySet

from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Location, Package, Price, Wording
from euthymia.clinic.foundation.schedule.rules import Opening, course_days
from euthymia.clinic.journey.plans.models import Plan
from euthymia.clinic.journey.plans.rules import Charge
from euthymia.clinic.journey.plans.states import PlanKind, PlanState
from euthymia.postgres.prepared import prepared

SIGNED_WORDINGS = ("consent", "financial_agreement")


def planned_dates(location: Location, first_on: date, schedule_days: list[int]) -> list[date]:
    """The dates of a plan at a location, closed days and holidays passed over."""
    return course_days(first_on, schedule_days, Opening(location.zone, location.hours, frozenset(location.holidays)))


def charges_for(kind: PlanKind, sessions: int) -> list[Charge]:
    """What a plan of so many sessions costs, by the prices in force; a package where one fits exactly."""
    price = Price.objects.get(code="booster" if kind == PlanKind.BOOSTER else "infusion")
    package = Package.objects.filter(sessions=sessions).order_by("amount_cents").first()
    if kind == PlanKind.COURSE and package and package.amount_cents < price.amount_cents * sessions:
        return [Charge(package.what, price.service_code, 1, package.amount_cents)]
    return [Charge(price.what, price.service_code, sessions, price.amount_cents)]


def wordings_to_sign() -> list[Wording]:
    """The texts in force that a patient signs before his first infusion."""
    found = {w.kind: w for w in Wording.objects.filter(kind__in=SIGNED_WORDINGS, in_force=True)}
    return [found[kind] for kind in SIGNED_WORDINGS]


def plan_in_force(patient: Patient) -> Plan | None:
    """The newest plan that has not been withdrawn."""
    rows = Plan.objects.filter(patient=patient).exclude(state=PlanState.WITHDRAWN)
    return rows.select_related("template", "estimate", "forecast", "signed_by", "location").order_by("-id").first()


@prepared
def _for_chart(patient_id: int) -> QuerySet[Plan]:
    rows = Plan.objects.filter(patient=patient_id).exclude(state=PlanState.WITHDRAWN)
    shown = ("state", "mg_per_kg", "minutes", "schedule_days", "first_on")
    others = ("template__condition", "estimate__total_cents", "signed_by__name")
    return rows.select_related("template", "estimate", "signed_by").only(*shown, *others).order_by("-id")[:1]


def plan_for_chart(patient: Patient) -> Plan | None:
    """The plan in force with what the chart says of it: not its forecast, which is large."""
    return _for_chart.first(patient.pk)
