"""An infusion's record as PDF, set by Typst. Texts go in as data, never as markup."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import typst

from euthymia.clinic.journey.infusions.models import HelpCall, Vitals
from euthymia.clinic.journey.infusions.record_page import Record
from euthymia.clinic.journey.plans.papers import FONTS

TEMPLATE = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title, author: d.practice)
#set page(margin: 1.8cm, numbering: "1 / 1", footer-descent: 20%)
#set text(font: "Public Sans", size: 9.5pt, lang: "en")
#set par(leading: 0.6em, spacing: 0.9em)
= #d.title
#table(columns: (auto, 1fr), stroke: none, inset: (x: 0pt, y: 2pt), column-gutter: 14pt,
  ..d.facts.map(f => (text(fill: luma(35%), f.at(0)), f.at(1))).flatten())
== Vital signs
#table(columns: d.columns.len(), stroke: 0.4pt + luma(70%), inset: 4pt,
  table.header(..d.columns.map(c => text(size: 8pt, c))),
  ..d.rows.flatten())
#for part in d.parts [
  == #part.title
  #for line in part.lines { par(line) }
]
#if d.signature.len() > 0 [
  == Signature
  #for line in d.signature { par(line) }
]
#if d.addenda.len() > 0 [
  == Addenda
  #for a in d.addenda [
    #block(breakable: false, width: 100%, inset: 6pt, stroke: 0.5pt)[
      #par(strong(a.what))
      #par(a.text)
      #text(size: 7.5pt, fill: luma(35%))[#a.signed]
    ]
  ]
]
"""
COLUMNS = (
    "Time",
    "mmHg",
    "Heart /min",
    "Breaths /min",
    "SpO2 %",
    "MOAA/S",
    "Dissoc.",
    "Nausea",
    "Anxiety",
    "Note",
    "By",
)


def record_pdf(record: Record, practice: str) -> bytes:
    """The record as PDF/UA-1: as charted, as signed, with its addenda."""
    infusion = record.infusion
    zone = ZoneInfo(infusion.location.zone)

    def clock(at: datetime) -> str:
        return f"{at.astimezone(zone):%H:%M}"

    def day(at: datetime | None) -> str:
        return f"{at.astimezone(zone):%d %B %Y at %H:%M %Z}" if at else "not yet"

    corrected = record.corrected_by()
    data = {
        "title": f"Infusion record, {infusion.number} of {len(infusion.plan.schedule_days)}",
        "practice": practice,
        "facts": _facts(record, day),
        "columns": COLUMNS,
        "rows": [_row(r, clock(r.at), bool(corrected.get(r.pk))) for r in record.rows],
        "parts": [p for p in _parts(record, clock) if p["lines"]],
        "signature": _signature(record, day),
        "addenda": [
            {
                "what": a.get_meaning_display() + (f": the row of {clock(a.row.at)}" if a.row else ""),
                "text": a.text + (f" Reason: {a.reason}" if a.reason else ""),
                "signed": f"Signed by {a.by.name}, {day(a.at)}. Fingerprint (SHA-256): {a.sha256}",
            }
            for a in record.addenda
        ],
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


def _facts(record: Record, day: Any) -> list[tuple[str, str]]:
    infusion, order = record.infusion, record.order
    patient = infusion.patient
    facts = [
        ("Patient", patient.name + (f", born {patient.birth_on:%d %B %Y}" if patient.birth_on else "")),
        ("Place", f"{infusion.location.name}, {infusion.chair.name}"),
        ("Started", day(infusion.started_at)),
        ("Ended", day(infusion.ended_at)),
    ]
    if order is not None:
        facts += [
            ("Weight", f"{order.weight_g / 1000:g} kg"),
            ("Dose", f"{order.dose_ug / 1000:g} mg in {order.bag_ml} mL over {order.minutes} min"),
            ("Ordered by", order.by.name),
        ]
        if hasattr(order, "confirmation"):
            facts.append(("Confirmed by", order.confirmation.by.name))
    return facts


def _row(row: Vitals, at: str, corrected: bool) -> list[str]:
    def number(value: int | None) -> str:
        return "" if value is None else str(value)

    pressure = f"{row.systolic_mmhg}/{number(row.diastolic_mmhg) or '?'}" if row.systolic_mmhg else ""
    return [
        at + (" (see addenda)" if corrected else ""),
        pressure,
        number(row.heart_rate_bpm),
        number(row.breaths_per_min),
        number(row.spo2_pct),
        number(row.sedation_moaas),
        number(row.dissociation_0_10),
        number(row.nausea_0_10),
        number(row.anxiety_0_10),
        row.note + (f" (corrected: {row.reason})" if row.corrects_id else ""),
        row.by.name,
    ]


def _parts(record: Record, clock: Any) -> list[dict[str, Any]]:
    """The lists of the record, each line with its time and who wrote it."""
    severity = {1: "mild", 2: "moderate", 3: "severe"}
    return [
        {
            "title": "Pump",
            "lines": [f"{clock(s.from_at)}  {s.rate_ml_per_h.normalize():f} mL/h  {s.reason}" for s in record.segments],
        },
        {
            "title": "What happened",
            "lines": [
                f"{clock(e.at)}  {e.get_kind_display()}, {severity[e.severity]}. {e.text} "
                f"({e.by.name if e.by else 'the patient'})"
                for e in record.events
            ],
        },
        {"title": "The patient’s button", "lines": [_call(c, clock) for c in record.calls]},
        {
            "title": "Signs told of",
            "lines": [f"{clock(t.at)}  {t.level}: {t.sentence} Told: {t.told} ({t.by.name})" for t in record.told],
        },
    ]


def _call(call: HelpCall, clock: Any) -> str:
    said = f"{clock(call.at)}  “{call.get_said_display()}”"
    if call.answered:
        said += f", answered {clock(call.answered.at)} by {call.answered.by.name}"
    if call.settled:
        said += f": {call.settled.words}"
    return said


def _signature(record: Record, day: Any) -> list[str]:
    if record.discharge is None:
        return []
    signed = record.discharge
    lines = [
        f"Discharged by {signed.by.name}, {day(signed.at)}. Aldrete {signed.aldrete}, MPADSS {signed.mpadss}. "
        "This signature closes the record: what comes later is an addendum."
    ]
    if signed.record_sha256:
        lines.append(f"Fingerprint (SHA-256): {signed.record_sha256}")
    return lines
