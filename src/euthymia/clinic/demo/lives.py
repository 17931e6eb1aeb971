"""Draws the demo's patients from the model: when each was treated, and what he answered. Pure but for the model."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from euthymia import model
from euthymia.clinic.foundation.people.rules import Stage

COURSE = (0, 2, 4, 7, 9, 11)
# How many of 300 stand at each stage.
STAGES: tuple[tuple[Stage, int], ...] = (
    (Stage.LEAD, 8),
    (Stage.NOT_A_FIT, 6),
    (Stage.INTAKE_SENT, 12),
    (Stage.INTAKE_COMPLETE, 10),
    (Stage.ELIGIBLE, 8),
    (Stage.ELIGIBLE_WITH_CONDITIONS, 6),
    (Stage.DEFERRED, 6),
    (Stage.DECLINED, 6),
    (Stage.PLAN_ISSUED, 10),
    (Stage.AGREED, 10),
    (Stage.IN_COURSE, 36),
    (Stage.WATCH, 120),
    (Stage.BOOSTER_PROPOSED, 12),
    (Stage.BOOSTER_BOOKED, 14),
    (Stage.PAUSED, 10),
    (Stage.DISCHARGED, 26),
)
TREATED = {
    Stage.IN_COURSE,
    Stage.WATCH,
    Stage.BOOSTER_PROPOSED,
    Stage.BOOSTER_BOOKED,
    Stage.PAUSED,
    Stage.DISCHARGED,
}
BEYOND_INTAKE = TREATED | {
    Stage.INTAKE_COMPLETE,
    Stage.ELIGIBLE,
    Stage.ELIGIBLE_WITH_CONDITIONS,
    Stage.DEFERRED,
    Stage.DECLINED,
    Stage.PLAN_ISSUED,
    Stage.AGREED,
}


class Today(StrEnum):
    """What a patient is doing at this moment, for a board that looks alive."""

    NOTHING = "nothing"
    RUNNING = "running"
    RECOVERY = "recovery"
    ARRIVED = "arrived"
    BOOKED = "booked"


@dataclass
class Life:
    """One invented patient."""

    number: int
    stage: Stage
    weight_kg: float
    birth_on: date
    condition: str
    first_on: date | None
    """Of the first infusion; None for those not treated."""
    boosters_on: list[date] = field(default_factory=list)
    course_given: int = 0
    today: Today = Today.NOTHING

    @property
    def name(self) -> tuple[str, str]:
        """Demo Patient 017: nobody's name."""
        return "Demo", f"Patient {self.number:03d}"


def stages_for(count: int) -> list[Stage]:
    """The stage of each of so many patients: every stage at least once where there is room."""
    total = sum(n for _, n in STAGES)
    wanted = [s for s, n in STAGES for _ in range(max(1, round(n * count / total)))]
    order = np.random.default_rng(5).permutation(len(wanted))
    mixed = [wanted[i] for i in order]
    firsts = list(dict.fromkeys(mixed))
    rest = mixed.copy()
    for stage in firsts:
        rest.remove(stage)
    return (firsts + rest)[:count]


def draw_life(number: int, stage: Stage, today: date, rng: np.random.Generator) -> Life:
    """Draw when and how one patient was treated."""
    life = Life(
        number=number,
        stage=stage,
        weight_kg=round(float(np.clip(rng.normal(80, 16), 48, 140)), 1),
        birth_on=today - timedelta(days=int(rng.integers(20 * 365, 68 * 365))),
        condition=str(rng.choice(["depression", "depression", "depression", "anxiety", "ptsd"])),
        first_on=None,
    )
    if stage not in TREATED:
        return life
    if stage == Stage.IN_COURSE:
        life.course_given = int(rng.integers(1, 6))
        life.first_on = today - timedelta(days=COURSE[life.course_given])
        return life
    life.course_given = 6
    life.first_on = today - timedelta(days=int(rng.integers(30, 700)))
    last = life.first_on + timedelta(days=COURSE[-1])
    stop = today - timedelta(days=10 if stage != Stage.DISCHARGED else 90)
    while len(life.boosters_on) < 8:
        last = last + timedelta(days=int(rng.integers(24, 75)))
        if last >= stop:
            break
        life.boosters_on.append(last)
    return life


def phq9_answers(total: int, rng: np.random.Generator, items: int = 9) -> list[int]:
    """Answers that sum to a total, the last item the least likely to rise."""
    answers = [0] * items
    chances = np.array([1.0] * (items - 1) + ([0.06] if items == 9 else [1.0]))
    for _ in range(total):
        open_items = chances * (np.array(answers) < 3)
        if open_items.sum() == 0:
            break
        answers[int(rng.choice(items, p=open_items / open_items.sum()))] += 1
    return answers


def score_days(life: Life, given_days: list[float], until_day: float) -> list[float]:
    """When he answers: at intake, on the morning of each infusion, and every fortnight after the last."""
    days = {-14.0, *(d - 0.05 for d in given_days)}
    follow = (given_days[-1] if given_days else 0.0) + 14
    for earlier, later in zip(given_days, [*given_days[1:], until_day], strict=True):
        at = earlier + 14
        while at < later - 5:
            days.add(at)
            at += 14
    while follow < until_day:
        days.add(follow)
        follow += 14
    return sorted(d for d in days if d <= until_day)


def scores_of(
    life: Life, given_days: list[float], days: list[float], dose_mg: float, scale: str, rng: np.random.Generator
) -> list[int]:
    """What the model's patient answers on these days, having had these infusions."""
    person = model.virtual_patient(rng, weight_kg=life.weight_kg)
    given = [model.Infusion(day, dose_mg, 40) for day in given_days]
    return person.scores(scale, given, days)
