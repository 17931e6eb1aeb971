"""Plants slips in simulated orders and counts which are stopped or questioned, and how often right orders are.

An order goes through what people go through: the plan's own check, the hard limits, the questions, and the second
person. Slips of weight and of plan are shared: the second person makes them too, so that only limits and questions
can catch them. Slips of reading or computing are made by one person. Then the questions and the second person are
switched off, and slips must pass, or the count proves nothing. The patients are drawn as PATIENTS says.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from euthymia.clinic.foundation.practice.file import Practice, load_file
from euthymia.clinic.journey.infusions.dose import compute_dose, hard_limits
from euthymia.clinic.journey.infusions.slips import Known, Second, disagreement, questions
from euthymia.clinic.journey.plans.rules import check_dose

MOST_QUESTIONED = 0.04
SETTINGS_FILE = Path(__file__).parents[1] / "src/euthymia/clinic/demo/practice.toml"
PATIENTS = """weight at screening normal(82, 20) kg within 40-180; age 18-80. Visits: 1 in 7 the first, 7-28 days
after the screening; 5 in 7 within a course, 2-4 days apart; 1 in 7 a booster after 14-84 days. Each weighing is off
by 1 % (clothes, meals, time of day: normal), weight drifts by 0.4 % a week (normal, growing with the root of time),
scales show 0.1 kg. Doses 0.5-1.0 mg/kg over 40 min in steps of 0.1, mostly 0.5; 0.5 from 65 years on; 1 in 20 is 1.4
mg/kg over 4 h for pain. Vials of 10, 50 or 100 mg/mL. The second person rounds to 0.1 mg, 0.01 mL and 0.1 mL/h."""
TENTH = Decimal("0.1")
STRENGTHS = (10, 50, 100)
Settings = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Order:
    """One order as entered: by the prescriber, by the first person, by the second."""

    plan_mg_per_kg: Decimal
    minutes: int
    weight_kg: Decimal
    vial_mg_per_ml: int
    known: Known
    second: Second
    bag_ml: int = 100


@dataclass(frozen=True, slots=True)
class Scale:
    """How weighings scatter, and what the scale shows."""

    weighing_sd: float = 0.01
    step_kg: Decimal = TENTH

    def read(self, kg: float, rng: random.Random) -> Decimal:
        """One weighing as it is read."""
        shown = Decimal(kg * (1 + rng.gauss(0, self.weighing_sd)))
        return (shown / self.step_kg).quantize(Decimal(1), ROUND_HALF_EVEN) * self.step_kg


USUAL = Scale()


def right_order(rng: random.Random, scale: Scale = USUAL) -> Order:
    """An order without a slip, of the patients described."""
    at_screening = min(180.0, max(40.0, rng.gauss(82, 20)))
    kind = rng.randrange(7)
    days = rng.randint(7, 28) if kind == 0 else rng.randint(14, 84) if kind == 1 else rng.randint(2, 4)
    now = at_screening * (1 + rng.gauss(0, 0.004) * (days / 7) ** 0.5)
    last, weight = (scale.read(kg, rng) for kg in (at_screening, now))
    age = rng.randint(18, 80)
    pain = rng.random() < 0.05
    titrated = not pain and age < 65 and kind > 1 and rng.random() < 0.25
    usual = Decimal("1.4") if pain else Decimal("0.5")
    last_dose = usual + TENTH * rng.randint(0, 4) if titrated else usual
    dose = last_dose + TENTH * rng.randint(0, 1) if titrated else last_dose
    minutes, strength = 240 if pain else 40, rng.choice(STRENGTHS)
    known = Known(last, None if kind == 0 else last_dose, usual, age)
    return by_two(Order(dose, minutes, weight, strength, known, _NOBODY))


def by_two(order: Order) -> Order:
    """The order with what a careful second person reads and computes for it, in Decimal by hand and rounded."""
    dose_mg = order.weight_kg * order.plan_mg_per_kg
    second = Second(
        weight_kg=order.weight_kg,
        label_mg_per_ml=order.vial_mg_per_ml,
        dose_mg=dose_mg.quantize(TENTH, ROUND_HALF_EVEN),
        volume_ml=(dose_mg / order.vial_mg_per_ml).quantize(Decimal("0.01"), ROUND_HALF_EVEN),
        rate_ml_per_h=(Decimal(order.bag_ml) * 60 / order.minutes).quantize(TENTH, ROUND_HALF_EVEN),
    )
    return replace(order, second=second)


def _tenth(value: float | Decimal) -> Decimal:
    return Decimal(value).quantize(TENTH, ROUND_HALF_EVEN)


_NOBODY = Second(Decimal(0), 0, Decimal(0), Decimal(0), Decimal(0))


def answer(order: Order, settings: Settings, *, guarded: bool = True) -> str:
    """What an order meets: a refusal of the plan, a hard limit, a question, a disagreement; or nothing."""
    if check_dose(order.plan_mg_per_kg, order.minutes, dict(settings)):
        return "plan refused"
    dose = compute_dose(
        weight_kg=order.weight_kg,
        mg_per_kg=order.plan_mg_per_kg,
        minutes=order.minutes,
        strength_mg_per_ml=order.vial_mg_per_ml,
        bag_ml=order.bag_ml,
    )
    if hard_limits(dose, order.plan_mg_per_kg, dict(settings)):
        return "hard limit"
    if not guarded:
        return ""
    if questions(dose, order.plan_mg_per_kg, order.known, settings):
        return "question"
    if disagreement(dose, order.plan_mg_per_kg, order.vial_mg_per_ml, order.second, settings):
        return "second person"
    return ""


def _weight(change: Callable[[Decimal], Decimal]) -> Callable[[Order, random.Random], Order]:
    """A slip of weight that both people make."""
    return lambda o, rng: by_two(replace(o, weight_kg=change(o.weight_kg)))


def _plan(change: Callable[[Order], Decimal]) -> Callable[[Order, random.Random], Order]:
    """A slip in the plan's mg/kg: everyone after it computes from it."""
    return lambda o, rng: by_two(replace(o, plan_mg_per_kg=change(o)))


def _minutes(change: Callable[[int], int]) -> Callable[[Order, random.Random], Order]:
    return lambda o, rng: by_two(replace(o, minutes=change(o.minutes)))


def _second(change: Callable[[Order], Mapping[str, Decimal]]) -> Callable[[Order, random.Random], Order]:
    """A slip of one person's reading or arithmetic."""
    return lambda o, rng: replace(o, second=replace(o.second, **change(o)))  # type: ignore[arg-type]


def _another_vial(o: Order, rng: random.Random) -> Order:
    """The vial in the hand is not the one of the log."""
    other = rng.choice([s for s in STRENGTHS if s != o.vial_mg_per_ml])
    held = by_two(replace(o, vial_mg_per_ml=other)).second
    return replace(o, second=held)


def _another_strength(o: Order, rng: random.Random) -> Order:
    """The label is read right, and the volume computed with another strength in mind."""
    other = rng.choice([s for s in STRENGTHS if s != o.vial_mg_per_ml])
    return replace(o, second=replace(o.second, volume_ml=by_two(replace(o, vial_mg_per_ml=other)).second.volume_ml))


def _swapped_digits(o: Order, rng: random.Random) -> Order:
    """One of the two reads two digits of the weight the wrong way round."""
    text = list(f"{o.weight_kg:.2f}")
    text[-5], text[-4] = text[-4], text[-5]
    return replace(o, second=replace(o.second, weight_kg=Decimal("".join(text))))


Slip = Callable[[Order, random.Random], Order]
SLIPS: dict[str, tuple[Slip, ...]] = {
    "x10": (
        _weight(lambda kg: kg * 10),
        _plan(lambda o: o.plan_mg_per_kg * 10),
        _minutes(lambda minutes: minutes * 10),
        _second(lambda o: {"dose_mg": o.second.dose_mg * 10}),
        _second(lambda o: {"volume_ml": o.second.volume_ml * 10}),
        _second(lambda o: {"rate_ml_per_h": o.second.rate_ml_per_h * 10}),
    ),
    "/10": (
        _weight(lambda kg: kg / 10),
        _plan(lambda o: o.plan_mg_per_kg / 10),
        _minutes(lambda minutes: minutes // 10),
        _second(lambda o: {"dose_mg": o.second.dose_mg / 10}),
        _second(lambda o: {"volume_ml": o.second.volume_ml / 10}),
        _second(lambda o: {"rate_ml_per_h": o.second.rate_ml_per_h / 10}),
    ),
    "x100": (
        _weight(lambda kg: kg * 100),
        _plan(lambda o: o.plan_mg_per_kg * 100),
        _second(lambda o: {"dose_mg": o.second.dose_mg * 100}),
        _second(lambda o: {"volume_ml": o.second.volume_ml * 100}),
        _second(lambda o: {"rate_ml_per_h": o.second.rate_ml_per_h * 100}),
    ),
    "lb for kg": (_weight(lambda kg: _tenth(kg * Decimal("2.20462262"))),),
    "wrong strength": (_another_vial, _another_strength),
    "mg for mg/kg": (
        _plan(lambda o: _tenth(o.weight_kg * o.plan_mg_per_kg)),
        _second(lambda o: {"dose_mg": o.plan_mg_per_kg}),
    ),
    "yesterday's weight": (lambda o, rng: by_two(replace(o, weight_kg=o.known.last_weight_kg or o.weight_kg)),),
    "mcg for mg": (
        _plan(lambda o: o.plan_mg_per_kg * 1000),
        _second(lambda o: {"dose_mg": o.second.dose_mg * 1000}),
    ),
    "mg for mL": (
        _second(lambda o: {"volume_ml": o.second.dose_mg}),
        _second(lambda o: {"dose_mg": o.second.volume_ml}),
    ),
    "digits swapped": (_swapped_digits,),
}


def planted(rng: random.Random, kind: str) -> Order:
    """A right order with one slip of this kind in it; drawn anew where the slip would change nothing."""
    while True:
        right = right_order(rng)
        slipped = rng.choice(SLIPS[kind])(right, rng)
        if slipped != right:
            return slipped


@dataclass(frozen=True, slots=True)
class Count:
    """What became of slips by kind and answer, and of right orders by answer."""

    slipped: Mapping[str, Counter[str]]
    right: Counter[str]

    @property
    def missed(self) -> int:
        return sum(answers[""] for answers in self.slipped.values())

    @property
    def questioned(self) -> float:
        return 1 - self.right[""] / self.right.total()


def count(orders: int, seed: int, settings: Settings, *, guarded: bool = True, scale: Scale = USUAL) -> Count:
    """Judge so many slipped orders, the kinds in turn, and as many right ones."""
    rng, kinds = random.Random(seed), list(SLIPS)
    slipped: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    for number in range(orders):
        kind = kinds[number % len(kinds)]
        slipped[kind][answer(planted(rng, kind), settings, guarded=guarded)] += 1
    right = Counter(answer(right_order(rng, scale), settings, guarded=guarded) for _ in range(orders))
    return Count(slipped, right)


def shipped_settings() -> dict[str, Decimal]:
    """The thresholds of the practice file that ships."""
    read = load_file(SETTINGS_FILE)
    assert isinstance(read, Practice), read
    return {t.code: t.value for t in read.thresholds}


def main() -> int:
    """Count, and print the figures last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20_261_123)
    options = parser.parse_args()
    settings = shipped_settings()
    guarded = count(options.orders, options.seed, settings)
    bare = count(options.orders, options.seed, settings, guarded=False)
    print(f"Patients: {PATIENTS}\n")
    columns = ("plan refused", "hard limit", "question", "second person", "")
    print(f"{'slip':<20}{'planted':>9}" + "".join(f"{c or 'missed':>15}" for c in columns) + f"{'missed bare':>15}")
    for kind, answers in guarded.slipped.items():
        row = "".join(f"{answers[c]:>15}" for c in columns)
        print(f"{kind:<20}{answers.total():>9}{row}{bare.slipped[kind]['']:>15}")
    for scale in (Scale(0.006), Scale(0.014), Scale(step_kg=Decimal("0.05"))):
        other = count(options.orders, options.seed, settings, scale=scale).questioned
        print(
            f"Right orders questioned, weighings off by {scale.weighing_sd:.1%}, {scale.step_kg} kg shown: {other:.2%}"
        )
    print(
        f"Slips: {options.orders} planted, {guarded.missed} missed. Without questions and second person: {bare.missed}."
    )
    print(f"Right orders: {options.orders}, {guarded.questioned:.2%} questioned (at most {MOST_QUESTIONED:.0%}).")
    return 0 if not guarded.missed and bare.missed and guarded.questioned <= MOST_QUESTIONED else 1


if __name__ == "__main__":
    sys.exit(main())
