"""What the patient said of the gate before his visit. Never changed: the last answer to an item counts."""

from django.db import models

from euthymia.clinic.foundation.audit.models import Charted
from euthymia.clinic.journey.infusions.gate import GATE_BY_ID


class GateClaim(Charted):
    """One item of the gate as the patient answered it by his link. It passes nothing: the staff confirms."""

    infusion = models.ForeignKey("infusions.Infusion", on_delete=models.PROTECT, related_name="gate_claims")
    item = models.CharField(max_length=40)
    answer = models.CharField(max_length=20)
    passed = models.BooleanField()
    words = models.CharField(max_length=300, default="")
    """Which medicine, or what else he wrote."""
    escort_name = models.CharField(max_length=200, default="")
    escort_phone = models.CharField(max_length=30, default="")
    at = models.DateTimeField()

    @property
    def label(self) -> str:
        """The item of the gate as the staff knows it."""
        return GATE_BY_ID[self.item].ask
