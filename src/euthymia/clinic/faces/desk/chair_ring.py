"""The ring at a chair, kept current: what the stream of a chair page draws."""

from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string

from euthymia.clinic.faces.desk.live import TICK
from euthymia.clinic.journey.infusions.button import BUTTON_ACTS
from euthymia.clinic.journey.infusions.button_part import ring_part
from euthymia.clinic.journey.infusions.models import Infusion


@dataclass(frozen=True, slots=True)
class ChairRing:
    """Who calls from one chair, as clinicians or the front desk see it."""

    infusion_id: int
    locations: frozenset[int]
    clinical: bool

    def concerns(self, act: str) -> bool:
        """The button's own acts, and time: a call grows late. What else is charted there is not drawn."""
        return act in BUTTON_ACTS or act == TICK

    def draw(self, now: datetime) -> tuple[str, str]:
        """The ringing part of the chair page."""
        infusion = Infusion.objects.select_related("location", "chair").get(pk=self.infusion_id)
        return "ringing", render_to_string("infusions/_ringing.html", ring_part(infusion, now, self.clinical))
