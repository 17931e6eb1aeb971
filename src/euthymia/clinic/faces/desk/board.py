"""The board of the day, put together from the rooms: plain values, one query a kind, what is late on top."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.template.loader import render_to_string

from euthymia.clinic.faces.desk.board_visits import BoardVisit, visits_between
from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.permissions import CLINICIANS
from euthymia.clinic.foundation.audit.readings import readable_locations
from euthymia.clinic.foundation.people.models import Task
from euthymia.clinic.foundation.people.queries import first_tasks
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.practice.queries import locations_for_page, thresholds_for_page
from euthymia.clinic.journey.consults.models import Call
from euthymia.clinic.journey.consults.queries import calls_between, day_bounds
from euthymia.clinic.journey.infusions.beforehand import DESK_SEES, StillOpen
from euthymia.clinic.journey.infusions.beforehand_queries import open_gates
from euthymia.clinic.journey.infusions.button_forms import AnswerForm
from euthymia.clinic.journey.infusions.button_queries import Ring, rings_at
from euthymia.clinic.journey.outcomes.models import Score, Unread
from euthymia.postgres.prepared import prepared


@dataclass(frozen=True, slots=True)
class OpenGate:
    """What is open at the gate of one visit, as this board may show it."""

    visit: BoardVisit
    shown: list[StillOpen]
    hidden: int
    """How many more are for clinicians' eyes."""


@dataclass(frozen=True, slots=True)
class Board:
    at: datetime
    zone: str
    locations: list[Location]
    calls: list[Call] = field(default_factory=list)
    visits: list[BoardVisit] = field(default_factory=list)
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
    visits = visits_between(sight.locations, start, end, now, clinical=sight.clinical)
    return Board(
        at=now,
        zone=zone,
        locations=locations,
        calls=calls_between(sight.locations, start, end),
        visits=visits,
        gates=_gates(sight, visits),
        tasks=first_tasks(sight.locations),
        rings=rings_at(sight.locations, now, thresholds_for_page()),
        scores=_unread_scores(sight) if sight.clinical else [],
        clinical=sight.clinical,
    )


def _gates(sight: Sight, visits: list[BoardVisit]) -> list[OpenGate]:
    """The open gates of the day. The front desk sees what it can see to, and how many more there are."""
    open_at = open_gates({v.pk: v.state for v in visits})
    gates = []
    for visit in visits:
        items = open_at.get(visit.pk, [])
        shown = [i for i in items if sight.clinical or i.item.id in DESK_SEES]
        if items:
            gates.append(OpenGate(visit, shown, len(items) - len(shown)))
    return sorted(gates, key=lambda g: g.visit.starts_at)


def _unread_scores(sight: Sight) -> list[Score]:
    """Scores that no clinician has looked at, the oldest first."""
    return [row.score for row in _unread_at(sight.locations)]


SHOWN_SCORES = 30
_SHOWN_OF_A_SCORE = (
    "score__instrument",
    "score__total",
    "score__taken_at",
    "score__patient__ref",
    "score__patient__given_name",
    "score__patient__family_name",
)


@prepared
def _unread_at(locations: frozenset[int]) -> QuerySet[Unread]:
    rows = Unread.objects.filter(location_id__any_of=locations).select_related("score__patient")
    return rows.only(*_SHOWN_OF_A_SCORE).order_by("score__taken_at")[:SHOWN_SCORES]
