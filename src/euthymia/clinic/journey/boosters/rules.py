"""When a booster is proposed: from what the patient scored and what the model forecasts. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of a patient after his course."""

    today: date
    last_infusion_on: date
    baseline: float
    """PHQ-9 before the first infusion."""
    best: float
    """The lowest PHQ-9 since."""
    scores: tuple[tuple[date, float], ...]
    """Since the last infusion, in time."""
    chance_lost: tuple[tuple[date, float], ...]
    """Forecast: the chance that the response is lost, by day."""
    declined_on: date | None = None
    """When the physician last declined a booster."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A booster that the physician may sign or decline."""

    because: str
    window_from: date
    window_to: date


def propose(watch: Watch, thresholds: dict[str, Decimal]) -> Proposal | None:
    """A booster when two scores say that the gain is lost, or the forecast says that it will be.

    None before the least time after the last infusion, when there was no response to keep, or while the
    window of one that the physician declined would still be open.
    """
    earliest = watch.last_infusion_on + timedelta(days=int(thresholds["booster.least_days"]))
    latest = watch.last_infusion_on + timedelta(days=int(thresholds["booster.most_days"]))
    window = timedelta(days=int(thresholds["booster.window_days"]))
    if not _responded(watch, thresholds):
        return None
    if watch.declined_on is not None and watch.today < watch.declined_on + window:
        return None
    if _relapsed(watch, thresholds):
        start = max(watch.today, earliest)
        high, before = watch.scores[-1][1], watch.scores[-2][1]
        because = (
            f"The last two PHQ-9 scores were {before:g} and {high:g}, and at least half of the gain "
            f"({watch.baseline:g} down to {watch.best:g}) is lost."
        )
        return Proposal(because, start, start + window)
    limit = float(thresholds["booster.chance_lost"])
    for day, chance in watch.chance_lost:
        if chance >= limit and day > watch.last_infusion_on:
            start = min(max(day - window / 2, watch.today, earliest), max(latest, watch.today))
            if start > watch.today + timedelta(days=21):
                return None
            because = (
                f"The forecast puts the chance that the response is lost at {chance * 100:.0f}\u00a0% "
                f"by {day:%d %B %Y} (the setting proposes from {limit * 100:.0f}\u00a0%)."
            )
            return Proposal(because, start, start + window)
    return None


def _responded(watch: Watch, thresholds: dict[str, Decimal]) -> bool:
    needed = watch.baseline * (1 - float(thresholds["outcome.response_pct"]) / 100)
    return watch.baseline > 0 and watch.best <= needed


def _relapsed(watch: Watch, thresholds: dict[str, Decimal]) -> bool:
    """Two scores running at the relapse level, with the set share of the gain lost."""
    last_two = [value for _, value in watch.scores[-2:]]
    level = float(thresholds["outcome.relapse_phq9"])
    gain = watch.baseline - watch.best
    lost = float(thresholds["outcome.relapse_gain_lost_pct"]) / 100
    return len(last_two) == 2 and gain > 0 and all(v >= level and v - watch.best >= lost * gain for v in last_two)
