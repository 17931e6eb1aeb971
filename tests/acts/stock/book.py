"""A second drug log, kept in plain Python: what each step must do, worked out without the program or a database."""

from dataclasses import dataclass, field

TOLERANCE_UL = 100
MOST_PATIENTS = 2
DOSE_UG = 40_000
MINUTES = 40
IDLE, RUNS, ENDED = "idle", "runs", "ended"

STEPS = 50
"""Of one random run."""
MET = frozenset(
    {
        "start_infusion: done",
        "start_infusion: chair_busy",
        "start_infusion: vial_shared",
        "order_dose: vial",
        "order_dose: vial_short",
        "end_infusion: done",
        "waste_drug: done",
        "waste_drug: witness_needed",
        "move_drug: done",
        "move_drug: not_enough_drug",
        "move_drug: witness_needed",
        "send_vial: done",
        "receive_transfer: done",
        "receive_transfer: receiver_is_sender",
        "receive_transfer: more_than_sent",
        "count_drug: done",
        "count_drug: second_counter",
        "count_drug: vial_uncounted",
        "close_variance: done",
        "close_variance: not allowed",
        "close_variance: notice_open",
    }
)
"""What random runs must have met to have tried anything."""


@dataclass
class Bottle:
    """A vial: where it last arrived, and who was drawn for."""

    home: int
    strength: int
    volume_ul: int
    at: int
    patients: set[int] = field(default_factory=set)
    seen: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By location: what was counted last, and what the book held then."""
    last_case: int | None = None


@dataclass
class Visit:
    """An infusion: whose, where, and from which vial."""

    patient: int
    location: int
    chair: int
    state: str = IDLE
    vial: int | None = None


@dataclass
class Trip:
    vial: int
    sender: int
    to: int


@dataclass
class Case:
    vial: int
    location: int
    off_ul: int
    from_count: bool
    noticed: bool = False
    closed: bool = False
    written_off: bool = False


class Book:
    """Every step gives the code of the refusal that must come, or None where it must be done; then the book has it."""

    def __init__(self) -> None:
        self.bottles: dict[int, Bottle] = {}
        self.visits: dict[int, Visit] = {}
        self.trips: dict[int, Trip] = {}
        self.cases: dict[int, Case] = {}
        self.held: dict[tuple[int, str, int], int] = {}
        """(vial, place, whose) -> microlitres; whose is a location, an infusion, a transfer or 0."""

    def has(self, vial: int, place: str, whose: int = 0) -> int:
        return self.held.get((vial, place, whose), 0)

    def put(self, vial: int, place: str, whose: int, amount_ul: int) -> None:
        key = (vial, place, whose)
        self.held[key] = self.held.get(key, 0) + amount_ul
        if not self.held[key]:
            del self.held[key]

    def receive(self, vial: int, location: int, strength: int, volume_ul: int) -> None:
        self.bottles[vial] = Bottle(location, strength, volume_ul, location)
        self.put(vial, "on_hand", location, volume_ul)

    def draw(self, visit_id: int, vial: int) -> str | None:
        visit, bottle = self.visits[visit_id], self.bottles[vial]
        need = DOSE_UG // bottle.strength
        if visit.state != IDLE:
            return "order_closed"
        if bottle.at != visit.location:
            return "vial"
        if self.has(vial, "on_hand", visit.location) < need:
            return "vial_short"
        if any(v.state == RUNS and v.chair == visit.chair for v in self.visits.values()):
            return "chair_busy"
        if len(bottle.patients | {visit.patient}) > MOST_PATIENTS:
            return "vial_shared"
        self.put(vial, "on_hand", visit.location, -need)
        self.put(vial, "drawn", visit_id, need)
        bottle.patients.add(visit.patient)
        visit.state, visit.vial = RUNS, vial
        return None

    def end(self, visit_id: int, minutes: int) -> str | None:
        visit = self.visits[visit_id]
        if visit.state != RUNS:
            return "infusion_state"
        assert visit.vial is not None
        given = DOSE_UG * min(minutes, MINUTES) // MINUTES // self.bottles[visit.vial].strength
        self.put(visit.vial, "drawn", visit_id, -given)
        self.put(visit.vial, "given", 0, given)
        visit.state = ENDED
        return None

    def waste(self, visit_id: int, by: int, witness: int) -> str | None:
        visit = self.visits[visit_id]
        left = self.has(visit.vial, "drawn", visit_id) if visit.vial is not None else 0
        if visit.state != ENDED or not left:
            return "nothing_to_waste"
        assert visit.vial is not None
        if by == witness:
            return "witness_needed"
        self.put(visit.vial, "drawn", visit_id, -left)
        self.put(visit.vial, "wasted", 0, left)
        return None

    def dispose(self, vial: int, place: str, amount_ul: int, by: int, witness: int | None) -> str | None:
        here = self.bottles[vial].at
        if amount_ul <= 0:
            return "amount"
        if self.has(vial, "on_hand", here) < amount_ul:
            return "not_enough_drug"
        if place in ("wasted", "destroyed") and witness in (None, by):
            return "witness_needed"
        self.put(vial, "on_hand", here, -amount_ul)
        self.put(vial, place, 0, amount_ul)
        return None

    def send(self, vial: int, to: int) -> str | None:
        here = self.bottles[vial].at
        if to == here:
            return "same_place"
        return None if self.has(vial, "on_hand", here) else "vial_not_here"

    def sent(self, trip_id: int, vial: int, by: int, to: int) -> None:
        here = self.bottles[vial].at
        amount = self.has(vial, "on_hand", here)
        self.put(vial, "on_hand", here, -amount)
        self.put(vial, "in_transit", trip_id, amount)
        self.trips[trip_id] = Trip(vial, by, to)

    def arrive(self, trip_id: int, by: int, seen_ul: int) -> tuple[str | None, int]:
        """The refusal, and how much is missing."""
        trip = self.trips[trip_id]
        held = self.has(trip.vial, "in_transit", trip_id)
        if not held:
            return "arrived_already", 0
        if by == trip.sender:
            return "receiver_is_sender", 0
        if seen_ul > held + TOLERANCE_UL:
            return "more_than_sent", 0
        arrived = held if abs(held - seen_ul) <= TOLERANCE_UL else seen_ul
        self.put(trip.vial, "in_transit", trip_id, -held)
        if arrived:
            self.put(trip.vial, "on_hand", trip.to, arrived)
            self.bottles[trip.vial].at = trip.to
        if arrived < held:
            self.put(trip.vial, "lost", 0, held - arrived)
        return None, held - arrived

    def at(self, location: int) -> dict[int, int]:
        """What the book holds at a location, by vial."""
        return {v: ul for (v, place, whose), ul in self.held.items() if place == "on_hand" and whose == location}

    def count(self, location: int, seen: dict[int, int], by: int, witness: int) -> tuple[str | None, list[Case]]:
        """The refusal, and the cases that must be opened."""
        if by == witness:
            return "second_counter", []
        here = self.at(location)
        if set(here) - set(seen):
            return "vial_uncounted", []
        opened = []
        for vial, seen_ul in sorted(seen.items()):
            bottle = self.bottles[vial]
            off = seen_ul - here[vial]
            before = bottle.seen.get(location)
            off_before = before[0] - before[1] if before else 0
            told = bottle.last_case is not None and not self.cases[bottle.last_case].written_off
            known = told and abs(off_before) > TOLERANCE_UL and abs(off - off_before) <= TOLERANCE_UL
            bottle.seen[location] = (seen_ul, here[vial])
            if abs(off) > TOLERANCE_UL and not known:
                opened.append(Case(vial, location, off, from_count=True))
        return None, opened

    def case_opened(self, case_id: int, case: Case) -> None:
        self.cases[case_id] = case
        if case.from_count:
            self.bottles[case.vial].last_case = case_id

    def close(self, case_id: int, director: bool, reason: str, write_off: bool) -> str | None:
        case = self.cases[case_id]
        if not director:
            return "not allowed"
        if case.closed:
            return "case_closed"
        if not reason:
            return "reason_missing"
        if not case.noticed:
            return "notice_open"
        missing = min(-case.off_ul, self.has(case.vial, "on_hand", case.location))
        if write_off and case.from_count and missing > 0:
            self.put(case.vial, "on_hand", case.location, -missing)
            self.put(case.vial, "lost", 0, missing)
            case.written_off = True
        case.closed = True
        return None
