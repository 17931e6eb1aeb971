"""Reads what the practice file laid down. Not patient data: no reading is recorded."""

from collections.abc import Callable
from decimal import Decimal
from time import monotonic
from typing import Any, TypeVar, cast

from django.db import connection

from euthymia.clinic.foundation.practice.models import Location, Practice, Threshold, Wording

T = TypeVar("T")


def the_practice() -> Practice | None:
    """The practice that this database runs, None before its file was read."""
    return Practice.objects.first()


KEPT_S = 10.0
"""How long a page may show the practice and its settings as they were. Acts read them anew each time."""
_kept: dict[tuple[str, str], tuple[float, Any]] = {}


def _keep(what: str, read: Callable[[], T]) -> T:
    """What a page's frame needs on every page, read at most every ten seconds by each process."""
    place = (str(connection.settings_dict["NAME"]), what)
    read_at, value = _kept.get(place, (-KEPT_S, None))
    if value is None or monotonic() - read_at > KEPT_S:
        value = read()
        _kept[place] = (monotonic(), value)
    return cast(T, value)


def practice_for_page() -> Practice | None:
    """The practice's name and phone for the frame of a page."""
    return _keep("practice", the_practice)


def locations_for_page() -> list[Location]:
    """The practice's locations in their order, to draw a page with."""
    return _keep("locations", locations)


def thresholds_for_page() -> dict[str, Decimal]:
    """The signed settings, to draw a page with. What is decided is decided by `thresholds`."""
    return _keep("thresholds", thresholds)


def thresholds() -> dict[str, Decimal]:
    """Every signed setting by its code, as plain values for the rules."""
    return dict(Threshold.objects.values_list("code", "value"))


def wording(kind: str) -> Wording:
    """The text of this kind that is in force."""
    return Wording.objects.get(kind=kind, in_force=True)


def locations(ids: frozenset[int] | None = None) -> list[Location]:
    """All locations, or those named."""
    rows = Location.objects.all()
    return list(rows if ids is None else rows.filter(pk__in=ids))
