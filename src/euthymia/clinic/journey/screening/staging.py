"""How resistant a depression has proved: the Maudsley staging, 3 to 15. Pure.

[v]: points as published by Fekadu and colleagues, J Clin Psychiatry 2009;70:177-184; to be compared with the paper
before a practice relies on them. A page that shows a stage says so.
"""

from dataclasses import dataclass
from enum import IntEnum

from euthymia.clinic.foundation.audit.refusals import Refusal

SOURCE = "Fekadu 2009"
VERIFIED = False


class Duration(IntEnum):
    """How long this episode has lasted, with its points."""

    UP_TO_12_MONTHS = 1
    TO_24_MONTHS = 2
    LONGER = 3


class SymptomSeverity(IntEnum):
    """How severe it is, with its points."""

    SUBSYNDROMAL = 1
    MILD = 2
    MODERATE = 3
    SEVERE = 4
    SEVERE_WITH_PSYCHOSIS = 5


# From so many failed antidepressants on, so many points.
FAILED_POINTS: tuple[tuple[int, int], ...] = ((11, 5), (7, 4), (5, 3), (3, 2), (0, 1))
# From so many points on, this word.
STAGE_WORDS: tuple[tuple[int, str], ...] = ((11, "severe"), (7, "moderate"), (3, "mild"))


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the episode. None is not known."""

    months: int | None
    severity: SymptomSeverity | None
    failed_antidepressants: int | None
    augmented: bool | None
    had_ect: bool | None


@dataclass(frozen=True, slots=True)
class Stage:
    """The points by part, their sum and its word."""

    duration: int
    severity: int
    failed: int
    augmentation: int
    ect: int

    @property
    def points(self) -> int:
        return self.duration + self.severity + self.failed + self.augmentation + self.ect

    @property
    def word(self) -> str:
        return next(word for least, word in STAGE_WORDS if self.points >= least)


def duration_of(months: int) -> Duration:
    """The class of a duration in whole months."""
    if months <= 12:
        return Duration.UP_TO_12_MONTHS
    return Duration.TO_24_MONTHS if months <= 24 else Duration.LONGER


def maudsley(history: History) -> Stage | Refusal:
    """The stage, or what must be known first. Nothing that is not known is taken for none."""
    h = history
    wanted = {
        "how many months the episode has lasted": h.months,
        "how severe it is": h.severity,
        "how many antidepressants have failed": h.failed_antidepressants,
        "whether another medicine was added": h.augmented,
        "whether ECT was given": h.had_ect,
    }
    missing = [words for words, value in wanted.items() if value is None]
    if h.months is None or h.severity is None or h.failed_antidepressants is None or missing:
        return Refusal("history_incomplete", f"To stage it, find out {', and '.join(missing)}.")
    if h.months < 0 or h.failed_antidepressants < 0:
        return Refusal("history_negative", "Months and failed antidepressants are counted from 0.")
    return Stage(
        duration=duration_of(h.months),
        severity=h.severity,
        failed=next(points for least, points in FAILED_POINTS if h.failed_antidepressants >= least),
        augmentation=int(bool(h.augmented)),
        ect=int(bool(h.had_ect)),
    )
