"""Computes a million random orders twice, by the rules and from the definition in fractions, and compares."""

import argparse
import random
import sys
from decimal import Decimal
from fractions import Fraction

from tests.rules.infusions.second_computation import order_in_fractions, typed_order

from euthymia.clinic.journey.infusions.dose import compute_dose


def by_the_rules(
    weight_kg: str, mg_per_kg: str, minutes: int, strength_mg_per_ml: int, bag_ml: int
) -> tuple[int, int, Fraction, int, Fraction]:
    """The same five numbers from the program."""
    dose = compute_dose(
        weight_kg=Decimal(weight_kg),
        mg_per_kg=Decimal(mg_per_kg),
        minutes=minutes,
        strength_mg_per_ml=strength_mg_per_ml,
        bag_ml=bag_ml,
    )
    return dose.dose_ug, dose.volume_ul, Fraction(dose.rate_ml_per_h), dose.ug_per_min, Fraction(dose.bag_mg_per_ml)


def in_floats(
    weight_kg: str, mg_per_kg: str, minutes: int, strength_mg_per_ml: int, bag_ml: int
) -> tuple[int, int, Fraction, int, Fraction]:
    """What a program that used floats would say: the comparison must find it out."""
    dose_ug = round(float(weight_kg) * float(mg_per_kg) * 1000)
    return (
        dose_ug,
        round(dose_ug / strength_mg_per_ml),
        Fraction(str(round(bag_ml * 60 / minutes, 2))),
        round(dose_ug / minutes),
        Fraction(str(round(dose_ug / bag_ml / 1000, 3))),
    )


def main() -> int:
    """Compare, and print the figures last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=20_261_123)
    options = parser.parse_args()
    rng, differ, floats = random.Random(options.seed), 0, 0
    for _ in range(options.orders):
        order = typed_order(rng)
        wanted = order_in_fractions(*order)
        if by_the_rules(*order) != wanted:
            differ += 1
            print(f"Differs: {order}", file=sys.stderr)
        floats += in_floats(*order) != wanted
    print(f"Orders: {options.orders}, {differ} differ. In floats {floats} would.")
    return 0 if not differ and floats else 1


if __name__ == "__main__":
    sys.exit(main())
