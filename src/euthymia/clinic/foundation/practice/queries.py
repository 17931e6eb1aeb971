"""Reads what the practice file laid down. Not patient data: no reading is recorded."""

from decimal import Decimal

from euthymia.clinic.foundation.practice.models import Location, Practice, Threshold, Wording


def the_practice() -> Practice | None:
    """The practice that this database runs, None before its file was read."""
    return Practice.objects.first()


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
