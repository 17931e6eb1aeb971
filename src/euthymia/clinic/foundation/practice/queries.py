"""Reads what the practice file laid down. Not patient data: no reading is recorded."""

from decimal import Decimal
from time import monotonic

from django.db import connection

from euthymia.clinic.foundation.practice.models import Location, Practice, Threshold, Wording


def the_practice() -> Practice | None:
    """The practice that this database runs, None before its file was read."""
    return Practice.objects.first()


KEPT_S = 10.0
_page_practice: tuple[float, str, Practice | None] = (-KEPT_S, "", None)


def practice_for_page() -> Practice | None:
    """The practice's name and phone for the frame of a page: read at most every ten seconds by each process."""
    global _page_practice
    read_at, database, practice = _page_practice
    here = str(connection.settings_dict["NAME"])
    if practice is None or database != here or monotonic() - read_at > KEPT_S:
        practice = the_practice()
        _page_practice = (monotonic(), here, practice)
    return practice


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
