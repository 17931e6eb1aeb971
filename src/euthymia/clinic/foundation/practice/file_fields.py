"""Reads the single values of a practice file, and says what is wrong with each in a sentence."""

import difflib
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from euthymia.clinic.foundation.audit.actors import STAFF_ROLES
from euthymia.clinic.foundation.practice.file_lines import LineFinder, Path
from euthymia.clinic.foundation.practice.file_values import Hours, Mistake

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SLUG = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*", re.ASCII)
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NOTHING: Any = object()


class Reader:
    """Hands out tables of the file and gathers the mistakes."""

    def __init__(self, data: dict[str, Any], lines: LineFinder) -> None:
        self.data, self.lines = data, lines
        self.mistakes: list[Mistake] = []

    def wrong(self, path: Path, sentence: str) -> None:
        self.mistakes.append(Mistake(self.lines.line_of(path), sentence))

    def table(self, path: tuple[str, ...], known: set[str]) -> "Table":
        value: Any = self.data
        for part in path:
            value = value.get(part, {}) if isinstance(value, dict) else {}
        if not isinstance(value, dict) or (path and not value):
            self.wrong(path, f"Add a section [{'.'.join(path)}].")
            value = {}
        table = Table(self, path, value)
        if value:
            table.only(known)
        return table

    def tables(self, path: tuple[str, ...]) -> list["Table"]:
        value = self.data.get(path[0], [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.wrong(path, f"Write each {path[0]} as a section of its own, [[{path[0]}]].")
            return []
        if not value and path[0] not in ("package",):
            self.wrong((), f"Add at least one section [[{path[0]}]].")
        return [Table(self, (*path, number), one) for number, one in enumerate(value)]


class Table:
    """One section of the file."""

    def __init__(self, reader: Reader, path: Path, data: dict[str, Any]) -> None:
        self.reader, self.path, self.data = reader, path, data

    def wrong(self, name: str, sentence: str) -> None:
        self.reader.wrong((*self.path, name), sentence)

    def only(self, known: set[str]) -> None:
        """Say which keys are not known, and which one was probably meant."""
        for name in self.data:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                meant = f" Did you mean “{near[0]}”?" if near else f" Known here: {', '.join(sorted(known))}."
                self.wrong(name, f"“{name}” is not known here.{meant}")

    def _get(self, name: str, kind: type | tuple[type, ...], words: str, default: Any = _NOTHING) -> Any:
        if name not in self.data:
            if default is _NOTHING:
                self.wrong(name, f"“{name}” is missing: give {words}.")
                return None
            return default
        value = self.data[name]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.wrong(name, f"“{name}” must be {words}.")
            return None
        return value

    def text(self, name: str, default: Any = _NOTHING, most: int = 300) -> str:
        value = self._get(name, str, "a text in quotation marks", default)
        if value is None:
            return ""
        if default is _NOTHING and not value.strip():
            self.wrong(name, f"“{name}” is empty: give a text.")
        if len(value) > most:
            self.wrong(name, f"“{name}” is {len(value)} characters long: {most} at most.")
        return str(value)

    def slug(self, name: str) -> str:
        value = self.text(name, most=80)
        if value and not _SLUG.fullmatch(value):
            self.wrong(name, f"“{name}” may hold small letters, digits and - _ . between them, not “{value}”.")
        return value

    def email(self, name: str) -> str:
        value = self.text(name)
        if value and not _EMAIL.fullmatch(value):
            self.wrong(name, f"“{name}” must be an email address, not “{value}”.")
        return value

    def role(self, name: str) -> str:
        value = self.text(name)
        if value and value not in STAFF_ROLES:
            self.wrong(name, f"There is no role “{value}”. Roles: {', '.join(STAFF_ROLES)}.")
        return value

    def zone(self, name: str) -> str:
        value = self.text(name)
        try:
            ZoneInfo(value or "UTC")
        except (KeyError, ValueError, OSError):
            self.wrong(name, f"“{value}” is no time zone. Give one such as America/New_York.")
            return "UTC"
        return value or "UTC"

    def whole(self, name: str, *, least: int, most: int, default: Any = _NOTHING) -> int:
        value = self._get(name, int, f"a whole number from {least} to {most}", default)
        if value is None:
            return least
        if not least <= value <= most:
            self.wrong(name, f"“{name}” must be from {least} to {most}, not {value}.")
        return int(value)

    def decimal(self, name: str, *, least: Decimal, most: Decimal) -> Decimal:
        value = self._get(name, (int, float), f"a number from {least} to {most}")
        if value is None:
            return least
        number = Decimal(str(value))
        if not number.is_finite() or not least <= number <= most:
            self.wrong(name, f"“{name}” must be from {least} to {most}, not {value}.")
            return least
        return number

    def flag(self, name: str) -> bool:
        return bool(self._get(name, bool, "true or false"))

    def day(self, name: str) -> date | None:
        value = self._get(name, date, "a date such as 2026-11-23", None)
        if isinstance(value, datetime):
            self.wrong(name, f"“{name}” must be a date such as 2026-11-23, without a time.")
            return None
        return value if isinstance(value, date) else None

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._get(name, list, "a list of texts")
        if value is None:
            return ()
        if not all(isinstance(v, str) and v for v in value) or not value:
            self.wrong(name, f"“{name}” must be a list of at least one text.")
            return ()
        if len(set(value)) < len(value):
            self.wrong(name, f"“{name}” names something twice.")
        return tuple(value)

    def wholes(self, name: str, *, needed: bool = True) -> tuple[int, ...]:
        value = self._get(name, list, "a list of whole numbers", _NOTHING if needed else [])
        if value is None:
            return ()
        good = all(isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= 400 for v in value)
        if not good or list(value) != sorted(set(value)) or (needed and not value):
            self.wrong(name, f"“{name}” must be rising whole numbers from 0 to 400, each once.")
            return ()
        return tuple(value)

    def dates(self, name: str) -> tuple[date, ...]:
        value = self._get(name, list, "a list of dates", [])
        if value is None or not all(isinstance(v, date) and not isinstance(v, datetime) for v in value):
            self.wrong(name, f"“{name}” must be a list of dates such as 2026-12-25, without quotation marks.")
            return ()
        return tuple(value)

    def mapping(self, name: str) -> dict[str, Any]:
        value = self._get(name, dict, "a section", {})
        return dict(value or {})

    def sub_tables(self, name: str) -> list["Table"]:
        value = self._get(name, list, 'a list such as [{role = "nurse", at = ["all"]}]')
        if value is None or not value or not all(isinstance(v, dict) for v in value):
            self.wrong(name, f'“{name}” must be a list such as [{{role = "nurse", at = ["all"]}}].')
            return []
        tables = [Table(self.reader, (*self.path, name), one) for one in value]
        for table in tables:
            table.only({"role", "at"})
        return tables

    def hours(self, name: str, *, needed: bool = True) -> Hours:
        value = self._get(name, dict, "hours by weekday", _NOTHING if needed else {})
        hours: Hours = {}
        for weekday, periods in (value or {}).items():
            if weekday not in WEEKDAYS:
                self.wrong(name, f"“{weekday}” is no weekday: use {', '.join(WEEKDAYS)}.")
            elif not _good_periods(periods):
                self.wrong(
                    name,
                    f"The hours of {weekday} must be pairs that rise and do not overlap, "
                    'such as [["09:00", "12:30"], ["13:00", "17:00"]].',
                )
            else:
                hours[weekday] = [list(p) for p in periods]
        return hours


def _good_periods(periods: Any) -> bool:
    if not isinstance(periods, list):
        return False
    flat: list[str] = []
    for period in periods:
        if not isinstance(period, list) or len(period) != 2:
            return False
        if not all(isinstance(t, str) and _TIME.fullmatch(t) for t in period) or period[0] >= period[1]:
            return False
        flat += period
    return _rises(flat)


def _rises(times: Iterable[str]) -> bool:
    listed = list(times)
    return listed == sorted(listed)
