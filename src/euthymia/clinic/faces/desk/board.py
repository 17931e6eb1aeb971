"""The board of the day, put together from the rooms: plain values, one query a kind, what is late on top."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.template.loader import render_to_string

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.permissions import CLINICIANS
from euthymia.clinic.foundation.audit.readings import readable_locations
from euthymia.clinic.foundation.people.models import Task
from euthymia.clinic.foundation.people.queries import open_tasks
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.practice.queries import locations_for_page, thresholds_for_page
from euthymia.clinic.journey.consults.models import Call
from euthymia.clinic.journey.consults.queries import calls_between, day_bounds
from euthymia.clinic.journey.infusions.beforehand import DESK_SEES, StillOpen
from euthymia.clinic.journey.infusions.beforehand_queries import open_gates
from euthymia.clinic.journey.infusions.button_forms import AnswerForm
from euthymia.clinic.journey.infusions.button_queries import Ring, rings_at
from euthymia.clinic.journey.infusions.models import Infusion, Vitals
from euthymia.clinic.journey.infusions.states import IN_CHAIR, InfusionState
from euthymia.clinic.journey.infusions.vitals_clock import Due, Lateness, next_vitals
from euthymia.clinic.journey.outcomes.models import Score, Unread


@dataclass(frozen=True, slots=True)
class Chaired:
    """One visit of the day as the board shows it."""

    infusion: Infusion
    due: Due | None
    clinical: bool
    """Whether the one who looks may see what is charted."""

    @property
    def rank(self) -> tuple[int, datetime]:
        """Late vitals first, then those in a chair, then those to come, those gone last."""
        late = self.due.lateness if self.due else Lateness.ON_TIME
        order = {Lateness.RED: 0, Lateness.AMBER: 1}.get(late)
        if order is None:
            order = {"discharged": 5, "cancelled": 6, "booked": 4}.get(self.infusion.state, 2)
        return order, self.infusion.booking.starts_at


@dataclass(frozen=True, slots=True)
class OpenGate:
    """What is open at the gate of one visit, as this board may show it."""

    infusion: Infusion
    shown: list[StillOpen]
    hidden: int
    """How many more are for clinicians' eyes."""


@dataclass(frozen=True, slots=True)
class Board:
    at: datetime
    zone: str
    locations: list[Location]
    calls: list[Call] = field(default_factory=list)
    visits: list[Chaired] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    rings: list[Ring] = field(default_factory=list)
    """Patients who call, the longest unanswered first."""
    gates: list[OpenGate] = field(default_factory=list)
    """Visits that something stands in the way of, the next one first."""
    answer_form: AnswerForm = field(default_factory=AnswerForm)
    clinical: bool = False

    @property
    def overdue(self) -> list[Task]:
        return [t for t in self.tasks if t.due_at < self.at]

    @property
    def coming(self) -> list[Task]:
        """What is waiting and not late."""
        return [t for t in self.tasks if t.due_at >= self.at]


@dataclass(frozen=True, slots=True)
class Sight:
    """What a board shows depends on these two alone, so that one drawing serves all who share them."""

    locations: frozenset[int]
    clinical: bool

    def concerns(self, act: str) -> bool:
        """Anything that happens there may change the board, and so does time."""
        return True

    def draw(self, now: datetime) -> tuple[str, str]:
        """The part of the board page that is drawn anew."""
        return "board", render_to_string("desk/_board.html", {"board": board(self, now), "now": now})


def sight_of(actor: Actor, only: int | None) -> Sight:
    """The places whose board this person may see, one of them if he chose one, and whether the clinical part is his."""
    places = readable_locations(actor, "board")
    chosen = places & {only} if only is not None else places
    clinical = all(CLINICIANS & actor.roles_at(place) for place in chosen) and bool(chosen)
    return Sight(chosen, clinical)


def board(sight: Sight, now: datetime) -> Board:
    """The board at an instant."""
    locations = [place for place in locations_for_page() if place.pk in sight.locations]
    zone = locations[0].zone if locations else "UTC"
    start, end = day_bounds(now.astimezone(ZoneInfo(zone)).date(), zone)
    visits = _visits(sight, start, end, now)
    return Board(
        at=now,
        zone=zone,
        locations=locations,
        calls=calls_between(sight.locations, start, end),
        visits=visits,
        gates=_gates(sight, visits),
        tasks=open_tasks(sight.locations),
        rings=rings_at(sight.locations, now, thresholds_for_page()),
        scores=_unread_scores(sight) if sight.clinical else [],
        clinical=sight.clinical,
    )


def _visits(sight: Sight, start: datetime, end: datetime, now: datetime) -> list[Chaired]:
    """The visits of the day, with what the board shows of them and no more."""
    rows = Infusion.objects.filter(
        booking__location_id__in=sight.locations,
        booking__live=True,
        booking__starts_at__gte=start,
        booking__starts_at__lt=end,
    ).exclude(state=InfusionState.CANCELLED)
    infusions = list(rows.select_related("patient", "booking", "chair", "nurse", "plan").only(*_SHOWN_OF_A_VISIT))
    watched = [i for i in infusions if sight.clinical and i.started_at is not None and i.state in IN_CHAIR]
    due = _vitals_due(watched, now) if watched else {}
    visits = [Chaired(infusion, due.get(infusion.pk), sight.clinical) for infusion in infusions]
    return sorted(visits, key=lambda v: v.rank)


def _gates(sight: Sight, visits: list[Chaired]) -> list[OpenGate]:
    """The open gates of the day. The front desk sees what it can see to, and how many more there are."""
    open_at = open_gates(v.infusion for v in visits)
    gates = []
    for visit in visits:
        items = open_at.get(visit.infusion.pk, [])
        shown = [i for i in items if sight.clinical or i.item.id in DESK_SEES]
        if items:
            gates.append(OpenGate(visit.infusion, shown, len(items) - len(shown)))
    return sorted(gates, key=lambda g: g.infusion.booking.starts_at)


_SHOWN_OF_A_VISIT = (
    "ref",
    "number",
    "state",
    "started_at",
    "ended_at",
    "patient__given_name",
    "patient__family_name",
    "booking__starts_at",
    "booking__zone",
    "chair__name",
    "nurse__name",
    "plan__schedule_days",
)


def _vitals_due(infusions: list[Infusion], now: datetime) -> dict[int, Due]:
    """When the next vitals of those in a chair are due, by infusion."""
    last = Vitals.objects.filter(infusion__in=infusions).values_list("infusion_id").annotate(Max("at")).order_by()
    last_at = dict(last)
    settings = thresholds_for_page()
    due = {
        i.pk: next_vitals(
            now=now,
            started_at=i.started_at,
            ended_at=i.ended_at,
            last_at=last_at.get(i.pk),
            thresholds=settings,
        )
        for i in infusions
        if i.started_at is not None
    }
    return {pk: one for pk, one in due.items() if one is not None}


def _unread_scores(sight: Sight) -> list[Score]:
    """Scores that no clinician has looked at, the oldest first."""
    rows = (
        Unread.objects.filter(location_id__in=sight.locations).select_related("score__patient").only(*_SHOWN_OF_A_SCORE)
    )
    return [row.score for row in rows.order_by("score__taken_at")[:30]]


_SHOWN_OF_A_SCORE = (
    "score__instrument",
    "score__total",
    "score__taken_at",
    "score__patient__ref",
    "score__patient__given_name",
    "score__patient__family_name",
)
