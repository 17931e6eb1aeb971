"""The infusion: booked, gated, ordered, given, charted, closed."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from euthymia.clinic.foundation.audit.models import Charted, Tracked
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Chair, Location, Staff
from euthymia.clinic.foundation.schedule.models import Booking
from euthymia.clinic.foundation.stock.models import Vial
from euthymia.clinic.journey.infusions.addendum_models import Addendum
from euthymia.clinic.journey.infusions.beforehand_models import GateClaim
from euthymia.clinic.journey.infusions.button_models import HelpAnswer, HelpCall, HelpOutcome
from euthymia.clinic.journey.infusions.sign_models import SignTold
from euthymia.clinic.journey.infusions.states import INFUSION_STATE_WORDS, InfusionState
from euthymia.clinic.journey.infusions.written import apart
from euthymia.clinic.journey.plans.models import Plan

__all__ = ["Addendum", "GateClaim", "HelpAnswer", "HelpCall", "HelpOutcome", "SignTold"]
# Kept in a file of their own, and part of this app.


class Infusion(Tracked):
    ref = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="infusions")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="infusions")
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField()
    """n of N in its plan, from 1."""
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="infusion")
    chair = models.ForeignKey(Chair, on_delete=models.PROTECT)
    nurse = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=list(INFUSION_STATE_WORDS.items()), default=InfusionState.BOOKED)
    arrived_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    discharged_at = models.DateTimeField(null=True)
    escort_name = models.CharField(max_length=200, default="")
    escort_phone = models.CharField(max_length=30, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "number"], condition=~Q(state="cancelled"), name="infusions_number_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["running", "paused", "recovery", "discharged"]) | Q(started_at__isnull=False),
                name="infusions_started",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["recovery", "discharged"]) | Q(ended_at__isnull=False),
                name="infusions_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="discharged") | Q(discharged_at__isnull=False),
                name="infusions_discharged",
            ),
            models.UniqueConstraint(
                fields=["chair"],
                condition=Q(state__in=["running", "paused"]),
                name="infusions_one_running_a_chair",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["location"],
                condition=Q(state__in=["arrived", "ready", "running", "paused", "recovery"]),
                name="infusions_open",
            ),
            models.Index(fields=["patient", "started_at"], name="infusions_course"),
        ]


class OnTablet(Charted):
    """A row that may be written without a network: the tablet's clock and the server's are kept beside its time."""

    device_at = models.DateTimeField(null=True)
    """What the tablet's clock said. Null for what was sent as a plain form."""
    received_at = models.DateTimeField(null=True)
    """When the server got it. Null in rows that are older than this column."""

    class Meta(Charted.Meta):
        abstract = True

    @property
    def flag(self) -> timedelta | None:
        """How far the two clocks were apart, where the record must say so."""
        return apart(self.device_at, self.received_at)


class GateAnswer(Charted):
    """One item of the day's gate, answered. The last answer to an item counts."""

    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="gate_answers")
    item = models.CharField(max_length=40)
    passed = models.BooleanField()
    value = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, default="")
    """Why a soft item was passed by."""
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT)


class DoseOrder(Charted):
    """mg, mL and mL/h computed from today's weight and the vial's label. The last order counts."""

    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="orders")
    weight_g = models.PositiveIntegerField()
    mg_per_kg = models.DecimalField(max_digits=5, decimal_places=3)
    minutes = models.PositiveSmallIntegerField()
    vial = models.ForeignKey(Vial, on_delete=models.PROTECT)
    strength_mg_per_ml = models.PositiveSmallIntegerField()
    dose_ug = models.PositiveIntegerField()
    volume_ul = models.PositiveIntegerField()
    bag_ml = models.PositiveSmallIntegerField()
    rate_ml_per_h = models.DecimalField(max_digits=7, decimal_places=2)
    questions = models.JSONField(default=list)
    """Soft limits that spoke, each with the reason given."""
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            # The hard limits that no role passes (clinical.md): 25-350 kg, at most 2 mg/kg and 200 mg.
            models.CheckConstraint(
                condition=Q(weight_g__gte=25_000, weight_g__lte=350_000), name="infusions_order_weight"
            ),
            models.CheckConstraint(
                condition=Q(mg_per_kg__gt=0, mg_per_kg__lte=2, dose_ug__gt=0, dose_ug__lte=200_000),
                name="infusions_order_dose",
            ),
        ]


class DoseConfirmation(Charted):
    """A second person entered the weight and computed the rate himself."""

    order = models.OneToOneField(DoseOrder, on_delete=models.PROTECT, related_name="confirmation")
    weight_g = models.PositiveIntegerField()
    rate_ml_per_h = models.DecimalField(max_digits=7, decimal_places=2)
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")


class Segment(OnTablet):
    """The pump's rate from an instant on; 0 is a pause. The curve is drawn from these."""

    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="segments")
    from_at = models.DateTimeField()
    rate_ml_per_h = models.DecimalField(max_digits=7, decimal_places=2)
    dose_ug_per_min = models.PositiveIntegerField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT)
    reason = models.CharField(max_length=200, default="")


class Vitals(OnTablet):
    """One row of the flow sheet, as charted."""

    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="vitals")
    at = models.DateTimeField()
    """When it was measured: see written.py."""
    systolic_mmhg = models.PositiveSmallIntegerField(null=True)
    diastolic_mmhg = models.PositiveSmallIntegerField(null=True)
    heart_rate_bpm = models.PositiveSmallIntegerField(null=True)
    breaths_per_min = models.PositiveSmallIntegerField(null=True)
    spo2_pct = models.PositiveSmallIntegerField(null=True)
    sedation_moaas = models.PositiveSmallIntegerField(null=True)
    dissociation_0_10 = models.PositiveSmallIntegerField(null=True)
    nausea_0_10 = models.PositiveSmallIntegerField(null=True)
    anxiety_0_10 = models.PositiveSmallIntegerField(null=True)
    pump_rate_ml_per_h = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    note = models.CharField(max_length=500, default="")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT)
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    reason = models.CharField(max_length=300, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(reason=""), name="infusions_correction_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(systolic_mmhg__isnull=True) | Q(systolic_mmhg__gte=30, systolic_mmhg__lte=300),
                name="infusions_systolic_range",
            ),
            models.CheckConstraint(
                condition=Q(diastolic_mmhg__isnull=True) | Q(diastolic_mmhg__gte=15, diastolic_mmhg__lte=200),
                name="infusions_diastolic_range",
            ),
            models.CheckConstraint(
                condition=Q(spo2_pct__isnull=True) | Q(spo2_pct__lte=100), name="infusions_spo2_range"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["infusion", "at"], name="infusions_sheet")]


class EventKind(models.TextChoices):
    DISSOCIATION = "dissociation", "Dissociation"
    NAUSEA = "nausea", "Nausea"
    VOMITING = "vomiting", "Vomiting"
    HEADACHE = "headache", "Headache"
    DIZZINESS = "dizziness", "Dizziness"
    ANXIETY = "anxiety", "Anxiety"
    PRESSURE = "pressure", "Raised blood pressure"
    LINE = "line", "Pain at the line"
    RESCUE = "rescue", "Medicine given"
    HELP = "help", "The patient asked for help"
    OTHER = "other", "Other"


class InfusionEvent(OnTablet):
    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=EventKind)
    severity = models.PositiveSmallIntegerField()
    """1 mild, 2 moderate, 3 severe."""
    text = models.CharField(max_length=500, default="")
    by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT)
    """Null when the patient himself pressed the button."""
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=300, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(severity__gte=1, severity__lte=3), name="infusions_event_severity"),
        ]


class Discharge(Charted):
    infusion = models.OneToOneField(Infusion, on_delete=models.PROTECT, related_name="discharge")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT)
    aldrete = models.PositiveSmallIntegerField()
    mpadss = models.PositiveSmallIntegerField()
    answers = models.JSONField()
    """Oriented, pressure near baseline, line out, no new intent to die, escort here, instructions given."""
    record_sha256 = models.CharField(max_length=64, default="")
    """The fingerprint of the record that this signature locks; none on records brought in from elsewhere."""
