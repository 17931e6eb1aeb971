"""Reads what came of the patient's button."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db.models import QuerySet

from euthymia.clinic.foundation.people.links import known_secret
from euthymia.clinic.foundation.people.models import Link, LinkPurpose
from euthymia.clinic.journey.infusions.button import CallState, Urgency, urgency
from euthymia.clinic.journey.infusions.button_models import HelpCall
from euthymia.clinic.journey.infusions.models import Infusion
from euthymia.clinic.journey.infusions.states import IN_CHAIR
from euthymia.postgres.prepared import prepared


@dataclass(frozen=True, slots=True)
class Ring:
    """The open calls of one patient, as chair, board and phone show them."""

    infusion: Infusion
    calls: list[HelpCall]
    urgency: Urgency

    @property
    def ringing(self) -> list[HelpCall]:
        """Those that nobody has answered."""
        return [c for c in self.calls if c.state == CallState.RINGING]

    @property
    def first(self) -> HelpCall:
        """The one whose clock counts: the first unanswered, else the first open."""
        return (self.ringing or self.calls)[0]

    @property
    def last_id(self) -> int:
        """The newest press that is shown: an answer covers it and those before it, and none that came later."""
        return self.calls[-1].pk

    @property
    def said(self) -> list[str]:
        """What he said, each thing once, the newest first."""
        return list(dict.fromkeys(c.get_said_display() for c in reversed(self.ringing or self.calls)))


@prepared
def _calls_of(infusion_id: int) -> QuerySet[HelpCall]:
    rows = HelpCall.objects.filter(infusion=infusion_id).select_related("answer__outcome__by", "answer__by")
    return rows.order_by("id")


def calls_of(infusion: Infusion) -> list[HelpCall]:
    """Every press of one visit, in time, with who answered and how it ended."""
    return _calls_of(infusion.pk)


def ring_of(infusion: Infusion, calls: list[HelpCall], now: datetime, thresholds: dict[str, Decimal]) -> Ring | None:
    """What is open of one patient's calls; None when nothing is."""
    how = urgency([c.plain for c in calls], now, thresholds)
    if how is None:
        return None
    return Ring(infusion, [c for c in calls if c.rings and c.state != CallState.SETTLED], how)


@prepared
def _unsettled_at(locations: frozenset[int]) -> QuerySet[HelpCall, int]:
    rows = HelpCall.objects.filter(
        infusion__location_id__any_of=locations, infusion__state__in=IN_CHAIR, answer__outcome__isnull=True
    )
    return rows.values_list("id", flat=True)


def rings_at(locations: frozenset[int], now: datetime, thresholds: dict[str, Decimal]) -> list[Ring]:
    """The open calls of some locations, one entry a patient, the longest unanswered first."""
    # Nearly always there is none, and to know that much costs little.
    ids = _unsettled_at(locations)
    if not ids:
        return []
    rows = HelpCall.objects.filter(id__in=ids).select_related(
        "answer__outcome", "answer__by", "infusion__patient", "infusion__chair", "infusion__location"
    )
    by_visit: dict[int, list[HelpCall]] = {}
    for call in rows.order_by("id"):
        by_visit.setdefault(call.infusion_id, []).append(call)
    found = [ring_of(calls[0].infusion, calls, now, thresholds) for calls in by_visit.values()]
    order = list(Urgency)
    return sorted((r for r in found if r is not None), key=lambda r: (order.index(r.urgency), r.first.at))


def about(infusion: Infusion) -> str:
    """How a link names the visit that it is for."""
    return f"infusion:{infusion.pk}"


def links_of(infusion: Infusion) -> QuerySet[Link]:
    """The links to this visit's button, those taken back too."""
    return Link.objects.filter(patient_id=infusion.patient_id, purpose=LinkPurpose.HELP, about=about(infusion))


def button_secret(infusion: Infusion, number: int, expires_at: datetime) -> str:
    """The secret of the visit's n-th link: the chair can show its code again."""
    return known_secret(LinkPurpose.HELP, expires_at, f"{infusion.ref} {number}")


def button_address(infusion: Infusion, now: datetime) -> str | None:
    """Where the visit's button is, if it has been handed out and still works."""
    links = list(links_of(infusion).order_by("id"))
    if infusion.state not in IN_CHAIR or not links:
        return None
    last = links[-1]
    if last.revoked_at is not None or last.expires_at <= now:
        return None
    return f"{settings.PUBLIC_URL}/p/help/{button_secret(infusion, len(links), last.expires_at)}/"
