"""Totals, response, remission, relapse, and the safety item. Pure."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.journey.outcomes.instruments import Instrument, Scoring


@dataclass(frozen=True, slots=True)
class Total:
    """A total; None where too much was left out; `prorated` where a missing item was filled by the mean."""

    value: Decimal | None
    prorated: bool = False


def check_answers(instrument: Instrument, answers: tuple[int | None, ...]) -> Refusal | None:
    """Whether these can be answers to this questionnaire at all."""
    if len(answers) != len(instrument.items):
        return Refusal("answers_count", f"{instrument.name} has {len(instrument.items)} questions.")
    if any(a is not None and not 0 <= a < len(instrument.options) for a in answers):
        return Refusal("answer_range", "Choose one of the answers.")
    return None


def total(instrument: Instrument, answers: tuple[int | None, ...]) -> Total:
    """The total of what was answered. A few missing items are filled by the mean of the others."""
    given = [a for a in answers if a is not None]
    missing = len(answers) - len(given)
    if missing > instrument.most_missing or not given:
        return Total(None)
    if instrument.scoring == Scoring.MEAN:
        mean = (Decimal(sum(given)) / len(given)).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return Total(mean, prorated=missing > 0)
    if not missing:
        return Total(Decimal(sum(given)))
    whole = Decimal(sum(given)) * len(answers) / len(given)
    return Total(whole.quantize(Decimal(1), ROUND_HALF_UP), prorated=True)


def severity(instrument: Instrument, value: Decimal) -> str:
    """The band's word, for staff."""
    return instrument.band_words[sum(value >= limit for limit in instrument.bands)]


@dataclass(frozen=True, slots=True)
class ClusterCount:
    """How many items of a cluster count as symptoms, and whether they are enough."""

    name: str
    symptoms: int
    least: int

    @property
    def met(self) -> bool:
        return self.symptoms >= self.least


def cluster_counts(instrument: Instrument, answers: tuple[int | None, ...]) -> tuple[ClusterCount, ...]:
    """The symptoms of each cluster, for staff. All met is a reason for an interview, never a diagnosis.

    Empty where the questionnaire has no clusters, or an answer is missing.
    """
    if None in answers:
        return ()
    counts = [a is not None and a >= instrument.symptom_from for a in answers]
    return tuple(ClusterCount(c.name, sum(counts[n - 1] for n in c.items), c.least) for c in instrument.clusters)


def asks_for_help(instrument: Instrument, answers: tuple[int | None, ...]) -> bool:
    """Whether the item about death or self-harm was answered above “Not at all”."""
    place = instrument.safety_item
    return bool(place and (answers[place - 1] or 0) > 0)


@dataclass(frozen=True, slots=True)
class Course:
    """How a patient has come from his baseline."""

    baseline: Decimal
    latest: Decimal
    change_pct: Decimal
    response: bool
    remission: bool
    relapse: bool


def course(
    scores: list[tuple[datetime, Decimal]], first_infusion_at: datetime | None, thresholds: dict[str, Decimal]
) -> Course | None:
    """Response and remission against the last score before the first infusion. None before both exist.

    `scores` are PHQ-9 totals in time.
    """
    before = [v for at, v in scores if first_infusion_at is not None and at <= first_infusion_at]
    after = [v for at, v in scores if first_infusion_at is not None and at > first_infusion_at]
    if not before or not after or before[-1] == 0:
        return None
    baseline, latest, best = before[-1], after[-1], min(after)
    change = (baseline - latest) / baseline * 100
    needed = thresholds["outcome.response_pct"]
    responded = (baseline - best) / baseline * 100 >= needed
    level, lost = thresholds["outcome.relapse_phq9"], thresholds["outcome.relapse_gain_lost_pct"] / 100
    relapse = (
        responded and len(after) >= 2 and all(v >= level and v - best >= lost * (baseline - best) for v in after[-2:])
    )
    return Course(
        baseline=baseline,
        latest=latest,
        change_pct=change.quantize(Decimal(1)),
        response=change >= needed,
        remission=latest < thresholds["outcome.remission_phq9"],
        relapse=relapse,
    )
