"""Reads `practice.toml`: the whole practice in one file, every mistake told at once with its line.

Pure: text in, a frozen Practice or the list of mistakes out.
"""

import re
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from euthymia.clinic.foundation.practice.file_checks import check_whole
from euthymia.clinic.foundation.practice.file_fields import Reader
from euthymia.clinic.foundation.practice.file_lines import LineFinder
from euthymia.clinic.foundation.practice.file_values import (
    CallSettings,
    CourseTemplateEntry,
    LocationEntry,
    Mistake,
    PackageEntry,
    PostEntry,
    Practice,
    PriceEntry,
    StaffEntry,
    ThresholdEntry,
    WordingEntry,
)

SECTIONS = {"practice", "call", "location", "staff", "price", "package", "course", "threshold", "wording"}

__all__ = ["Mistake", "Practice", "load", "load_file"]


def load_file(path: Path) -> Practice | list[Mistake]:
    """Read a practice file from disk."""
    try:
        return load(Path(path).read_text(encoding="utf-8"))
    except OSError as trouble:
        return [Mistake(0, f"The file cannot be read: {trouble.strerror}.")]
    except UnicodeDecodeError:
        return [Mistake(0, "The file is not UTF-8 text. Save it as UTF-8.")]


def load(text: str) -> Practice | list[Mistake]:
    """Read a practice file. All mistakes at once, in the order of their lines."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = getattr(error, "lineno", None) or _line_in(str(error), text)
        return [Mistake(line, f"This is not TOML: {str(error).split(' (at')[0]}.")]
    except (ValueError, RecursionError):  # a number of thousands of digits; brackets thousands deep
        return [Mistake(0, "This cannot be read as TOML: a number is too long, or brackets stand too deep.")]
    reader = Reader(data, LineFinder(text))
    practice = _read(reader)
    reader.mistakes.extend(check_whole(practice, reader))
    if reader.mistakes:
        return sorted(set(reader.mistakes), key=lambda m: (m.line, m.sentence))
    return practice


def _line_in(message: str, text: str) -> int:
    """The line that the reader of TOML names in its message; it calls the last one the end of the document."""
    named = re.search(r"at line (\d+)", message)
    return int(named.group(1)) if named else max(1, len(text.splitlines()))


def _read(reader: Reader) -> Practice:
    reader.table((), known=SECTIONS)
    practice = reader.table(("practice",), known={"name", "phone", "email"})
    call = reader.table(("call",), known={"slot_minutes", "days_ahead", "notice_minutes"})
    return Practice(
        name=practice.text("name"),
        phone=practice.text("phone"),
        email=practice.email("email"),
        call=CallSettings(
            slot_minutes=call.whole("slot_minutes", least=5, most=120),
            days_ahead=call.whole("days_ahead", least=1, most=90),
            notice_minutes=call.whole("notice_minutes", least=0, most=10_000, default=60),
        ),
        locations=_each(reader, "location", _location),
        staff=_each(reader, "staff", _staff),
        prices=_each(reader, "price", _price),
        packages=_each(reader, "package", _package),
        courses=_each(reader, "course", _course),
        thresholds=_each(reader, "threshold", _threshold),
        wordings=_each(reader, "wording", _wording),
    )


def _each(reader: Reader, name: str, read_one: Callable[[Any], Any]) -> tuple[Any, ...]:
    return tuple(read_one(table) for table in reader.tables((name,)))


def _location(t: Any) -> LocationEntry:
    t.only({"slug", "name", "address", "zone", "phone", "registration_number", "hours", "holidays", "chairs"})
    return LocationEntry(
        slug=t.slug("slug"),
        name=t.text("name"),
        address=t.text("address"),
        zone=t.zone("zone"),
        phone=t.text("phone"),
        registration_number=t.text("registration_number", default=""),
        hours=t.hours("hours"),
        holidays=t.dates("holidays"),
        chairs=t.texts("chairs"),
    )


def _staff(t: Any) -> StaffEntry:
    t.only({"slug", "name", "email", "credential", "npi", "posts", "call_hours"})
    posts = t.sub_tables("posts")
    return StaffEntry(
        slug=t.slug("slug"),
        name=t.text("name"),
        email=t.email("email"),
        credential=t.text("credential", default=""),
        npi=t.text("npi", default=""),
        posts=tuple(PostEntry(role=role, locations=p.texts("at")) for p in posts for role in [p.role("role")]),
        call_hours=t.hours("call_hours", needed=False),
    )


def _price(t: Any) -> PriceEntry:
    t.only({"code", "what", "service_code", "amount_cents"})
    return PriceEntry(
        code=t.slug("code"),
        what=t.text("what"),
        service_code=t.text("service_code", default=""),
        amount_cents=t.whole("amount_cents", least=0, most=100_000_00),
    )


def _package(t: Any) -> PackageEntry:
    t.only({"code", "what", "sessions", "amount_cents"})
    return PackageEntry(
        code=t.slug("code"),
        what=t.text("what"),
        sessions=t.whole("sessions", least=2, most=50),
        amount_cents=t.whole("amount_cents", least=0, most=100_000_00),
    )


def _course(t: Any) -> CourseTemplateEntry:
    t.only(
        {
            "code",
            "condition",
            "mg_per_kg",
            "minutes",
            "schedule_days",
            "review_after",
            "instruments",
            "evidence",
            "source",
        }
    )
    return CourseTemplateEntry(
        code=t.slug("code"),
        condition=t.text("condition"),
        mg_per_kg=t.decimal("mg_per_kg", least=Decimal("0.1"), most=Decimal(2)),
        minutes=t.whole("minutes", least=10, most=600),
        schedule_days=t.wholes("schedule_days"),
        review_after=t.wholes("review_after", needed=False),
        instruments=t.texts("instruments"),
        evidence=t.text("evidence"),
        source=t.text("source"),
    )


def _threshold(t: Any) -> ThresholdEntry:
    t.only({"code", "value", "unit", "source", "verified", "signed_by", "signed_on"})
    return ThresholdEntry(
        code=t.slug("code"),
        value=t.decimal("value", least=Decimal(0), most=Decimal(99_999_999)),
        unit=t.text("unit"),
        source=t.text("source"),
        verified=t.flag("verified"),
        signed_by=t.text("signed_by", default=""),
        signed_on=t.day("signed_on"),
    )


def _wording(t: Any) -> WordingEntry:
    t.only({"kind", "version", "title", "text", "data"})
    return WordingEntry(
        kind=t.slug("kind"),
        version=t.text("version"),
        title=t.text("title", default=""),
        text=t.text("text", most=20_000),
        data=t.mapping("data"),
    )
