"""Reads the drug log."""

from datetime import date

from django.db.models import BigIntegerField, Case, F, Sum, Value, When

from euthymia.clinic.foundation.stock.models import DrugMove, Place, Vial


def held_ul(place: Place, *, vial_id: int | None = None, infusion_id: int | None = None) -> int:
    """How many microlitres one place holds of one vial or for one infusion."""
    moves = DrugMove.objects.all()
    if vial_id is not None:
        moves = moves.filter(vial_id=vial_id)
    if infusion_id is not None:
        moves = moves.filter(infusion_id=infusion_id)
    signed = Case(
        When(target=place, then=F("amount_ul")),
        When(source=place, then=-F("amount_ul")),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    return moves.aggregate(held=Sum(signed))["held"] or 0


def vials_on_hand(location_id: int, today: date) -> list[tuple[Vial, int]]:
    """Vials at a location that still hold drug and have not expired, with what they hold (uL), oldest first."""
    signed = Case(
        When(moves__target=Place.ON_HAND, then=F("moves__amount_ul")),
        When(moves__source=Place.ON_HAND, then=-F("moves__amount_ul")),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    rows = Vial.objects.filter(location_id=location_id, expires_on__gt=today).annotate(held=Sum(signed))
    return [(v, v.held) for v in rows.filter(held__gt=0).order_by("expires_on", "id")]
