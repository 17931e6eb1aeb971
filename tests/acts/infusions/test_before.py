"""Before the pump runs: arrival, the gate, the order, the second person, the start."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from euthymia.clinic.foundation.audit.refusals import Refused
from euthymia.clinic.foundation.practice.models import Threshold
from euthymia.clinic.foundation.stock.acts import move_drug, receive_vial
from euthymia.clinic.foundation.stock.models import DrugMove, Place
from euthymia.clinic.foundation.stock.queries import held_ul
from euthymia.clinic.journey.infusions.acts import answer_gate, arrive, start_infusion
from euthymia.clinic.journey.infusions.dose_acts import confirm_dose, order_dose
from euthymia.clinic.journey.infusions.gate import GATE
from euthymia.clinic.journey.infusions.models import DoseConfirmation, DoseOrder, GateAnswer, Infusion, Segment
from euthymia.clinic.journey.infusions.states import InfusionState
from tests.acts.laws import ActLaws
from tests.visits import SECOND, a_vial, booked, chart, crew_of, discharged, ready, running

ALL = {item.id: (True, "") for item in GATE}
ESCORT = {"escort_name": "Demo Escort", "escort_phone": "202-555-0188"}
YESTERDAY = timedelta(days=1)


def arrived(cast):
    """Booked yesterday for today, and here now."""
    infusion = booked(crew_of(cast), cast.now - YESTERDAY)
    arrive(by=cast.nurse, now=cast.now, key=None, infusion_id=infusion.pk)
    return infusion


def gated(cast, **changes):
    infusion = arrived(cast)
    answer_gate(by=cast.nurse, now=cast.now, key=None, infusion_id=infusion.pk, answers=ALL | changes, **ESCORT)
    return infusion


def ordered(cast, infusion=None, **changes):
    """The infusion and its order, by the nurse."""
    infusion = infusion or gated(cast)
    wanted = {"weight_kg": Decimal(80), "vial_id": a_vial(crew_of(cast), cast.now)} | changes
    order_dose(by=cast.nurse, now=cast.now, key=None, infusion_id=infusion.pk, **wanted)
    return infusion


class TestArrive(ActLaws):
    act = arrive
    name = "infusions.arrive"
    by = "desk"
    rows = Infusion

    def arguments(self, cast):
        return {"infusion_id": booked(crew_of(cast), cast.now - YESTERDAY).pk}

    def test_it_is_noted_when_and_only_once(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, **wanted)
        infusion = Infusion.objects.get(pk=wanted["infusion_id"])
        assert (infusion.state, infusion.arrived_at) == (InfusionState.ARRIVED, cast.now)
        assert self.refusal(cast, **wanted) == ("infusion_state", None)


class TestAnswerGate(ActLaws):
    act = answer_gate
    name = "infusions.answer_gate"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = GateAnswer

    def arguments(self, cast):
        return {"infusion_id": arrived(cast).pk, "answers": ALL, **ESCORT}

    def test_it_says_how_many_are_still_open(self, cast):
        wanted = self.arguments(cast)
        few = {"identity": (True, ""), "fasting": (False, "")}
        assert self.do(cast, **wanted | {"answers": few}) == len(GATE) - 1
        assert self.do(cast, **wanted | {"answers": {"fasting": (False, "a sip of water")}}) == len(GATE) - 2
        assert self.do(cast, **wanted) == 0

    @pytest.mark.parametrize("missing", [{"escort_name": " "}, {"escort_phone": ""}])
    def test_an_escort_has_a_name_and_a_phone(self, cast, missing):
        assert self.refusal(cast, **self.arguments(cast) | missing) == ("escort_unknown", "escort_name")

    def test_only_between_arrival_and_start(self, cast):
        early = booked(crew_of(cast), cast.now - YESTERDAY)
        assert self.refusal(cast, infusion_id=early.pk, answers=ALL, **ESCORT) == ("gate_closed", None)

    def test_not_while_it_runs(self, cast):
        late = running(crew_of(cast), cast.now)
        assert self.refusal(cast, infusion_id=late.pk, answers=ALL, **ESCORT) == ("gate_closed", None)


class TestOrderDose(ActLaws):
    act = order_dose
    name = "infusions.order_dose"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = DoseOrder

    def arguments(self, cast, **changes):
        vial_id = a_vial(crew_of(cast), cast.now)
        return {"infusion_id": gated(cast).pk, "weight_kg": Decimal(80), "vial_id": vial_id} | changes

    def test_it_is_computed_from_weight_plan_and_label(self, cast):
        order = DoseOrder.objects.get(pk=self.do(cast, **self.arguments(cast)))
        assert (order.dose_ug, order.volume_ul, order.rate_ml_per_h) == (40_000, 800, Decimal(150))
        assert (order.strength_mg_per_ml, order.questions) == (50, [])

    @pytest.mark.parametrize("weight", ["24.9", "350.1"])
    def test_a_weight_out_of_reach_is_refused_beside_its_field(self, cast, weight):
        assert self.refusal(cast, **self.arguments(cast, weight_kg=Decimal(weight))) == ("weight_range", "weight_kg")

    def test_the_database_itself_refuses_what_no_role_passes(self, cast):
        order = DoseOrder.objects.get(pk=self.do(cast, **self.arguments(cast)))
        for change in ({"dose_ug": 200_001}, {"mg_per_kg": Decimal("2.001")}, {"weight_g": 350_001}):
            with pytest.raises(IntegrityError, match="infusions_order"), transaction.atomic():
                DoseOrder.objects.create(**_columns(order) | change)

    @pytest.mark.parametrize(
        ("change", "law"),
        [
            ({"weight_g": 24_999}, "infusions_order_weight"),
            ({"weight_g": 0}, "infusions_order"),
            ({"strength_mg_per_ml": 100}, "infusions_order_label"),
            ({"dose_ug": 40_001}, "infusions_order_arithmetic"),
            ({"volume_ul": 801}, "infusions_order_arithmetic"),
            ({"volume_ul": 0}, "infusions_order"),
            ({"rate_ml_per_h": Decimal("150.01")}, "infusions_order_arithmetic"),
            ({"minutes": 41}, "infusions_order_arithmetic"),
        ],
    )
    def test_the_database_computes_for_itself(self, cast, change, law):
        order = DoseOrder.objects.get(pk=self.do(cast, **self.arguments(cast)))
        with pytest.raises(IntegrityError, match=law), transaction.atomic():
            DoseOrder.objects.create(**_columns(order) | change)
        with undone():
            assert DoseOrder.objects.create(**_columns(order)).pk

    @pytest.mark.parametrize(
        ("code", "value"), [("dose.hard_mg", "39.999"), ("dose.weight_high_kg", "79.9"), ("dose.hard_mg_per_kg", None)]
    )
    def test_the_database_reads_the_limits_as_signed(self, cast, code, value):
        order = DoseOrder.objects.get(pk=self.do(cast, **self.arguments(cast)))
        with undone():
            if value is None:
                Threshold.objects.get(code=code).delete()
            else:
                Threshold.objects.filter(code=code).update(value=Decimal(value))
            with pytest.raises(IntegrityError, match="infusions_order"), transaction.atomic():
                DoseOrder.objects.create(**_columns(order))

    def test_a_weight_just_as_it_was_at_the_screening_is_asked_about(self, cast):
        assert self.refusal(cast, **self.arguments(cast, weight_kg=Decimal(81))) == ("question", "reason")

    @pytest.mark.parametrize(("weight", "pounds"), [("176.4", True), ("70", False)])
    def test_a_weight_far_from_the_last_one_is_asked_about(self, cast, weight, pounds):
        arguments = second_visit(cast) | {"weight_kg": Decimal(weight)}
        with pytest.raises(Refused) as refused:
            self.do(cast, **arguments)
        assert (refused.value.refusal.code, refused.value.field) == ("question", "reason")
        assert "from the last weight, 80 kg" in refused.value.refusal.sentence
        assert ("Is it pounds" in refused.value.refusal.sentence) == pounds
        order = DoseOrder.objects.get(pk=self.do(cast, **arguments, reason="weighed twice"))
        assert [q["reason"] for q in order.questions] == ["weighed twice"]

    def test_a_vial_is_of_the_place_and_in_date(self, cast):
        arguments = self.arguments(cast)
        assert self.refusal(cast, **arguments | {"vial_id": 2_000_000_000}) == ("vial", "vial")
        old = vial_of(cast, 10_000, expires_in_days=0)
        assert self.refusal(cast, **arguments | {"vial_id": old}) == ("vial", "vial")

    def test_a_vial_holds_the_whole_dose(self, cast):
        arguments = self.arguments(cast)
        assert self.refusal(cast, **arguments | {"vial_id": vial_of(cast, 799)}) == ("vial_short", "vial")
        assert self.do(cast, **arguments | {"vial_id": vial_of(cast, 800)})

    def test_not_once_it_runs(self, cast):
        infusion = running(crew_of(cast), cast.now)
        vial_id = a_vial(crew_of(cast), cast.now)
        wanted = {"infusion_id": infusion.pk, "weight_kg": Decimal(80), "vial_id": vial_id}
        assert self.refusal(cast, **wanted) == ("order_closed", None)


def vial_of(cast, volume_ul, expires_in_days=100):
    return receive_vial(
        by=cast.nurse,
        now=cast.now - timedelta(days=10),
        key=None,
        location_id=cast.here.pk,
        lot="T2",
        strength_mg_per_ml=50,
        volume_ul=volume_ul,
        supplier="Supplier",
        supplier_registration="R1",
        expires_on=cast.now.date() + timedelta(days=expires_in_days),
    )


@contextmanager
def undone():
    """What is written within is taken back: it belongs to no act, which the database would refuse at the end."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def _columns(order):
    return {f.attname: getattr(order, f.attname) for f in order._meta.concrete_fields if not f.primary_key}


def second_visit(cast):
    """The second visit of a plan whose first is done, with 80 kg on its card."""
    first = discharged(crew_of(cast), cast.now - timedelta(days=3, hours=1))
    infusion = booked(crew_of(cast), cast.now - YESTERDAY, first.plan, number=2)
    arrive(by=cast.nurse, now=cast.now, key=None, infusion_id=infusion.pk)
    return {"infusion_id": infusion.pk, "vial_id": a_vial(crew_of(cast), cast.now)}


class TestConfirmDose(ActLaws):
    act = confirm_dose
    name = "infusions.confirm_dose"
    by = "second_nurse"
    refused = ("stranger", "desk", "biller")
    rows = DoseConfirmation

    def arguments(self, cast):
        return {"infusion_id": ordered(cast).pk, "second": SECOND}

    def test_then_it_is_ready(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, **wanted)
        assert Infusion.objects.get(pk=wanted["infusion_id"]).state == InfusionState.READY
        assert self.refusal(cast, **wanted) == ("nothing_to_confirm", None)

    def test_the_one_who_ordered_is_refused_by_the_act(self, cast):
        assert self.refusal(cast, by="nurse", **self.arguments(cast)) == ("second_person", None)

    def test_the_one_who_ordered_is_refused_by_the_database(self, cast):
        order = DoseOrder.objects.get(infusion_id=self.arguments(cast)["infusion_id"])
        with pytest.raises(DatabaseError, match="second person"), transaction.atomic():
            DoseConfirmation.objects.create(
                order=order,
                weight_g=80_000,
                label_mg_per_ml=50,
                dose_ug=40_000,
                volume_ul=800,
                rate_ml_per_h=Decimal(150),
                at=cast.now,
                by_id=order.by_id,
            )
        assert not DoseConfirmation.objects.exists()

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [
            ({"label_mg_per_ml": 100}, ("label_differs", "label_mg_per_ml")),
            ({"weight_kg": Decimal("80.1")}, ("weight_differs", "weight_kg")),
            ({"dose_mg": Decimal("0.5")}, ("dose_differs", "dose_mg")),
            ({"volume_ml": Decimal("4")}, ("volume_differs", "volume_ml")),
            ({"rate_ml_per_h": Decimal("151.51")}, ("rate_differs", "rate_ml_per_h")),
            ({"rate_ml_per_h": Decimal("148.49")}, ("rate_differs", "rate_ml_per_h")),
            ({"rate_ml_per_h": Decimal("151.5")}, None),
        ],
    )
    def test_both_must_agree(self, cast, change, refusal):
        wanted = self.arguments(cast) | {"second": replace(SECOND, **change)}
        if refusal:
            assert self.refusal(cast, **wanted) == refusal
        else:
            assert self.do(cast, **wanted)

    def test_a_new_order_wants_a_new_confirmation(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, **wanted)
        ordered(cast, Infusion.objects.get(pk=wanted["infusion_id"]), weight_kg=Decimal(82))
        assert self.refusal(cast, **wanted) == ("weight_differs", "weight_kg")
        second = replace(SECOND, weight_kg=Decimal(82), dose_mg=Decimal(41), volume_ml=Decimal("0.82"))
        assert self.do(cast, **wanted | {"second": second})

    def test_the_database_refuses_numbers_that_do_not_agree(self, cast):
        order = DoseOrder.objects.get(infusion_id=self.arguments(cast)["infusion_id"])
        good = {"weight_g": 80_000, "label_mg_per_ml": 50, "dose_ug": 40_000, "volume_ul": 800}
        for change in (
            {"weight_g": 80_100},
            {"label_mg_per_ml": 10},
            {"label_mg_per_ml": None},
            {"dose_ug": 40_401},
            {"dose_ug": None},
            {"volume_ul": 809},
            {"rate_ml_per_h": Decimal("151.51")},
        ):
            row = {"rate_ml_per_h": Decimal(150)} | good | change
            with pytest.raises(IntegrityError, match="infusions_confirmation_agrees"), transaction.atomic():
                DoseConfirmation.objects.create(order=order, at=cast.now, by_id=cast.second_nurse.as_staff, **row)

    def test_the_second_person_sees_no_number_of_the_order(self, cast):
        infusion = Infusion.objects.get(pk=self.arguments(cast)["infusion_id"])
        url = f"/desk/infusions/{infusion.ref}/"
        own = cast.client(cast.nurse).get(url).content.decode()
        blind = cast.client(cast.second_nurse).get(url).content.decode()
        for shown in ("40 mg", "80 kg", "0.8 mL", "0.4 mg/mL", "150 mL/h", "1 mg/min"):
            assert shown in own, shown
            assert shown not in blind, shown
        assert 'id="confirm"' in blind
        assert 'id="confirm"' not in own


class TestStartInfusion(ActLaws):
    act = start_infusion
    name = "infusions.start_infusion"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = Segment

    def arguments(self, cast):
        return {"infusion_id": ready(crew_of(cast), cast.now).pk}

    @pytest.mark.parametrize(("minutes", "refusal"), [(120, None), (121, ("order_old", None))])
    def test_a_weight_of_long_ago_is_measured_again(self, cast, minutes, refusal):
        wanted = self.arguments(cast)
        later = replace(cast, now=cast.now + timedelta(minutes=minutes))
        if refusal:
            assert self.refusal(later, **wanted) == refusal
        else:
            assert self.do(later, **wanted)

    def test_the_dose_is_drawn_and_the_pump_runs(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, **wanted)
        infusion = Infusion.objects.get(pk=wanted["infusion_id"])
        assert (infusion.state, infusion.started_at) == (InfusionState.RUNNING, cast.now)
        assert held_ul(Place.DRAWN, infusion_id=infusion.pk) == 800
        assert Segment.objects.get(infusion=infusion).dose_ug_per_min == 1_000
        assert self.refusal(cast, **wanted) == ("infusion_state", None)
        assert DrugMove.objects.filter(infusion_id=infusion.pk).count() == 1

    def test_a_vial_that_holds_less_by_now_is_said_in_words(self, cast):
        vial_id = vial_of(cast, 800)
        infusion = ordered(cast, vial_id=vial_id)
        chart(crew_of(cast), infusion, cast.now)
        confirmed(cast, infusion)
        move_drug(
            by=cast.nurse,
            now=cast.now,
            key=None,
            vial_id=vial_id,
            source=Place.ON_HAND,
            target=Place.WASTED,
            amount_ul=1,
            witness_id=cast.second_nurse.as_staff,
            manner="into gel",
        )
        assert self.refusal(cast, infusion_id=infusion.pk) == ("not_enough_drug", None)
        infusion.refresh_from_db()
        assert infusion.state == InfusionState.READY

    @pytest.mark.parametrize(
        "change", [{"identity": (False, "no papers")}, {"fasting": (False, "")}, {"escort": (False, "on the way")}]
    )
    def test_not_while_the_gate_is_open(self, cast, change):
        infusion = ordered(cast, gated(cast, **change))
        chart(crew_of(cast), infusion, cast.now)
        confirmed(cast, infusion)
        assert self.refusal(cast, infusion_id=infusion.pk) == ("gate_open", None)

    def test_not_without_the_second_person(self, cast):
        infusion = ordered(cast)
        chart(crew_of(cast), infusion, cast.now)
        assert self.refusal(cast, infusion_id=infusion.pk) == ("unconfirmed", None)

    @pytest.mark.parametrize(
        ("systolic", "code"), [(None, "baseline_missing"), (160, "pressure_repeat"), (161, "pressure_hold")]
    )
    def test_the_vitals_before_must_be_in_range(self, cast, systolic, code):
        infusion = ordered(cast)
        if systolic:
            chart(crew_of(cast), infusion, cast.now, systolic)
        confirmed(cast, infusion)
        if code:
            assert self.refusal(cast, infusion_id=infusion.pk) == (code, None)
        else:
            assert self.do(cast, infusion_id=infusion.pk)

    def test_a_hold_is_over_when_a_later_row_is_in_range(self, cast):
        infusion = ordered(cast)
        chart(crew_of(cast), infusion, cast.now - timedelta(minutes=12), 170)
        chart(crew_of(cast), infusion, cast.now - timedelta(minutes=2), 138)
        confirmed(cast, infusion)
        assert self.do(cast, infusion_id=infusion.pk)


def confirmed(cast, infusion):
    confirm_dose(
        by=cast.second_nurse,
        now=cast.now,
        key=None,
        infusion_id=infusion.pk,
        second=SECOND,
    )
