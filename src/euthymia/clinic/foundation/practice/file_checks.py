"""What must hold of a practice as a whole: names given once, places served, texts that may be sent."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from euthymia.clinic.foundation.practice.file_fields import Reader
from euthymia.clinic.foundation.practice.file_values import Mistake, Practice

LineOf = Callable[..., int]

NEEDED_WORDINGS = ("consent", "financial_agreement", "cancellation_policy")
# A text message may be read by others: it names no drug, no condition, and does not sell.
TELLING_WORDS = (
    "ketamine",
    "infusion",
    "depress",
    "anxiety",
    "ptsd",
    "suicid",
    "psychiat",
    "mental",
    "pain",
    "bill",
    "discount",
)
# Thresholds that must rise: the milder one first.
RISING = (
    ("vitals.systolic_amber_mmhg", "vitals.systolic_red_mmhg"),
    ("vitals.diastolic_amber_mmhg", "vitals.diastolic_red_mmhg"),
    ("vitals.heart_rate_amber_high_bpm", "vitals.heart_rate_red_high_bpm"),
    ("vitals.spo2_red_pct", "vitals.spo2_amber_pct"),
    ("gate.systolic_go_mmhg", "gate.systolic_hold_mmhg"),
    ("gate.diastolic_go_mmhg", "gate.diastolic_hold_mmhg"),
    ("dose.soft_mg_per_kg", "dose.hard_mg_per_kg"),
    ("chart.late_amber_min", "chart.late_red_min"),
)  # fmt: skip


def check_whole(practice: Practice, reader: Reader) -> Iterator[Mistake]:
    """Every mistake that no single value shows."""

    def at(*path: str | int) -> int:
        return reader.lines.line_of(path)

    yield from _twice(at, "location", "slug", [x.slug for x in practice.locations])
    yield from _twice(at, "staff", "slug", [x.slug for x in practice.staff])
    yield from _twice(at, "staff", "email", [x.email.lower() for x in practice.staff])
    yield from _twice(at, "price", "code", [x.code for x in practice.prices])
    yield from _twice(at, "course", "code", [x.code for x in practice.courses])
    yield from _twice(at, "threshold", "code", [x.code for x in practice.thresholds])
    yield from _twice(at, "wording", "kind", [f"{x.kind}" for x in practice.wordings])
    yield from _posts(practice, at)
    yield from _texts(practice, at)
    yield from _thresholds(practice, at)


def _twice(at: LineOf, section: str, key: str, values: Iterable[str]) -> Iterator[Mistake]:
    listed = list(values)
    counts = Counter(listed)
    for number, value in enumerate(listed):
        if value and counts[value] > 1 and value in listed[:number]:
            yield Mistake(at(section, number, key), f"“{value}” is already the {key} of another {section}.")


def _posts(practice: Practice, at: LineOf) -> Iterator[Mistake]:
    slugs = {x.slug for x in practice.locations}
    served: set[str] = set()
    for number, staff in enumerate(practice.staff):
        for post in staff.posts:
            unknown = set(post.locations) - slugs - {"all"}
            for name in sorted(unknown):
                yield Mistake(at("staff", number, "posts"), f"There is no location “{name}”.")
            if post.role == "physician":
                served |= slugs if "all" in post.locations else set(post.locations)
        if any(p.role == "physician" for p in staff.posts) and not (staff.npi.isdigit() and len(staff.npi) == 10):
            yield Mistake(at("staff", number, "npi"), "A physician needs an “npi” of ten digits.")
    for number, location in enumerate(practice.locations):
        if location.slug not in served:
            yield Mistake(
                at("location", number, "slug"), f"No physician works at “{location.slug}”: give one a post there."
            )


def _texts(practice: Practice, at: LineOf) -> Iterator[Mistake]:
    kinds = {w.kind for w in practice.wordings}
    for kind in NEEDED_WORDINGS:
        if kind not in kinds:
            yield Mistake(0, f"Add a [[wording]] of kind “{kind}”.")
    for number, wording in enumerate(practice.wordings):
        if not wording.kind.startswith("sms"):
            continue
        line = at("wording", number, "text")
        if len(wording.text) > 160:
            yield Mistake(line, f"A text message holds 160 characters, this one {len(wording.text)}.")
        told = [w for w in TELLING_WORDS if w in wording.text.lower()]
        if told:
            yield Mistake(line, f"A text message may be read by others: leave out “{told[0]}”.")


def _thresholds(practice: Practice, at: LineOf) -> Iterator[Mistake]:
    values = {x.code: (number, x.value) for number, x in enumerate(practice.thresholds)}
    for low, high in RISING:
        for code in (low, high):
            if code not in values:
                yield Mistake(0, f"Add a [[threshold]] with code “{code}”.")
        if low in values and high in values and values[low][1] > values[high][1]:
            line = at("threshold", values[low][0], "value")
            yield Mistake(line, f"“{low}” must not be above “{high}”.")
