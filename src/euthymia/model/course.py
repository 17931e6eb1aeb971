"""What was given: infusions as piecewise-constant rates, and courses of them.

Units: mg, hours within an infusion, days between infusions, kg.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from euthymia.model.data import constants

LIGHTEST_KG, HEAVIEST_KG = 25.0, 350.0
MOST_INFUSIONS = 1000
MOST_MG = 5000.0
LONGEST_MINUTES = 14 * 24 * 60.0
MERGED_H = 30.0
"""Infusions that begin sooner after the last one's end are computed as one run."""
LONGEST_RUN_DAYS = 30.0
LAST_DAY = 3650.0

Segment = tuple[float, float, float]
"""Start in hours from the start of the infusion, length in hours, rate in mg/h."""


class BadInput(ValueError):
    """Input from which no number may be computed; the text is one sentence for the reader."""


def finite(value: object, name: str, low: float, high: float, unit: str) -> float:
    """Return ``value`` as a float when it is a number in [low, high], else raise with a sentence.

    Raises
    ------
    BadInput
        When the value is not a finite number in the range.
    """
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        raise BadInput(f"{name} must be a number in {unit}, not {value!r}.")
    try:
        number = float(value)
    except (OverflowError, TypeError, ValueError):
        raise BadInput(f"{name} must be a number in {unit}.") from None
    if not math.isfinite(number):
        raise BadInput(f"{name} must be a finite number in {unit}.")
    if not low <= number <= high:
        raise BadInput(f"{name} of {number:g} {unit} is outside {low:g} to {high:g} {unit}.")
    return number


def checked_weight_kg(weight_kg: float) -> float:
    """Return a plausible body weight, or raise a sentence that asks for the unit."""
    try:
        return finite(weight_kg, "Weight", LIGHTEST_KG, HEAVIEST_KG, "kg")
    except BadInput as problem:
        raise BadInput(f"{problem} Is it in pounds or grams?") from None


@dataclass(frozen=True, slots=True)
class Infusion:
    """One infusion: when it starts, how much, over how long, and at which rates.

    Attributes
    ----------
    start_day : day, may be fractional; day 0 is the day of reference of the course.
    dose_mg : total, mg. Zero stands for a control infusion.
    minutes : from start to end, pauses included.
    segments : (start_h, duration_h, rate_mg_per_h) of each constant rate; empty for one constant rate.

    Examples
    --------
    >>> Infusion(0, 35.0, 40).rates()
    ((0.0, 0.6666666666666666, 52.5),)
    """

    start_day: float
    dose_mg: float
    minutes: float
    segments: tuple[Segment, ...] = ()

    def __post_init__(self) -> None:
        finite(self.start_day, "The day of an infusion", -LAST_DAY, LAST_DAY, "days")
        finite(self.dose_mg, "The dose of an infusion", 0.0, MOST_MG, "mg")
        finite(self.minutes, "The length of an infusion", 0.1, LONGEST_MINUTES, "minutes")

    @classmethod
    def from_segments(cls, start_day: float, segments: Iterable[Sequence[float]]) -> Infusion:
        """Make an infusion of the rates as charted; the hours between segments are pauses.

        Examples
        --------
        >>> Infusion.from_segments(0, [(0, 0.5, 40.0), (0.6, 0.5, 20.0)]).dose_mg
        30.0
        """
        kept: list[Segment] = []
        free_from_h = 0.0
        for segment in segments:
            if len(segment) != 3:
                raise BadInput("A segment is three numbers: start in hours, length in hours, rate in mg/h.")
            start_h = finite(segment[0], "The start of a segment", 0.0, LONGEST_MINUTES / 60, "h")
            duration_h = finite(segment[1], "The length of a segment", 1e-4, LONGEST_MINUTES / 60, "h")
            rate = finite(segment[2], "The rate of a segment", 0.0, MOST_MG * 60, "mg/h")
            if start_h < free_from_h - 1e-9:
                raise BadInput("The segments of an infusion must be in order and must not overlap.")
            free_from_h = start_h + duration_h
            kept.append((start_h, duration_h, rate))
        if not kept:
            raise BadInput("An infusion needs at least one segment.")
        dose_mg = sum(duration * rate for _, duration, rate in kept)
        return cls(start_day, dose_mg, free_from_h * 60.0, tuple(kept))

    def rates(self) -> tuple[Segment, ...]:
        """Return the constant rates of this infusion, in order."""
        if self.segments:
            return self.segments
        hours = self.minutes / 60.0
        return ((0.0, hours, self.dose_mg / hours),)


@dataclass(frozen=True, slots=True)
class Course:
    """The infusions of one patient of a known weight, in order of time.

    Examples
    --------
    >>> course = Course.from_template("depression", weight_kg=70)
    >>> [infusion.start_day for infusion in course.infusions], course.infusions[0].dose_mg
    ([0.0, 2.0, 4.0, 7.0, 9.0, 11.0], 35.0)
    """

    infusions: tuple[Infusion, ...]
    weight_kg: float

    def __post_init__(self) -> None:
        checked_weight_kg(self.weight_kg)
        object.__setattr__(self, "infusions", in_order(self.infusions))

    @classmethod
    def of(cls, *, dose_mg_per_kg: float, minutes: float, days: Iterable[float], weight_kg: float) -> Course:
        """Make a course of equal infusions on the given days."""
        weight = checked_weight_kg(weight_kg)
        per_kg = finite(dose_mg_per_kg, "The dose", 0.0, 20.0, "mg/kg")
        return cls(tuple(Infusion(float(day), per_kg * weight, minutes) for day in days), weight)

    @classmethod
    def from_template(cls, name: str, *, weight_kg: float, start_day: float = 0.0) -> Course:
        """Make the course that carries this name in the templates."""
        known = template_names()
        if name not in known:
            raise BadInput(f"No course is called {name!r}; the names are {', '.join(known)}.")
        template = constants("templates")["templates"][name]
        return cls.of(
            dose_mg_per_kg=template["dose_mg_per_kg"],
            minutes=template["minutes"],
            days=[start_day + day for day in template["days"]],
            weight_kg=weight_kg,
        )


def template_names() -> tuple[str, ...]:
    """Return the names of the course templates."""
    return tuple(constants("templates")["templates"])


def in_order(infusions: Iterable[Infusion]) -> tuple[Infusion, ...]:
    """Return the infusions as a tuple when they are few enough, in order, apart and now and then paused; else raise."""
    kept = tuple(infusions)
    if len(kept) > MOST_INFUSIONS:
        raise BadInput(f"{len(kept):,} infusions are more than the {MOST_INFUSIONS:,} that are computed at once.")
    for earlier, later in pairwise(kept):
        if later.start_day < earlier.start_day:
            raise BadInput("The infusions must be in order of their days.")
        if later.start_day < earlier.start_day + earlier.minutes / 1440.0 - 1e-9:
            raise BadInput("Two infusions overlap; give the rates as segments of one infusion.")
    _check_runs(kept)
    return kept


def _check_runs(infusions: tuple[Infusion, ...]) -> None:
    """Raise where infusions follow each other for so long that their exponentials would leave the range of numbers."""
    began = ended = -math.inf
    for infusion in infusions:
        if infusion.start_day >= ended + MERGED_H / 24.0:
            began = infusion.start_day
        ended = infusion.start_day + infusion.minutes / 1440.0
        if ended > began + LONGEST_RUN_DAYS:
            raise BadInput(
                f"Infusions less than {MERGED_H:g} hours apart go on for more than {LONGEST_RUN_DAYS:g} days: "
                "that is beyond what is computed."
            )


def timed_segments(infusions: Iterable[Infusion]) -> list[Segment]:
    """Return all constant rates on one clock: start in hours from day 0, length in hours, mg/h."""
    return [
        (infusion.start_day * 24.0 + start_h, duration_h, rate)
        for infusion in infusions
        for start_h, duration_h, rate in infusion.rates()
        if rate > 0.0
    ]
