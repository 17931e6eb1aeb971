"""An order computed a second time, from the definition alone and in fractions: nothing is shared with the program."""

from fractions import Fraction
from random import Random


def order_in_fractions(
    weight_kg: str, mg_per_kg: str, minutes: int, strength_mg_per_ml: int, bag_ml: int
) -> tuple[int, int, Fraction, int, Fraction]:
    """Micrograms, microlitres, mL/h, micrograms a minute, mg/mL of the bag.

    The dose is kg times mg/kg, in whole micrograms; the rest follows from that dose: divided by the strength in whole
    microlitres, by the minutes in whole micrograms a minute, by the bag in thousandths of mg/mL. The rate is the bag
    over the time in hundredths of mL/h. Halves go to the even neighbour, as round() of a Fraction does.
    """
    dose_mg = Fraction(round(Fraction(weight_kg) * Fraction(mg_per_kg) * 1000), 1000)
    return (
        int(dose_mg * 1000),
        round(dose_mg / strength_mg_per_ml * 1000),
        Fraction(round(Fraction(bag_ml) / Fraction(minutes, 60) * 100), 100),
        round(dose_mg / minutes * 1000),
        Fraction(round(dose_mg / bag_ml * 1000), 1000),
    )


def typed_order(rng: Random) -> tuple[str, str, int, int, int]:
    """Any order that can be typed: up to three decimals, absurd ones too."""
    weight = (
        f"{rng.randint(1, 9999)}.{rng.randint(0, 999):03d}" if rng.random() < 0.5 else f"{rng.uniform(25, 350):.1f}"
    )
    dose = f"{rng.randint(0, 9)}.{rng.randint(1, 999):03d}" if rng.random() < 0.5 else f"{rng.uniform(0.1, 2):.2f}"
    return weight, dose, rng.randint(1, 1440), rng.choice((10, 50, 100)), rng.choice((50, 100, 250, 500, 1000))
