"""The practice as plain frozen values, the way its file describes it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

Hours = dict[str, list[list[str]]]


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in the file: its line (0 when the whole file is meant) and what to do about it."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class CallSettings:
    slot_minutes: int
    days_ahead: int
    notice_minutes: int


@dataclass(frozen=True, slots=True)
class LocationEntry:
    slug: str
    name: str
    address: str
    zone: str
    phone: str
    registration_number: str
    hours: Hours
    holidays: tuple[date, ...]
    chairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PostEntry:
    """A role at some locations; `all` stands for every one."""

    role: str
    locations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffEntry:
    slug: str
    name: str
    email: str
    credential: str
    npi: str
    posts: tuple[PostEntry, ...]
    call_hours: Hours


@dataclass(frozen=True, slots=True)
class PriceEntry:
    code: str
    what: str
    service_code: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class PackageEntry:
    code: str
    what: str
    sessions: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class CourseTemplateEntry:
    code: str
    condition: str
    mg_per_kg: Decimal
    minutes: int
    schedule_days: tuple[int, ...]
    review_after: tuple[int, ...]
    instruments: tuple[str, ...]
    evidence: str
    source: str


@dataclass(frozen=True, slots=True)
class ThresholdEntry:
    code: str
    value: Decimal
    unit: str
    source: str
    verified: bool
    signed_by: str
    signed_on: date | None


@dataclass(frozen=True, slots=True)
class WordingEntry:
    kind: str
    version: str
    title: str
    text: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Practice:
    name: str
    phone: str
    email: str
    call: CallSettings
    locations: tuple[LocationEntry, ...]
    staff: tuple[StaffEntry, ...]
    prices: tuple[PriceEntry, ...]
    packages: tuple[PackageEntry, ...]
    courses: tuple[CourseTemplateEntry, ...]
    thresholds: tuple[ThresholdEntry, ...]
    wordings: tuple[WordingEntry, ...]
