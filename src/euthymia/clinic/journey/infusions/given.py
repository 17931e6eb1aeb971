"""What a patient was given, as the pump ran: pauses, changes of the rate and an early end included."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from django.db.models import QuerySet

from euthymia.clinic.foundation.forecasts.service import Segments
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.schedule.rules import seconds_between
from euthymia.clinic.journey.infusions.dose import Rate
from euthymia.clinic.journey.infusions.models import DoseOrder, Infusion, Segment
from euthymia.postgres.prepared import prepared

SHORTEST_MIN = 0.1
WHOLE = 0.995
"""From this share of the ordered dose on, all of it was given: a pump runs at whole micrograms a minute."""


@dataclass(frozen=True, slots=True)
class Given:
    """One infusion: when it began, how much, over how long; the rates where they were not one and the same."""

    at: datetime
    dose_mg: float
    minutes: float
    pieces: Segments = ()


def pieces_of(rates: Sequence[Rate], began: datetime, until: datetime | None, most_ug: int) -> Segments:
    """What a pump did from its start until an instant or until the ordered dose was in, pauses left out.

    Without an instant the last rate is held until the dose is in.
    """
    found: list[tuple[float, float, float]] = []
    left_ug = float(most_ug)
    for rate, following in zip_longest(rates, rates[1:]):
        if rate.ug_per_min == 0:
            continue
        ends = [end for end in (until, following.from_at if following else None) if end is not None]
        lasted_min = min([left_ug / rate.ug_per_min, *(seconds_between(rate.from_at, end) / 60 for end in ends)])
        if lasted_min >= SHORTEST_MIN:
            left_ug -= lasted_min * rate.ug_per_min
            start_min = seconds_between(began, rate.from_at) / 60
            found.append((round(start_min, 2), round(lasted_min, 2), rate.ug_per_min * 60 / 1000))
    return tuple(found)


def given_of(started_at: datetime, ended_at: datetime | None, order: DoseOrder, rates: Sequence[Rate]) -> Given | None:
    """One infusion as given; as ordered while it runs or where all was given at one rate. None where nothing was."""
    ordered = Given(started_at, order.dose_ug / 1000, float(order.minutes))
    if ended_at is None or not rates:
        return ordered
    pieces = pieces_of(rates, started_at, ended_at, order.dose_ug)
    if not pieces:
        return None
    given_mg = sum(lasted * rate / 60 for _, lasted, rate in pieces)
    if len(pieces) == 1:
        return ordered if given_mg >= WHOLE * ordered.dose_mg else Given(started_at, round(given_mg, 3), pieces[0][1])
    start, lasted, _ = pieces[-1]
    return Given(started_at, round(given_mg, 3), start + lasted, pieces)


@prepared
def _orders_of(patient_id: int) -> QuerySet[DoseOrder]:
    shown = ("infusion", "dose_ug", "minutes", "weight_g")
    return DoseOrder.objects.filter(infusion__patient=patient_id).only(*shown).order_by("id")


@prepared
def _rates_of(patient_id: int) -> QuerySet[Segment, tuple[int, datetime, int]]:
    rows = Segment.objects.filter(infusion__patient=patient_id).order_by("from_at", "id")
    return rows.values_list("infusion_id", "from_at", "dose_ug_per_min")


def given_to(patient: Patient, visits: Iterable[Infusion] | None = None) -> tuple[list[Given], float | None]:
    """A patient's infusions in time, and the weight (kg) of the last. `visits`, where the caller has read them."""
    if visits is None:
        visits = Infusion.objects.filter(patient=patient, started_at__isnull=False)
    orders = {order.infusion_id: order for order in _orders_of(patient.pk)}
    rates: dict[int, list[Rate]] = {}
    for pk, from_at, ug_per_min in _rates_of(patient.pk):
        rates.setdefault(pk, []).append(Rate(from_at, ug_per_min))
    found, weight_kg = [], None
    begun = [(visit.started_at, visit.pk, visit.ended_at) for visit in visits if visit.started_at is not None]
    for started_at, pk, ended_at in sorted(begun):
        order = orders.get(pk)
        if order is not None:
            weight_kg = order.weight_g / 1000
            given = given_of(started_at, ended_at, order, rates.get(pk, []))
            found += [given] if given else []
    return found, weight_kg
