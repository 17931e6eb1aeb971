"""What the patient's button leaves behind: his presses, who answered, and how each ended. Never changed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from euthymia.clinic.foundation.audit.models import Charted
from euthymia.clinic.foundation.practice.models import Staff
from euthymia.clinic.journey.infusions import button
from euthymia.clinic.journey.infusions.button import RINGS, SAID_WORDS, CallState, Said


class HelpCall(Charted):
    """The patient pressed. A press of “I’m all right” rings nowhere, but is kept like the others."""

    infusion = models.ForeignKey("infusions.Infusion", on_delete=models.PROTECT, related_name="help_calls")
    said = models.CharField(max_length=12, choices=list(SAID_WORDS.items()))
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(said__in=[str(s) for s in Said]), name="infusions_help_said"),
        ]

    @property
    def answered(self) -> "HelpAnswer | None":
        """Who came, if anyone has said that he comes."""
        return getattr(self, "answer", None)

    @property
    def settled(self) -> "HelpOutcome | None":
        """How it ended, if that has been written."""
        return getattr(self.answered, "outcome", None)

    @property
    def plain(self) -> button.Call:
        """As the rules see it."""
        answered, settled = self.answered, self.settled
        return button.Call(Said(self.said), self.at, answered.at if answered else None, settled.at if settled else None)

    @property
    def rings(self) -> bool:
        """Whether it brings a person."""
        return self.said in RINGS

    @property
    def state(self) -> CallState:
        return self.plain.state


class HelpAnswer(Charted):
    """A member of staff said that he comes. Answered is not settled."""

    call = models.OneToOneField(HelpCall, on_delete=models.PROTECT, related_name="answer")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")


class HelpOutcome(Charted):
    """How it ended, in words. There is none without an answer."""

    answer = models.OneToOneField(HelpAnswer, on_delete=models.PROTECT, related_name="outcome")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=500)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(words__regex=r"\S"), name="infusions_help_outcome_in_words"),
        ]
