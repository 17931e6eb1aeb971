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
    IN_TRANSIT = "in_transit"
    DESTROYED = "destroyed"


# From where an amount may go where. What is given, wasted or lost stays so: a correction is a move of its own.
DRUG_WAYS: dict[At, frozenset[At]] = {
    At.SUPPLIER: frozenset({At.ON_HAND}),
    At.ON_HAND: frozenset({At.DRAWN, At.WASTED, At.LOST, At.IN_TRANSIT, At.DESTROYED}),
    At.DRAWN: frozenset({At.GIVEN, At.WASTED, At.LOST}),
    At.GIVEN: frozenset(),
    At.WASTED: frozenset(),
    At.LOST: frozenset(),
    At.IN_TRANSIT: frozenset({At.ON_HAND, At.LOST}),
    At.DESTROYED: frozenset(),
}
FOR_SOMEONE = frozenset({At.DRAWN, At.GIVEN})
BEFORE_A_WITNESS = frozenset({At.WASTED, At.DESTROYED})


@dataclass(frozen=True, slots=True)
class Move:
    """One amount of one vial, moved at a location; what travels from one to another belongs to its transfer."""

    source: At
    target: At
    amount_ul: int
    by: int
    witness: int | None = None
    infusion: int | None = None
    location: int | None = None
    transfer: int | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """What became of a vial, in microlitres. `received` is always the sum of the rest."""

    received: int = 0
    on_hand: int = 0
    drawn: int = 0
    given: int = 0
    wasted: int = 0
    lost: int = 0
    in_transit: int = 0
    destroyed: int = 0


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
        in_transit=held[At.IN_TRANSIT],
        destroyed=held[At.DESTROYED],
    )


def check_move(move: Move, before: Iterable[Move]) -> Refusal | None:
    """Whether this move may follow those of the same vial."""
    if move.amount_ul <= 0:
        return AMOUNT
    if move.target not in DRUG_WAYS[move.source]:
        return Refusal("way", f"What is {move.source.replace('_', ' ')} cannot become {move.target.replace('_', ' ')}.")
    if move.target in BEFORE_A_WITNESS and move.witness in (None, move.by):
        return WITNESS_NEEDED
    if move.target in FOR_SOMEONE and move.infusion is None:
        return Refusal("for_nobody", "Say for which infusion it is drawn.")
    if (At.IN_TRANSIT in (move.source, move.target)) != (move.transfer is not None):
        return Refusal("no_transfer", "Only what travels between two locations is in transit.")
    held = held_for(move, before)
    if move.source != At.SUPPLIER and held < move.amount_ul:
        return _only_drawn(held) if move.source == At.DRAWN else NOT_ENOUGH
    if move.target == At.IN_TRANSIT and held != move.amount_ul:
        return Refusal("whole_vial", "A vial travels with all that it holds.")
    return None


AMOUNT = Refusal("amount", "Enter an amount above zero.")
WITNESS_NEEDED = Refusal("witness_needed", "A waste needs a witness who is not the one who wastes.")
NOT_ENOUGH = Refusal("not_enough_drug", "The vial does not hold that much. Choose another vial.")


def _only_drawn(held_ul: int) -> Refusal:
    words = f"Only {held_ul / 1000:g} mL are drawn and not yet accounted for."
    return Refusal(NOT_ENOUGH.code, words)


def held_for(move: Move, before: Iterable[Move]) -> int:
    """How much this move may take from where it takes it: of its location, its infusion or its transfer alone."""

    def same(other: Move) -> bool:
        if move.source == At.ON_HAND:
            return other.location == move.location
        if move.source == At.DRAWN:
            return other.infusion == move.infusion
        return move.source != At.IN_TRANSIT or other.transfer == move.transfer

    return int(getattr(balance(m for m in before if same(m)), move.source, 0))


def check_shared(patients: frozenset[int], patient: int, most: int) -> Refusal | None:
    """Whether another patient may be drawn for from a vial that these were drawn for."""
    if len(patients | {patient}) <= most:
        return None
    if most == 1:
        return Refusal("vial_shared", "This vial was drawn from for another patient. Open a new one.")
    return Refusal("vial_shared", f"This vial was drawn from for {len(patients)} patients already. Open a new one.")


def check_arrival(sent_by: int, received_by: int, sent_ul: int, seen_ul: int) -> Refusal | None:
    """Whether this person may receive what was sent: never the sender, and never more than was sent."""
    if sent_by == received_by:
        return Refusal("receiver_is_sender", "Another person receives what you sent.")
    if seen_ul > sent_ul:
        return Refusal("more_than_sent", "That is more than the vial held. Look at it again together.")
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


def variance(logged_ul: int, counted_ul: int, tolerance_ul: int = 0) -> Variance | None:
    """What a count says beside the log; None where they agree as far as the eye can read a vial."""
    return Variance(logged_ul, counted_ul) if abs(logged_ul - counted_ul) > tolerance_ul else None


def is_new_variance(found: Variance, last: Variance | None, tolerance_ul: int = 0) -> bool:
    """Whether a variance needs a case: not where the last case of this vial says the same already."""
    return last is None or abs(found.off_ul - last.off_ul) > tolerance_ul


def check_count(counted: frozenset[int], on_hand: frozenset[int], by: int, witness: int | None) -> Refusal | None:
    """Whether a count is whole: by two people, every vial that the log has here and no other."""
    if witness is None or witness == by:
        return Refusal("second_counter", "Two people count: the second signs in here as himself.")
    if on_hand - counted:
        return Refusal("vial_uncounted", "Count every vial. Enter 0 for one that is not there.")
    if counted - on_hand:
        return Refusal("vial_elsewhere", "A vial on this sheet has been moved meanwhile. Open the count again.")
    return None


def check_case_closed(closed: bool, reason: str, notice_told: bool) -> Refusal | None:
    """Whether a variance case may be closed: once, with a reason, and never before the notice was given or waived."""
    if closed:
        return Refusal("case_closed", "This case is closed already.")
    if not reason.strip():
        return Refusal("reason_missing", "Say how the difference was explained.")
    if not notice_told:
        return Refusal("notice_open", "First enter the notice, or why none is owed.")
    return None


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
