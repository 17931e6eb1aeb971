"""From weight and order to milligrams, microlitres and the pump's rate. Exact: integers and Decimal, never floats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import zip_longest

from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.foundation.schedule.rules import seconds_between


@dataclass(frozen=True, slots=True)
class Dose:
    """One order, together as it stands on the card."""

    weight_g: int
    dose_ug: int
    volume_ul: int
    bag_ml: int
    minutes: int
    rate_ml_per_h: Decimal
    ug_per_min: int

    @property
    def dose_mg(self) -> Decimal:
        return Decimal(self.dose_ug) / 1000

    @property
    def volume_ml(self) -> Decimal:
        return Decimal(self.volume_ul) / 1000

    @property
    def weight_kg(self) -> Decimal:
        return Decimal(self.weight_g) / 1000

    @property
    def bag_mg_per_ml(self) -> Decimal:
        """What the bag holds in each mL, to three places: the dilution."""
        return (Decimal(self.dose_ug) / self.bag_ml / 1000).quantize(Decimal("0.001"), ROUND_HALF_EVEN)

    @property
    def mg_per_min(self) -> Decimal:
        return Decimal(self.ug_per_min) / 1000


def compute_dose(*, weight_kg: Decimal, mg_per_kg: Decimal, minutes: int, strength_mg_per_ml: int, bag_ml: int) -> Dose:
    """Compute an order.

    >>> d = compute_dose(weight_kg=Decimal(80), mg_per_kg=Decimal("0.5"), minutes=40, strength_mg_per_ml=50, bag_ml=100)
    >>> str(d.dose_mg), str(d.volume_ml), str(d.rate_ml_per_h), str(d.mg_per_min)
    ('40', '0.8', '150.00', '1')
    """
    dose_ug = _whole(weight_kg * mg_per_kg * 1000)
    return Dose(
        weight_g=_whole(weight_kg * 1000),
        dose_ug=dose_ug,
        volume_ul=_whole(Decimal(dose_ug) / strength_mg_per_ml),
        bag_ml=bag_ml,
        minutes=minutes,
        rate_ml_per_h=rate_of(bag_ml, minutes),
        ug_per_min=_whole(Decimal(dose_ug) / minutes),
    )


def rate_of(bag_ml: int, minutes: int) -> Decimal:
    """The pump's rate that empties the bag in so many minutes, mL/h."""
    return (Decimal(bag_ml) * 60 / minutes).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def hard_limits(dose: Dose, mg_per_kg: Decimal, thresholds: dict[str, Decimal]) -> Refusal | None:
    """The limits that no role passes."""
    low, high = thresholds["dose.weight_low_kg"], thresholds["dose.weight_high_kg"]
    if not low <= dose.weight_kg <= high:
        return Refusal("weight_range", f"A weight must be from {low.normalize():f} to {high.normalize():f} kg.")
    if mg_per_kg > thresholds["dose.hard_mg_per_kg"] or dose.dose_mg > thresholds["dose.hard_mg"]:
        return Refusal(
            "dose_hard",
            f"{plain(dose.dose_mg)} mg ({plain(mg_per_kg)} mg/kg) is above the hard limit of "
            f"{plain(thresholds['dose.hard_mg_per_kg'])} mg/kg and {plain(thresholds['dose.hard_mg'])} mg.",
        )
    if dose.volume_ul < 1:
        return Refusal("dose_nothing", "This dose is too small to be drawn up. Check weight and dose.")
    return None


def check_fresh(ordered_at: datetime, now: datetime, thresholds: dict[str, Decimal]) -> Refusal | None:
    """Whether the weight that an order stands on was measured lately enough to start the pump."""
    stands = thresholds["dose.order_stands_min"]
    if seconds_between(ordered_at, now) <= stands * 60:
        return None
    return Refusal(
        "order_old", f"The weight was measured more than {plain(stands)} minutes ago. Weigh again and order anew."
    )


@dataclass(frozen=True, slots=True)
class Rate:
    """What the pump gives from an instant on."""

    from_at: datetime
    ug_per_min: int


def given_ug(rates: Sequence[Rate], until: datetime, most_ug: int) -> int:
    """How much the pump has given by an instant, at most what was ordered: exact for its rates."""
    total = Decimal(0)
    for rate, following in zip_longest(rates, rates[1:]):
        seconds = seconds_between(rate.from_at, until)
        if following is not None:
            seconds = min(seconds, seconds_between(rate.from_at, following.from_at))
        total += rate.ug_per_min * Decimal(max(0, seconds)) / 60
    return min(int(total), most_ug)


def plain(number: Decimal) -> str:
    """A number as people write it: no exponent, no zeros at the end."""
    return f"{number.normalize():f}"


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_EVEN))
