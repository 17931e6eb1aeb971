"""The controlled-drug log: vials, and every microlitre's way from the supplier to a patient or to waste."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from euthymia.clinic.foundation.audit.models import Charted
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
    manner = models.CharField(max_length=200, default="")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=300, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_ul__gt=0), name="stock_move_amount"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="stock_move_goes_somewhere"),
            models.CheckConstraint(
                condition=~Q(target=Place.WASTED) | (Q(witness__isnull=False) & ~Q(witness=F("by"))),
                name="stock_waste_has_other_witness",
            ),
            models.CheckConstraint(
                condition=Q(infusion_id__isnull=False) | ~Q(target__in=[Place.DRAWN, Place.GIVEN]),
                name="stock_drawn_for_someone",
            ),
            models.CheckConstraint(
                condition=Q(source=Place.SUPPLIER, target=Place.ON_HAND)
                | Q(source=Place.ON_HAND, target__in=[Place.DRAWN, Place.WASTED, Place.LOST])
                | Q(source=Place.DRAWN, target__in=[Place.GIVEN, Place.WASTED, Place.LOST]),
                name="stock_move_way",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["infusion_id"], name="stock_by_infusion")]
