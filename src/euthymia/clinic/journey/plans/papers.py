"""Papers as PDF, set by Typst. Texts go in as data, never as markup, so nothing typed can change the paper."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typst

from euthymia.clinic import look

FONTS = Path(look.__file__).parent / "fonts"

TEMPLATE = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title, author: d.practice)
#set page(margin: 2.2cm, numbering: "1 / 1")
#set text(font: "Public Sans", size: 10.5pt, lang: "en")
#set par(leading: 0.7em, spacing: 1.1em)
= #d.title
#text(fill: luma(35%))[Version #d.version]
#for p in d.paragraphs { par(p) }
#if d.lines.len() > 0 [
  == Your estimate
  #table(columns: (1fr, auto, auto), stroke: 0.4pt + luma(70%), inset: 6pt,
    table.header([What], [How many], [Amount]),
    ..d.lines.map(l => (l.what, str(l.count), l.amount)).flatten())
]
#v(1em)
#line(length: 100%, stroke: 0.5pt)
Signed by #strong(d.name) on #d.at.
#text(size: 8pt, fill: luma(35%))[Fingerprint of the text (SHA-256): #d.sha256]
"""


def agreement_pdf(
    *,
    title: str,
    version: str,
    text: str,
    sha256: str,
    typed_name: str,
    signed_at: datetime,
    zone: str,
    estimate_lines: list[dict[str, Any]],
    practice: str = "Euthymia",
) -> bytes:
    """A signed text as PDF/UA-1: what was read, who signed, when, and the fingerprint of the text."""
    data = {
        "title": title,
        "version": version,
        "practice": practice,
        "paragraphs": [p.strip().replace("\n", " ") for p in text.split("\n\n") if p.strip()],
        "name": typed_name,
        "at": f"{signed_at.astimezone(ZoneInfo(zone)):%d %B %Y at %H:%M %Z}",
        "sha256": sha256,
        "lines": [
            {
                "what": line["what"],
                "count": line["count"],
                "amount": f"${line['each_cents'] * line['count'] / 100:,.2f}",
            }
            for line in estimate_lines
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
