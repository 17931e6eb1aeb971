"""The visits of a day as a board shows them: plain values, and each row's form kept while it stays the same."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from django.db.models import Max
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from euthymia.clinic.foundation.practice.queries import thresholds_for_page
from euthymia.clinic.journey.infusions.models import Infusion, Vitals
from euthymia.clinic.journey.infusions.states import IN_CHAIR, INFUSION_STATE_WORDS, InfusionState
from euthymia.clinic.journey.infusions.vitals_clock import Due, Lateness, next_vitals
from euthymia.clinic.look import words

KEPT_ROWS = 4096
"""So many rows keep their form: the visits of a large practice's day, as clinicians and as the front desk see them."""

_STATUS = {
    InfusionState.RUNNING: "moving",
    InfusionState.RECOVERY: "moving",
    InfusionState.PAUSED: "attention",
    InfusionState.DISCHARGED: "settled",
}
_RANK = {InfusionState.BOOKED: 4, InfusionState.DISCHARGED: 5, InfusionState.CANCELLED: 6}
_RANK_LATE = {Lateness.RED: 0, Lateness.AMBER: 1}
_RANK_HERE = 2


@dataclass(frozen=True, slots=True)
class BoardVisit:
    """One visit of the day, with what the board shows of it and no more."""

    pk: int
    ref: UUID
    state: InfusionState
    number: int
    """Which infusion of its course this is."""
    of: int
    patient: str
    chair: str
    nurse: str
    starts_at: datetime
    zone: str
    started_at: datetime | None
    ended_at: datetime | None
    clinical: bool
    """Whether the one who looks may see what is charted."""
    due: Due | None = None
    elapsed: str = ""
    """How long ago the pump was started, in words."""
    until_due: str = ""

    @property
    def rank(self) -> tuple[int, datetime]:
        """Late vitals first, then those in a chair, then those to come, those gone last."""
        late = _RANK_LATE.get(self.due.lateness) if self.due else None
        return _RANK.get(self.state, _RANK_HERE) if late is None else late, self.starts_at

    @property
    def state_words(self) -> str:
        """The state as people say it."""
        return INFUSION_STATE_WORDS[self.state]

    @property
    def status(self) -> str:
        """The shape that stands beside the state."""
        return _STATUS.get(self.state, "waiting")

    @property
    def row(self) -> SafeString:
        """Its row of the board."""
        return _row(self)


@lru_cache(maxsize=KEPT_ROWS)
def _row(visit: BoardVisit) -> SafeString:
    return render_to_string("desk/_visit.html", {"visit": visit})


def visits_between(
    locations: frozenset[int], start: datetime, end: datetime, now: datetime, *, clinical: bool
) -> list[BoardVisit]:
    """The visits of a period at these locations, what is late on top; cancelled ones left out."""
    rows = (
        Infusion.objects.filter(
            booking__location_id__in=locations,
            booking__live=True,
            booking__starts_at__gte=start,
            booking__starts_at__lt=end,
        )
        .exclude(state=InfusionState.CANCELLED)
        .values_list(*_SHOWN, named=True)
    )
    visits = [
        BoardVisit(
            pk=row.pk,
            ref=row.ref,
            state=InfusionState(row.state),
            number=row.number,
            of=len(row.plan__schedule_days),
            patient=f"{row.patient__given_name} {row.patient__family_name}".strip(),
            chair=row.chair__name,
            nurse=row.nurse__name,
            starts_at=row.booking__starts_at,
            zone=row.booking__zone,
            started_at=row.started_at,
            ended_at=row.ended_at,
            clinical=clinical,
        )
        for row in rows
    ]
    return sorted(_with_clocks(visits, now), key=lambda v: v.rank)


_SHOWN = (
    "pk",
    "ref",
    "state",
    "number",
    "plan__schedule_days",
    "patient__given_name",
    "patient__family_name",
    "chair__name",
    "nurse__name",
    "booking__starts_at",
    "booking__zone",
    "started_at",
    "ended_at",
)


def _with_clocks(visits: list[BoardVisit], now: datetime) -> list[BoardVisit]:
    """How long each has run and, for clinicians, when the next vitals of those in a chair are due."""
    watched = [v.pk for v in visits if v.clinical and v.started_at is not None and v.state in IN_CHAIR]
    last = Vitals.objects.filter(infusion__in=watched).values_list("infusion_id").annotate(Max("at")).order_by()
    last_at = dict(last) if watched else {}
    thresholds = thresholds_for_page() if watched else {}
    timed = set(watched)
    return [_with_clock(v, last_at.get(v.pk), thresholds, now) if v.pk in timed else _running(v, now) for v in visits]


def _running(visit: BoardVisit, now: datetime) -> BoardVisit:
    if visit.started_at is None or visit.state == InfusionState.DISCHARGED:
        return visit
    return replace(visit, elapsed=words.from_now(visit.started_at, now))


def _with_clock(
    visit: BoardVisit, last_at: datetime | None, thresholds: dict[str, Decimal], now: datetime
) -> BoardVisit:
    assert visit.started_at is not None
    due = next_vitals(
        now=now, started_at=visit.started_at, ended_at=visit.ended_at, last_at=last_at, thresholds=thresholds
    )
    return replace(_running(visit, now), due=due, until_due=words.from_now(due.at, now))
