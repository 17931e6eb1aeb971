"""The drug log as a state machine on the real schema: random steps by the acts of the house and behind their back.

After each step the database must hold what the book (book.py) holds, to the microlitre, and nothing written may have
changed. A run begins at a savepoint and is rolled back to it.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import DatabaseError, connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from euthymia.clinic.foundation.audit.actors import SYSTEM, Actor
from euthymia.clinic.foundation.audit.refusals import NotAllowed, Refused
from euthymia.clinic.foundation.people.acts import register_patient
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Chair, Threshold
from euthymia.clinic.foundation.stock import acts as stock
from euthymia.clinic.foundation.stock.models import CountMoment, DrugMove, Place, VarianceCase
from euthymia.clinic.journey.infusions import acts, booking_acts, dose_acts, leaving_acts
from euthymia.clinic.journey.infusions.gate import GATE
from tests import visits
from tests.acts.stock.book import MOST_PATIENTS, Book, Case, Visit
from tests.cast import Cast

NOBODY_ALLOWED = "not allowed"


@dataclass(frozen=True)
class World:
    """A practice with patients who wait in their chairs; every run begins here."""

    now: datetime
    here: int
    elsewhere: int
    director: Actor
    physician: Actor
    nurse: Actor
    stranger: Actor
    waiting: dict[int, tuple[int, int, int]]
    """Infusion -> patient, location, chair."""


def make_world(cast: Cast) -> World:
    """Four patients for two chairs: arrived, gate passed, baseline charted. A vial may serve two of them."""
    Threshold.objects.filter(code="stock.patients_per_vial").update(value=MOST_PATIENTS)
    waiting = {}
    for number in range(4):
        patient_id = register_patient(
            by=SYSTEM,
            now=cast.now,
            key=None,
            location_id=cast.here.pk,
            given_name="Demo",
            family_name=f"Patient {number}",
        )
        crew = visits.Crew(cast.here, Patient.objects.get(pk=patient_id), cast.physician, cast.nurse, cast.second_nurse)
        at = cast.now + timedelta(days=7 * number)
        infusion = visits.booked(crew, at, visits.with_agreement(crew, cast.now, (0,)))
        chair = Chair.objects.filter(location=cast.here)[number % 2]
        booking_acts.move_infusion(
            by=cast.nurse,
            now=cast.now,
            key=None,
            infusion_id=infusion.pk,
            starts_at=infusion.booking.starts_at,
            chair_id=chair.pk,
            nurse_id=cast.nurse.as_staff,
        )
        acts.arrive(by=cast.nurse, now=cast.now, key=None, infusion_id=infusion.pk)
        acts.answer_gate(
            by=cast.nurse,
            now=cast.now,
            key=None,
            infusion_id=infusion.pk,
            answers={item.id: (True, "") for item in GATE},
            escort_name="Demo Escort",
            escort_phone="202-555-0188",
        )
        visits.chart(crew, infusion, cast.now, 124)
        waiting[infusion.pk] = (patient_id, cast.here.pk, chair.pk)
    return World(
        cast.now, cast.here.pk, cast.elsewhere.pk, cast.director, cast.physician, cast.nurse, cast.stranger, waiting
    )


amounts = st.sampled_from([-5, 0, 1, 50, 400, 800, 1_500, 4_000, 20_000])
picks = st.integers(0, 30)
coins = st.booleans()


class DrugLog(RuleBasedStateMachine):
    """Steps of everybody who touches a vial."""

    tally: ClassVar[Counter[str]] = Counter()
    """How often each act was done, and with which code it was refused, over all runs: a machine that does nothing
    finds nothing."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.book = world, Book()
        self.now = world.now
        self.point = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)

    def done(
        self, act: Any, by: Actor | None = None, now: datetime | None = None, **arguments: Any
    ) -> tuple[str | None, Any]:
        """Do an act: the code with which it was refused, or its answer."""
        try:
            with transaction.atomic():
                answer = act(by=by or self.world.director, now=now or self.now, key=None, **arguments)
        except Refused as refused:
            return self.said(act, refused.refusal.code), None
        except NotAllowed:
            return self.said(act, NOBODY_ALLOWED), None
        self.said(act, "done")
        return None, answer

    def said(self, act: Any, code: str) -> str:
        self.tally[f"{act.__name__}: {code}"] += 1
        return code

    def vial(self, pick: int) -> int:
        known = list(self.book.bottles)
        return known[pick % len(known)]

    def visit(self, pick: int) -> int:
        known = list(self.book.visits)
        return known[pick % len(known)]

    def cases_now(self) -> list[int]:
        ids = VarianceCase.objects.exclude(pk__in=self.book.cases).order_by("id").values_list("id", flat=True)
        return list(ids)

    # --- Steps ------------------------------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        for infusion_id, (patient, location, chair) in self.world.waiting.items():
            self.book.visits[infusion_id] = Visit(patient, location, chair)
        self.receive(True, 50, 5_000)

    @rule(here=coins, strength=st.sampled_from([10, 50, 100]), volume_ul=st.sampled_from([500, 2_000, 5_000, 10_000]))
    def receive(self, here: bool, strength: int, volume_ul: int) -> None:
        location = self.world.here if here else self.world.elsewhere
        refused, vial = self.done(
            stock.receive_vial,
            location_id=location,
            lot=f"L{len(self.book.bottles)}",
            strength_mg_per_ml=strength,
            volume_ul=volume_ul,
            supplier="Supplier",
            supplier_registration="R1",
            expires_on=self.now.date() + timedelta(days=300),
        )
        assert refused is None
        self.book.receive(vial, location, strength, volume_ul)

    @rule(visit=picks, vial=picks)
    def draw(self, visit: int, vial: int) -> None:
        """Order, confirm, start: the dose is drawn."""
        infusion_id, vial_id = self.visit(visit), self.vial(vial)
        expected = self.book.draw(infusion_id, vial_id)
        refused, _ = self.done(
            dose_acts.order_dose,
            self.world.physician,
            infusion_id=infusion_id,
            vial_id=vial_id,
            weight_kg=visits.SECOND.weight_kg,
            reason="Read from the scale, which shows kg",
        )
        if refused is None:
            label = self.book.bottles[vial_id].strength
            second = replace(visits.SECOND, label_mg_per_ml=label, volume_ml=visits.SECOND.dose_mg / label)
            refused, _ = self.done(dose_acts.confirm_dose, self.world.nurse, infusion_id=infusion_id, second=second)
        if refused is None:
            refused, _ = self.done(acts.start_infusion, self.world.nurse, infusion_id=infusion_id)
        assert refused == expected

    @rule(visit=picks, minutes=st.sampled_from([0, 1, 10, 25, 40, 55]))
    def end(self, visit: int, minutes: int) -> None:
        infusion_id = self.visit(visit)
        expected = self.book.end(infusion_id, minutes)
        refused, _ = self.done(
            acts.end_infusion,
            self.world.nurse,
            now=self.now + timedelta(minutes=minutes),
            infusion_id=infusion_id,
        )
        assert refused == expected

    @rule(visit=picks, alone=coins)
    def waste(self, visit: int, alone: bool) -> None:
        by = self.world.nurse
        witness = by.as_staff if alone else self.world.physician.as_staff
        infusion_id = self.visit(visit)
        expected = self.book.waste(infusion_id, by.as_staff, witness)
        refused, _ = self.done(
            leaving_acts.waste_drug, by, infusion_id=infusion_id, witness_id=witness, manner="into gel"
        )
        assert refused == expected

    @rule(
        vial=picks,
        place=st.sampled_from(["wasted", "destroyed", "lost"]),
        amount_ul=amounts,
        witness=st.sampled_from(["other", "self", "none"]),
    )
    def dispose(self, vial: int, place: str, amount_ul: int, witness: str) -> None:
        vial_id, by = self.vial(vial), self.world.director.as_staff
        witness_id = {"other": self.world.nurse.as_staff, "self": by, "none": None}[witness]
        expected = self.book.dispose(vial_id, place, amount_ul, by, witness_id)
        refused, _ = self.done(
            stock.move_drug,
            vial_id=vial_id,
            source=Place.ON_HAND,
            target=Place(place),
            amount_ul=amount_ul,
            witness_id=witness_id,
            manner="into gel",
            reason="dropped",
        )
        assert refused == expected
        if expected is None and place == "lost":
            self.expect_cases([Case(vial_id, self.book.bottles[vial_id].at, -amount_ul, from_count=False)])

    def expect_cases(self, expected: list[Case]) -> None:
        """The cases that were opened by this step are these, with both clocks running."""
        opened = [VarianceCase.objects.get(pk=pk) for pk in self.cases_now()]
        assert [(c.vial_id, c.location_id, c.off_ul) for c in opened] == [
            (c.vial, c.location, c.off_ul) for c in expected
        ]
        for row, case in zip(opened, expected, strict=True):
            assert self.now.date() < row.notice_due_on < row.form_due_on
            self.book.case_opened(row.pk, case)

    @rule(vial=picks, here=coins)
    def send(self, vial: int, here: bool) -> None:
        vial_id, to = self.vial(vial), self.world.here if here else self.world.elsewhere
        expected = self.book.send(vial_id, to)
        refused, trip = self.done(stock.send_vial, vial_id=vial_id, to_location_id=to)
        assert refused == expected
        if expected is None:
            self.book.sent(trip, vial_id, self.world.director.as_staff, to)

    @precondition(lambda self: self.book.trips)
    @rule(trip=picks, sender=coins, off_ul=st.sampled_from([0, 0, 60, -60, -700, -50_000, 900]))
    def arrive(self, trip: int, sender: bool, off_ul: int) -> None:
        trips = list(self.book.trips)
        trip_id = trips[trip % len(trips)]
        sent = self.book.trips[trip_id]
        by = self.world.director
        if not sender:
            by = self.world.nurse if sent.to == self.world.here else self.world.stranger
        held = self.book.has(sent.vial, "in_transit", trip_id)
        seen_ul = max(0, held + off_ul)
        expected, missing = self.book.arrive(trip_id, by.as_staff, seen_ul)
        refused, _ = self.done(stock.receive_transfer, by, transfer_id=trip_id, seen_ul=seen_ul)
        assert refused == expected
        if missing:
            self.expect_cases([Case(sent.vial, sent.to, -missing, from_count=False)])

    @rule(
        here=coins,
        alone=coins,
        left_out=st.integers(0, 9),
        offs=st.lists(st.sampled_from([0, 80, -300, 250]), min_size=4, max_size=4),
    )
    def count(self, here: bool, alone: bool, left_out: int, offs: list[int]) -> None:
        location = self.world.here if here else self.world.elsewhere
        held = sorted(self.book.at(location).items())
        seen = {v: max(0, ul + offs[n % 4]) for n, (v, ul) in enumerate(held) if left_out or n}
        by = self.world.director.as_staff
        witness = by if alone and left_out % 3 == 0 else self.world.nurse.as_staff
        expected, opened = self.book.count(location, seen, by, witness)
        refused, _ = self.done(
            stock.count_drug,
            location_id=location,
            moment=CountMoment.CLOSE,
            inventory=False,
            seen_ul=seen,
            witness_id=witness,
        )
        assert refused == expected
        if expected is None:
            self.expect_cases(opened)

    @precondition(lambda self: self.book.cases)
    @rule(case=picks)
    def notice(self, case: int) -> None:
        case_id = list(self.book.cases)[case % len(self.book.cases)]
        known = self.book.cases[case_id]
        expected = "case_closed" if known.closed else "notice_given" if known.noticed else None
        refused, _ = self.done(stock.record_notice, case_id=case_id, how="by phone")
        assert refused == expected
        known.noticed = True if expected is None else known.noticed

    @precondition(lambda self: self.book.cases)
    @rule(
        case=picks,
        director=st.sampled_from([True, True, False]),
        reason=st.sampled_from(["", "spilt", "spilt"]),
        write_off=coins,
    )
    def close(self, case: int, director: bool, reason: str, write_off: bool) -> None:
        case_id = list(self.book.cases)[case % len(self.book.cases)]
        expected = self.book.close(case_id, director, reason, write_off)
        by = self.world.director if director else self.world.physician
        refused, _ = self.done(stock.close_variance, by, case_id=case_id, reason=reason, write_off=write_off)
        assert refused == expected

    # --- Behind the acts' back: the database alone must refuse ------------------------------------------

    @rule(
        pick=picks,
        change=st.sampled_from(["UPDATE stock_drugmove SET amount_ul = amount_ul + 1", "DELETE FROM stock_drugmove"]),
    )
    def edit(self, pick: int, change: str) -> None:
        moves = list(DrugMove.objects.order_by("id").values_list("id", flat=True))
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"{change} WHERE id = %s", [moves[pick % len(moves)]])
        except DatabaseError:
            return
        raise AssertionError("a move was changed")

    @rule(
        vial=picks,
        visit=picks,
        way=st.sampled_from(["drawn", "wasted", "destroyed", "lost"]),
        amount_ul=amounts.filter(lambda ul: ul >= 0),
        alone=coins,
    )
    def write_directly(self, vial: int, visit: int, way: str, amount_ul: int, alone: bool) -> None:
        """A row written into the table: refused wherever the book refuses, and where nobody ordered it."""
        vial_id, by = self.vial(vial), self.world.nurse.as_staff
        where = self.book.bottles[vial_id].at
        witness = by if alone else self.world.physician.as_staff
        before = dict(self.book.held)
        if way == "drawn":
            infusion_id, patient = self.visit(visit), self.book.visits[self.visit(visit)].patient
            # Whatever stands there, it is another vial than the one that was ordered, or more than there is.
            ordered = _ordered_vial(infusion_id)
            expected = "refused" if vial_id != ordered or amount_ul == 0 else "unknown"
            if expected == "unknown":
                return
        else:
            infusion_id = patient = None
            expected = self.book.dispose(vial_id, way, amount_ul, by, witness)
        try:
            with transaction.atomic():
                DrugMove.objects.create(
                    vial_id=vial_id,
                    source=Place.ON_HAND,
                    target=way,
                    amount_ul=amount_ul,
                    at=self.now,
                    by_id=by,
                    witness_id=witness,
                    infusion_id=infusion_id,
                    patient_id=patient,
                    location_id=where,
                )
            refused = False
        except DatabaseError:
            refused = True
        assert refused == (expected is not None), (way, expected)
        if refused:
            assert before == self.book.held

    # --- What must hold after every step ------------------------------------------------------------------

    @invariant()
    def the_database_holds_what_the_book_holds(self) -> None:
        """Per vial, place, location, infusion and transfer: the same microlitres, and none below zero."""
        with connection.cursor() as cursor:
            cursor.execute(HELD)
            held = {(vial, place, whose): int(amount) for vial, place, whose, amount in cursor.fetchall()}
            assert held == self.book.held
            assert all(amount > 0 for amount in held.values())
            for vial, bottle in self.book.bottles.items():
                assert sum(ul for (v, _, _), ul in held.items() if v == vial) == bottle.volume_ul


def _ordered_vial(infusion_id: int) -> int | None:
    from euthymia.clinic.journey.infusions.models import DoseOrder

    rows = DoseOrder.objects.filter(infusion_id=infusion_id).order_by("-id")
    return rows.values_list("vial_id", flat=True).first()


HELD = """
    SELECT vial_id, place, whose, sum(amount) FROM (
        SELECT vial_id, target AS place, amount_ul::bigint AS amount, CASE target WHEN 'on_hand' THEN location_id
               WHEN 'drawn' THEN infusion_id WHEN 'in_transit' THEN transfer_id ELSE 0 END AS whose FROM stock_drugmove
        UNION ALL
        SELECT vial_id, source, -amount_ul::bigint, CASE source WHEN 'on_hand' THEN location_id
               WHEN 'drawn' THEN infusion_id WHEN 'in_transit' THEN transfer_id ELSE 0 END FROM stock_drugmove
         WHERE source <> 'supplier') m
     GROUP BY vial_id, place, whose HAVING sum(amount) <> 0"""
