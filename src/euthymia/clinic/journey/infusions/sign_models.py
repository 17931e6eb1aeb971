"""Who was told of a sign. Never changed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from euthymia.clinic.foundation.audit.models import Charted
from euthymia.clinic.foundation.practice.models import Staff
from euthymia.clinic.journey.infusions.signs import Level


class SignTold(Charted):
    """A sign was seen, and somebody told. It stands all the same until what is charted is in range."""

    infusion = models.ForeignKey("infusions.Infusion", on_delete=models.PROTECT, related_name="signs_told")
    measure = models.CharField(max_length=30)
    level = models.CharField(max_length=5)
    sentence = models.CharField(max_length=400)
    """The sign as it stood on the screen."""
    told = models.CharField(max_length=200)
    """Who was told, as the one who told him says."""
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(level__in=[str(x) for x in Level]), name="infusions_sign_level"),
            models.CheckConstraint(condition=Q(told__regex=r"\S"), name="infusions_sign_somebody_told"),
        ]
