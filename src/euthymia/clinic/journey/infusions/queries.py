"""Reads an infusion: its answers, order, vitals, segments, and what it has delivered."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from euthymia.clinic.foundation.audit.actors import Role
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Chair, Staff
from euthymia.clinic.foundation.schedule.models import Booking, ResourceKind
from euthymia.clinic.foundation.schedule.queries import taken_of_kinds
from euthymia.clinic.foundation.schedule.rules import Opening, open_periods
from euthymia.clinic.journey.infusions.dose import Dose, Rate, compute_dose, given_ug
from euthymia.clinic.journey.infusions.gate import GateState
from euthymia.clinic.journey.infusions.models import DoseOrder, Infusion, InfusionEvent, Segment, Vitals
from euthymia.clinic.journey.infusions.signs import Charted
from euthymia.clinic.journey.infusions.slips import Known
from euthymia.clinic.journey.infusions.states import InfusionState
from euthymia.clinic.journey.plans.models import Plan
from euthymia.clinic.journey.plans.states import PlanState
from euthymia.clinic.journey.screening.queries import last_screening
from euthymia.clinic.journey.screening.rules import age_on
from euthymia.postgres.prepared import prepared

VISIT_MINUTES = 80
"""Preparation and recovery beside the infusion itself: a visit of 40 minutes takes two hours."""
STEP_MINUTES = 30


@prepared
def _with_ref(ref: UUID) -> QuerySet[Infusion]:
    rows = Infusion.objects.filter(ref=ref).select_related("patient", "location", "booking", "chair", "nurse")
    return rows.select_related("plan__template", "plan__signed_by")


def infusion_with(ref: UUID) -> Infusion | None:
    """The infusion with this reference: whose, where, when, and by which plan."""
    return _with_ref.first(ref)


@prepared
def _orders_of(infusion_id: int) -> QuerySet[DoseOrder]:
    rows = DoseOrder.objects.filter(infusion=infusion_id).select_related("vial", "by", "confirmation__by")
    return rows.order_by("-id")[:1]


def last_order(infusion: Infusion) -> DoseOrder | None:
    """The order that counts, with its confirmation if there is one."""
    return _orders_of.first(infusion.pk)


def dose_of(order: DoseOrder) -> Dose:
    """An order's numbers as the rules take them."""
    return compute_dose(
        weight_kg=Decimal(order.weight_g) / 1000,
        mg_per_kg=order.mg_per_kg,
        minutes=order.minutes,
        strength_mg_per_ml=order.strength_mg_per_ml,
        bag_ml=order.bag_ml,
    )


def gate_states(infusion: Infusion) -> dict[str, GateState]:
    """The last answer to each item of the gate."""
    rows = infusion.gate_answers.order_by("id")
    return {a.item: GateState(a.passed, a.reason) for a in rows}


@prepared
def _vitals_of(infusion_id: int) -> QuerySet[Vitals]:
    return Vitals.objects.filter(infusion=infusion_id).select_related("by", "corrects").order_by("at", "id")


def sheet(infusion: Infusion) -> list[Vitals]:
    """The rows of the flow sheet as they stand: a corrected row gives way to its correction."""
    listed = _vitals_of(infusion.pk)
    replaced = {v.corrects_id for v in listed if v.corrects_id}
    return [v for v in listed if v.pk not in replaced]


@prepared
def _events_of(infusion_id: int) -> QuerySet[InfusionEvent]:
    return InfusionEvent.objects.filter(infusion=infusion_id).select_related("by").order_by("at", "id")


def events_of(infusion: Infusion) -> list[InfusionEvent]:
    """What happened, in time."""
    return _events_of(infusion.pk)


@prepared
def _segments_of(infusion_id: int) -> QuerySet[Segment]:
    return Segment.objects.filter(infusion=infusion_id).order_by("from_at", "id")


def segments_of(infusion: Infusion) -> list[Segment]:
    """The pump's rates in time."""
    return _segments_of(infusion.pk)


def charted(row: Vitals) -> Charted:
    """A row as the rules know it."""
    return Charted(
        systolic_mmhg=row.systolic_mmhg,
        diastolic_mmhg=row.diastolic_mmhg,
        heart_rate_bpm=row.heart_rate_bpm,
        breaths_per_min=row.breaths_per_min,
        spo2_pct=row.spo2_pct,
        sedation_moaas=row.sedation_moaas,
        nausea_0_10=row.nausea_0_10,
    )


def baseline_row(rows: list[Vitals], started_at: datetime | None) -> Vitals | None:
    """The last row with a pressure before the start."""
    before = [r for r in rows if r.systolic_mmhg is not None and (started_at is None or r.at <= started_at)]
    return before[-1] if before else None


def delivered_ug(segments: list[Segment], until: datetime, order: DoseOrder) -> int:
    """How much the pump has given by an instant, at most what was ordered: exact for its rates."""
    return given_ug([Rate(s.from_at, s.dose_ug_per_min) for s in segments], until, order.dose_ug)


def known_before(infusion: Infusion, now: datetime) -> Known:
    """What is on file before this visit: the last weight, the last dose, what the course usually gives, the age."""
    patient = infusion.patient
    order = (
        DoseOrder.objects.filter(infusion__patient=patient, confirmation__isnull=False)
        .exclude(infusion=infusion)
        .order_by("-id")
        .first()
    )
    screening = last_screening(patient)
    weight = Decimal(order.weight_g) / 1000 if order else None
    if screening is not None and screening.measured.get("weight_kg") and (order is None or order.at < screening.at):
        weight = Decimal(str(screening.measured["weight_kg"]))
    today = now.astimezone(ZoneInfo(infusion.location.zone)).date()
    return Known(
        last_weight_kg=weight,
        last_mg_per_kg=order.mg_per_kg if order else None,
        usual_mg_per_kg=infusion.plan.template.mg_per_kg,
        age_years=age_on(patient.birth_on, today),
    )


@prepared
def _agreed_plans_of(patient_id: int) -> QuerySet[Plan]:
    rows = Plan.objects.filter(patient=patient_id, state=PlanState.AGREED)
    return rows.select_related("location").order_by("-id")[:1]


def plan_to_book(patient: Patient) -> Plan | None:
    """The newest plan that the patient has agreed to."""
    return _agreed_plans_of.first(patient.pk)


@prepared
def _booked_of(plan_id: int) -> QuerySet[Infusion]:
    rows = Infusion.objects.filter(plan=plan_id).exclude(state=InfusionState.CANCELLED)
    shown = ("ref", "number", "booking__starts_at", "chair__name", "nurse__name")
    return rows.select_related("booking", "chair", "nurse").only(*shown)


def booked_of(plan: Plan) -> dict[int, Infusion]:
    """The infusions of a plan that have a time, by their number."""
    return {infusion.number: infusion for infusion in _booked_of(plan.pk)}


@prepared
def _chairs_at(location_id: int) -> QuerySet[Chair]:
    return Chair.objects.filter(location=location_id)


@prepared
def nurses_at(location_id: int, today: date) -> QuerySet[Staff]:
    """The nurses who work at a location."""
    rows = Staff.objects.filter(
        posts__location=location_id, posts__role=Role.NURSE, posts__held_from__lte=today, posts__held_to=None
    )
    return rows.only("name").order_by("id")


class Places:
    """Chairs and nurses of one location with what is taken, read once for a whole booking page."""

    def __init__(self, plan: Plan, first: date, last: date, leaving: Booking | None = None) -> None:
        """Read what is taken. `leaving` is a booking that is to be moved: its own time counts as free."""
        self.plan = plan
        self.location = plan.location
        self.zone = ZoneInfo(plan.location.zone)
        self.minutes = plan.minutes + VISIT_MINUTES
        self.chairs = _chairs_at(plan.location_id)
        self.nurses = nurses_at(plan.location_id, first)
        start = datetime.combine(first, datetime.min.time(), tzinfo=self.zone)
        end = datetime.combine(last + timedelta(days=1), datetime.min.time(), tzinfo=self.zone)
        wanted = {
            ResourceKind.CHAIR: frozenset(c.pk for c in self.chairs),
            ResourceKind.STAFF: frozenset(n.pk for n in self.nurses),
            ResourceKind.PATIENT: frozenset({plan.patient_id}),
        }
        taken = taken_of_kinds(wanted, start, end, leaving)
        self.taken_chairs = taken[ResourceKind.CHAIR]
        self.taken_nurses = taken[ResourceKind.STAFF]
        self.taken_patient = taken[ResourceKind.PATIENT]

    def free(self, day: date, not_before: datetime) -> list[tuple[datetime, Chair, Staff]]:
        """Starts of a day at which a chair and a nurse are free, with the first of each."""
        opening = Opening(self.location.zone, self.location.hours, frozenset(self.location.holidays))
        length = timedelta(minutes=self.minutes)
        found = []
        for opens, closes in open_periods(opening, day):
            start = opens
            while start + length <= closes:
                offer = self._offer(start, start + length) if start >= not_before else None
                if offer:
                    found.append((start, *offer))
                start += timedelta(minutes=STEP_MINUTES)
        return found

    def _offer(self, start: datetime, end: datetime) -> tuple[Chair, Staff] | None:
        def free(periods: list[tuple[datetime, datetime]]) -> bool:
            return all(e <= start or end <= s for s, e in periods)

        if not free(self.taken_patient[self.plan.patient_id]):
            return None
        chair = next((c for c in self.chairs if free(self.taken_chairs[c.pk])), None)
        nurse = next((n for n in self.nurses if free(self.taken_nurses[n.pk])), None)
        return (chair, nurse) if chair and nurse else None
