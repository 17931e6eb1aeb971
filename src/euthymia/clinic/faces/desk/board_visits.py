"""The visits of a day as a board shows them: plain values, and each row's form kept while it stays the same."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from euthymia.clinic.foundation.people.rules import spoken_name
from euthymia.clinic.foundation.practice.queries import thresholds_for_page
from euthymia.clinic.journey.infusions.models import Infusion, Vitals
from euthymia.clinic.journey.infusions.states import IN_CHAIR, INFUSION_STATE_WORDS, InfusionState
from euthymia.clinic.journey.infusions.vitals_clock import Due, Lateness, next_vitals
from euthymia.clinic.look import words
from euthymia.postgres.prepared import prepared

KEPT_ROWS = 4096
"""So many rows keep their form: the visits of a large practice's day, as clinicians and as the front desk see them."""

_STATUS = {
    InfusionState.RUNNING: "moving",
    InfusionState.RECOVERY: "moving",
    InfusionState.PAUSED: "attention",
    InfusionState.DISCHARGED: "settled",
}
_RANK = {InfusionState.BOOKED: 4, InfusionState.DISCHARGED: 5}
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
    elapsed: str
    """How long ago the pump was started, in words; empty before, and after he has gone."""
    clinical: bool
    """Whether the one who looks may see what is charted."""
    due: Due | None
    """His next vitals, for clinicians, while he is in a chair."""
    until_due: str

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
    shown = _between(locations, start, end)
    watched = [row for row in shown if clinical and row.started_at is not None and row.state in IN_CHAIR]
    due = _next_vitals(watched, now) if watched else {}
    visits = [_visit(row, due.get(row.pk), now, clinical=clinical) for row in shown]
    return sorted(visits, key=lambda v: v.rank)


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


@prepared
def _between(locations: frozenset[int], start: datetime, end: datetime) -> QuerySet[Infusion, Any]:
    rows = Infusion.objects.filter(
        booking__location_id__any_of=locations,
        booking__live=True,
        booking__starts_at__gte=start,
        booking__starts_at__lt=end,
    )
    return rows.exclude(state=InfusionState.CANCELLED).values_list(*_SHOWN, named=True)


@prepared
def _last_vitals(infusions: list[int]) -> QuerySet[Vitals, Any]:
    return Vitals.objects.filter(infusion__any_of=infusions).values_list("infusion_id").annotate(Max("at")).order_by()


def _visit(row: Any, due: Due | None, now: datetime, *, clinical: bool) -> BoardVisit:
    state = InfusionState(row.state)
    runs = row.started_at is not None and state != InfusionState.DISCHARGED
    return BoardVisit(
        pk=row.pk,
        ref=row.ref,
        state=state,
        number=row.number,
        of=len(row.plan__schedule_days),
        patient=spoken_name(row.patient__given_name, row.patient__family_name),
        chair=row.chair__name,
        nurse=row.nurse__name,
        starts_at=row.booking__starts_at,
        zone=row.booking__zone,
        started_at=row.started_at,
        elapsed=words.from_now(row.started_at, now) if runs else "",
        clinical=clinical,
        due=due,
        until_due=words.from_now(due.at, now) if due else "",
    )


def _next_vitals(watched: list[Any], now: datetime) -> dict[int, Due]:
    """When the next vitals of those in a chair are due, by infusion."""
    last_at = dict(_last_vitals([row.pk for row in watched]))
    thresholds = thresholds_for_page()
    return {
        row.pk: next_vitals(
            now=now,
            started_at=row.started_at,
            ended_at=row.ended_at,
            last_at=last_at.get(row.pk),
            thresholds=thresholds,
        )
        for row in watched
    }
