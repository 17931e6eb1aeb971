"""Asks patients, the day before, what they can answer before their visit."""

from datetime import datetime

from euthymia.clinic.foundation.audit.actors import SYSTEM
from euthymia.clinic.foundation.people.models import Link, LinkPurpose
from euthymia.clinic.journey.infusions.beforehand_acts import ASK_AHEAD, ask_beforehand
from euthymia.clinic.journey.infusions.models import Infusion
from euthymia.clinic.journey.infusions.states import InfusionState


def ask_who_comes(now: datetime) -> int:
    """Send the questions to everyone whose visit is near and who has not been sent them. Gives how many."""
    coming = Infusion.objects.filter(
        state=InfusionState.BOOKED, booking__starts_at__gt=now, booking__starts_at__lte=now + ASK_AHEAD
    ).exclude(patient__email="")
    about = {f"infusion:{pk}": pk for pk in coming.values_list("pk", flat=True)}
    asked = set(Link.objects.filter(purpose=LinkPurpose.BEFORE, about__in=about).values_list("about", flat=True))
    for name in sorted(about.keys() - asked):
        ask_beforehand(by=SYSTEM, now=now, key=None, infusion_id=about[name])
    return len(about) - len(asked)
