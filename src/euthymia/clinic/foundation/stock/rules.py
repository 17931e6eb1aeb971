"""The controlled-drug log by rule: every microlitre is somewhere, and what is missing has its clocks. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.foundation.billing.rules import business_days_after


class At(StrEnum):
    """Where a microlitre is."""

    SUPPLIER = "supplier"
    ON_HAND = "on_hand"
    DRAWN = "drawn"
    GIVEN = "given"
    WASTED = "wasted"
    LOST = "lost"


# From where an amount may go where. What is given, wasted or lost stays so: a correction is a move of its own.
DRUG_WAYS: dict[At, frozenset[At]] = {
    At.SUPPLIER: frozenset({At.ON_HAND}),
    At.ON_HAND: frozenset({At.DRAWN, At.WASTED, At.LOST}),
    At.DRAWN: frozenset({At.GIVEN, At.WASTED, At.LOST}),
    At.GIVEN: frozenset(),
    At.WASTED: frozenset(),
    At.LOST: frozenset(),
}
FOR_SOMEONE = frozenset({At.DRAWN, At.GIVEN})


@dataclass(frozen=True, slots=True)
class Move:
    """One amount of one vial, moved."""

    source: At
    target: At
    amount_ul: int
    by: int
    witness: int | None = None
    infusion: int | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """What became of a vial, in microlitres. `received` is always the sum of the rest."""

    received: int = 0
    on_hand: int = 0
    drawn: int = 0
    given: int = 0
    wasted: int = 0
    lost: int = 0


def balance(moves: Iterable[Move]) -> Balance:
    """Where every microlitre of a vial is after these moves."""
    held = dict.fromkeys(At, 0)
    for move in moves:
        held[move.source] -= move.amount_ul
        held[move.target] += move.amount_ul
    return Balance(
        received=-held[At.SUPPLIER],
        on_hand=held[At.ON_HAND],
        drawn=held[At.DRAWN],
        given=held[At.GIVEN],
        wasted=held[At.WASTED],
        lost=held[At.LOST],
    )


def check_move(move: Move, before: Iterable[Move]) -> Refusal | None:
    """Whether this move may follow those of the same vial."""
    if move.amount_ul <= 0:
        return Refusal("amount", "Enter an amount above zero.")
    if move.target not in DRUG_WAYS[move.source]:
        return Refusal("way", f"What is {move.source.replace('_', ' ')} cannot become {move.target.replace('_', ' ')}.")
    if move.target == At.WASTED and move.witness in (None, move.by):
        return Refusal("witness_needed", "A waste needs a witness who is not the one who wastes.")
    if move.target in FOR_SOMEONE and move.infusion is None:
        return Refusal("for_nobody", "Say for which infusion it is drawn.")
    # What is drawn belongs to its infusion: another one's syringe is no source.
    same = [m for m in before if move.source != At.DRAWN or m.infusion == move.infusion]
    held = balance(same)
    if move.source == At.ON_HAND and held.on_hand < move.amount_ul:
        return Refusal("not_enough_drug", "The vial does not hold that much. Choose another vial.")
    if move.source == At.DRAWN and held.drawn < move.amount_ul:
        return Refusal("not_enough_drug", f"Only {held.drawn / 1000:g} mL are drawn and not yet accounted for.")
    return None


def check_closed(moves: Iterable[Move], infusion: int) -> Refusal | None:
    """Whether all that was drawn for an infusion was given or wasted, so that it may be closed."""
    left = balance(m for m in moves if m.infusion == infusion).drawn
    if left:
        return Refusal(
            "drug_open", f"{left / 1000:g} mL drawn are neither given nor wasted. Waste the rest with a witness."
        )
    return None


# Counts


@dataclass(frozen=True, slots=True)
class Variance:
    """A count that does not agree with the log. Below zero: drug is missing."""

    logged_ul: int
    counted_ul: int

    @property
    def off_ul(self) -> int:
        return self.counted_ul - self.logged_ul


def variance(logged_ul: int, counted_ul: int) -> Variance | None:
    """What a count says beside the log; None where they agree."""
    return Variance(logged_ul, counted_ul) if logged_ul != counted_ul else None


@dataclass(frozen=True, slots=True)
class LossClocks:
    """When a loss must be told, and when its form must be in."""

    notice_due_on: date
    form_due_on: date


def loss_clocks(found_on: date, holidays: frozenset[date], *, notice_business_days: int, form_days: int) -> LossClocks:
    """The two clocks that start when a loss is found."""
    return LossClocks(
        business_days_after(found_on, notice_business_days, holidays), found_on + timedelta(days=form_days)
    )


def next_inventory_on(last_on: date | None, opened_on: date, every_years: int) -> date:
    """By when the drug must be counted: on the day of opening, then at least every so many years."""
    if last_on is None:
        return opened_on
    try:
        return last_on.replace(year=last_on.year + every_years)
    except ValueError:  # 29 February
        return date(last_on.year + every_years, 2, 28)
