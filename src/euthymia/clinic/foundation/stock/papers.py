"""The drug log for an inspector: a location and period, or one count, as PDF and as CSV."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typst

from euthymia.clinic import look
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.stock.models import DrugCount, Place, Vial
from euthymia.clinic.foundation.stock.queries import held_before, log_of

FONTS = Path(look.__file__).parent / "fonts"
MOVE_HEAD = (
    "When", "Lot", "Vial", "mg/mL", "From", "To", "Amount mL", "Left mL", "Patient", "Supplier", "By",
    "Witness", "Manner or reason",
)  # fmt: skip
COUNT_HEAD = ("Lot", "Vial", "mg/mL", "Cabinet", "Expires", "Counted mL", "Log mL", "Difference mL", "Case")

TEMPLATE = r"""
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title, author: d.practice)
#set page(paper: "us-letter", flipped: true, margin: 1.4cm, numbering: "1 / 1")
#set text(font: "Public Sans", size: 8pt, lang: "en")
= #d.title
#for f in d.facts [#f \ ]
#for t in d.tables [
  == #t.title
  #if t.rows.len() == 0 [Nothing.] else {
    table(columns: t.head.len(), stroke: 0.4pt + luma(70%), inset: 3.5pt,
      table.header(..t.head.map(h => strong(h))), ..t.rows.flatten())
  }
]
"""


@dataclass(frozen=True, slots=True)
class Record:
    """The log of a location and period, as rows of text."""

    location: Location
    since: date
    until: date
    before: tuple[tuple[str, ...], ...]
    moves: tuple[tuple[str, ...], ...]
    after: tuple[tuple[str, ...], ...]
    counts: tuple[tuple[str, ...], ...]


def ml(amount_ul: int) -> str:
    """Microlitres as millilitres, to the microlitre."""
    sign, whole = ("-" if amount_ul < 0 else ""), abs(amount_ul)
    return f"{sign}{whole // 1000}.{whole % 1000:03d}"


def record_of(location: Location, since: date, until: date, begins_at: datetime, ends_at: datetime) -> Record:
    """The log of a location from one day to another: what was there, every move, what is left, and the counts."""
    zone = ZoneInfo(location.zone)
    held = held_before(location.pk, begins_at)
    before = _held_rows(held)
    moves = []
    for move in log_of(location.pk, begins_at, ends_at):
        if Place.ON_HAND in (move.source, move.target):
            step = move.amount_ul if move.target == Place.ON_HAND else -move.amount_ul
            held[move.vial_id] = held.get(move.vial_id, 0) + step
        vial = move.vial
        received = f"{vial.supplier}, {vial.supplier_registration}"
        moves.append(
            (
                f"{move.at.astimezone(zone):%Y-%m-%d %H:%M}",
                vial.lot,
                str(vial.pk),
                str(vial.strength_mg_per_ml),
                str(Place(move.source).label),
                str(Place(move.target).label),
                ml(move.amount_ul),
                ml(held.get(vial.pk, 0)),
                move.patient.name if move.patient else "",
                received if move.source == Place.SUPPLIER else "",
                move.by.name,
                move.witness.name if move.witness else "",
                move.manner or move.reason,
            )
        )
    counts = DrugCount.objects.filter(location=location, at__gte=begins_at, at__lt=ends_at)
    return Record(
        location=location,
        since=since,
        until=until,
        before=before,
        moves=tuple(moves),
        after=_held_rows({vial_id: left for vial_id, left in held.items() if left}),
        counts=tuple(_count_row(c, zone) for c in counts.select_related("by", "witness").order_by("at", "id")),
    )


def _held_rows(held: dict[int, int]) -> tuple[tuple[str, ...], ...]:
    vials = Vial.objects.in_bulk(list(held))
    return tuple(
        (vials[i].lot, str(i), str(vials[i].strength_mg_per_ml), f"{vials[i].expires_on:%Y-%m-%d}", ml(held[i]))
        for i in sorted(held)
    )


def _count_row(count: DrugCount, zone: ZoneInfo) -> tuple[str, ...]:
    kind = "Inventory" if count.inventory else "Count"
    moment = count.get_moment_display()  # type: ignore[attr-defined,unused-ignore]  # Django makes it
    return (f"{count.at.astimezone(zone):%Y-%m-%d %H:%M}", kind, str(moment), count.by.name, count.witness.name)


HELD_HEAD = ("Lot", "Vial", "mg/mL", "Expires", "On hand mL")
COUNTS_HEAD = ("When", "What", "Moment", "Counted by", "Second person")


def record_csv(record: Record) -> bytes:
    """Every move of the period, one a line, for a spreadsheet."""
    return _csv(MOVE_HEAD, record.moves)


def record_pdf(record: Record, practice: str) -> bytes:
    """The log as a paper: on hand before, every move, on hand after, and the counts."""
    return _pdf(
        "Controlled drug log",
        practice,
        [*_place_facts(record.location), f"From {record.since:%Y-%m-%d} to {record.until:%Y-%m-%d}, both counted in."],
        [
            ("On hand before", HELD_HEAD, record.before),
            ("Moves", MOVE_HEAD, record.moves),
            ("On hand after", HELD_HEAD, record.after),
            ("Counts", COUNTS_HEAD, record.counts),
        ],
    )


def _count_rows(count: DrugCount) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            line.vial.lot,
            str(line.vial_id),
            str(line.vial.strength_mg_per_ml),
            line.vial.cabinet or "",
            f"{line.vial.expires_on:%Y-%m-%d}",
            ml(line.counted_ul),
            ml(line.logged_ul),
            ml(line.counted_ul - line.logged_ul),
            str(line.case.pk) if hasattr(line, "case") else "",
        )
        for line in count.lines.select_related("vial", "case").order_by("vial_id")
    )


def count_csv(count: DrugCount) -> bytes:
    """One count, a vial a line."""
    return _csv(COUNT_HEAD, _count_rows(count))


def count_pdf(count: DrugCount, practice: str) -> bytes:
    """One count or inventory as a paper: date, open or close of business, what was counted, and by whom."""
    at = count.at.astimezone(ZoneInfo(count.location.zone))
    when = "open of business" if count.moment == "opening" else "close of business"
    facts = [
        *_place_facts(count.location),
        f"Taken on {at:%Y-%m-%d at %H:%M %Z}, {when}.",
        f"Counted by {count.by.name}. Second person, signed in as himself or herself: {count.witness.name}.",
    ]
    title = "Inventory of controlled drugs" if count.inventory else "Count of controlled drugs"
    return _pdf(title, practice, [*facts, *([count.note] if count.note else [])], [
        ("Ketamine, vials", COUNT_HEAD, _count_rows(count)),
    ])  # fmt: skip


def _place_facts(location: Location) -> list[str]:
    return [f"{location.name}, {location.address}. Registration {location.registration_number or 'not entered'}."]


def _csv(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(tuple(_plain(cell) for cell in row) for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    """What a spreadsheet would take for a formula, as text. A number below zero stays a number."""
    risky = cell[:1] in ("=", "+", "@", "\t") or (cell[:1] == "-" and not cell[1:].replace(".", "").isdigit())
    return f"'{cell}" if risky else cell


def _pdf(title: str, practice: str, facts: list[str], tables: list[tuple[str, Any, Any]]) -> bytes:
    data = {
        "title": title,
        "practice": practice,
        "facts": facts,
        "tables": [{"title": t, "head": head, "rows": rows} for t, head, rows in tables],
    }
    pdf: Any = typst.compile(  # type: ignore[misc]  # typst's own types cannot name bytes as an input
        TEMPLATE.encode(),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=["ua-1"],
    )
    assert isinstance(pdf, bytes)
    return pdf
