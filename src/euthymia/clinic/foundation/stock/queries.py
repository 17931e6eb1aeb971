"""Reads the drug log."""

from datetime import date, datetime

from django.db.models import BigIntegerField, Case, F, Max, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from euthymia.clinic.foundation.stock.models import CountLine, DrugCount, DrugMove, Place, Transfer, VarianceCase, Vial


def held_ul(
    place: Place, *, vial_id: int | None = None, infusion_id: int | None = None, transfer_id: int | None = None
) -> int:
    """How many microlitres one place holds of one vial, for one infusion or in one transfer."""
    moves = DrugMove.objects.all()
    if vial_id is not None:
        moves = moves.filter(vial_id=vial_id)
    if infusion_id is not None:
        moves = moves.filter(infusion_id=infusion_id)
    if transfer_id is not None:
        moves = moves.filter(transfer_id=transfer_id)
    signed = Case(
        When(target=place, then=F("amount_ul")),
        When(source=place, then=-F("amount_ul")),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    return moves.aggregate(held=Sum(signed))["held"] or 0


WHERE = Coalesce("location_id", "vial__location_id")
"""The location of a move. Rows written before vials could travel name none: there it is the vial's own."""


def _signed_on_hand(prefix: str = "") -> Case:
    return Case(
        When(Q((f"{prefix}target", Place.ON_HAND)), then=F(f"{prefix}amount_ul")),
        When(Q((f"{prefix}source", Place.ON_HAND)), then=-F(f"{prefix}amount_ul")),
        default=Value(0),
        output_field=BigIntegerField(),
    )


def whereabouts(vial_id: int) -> int:
    """The location where a vial last arrived, from the supplier or from another location."""
    arrived = DrugMove.objects.filter(vial_id=vial_id, target=Place.ON_HAND).order_by("-id")
    return int(arrived.annotate(where=WHERE).values_list("where", flat=True)[0])


def on_hand_ul(vial_id: int, location_id: int) -> int:
    """What the log holds of a vial at a location."""
    moves = DrugMove.objects.filter(vial_id=vial_id).annotate(where=WHERE).filter(where=location_id)
    return moves.aggregate(held=Sum(_signed_on_hand()))["held"] or 0


def held_by_location(location_ids: frozenset[int] | set[int]) -> dict[int, list[tuple[Vial, int]]]:
    """Every vial that still holds drug, expired or not, by the location where it is (uL), in one reading."""
    rows = (
        DrugMove.objects.annotate(where=WHERE)
        .filter(where__in=location_ids)
        .values("where", "vial_id")
        .annotate(held=Sum(_signed_on_hand()))
        .filter(held__gt=0)
    )
    found = [(r["where"], r["vial_id"], r["held"]) for r in rows]
    vials = Vial.objects.select_related("opening").in_bulk([vial_id for _, vial_id, _ in found])
    held: dict[int, list[tuple[Vial, int]]] = {location_id: [] for location_id in location_ids}
    for where, vial_id, held_here in found:
        held[where].append((vials[vial_id], held_here))
    for listed in held.values():
        listed.sort(key=lambda pair: (pair[0].expires_on, pair[0].pk))
    return held


def vials_on_hand(location_id: int, today: date) -> list[tuple[Vial, int]]:
    """Vials at a location that still hold drug and have not expired, with what they hold (uL), oldest first."""
    return [(v, held) for v, held in held_by_location({location_id})[location_id] if v.expires_on > today]


def in_transit(location_ids: frozenset[int] | set[int]) -> list[tuple[Transfer, int]]:
    """Transfers from or to these locations that have not arrived whole, with what is still under way (uL)."""
    signed = Case(
        When(moves__target=Place.IN_TRANSIT, then=F("moves__amount_ul")),
        When(moves__source=Place.IN_TRANSIT, then=-F("moves__amount_ul")),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    rows = Transfer.objects.filter(Q(from_location__in=location_ids) | Q(to_location__in=location_ids))
    rows = rows.select_related("vial", "from_location", "to_location", "sent_by").annotate(left=Sum(signed))
    return [(t, t.left) for t in rows.filter(left__gt=0).order_by("id")]


def log_of(location_id: int, since: datetime, until: datetime) -> list[DrugMove]:
    """Every move at a location in [since, until), as it was written."""
    rows = DrugMove.objects.annotate(where=WHERE).filter(where=location_id, at__gte=since, at__lt=until)
    return list(rows.select_related("vial", "by", "witness", "patient", "transfer").order_by("at", "id"))


def held_before(location_id: int, at: datetime) -> dict[int, int]:
    """What a location held of each vial just before an instant (uL)."""
    rows = DrugMove.objects.annotate(where=WHERE).filter(where=location_id, at__lt=at).values("vial_id")
    return {r["vial_id"]: r["held"] for r in rows.annotate(held=Sum(_signed_on_hand())) if r["held"]}


def last_inventories_on(location_ids: set[int]) -> dict[int, date]:
    """The day of the last inventory at each location that had one."""
    rows = DrugCount.objects.filter(location_id__in=location_ids, inventory=True)
    return dict(rows.values_list("location_id").annotate(last=Max("on")))


def last_line(vial_id: int, location_id: int) -> CountLine | None:
    """The last count of a vial at a location."""
    rows = CountLine.objects.filter(vial_id=vial_id, count__location_id=location_id)
    return rows.select_related("case").order_by("-id").first()


def open_cases(location_ids: frozenset[int] | set[int]) -> list[VarianceCase]:
    """Variance cases that nobody has closed yet, the nearest clock first."""
    rows = VarianceCase.objects.filter(location_id__in=location_ids, closed_at=None)
    return list(rows.select_related("vial", "location").order_by("notice_due_on", "id"))
