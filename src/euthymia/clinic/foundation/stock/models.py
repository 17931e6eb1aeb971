"""The controlled-drug log: vials, and every microlitre's way from the supplier to a patient or to waste."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from euthymia.clinic.foundation.audit.models import Charted, Tracked
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Location, Staff


class Vial(Charted):
    """One vial as received. Its strength is on its label and comes from nowhere else."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="vials")
    lot = models.CharField(max_length=40)
    strength_mg_per_ml = models.PositiveSmallIntegerField()
    volume_ul = models.PositiveIntegerField()
    supplier = models.CharField(max_length=200)
    supplier_registration = models.CharField(max_length=40)
    expires_on = models.DateField()
    cabinet = models.CharField(max_length=40, null=True)
    """Where at its location it was first put. A transfer names the cabinet that it arrives in."""
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(Staff, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(strength_mg_per_ml__in=[10, 50, 100]), name="stock_vial_strength"),
            models.CheckConstraint(condition=Q(volume_ul__gt=0), name="stock_vial_volume"),
        ]


class Place(models.TextChoices):
    """Where a microlitre is. Each move takes it from one place to another, so the whole always balances."""

    SUPPLIER = "supplier", "Supplier"
    ON_HAND = "on_hand", "On hand"
    DRAWN = "drawn", "Drawn"
    GIVEN = "given", "Given"
    WASTED = "wasted", "Wasted"
    LOST = "lost", "Lost"
    IN_TRANSIT = "in_transit", "In transit"
    DESTROYED = "destroyed", "Destroyed"


class Transfer(Charted):
    """A vial on its way from one location to another, with all that it holds."""

    vial = models.ForeignKey(Vial, on_delete=models.PROTECT, related_name="transfers")
    from_location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    to_location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    to_cabinet = models.CharField(max_length=40, default="")
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(from_location=F("to_location")), name="stock_transfer_goes_elsewhere"),
        ]


class VialOpening(Charted):
    """A vial was opened: once, by someone, before or with its first draw."""

    vial = models.OneToOneField(Vial, on_delete=models.PROTECT, related_name="opening")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")


class DrugMove(Charted):
    """An amount of one vial moved from one place to another."""

    vial = models.ForeignKey(Vial, on_delete=models.PROTECT, related_name="moves")
    source = models.CharField(max_length=10, choices=Place)
    target = models.CharField(max_length=10, choices=Place)
    amount_ul = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    witness = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="drug_moves")
    infusion_id = models.BigIntegerField(null=True)
    """The infusion it was drawn for. The reference is laid by infusions/guards.sql, a floor above."""
    location = models.ForeignKey(Location, null=True, on_delete=models.PROTECT, related_name="+")
    """Where it was moved. Null in rows written before vials could travel: there it is the vial's own."""
    transfer = models.ForeignKey(Transfer, null=True, on_delete=models.PROTECT, related_name="moves")
    manner = models.CharField(max_length=200, default="")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=300, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_ul__gt=0), name="stock_move_amount"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="stock_move_goes_somewhere"),
            models.CheckConstraint(
                condition=~Q(target__in=[Place.WASTED, Place.DESTROYED])
                | (Q(witness__isnull=False) & ~Q(witness=F("by"))),
                name="stock_waste_has_other_witness",
            ),
            models.CheckConstraint(
                condition=Q(infusion_id__isnull=False) | ~Q(target__in=[Place.DRAWN, Place.GIVEN]),
                name="stock_drawn_for_someone",
            ),
            models.CheckConstraint(
                condition=Q(source=Place.SUPPLIER, target=Place.ON_HAND)
                | Q(
                    source=Place.ON_HAND,
                    target__in=[Place.DRAWN, Place.WASTED, Place.LOST, Place.IN_TRANSIT, Place.DESTROYED],
                )
                | Q(source=Place.DRAWN, target__in=[Place.GIVEN, Place.WASTED, Place.LOST])
                | Q(source=Place.IN_TRANSIT, target__in=[Place.ON_HAND, Place.LOST]),
                name="stock_move_way",
            ),
            models.CheckConstraint(
                condition=(Q(transfer__isnull=False) & (Q(source=Place.IN_TRANSIT) | Q(target=Place.IN_TRANSIT)))
                | (Q(transfer__isnull=True) & ~Q(source=Place.IN_TRANSIT) & ~Q(target=Place.IN_TRANSIT)),
                name="stock_transit_has_transfer",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["infusion_id"], name="stock_by_infusion")]


class CountMoment(models.TextChoices):
    """When the vials are counted."""

    OPENING = "opening", "At opening"
    CLOSE = "close", "At close"


class DrugCount(Charted):
    """Every vial of a location counted by two people, each signed in as himself. An inventory is such a count."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    moment = models.CharField(max_length=10, choices=CountMoment)
    inventory = models.BooleanField()
    """Whether it is the inventory that the law asks for: on the first day, then every so many years."""
    on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    witness = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(witness=F("by")), name="stock_count_by_two"),
            models.CheckConstraint(condition=Q(moment__in=["opening", "close"]), name="stock_count_moment"),
        ]
        indexes: ClassVar = [models.Index(fields=["location", "-at"], name="stock_counts")]


class CountLine(Charted):
    """What was seen in one vial, and what the log held at that moment: the database writes that beside it."""

    count = models.ForeignKey(DrugCount, on_delete=models.PROTECT, related_name="lines")
    vial = models.ForeignKey(Vial, on_delete=models.PROTECT, related_name="counted")
    counted_ul = models.PositiveIntegerField()
    logged_ul = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["count", "vial"], name="stock_counted_once"),
        ]


class VarianceCase(Tracked):
    """Drug that is missing or too much, with its two legal clocks. The medical director closes it with a reason."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    vial = models.ForeignKey(Vial, on_delete=models.PROTECT, related_name="variances")
    line = models.OneToOneField(CountLine, null=True, on_delete=models.PROTECT, related_name="case")
    move = models.OneToOneField(DrugMove, null=True, on_delete=models.PROTECT, related_name="case")
    """What it came from: a line of a count, or a loss."""
    off_ul = models.IntegerField()
    """Counted less logged. Below zero: drug is missing."""
    found_at = models.DateTimeField()
    found_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    notice_due_on = models.DateField()
    form_due_on = models.DateField()
    notice_at = models.DateTimeField(null=True)
    notice_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    notice_how = models.CharField(max_length=200, default="")
    form_at = models.DateTimeField(null=True)
    form_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    form_how = models.CharField(max_length=200, default="")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    closed_reason = models.CharField(max_length=300, default="")
    written_off_ul = models.PositiveIntegerField(default=0)
    """What the closing took off the log as lost, so that the next count starts from what is there."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(line__isnull=False, move__isnull=True) | Q(line__isnull=True, move__isnull=False),
                name="stock_case_has_one_cause",
            ),
            models.CheckConstraint(condition=~Q(off_ul=0), name="stock_case_is_off"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, closed_reason="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(closed_reason="")),
                name="stock_case_closed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(notice_at__isnull=False), name="stock_case_notice_first"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["location", "closed_at"], name="stock_cases")]
