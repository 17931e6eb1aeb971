"""Paper for the day everything fails: one page for each occupied chair, with room to write by hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.template.loader import render_to_string

from euthymia.clinic.foundation.practice.queries import thresholds_for_page
from euthymia.clinic.journey.infusions.models import DoseOrder, Infusion, Segment, Vitals
from euthymia.clinic.journey.infusions.states import IN_CHAIR
from euthymia.clinic.journey.infusions.vitals_clock import next_vitals

DUE_ROWS, BLANK_ROWS = 8, 6
MORE_ROWS = (None,) * BLANK_ROWS


@dataclass(frozen=True, slots=True)
class ChairPaper:
    """One page: whose, what was ordered, what was last measured, when it is measured next."""

    infusion: Infusion
    order: DoseOrder | None
    rate_ml_per_h: Decimal | None
    last: list[Vitals]
    due: tuple[datetime | None, ...]
    """The times to come, then rows without one."""


@dataclass(frozen=True, slots=True)
class PaperSheets:
    """The pages of some locations, kept current while they are open."""

    locations: frozenset[int]

    def concerns(self, act: str) -> bool:
        """Whatever is charted stands on the paper, and the times to come move on."""
        return True

    def draw(self, now: datetime) -> tuple[str, str]:
        """Every page anew."""
        return "paper", render_to_string("desk/_paper.html", {"papers": papers(self.locations, now), "now": now})


def papers(locations: frozenset[int], now: datetime) -> list[ChairPaper]:
    """A page for each patient in a chair of these locations, by location and chair. Four queries, however many."""
    rows = Infusion.objects.filter(location_id__in=locations, state__in=IN_CHAIR)
    rows = rows.select_related("patient", "chair", "location", "nurse", "plan", "booking")
    infusions = list(rows.order_by("location__name", "chair__name", "id"))
    orders = {o.infusion_id: o for o in DoseOrder.objects.filter(infusion__in=infusions).order_by("id")}
    rates = {s.infusion_id: s.rate_ml_per_h for s in Segment.objects.filter(infusion__in=infusions).order_by("id")}
    measured: dict[int, list[Vitals]] = {}
    for row in Vitals.objects.filter(infusion__in=infusions, corrections=None).order_by("at", "id"):
        measured.setdefault(row.infusion_id, []).append(row)
    return [
        ChairPaper(i, orders.get(i.pk), rates.get(i.pk), charted[-3:], (*_due(i, charted, now), *MORE_ROWS))
        for i in infusions
        for charted in [measured.get(i.pk, [])]
    ]


def _due(infusion: Infusion, charted: list[Vitals], now: datetime) -> list[datetime]:
    """When vitals are due next, which may be past, and the times to come, each taken as charted for the next."""
    if infusion.started_at is None:
        return []
    settings, times = thresholds_for_page(), list[datetime]()
    last_at = charted[-1].at if charted else None
    while len(times) < DUE_ROWS:
        due = next_vitals(
            now=now,
            started_at=infusion.started_at,
            ended_at=infusion.ended_at,
            last_at=last_at,
            thresholds=settings,
        )
        if not times or due.at > now:
            times.append(due.at)
        # One that is charted a moment after it was due counts for its time, also where two times are the same.
        last_at = due.at + timedelta(seconds=1) if last_at == due.at else due.at
    return times
