"""The drug log's acts: what each does, who may, and what is refused."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction

from euthymia.clinic.foundation.people.models import Task
from euthymia.clinic.foundation.practice.models import Threshold
from euthymia.clinic.foundation.stock import acts
from euthymia.clinic.foundation.stock.checks import check_drug_balance
from euthymia.clinic.foundation.stock.models import (
    CountLine,
    CountMoment,
    DrugCount,
    DrugMove,
    Place,
    Transfer,
    VarianceCase,
    VialOpening,
)
from euthymia.clinic.foundation.stock.queries import held_by_location, held_ul, in_transit, on_hand_ul
from tests.acts.laws import ActLaws
from tests.visits import VOLUME_UL, a_vial, crew_of, drug_things_of, running

CLINIC_ONLY = ("stranger", "desk", "biller")


class StockLaws(ActLaws):
    by = "nurse"
    refused = CLINIC_ONLY
    about_patient = False


class TestOpenVial(StockLaws):
    act = acts.open_vial
    name = "stock.open_vial"
    rows = VialOpening

    def arguments(self, cast):
        return {"vial_id": a_vial(crew_of(cast), cast.now)}

    def test_it_opens_once(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, **wanted)
        assert self.refusal(cast, **wanted) == ("vial_open", None)

    def test_the_first_draw_opens_it(self, cast):
        running(crew_of(cast), cast.now)
        assert VialOpening.objects.get().by_id == cast.nurse.staff_id


class TestMoveDrug(StockLaws):
    act = acts.move_drug
    name = "stock.move_drug"
    rows = DrugMove

    def arguments(self, cast, **changes):
        return {
            "vial_id": a_vial(crew_of(cast), cast.now),
            "source": Place.ON_HAND,
            "target": Place.DESTROYED,
            "amount_ul": 400,
            "witness_id": cast.second_nurse.as_staff,
            "manner": "into gel",
        } | changes

    def test_what_is_destroyed_leaves_the_shelf(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, **wanted)
        assert on_hand_ul(wanted["vial_id"], cast.here.pk) == VOLUME_UL - 400
        assert held_ul(Place.DESTROYED, vial_id=wanted["vial_id"]) == 400

    @pytest.mark.parametrize("target", [Place.DESTROYED, Place.WASTED])
    def test_two_people_destroy_and_waste(self, cast, target):
        wanted = self.arguments(cast, target=target)
        assert self.refusal(cast, **wanted | {"witness_id": None}) == ("witness_needed", "witness")
        assert self.refusal(cast, **wanted | {"witness_id": cast.nurse.as_staff}) == ("witness_needed", "witness")
        assert self.refusal(cast, **wanted | {"manner": " "}) == ("manner_missing", "manner")

    @pytest.mark.parametrize(
        ("amount_ul", "code"), [(0, "amount"), (-1, "amount"), (VOLUME_UL + 1, "not_enough_drug"), (VOLUME_UL, None)]
    )
    def test_never_more_than_there_is(self, cast, amount_ul, code):
        wanted = self.arguments(cast, amount_ul=amount_ul)
        if code is None:
            assert self.do(cast, **wanted)
        else:
            assert self.refusal(cast, **wanted)[0] == code

    def test_a_loss_opens_a_case_with_its_clocks_and_two_tasks(self, cast):
        wanted = self.arguments(cast, target=Place.LOST, witness_id=None, reason="dropped")
        assert self.refusal(cast, **wanted | {"reason": ""}) == ("reason_missing", "reason")
        move_id = self.do(cast, **wanted)
        case = VarianceCase.objects.get(move_id=move_id)
        # Monday 23 November 2026: notice on Tuesday, the form 45 days on.
        assert (case.off_ul, case.notice_due_on, case.form_due_on) == (-400, date(2026, 11, 24), date(2027, 1, 7))
        zone = ZoneInfo(cast.here.zone)
        due = [t.due_at.astimezone(zone) for t in Task.objects.filter(what__contains=f"case {case.pk},").order_by("id")]
        assert due == [datetime(2026, 11, 24, 17, tzinfo=zone), datetime(2027, 1, 7, 17, tzinfo=zone)]

    def test_a_holiday_moves_the_notice(self, cast):
        wednesday = cast.now.replace(day=25)
        wanted = self.arguments(cast, target=Place.LOST, reason="dropped")
        acts.move_drug(by=cast.nurse, now=wednesday, key=None, **wanted)
        assert VarianceCase.objects.get().notice_due_on == date(2026, 11, 27)


class TestSendVial(StockLaws):
    act = acts.send_vial
    name = "stock.send_vial"
    rows = Transfer

    def arguments(self, cast):
        return {"vial_id": a_vial(crew_of(cast), cast.now), "to_location_id": cast.elsewhere.pk}

    def test_it_is_in_transit_until_received(self, cast):
        wanted = self.arguments(cast)
        sent = self.do(cast, **wanted)
        assert [(t.pk, left) for t, left in in_transit({cast.elsewhere.pk})] == [(sent, VOLUME_UL)]
        assert not held_by_location({cast.here.pk})[cast.here.pk]
        assert self.refusal(cast, **wanted) == ("vial_not_here", None)
        line = check_drug_balance()
        assert (line.count, line.faults) == (1, ())

    def test_not_to_where_it_is(self, cast):
        wanted = self.arguments(cast) | {"to_location_id": cast.here.pk}
        assert self.refusal(cast, **wanted) == ("same_place", "to_location")


class TestReceiveTransfer(StockLaws):
    act = acts.receive_transfer
    name = "stock.receive_transfer"
    by = "stranger"
    refused = ("desk", "biller", "physician")
    rows = DrugMove

    def arguments(self, cast):
        sent = drug_things_of(crew_of(cast), cast.now, to=cast.elsewhere).transfer_id
        return {"transfer_id": sent, "seen_ul": VOLUME_UL}

    def test_it_is_on_hand_where_it_went(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, **wanted)
        assert [held for _, held in held_by_location({cast.elsewhere.pk})[cast.elsewhere.pk]] == [VOLUME_UL]
        assert self.refusal(cast, **wanted) == ("arrived_already", None)

    def test_the_sender_does_not_receive(self, cast):
        vial_id = a_vial(crew_of(cast), cast.now)
        given = {"by": cast.director, "now": cast.now, "key": None}
        sent = acts.send_vial(**given, vial_id=vial_id, to_location_id=cast.elsewhere.pk)
        assert self.refusal(cast, by=cast.director, transfer_id=sent, seen_ul=VOLUME_UL) == ("receiver_is_sender", None)
        with pytest.raises(DatabaseError, match="another person"), transaction.atomic():
            DrugMove.objects.create(
                vial_id=vial_id,
                source=Place.IN_TRANSIT,
                target=Place.ON_HAND,
                amount_ul=VOLUME_UL,
                at=cast.now,
                by_id=cast.director.as_staff,
                location=cast.elsewhere,
                transfer_id=sent,
            )

    def test_what_is_missing_is_lost_and_opens_a_case(self, cast):
        wanted = self.arguments(cast) | {"seen_ul": VOLUME_UL - 2_000}
        self.do(cast, **wanted)
        case = VarianceCase.objects.get(location=cast.elsewhere)
        assert case.off_ul == -2_000
        assert [held for _, held in held_by_location({cast.elsewhere.pk})[cast.elsewhere.pk]] == [VOLUME_UL - 2_000]

    def test_more_than_was_sent_is_asked_about(self, cast):
        wanted = self.arguments(cast) | {"seen_ul": VOLUME_UL + 500}
        assert self.refusal(cast, **wanted) == ("more_than_sent", "seen_ml")


class TestCountDrug(StockLaws):
    act = acts.count_drug
    name = "stock.count_drug"
    rows = DrugCount

    def arguments(self, cast, off_ul=0, **changes):
        vial_id = a_vial(crew_of(cast), cast.now)
        return {
            "location_id": cast.here.pk,
            "moment": CountMoment.OPENING,
            "inventory": False,
            "seen_ul": {vial_id: VOLUME_UL + off_ul},
            "witness_id": cast.second_nurse.as_staff,
        } | changes

    @pytest.mark.parametrize(("off_ul", "cases"), [(0, 0), (-100, 0), (100, 0), (-101, 1), (101, 1), (-VOLUME_UL, 1)])
    def test_what_differs_by_more_than_the_eye_reads_opens_a_case(self, cast, off_ul, cases):
        wanted = self.arguments(cast, off_ul)
        self.do(cast, **wanted)
        assert [c.off_ul for c in VarianceCase.objects.all()] == [off_ul] * cases
        # Seen again the next day: the same case, no second one.
        self.do(cast, **wanted)
        assert VarianceCase.objects.count() == cases

    def test_the_log_is_written_beside_it_by_the_database(self, cast):
        wanted = self.arguments(cast, -300)
        count_id = self.do(cast, **wanted)
        assert CountLine.objects.get(count_id=count_id).logged_ul == VOLUME_UL
        other = a_vial(crew_of(cast), cast.now)
        with transaction.atomic():
            made = CountLine.objects.create(count_id=count_id, vial_id=other, counted_ul=5, logged_ul=5)
            made.refresh_from_db()
            transaction.set_rollback(True)
        assert made.logged_ul == VOLUME_UL

    def test_two_people_count_every_vial(self, cast):
        wanted = self.arguments(cast)
        assert self.refusal(cast, **wanted | {"witness_id": cast.nurse.as_staff})[0] == "second_counter"
        assert self.refusal(cast, **wanted | {"seen_ul": {}})[0] == "vial_uncounted"
        assert self.refusal(cast, **wanted | {"seen_ul": wanted["seen_ul"] | {2_000_000_000: 1}})[0] == "vial_elsewhere"

    def test_an_inventory_of_nothing_says_so(self, cast):
        wanted = self.arguments(cast, location_id=cast.here.pk, inventory=True)
        acts.send_vial(
            by=cast.nurse,
            now=cast.now,
            key=None,
            vial_id=next(iter(wanted["seen_ul"])),
            to_location_id=cast.elsewhere.pk,
        )
        assert self.refusal(cast, **wanted | {"seen_ul": {}}) == ("empty_inventory", "note")
        assert self.do(cast, **wanted | {"seen_ul": {}, "note": "nothing on hand"})


class CaseLaws(StockLaws):
    rows = VarianceCase
    by = "physician"
    refused = ("nurse", "stranger", "desk", "biller")

    def arguments(self, cast):
        return {"case_id": drug_things_of(crew_of(cast), cast.now).case_id, "how": "by phone, to the field office"}


class TestRecordNotice(CaseLaws):
    act = acts.record_notice
    name = "stock.record_notice"

    def test_once_and_in_words(self, cast):
        wanted = self.arguments(cast)
        assert self.refusal(cast, **wanted | {"how": " "}) == ("how_missing", "how")
        self.do(cast, **wanted)
        assert self.refusal(cast, **wanted) == ("notice_given", None)


class TestRecordForm(CaseLaws):
    act = acts.record_form
    name = "stock.record_form"

    def test_once_and_in_words(self, cast):
        wanted = self.arguments(cast)
        assert self.refusal(cast, **wanted | {"how": " "}) == ("how_missing", "how")
        self.do(cast, **wanted)
        assert self.refusal(cast, **wanted) == ("form_sent", None)


class TestCloseVariance(CaseLaws):
    act = acts.close_variance
    name = "stock.close_variance"
    by = "director"
    refused = ("nurse", "physician", "stranger", "desk", "biller")

    def arguments(self, cast):
        case_id = drug_things_of(crew_of(cast), cast.now).case_id
        acts.record_notice(by=cast.physician, now=cast.now, key=None, case_id=case_id, how="by phone")
        return {"case_id": case_id, "reason": "spilt at drawing"}

    def test_with_a_reason_and_after_the_notice(self, cast):
        untold = drug_things_of(crew_of(cast), cast.now).case_id
        assert self.refusal(cast, case_id=untold, reason="spilt") == ("notice_open", None)
        wanted = self.arguments(cast)
        assert self.refusal(cast, **wanted | {"reason": " "}) == ("reason_missing", "reason")
        self.do(cast, **wanted)
        assert self.refusal(cast, **wanted) == ("case_closed", None)

    def test_what_is_missing_may_be_written_off(self, cast):
        wanted = self.arguments(cast)
        case = VarianceCase.objects.get(pk=wanted["case_id"])
        self.do(cast, **wanted, write_off=True)
        assert on_hand_ul(case.vial_id, cast.here.pk) == VOLUME_UL - 1_000
        assert held_ul(Place.LOST, vial_id=case.vial_id) == 1_000

    def test_the_database_knows_who_may_close(self, cast):
        case = VarianceCase.objects.get(pk=self.arguments(cast)["case_id"])
        case.closed_at, case.closed_by_id, case.closed_reason = cast.now, cast.nurse.as_staff, "mine"
        with pytest.raises(DatabaseError, match="medical director"), transaction.atomic():
            case.save()
        case.refresh_from_db()
        case.off_ul = 5
        with pytest.raises(DatabaseError, match="as it was found"), transaction.atomic():
            case.save()


def test_a_vial_serves_as_many_patients_as_the_setting_allows(cast):
    infusion = running(crew_of(cast), cast.now)
    vial_id = DrugMove.objects.get(infusion_id=infusion.pk).vial_id
    one_more = DrugMove(
        vial_id=vial_id,
        source=Place.ON_HAND,
        target=Place.DRAWN,
        amount_ul=1,
        at=cast.now,
        by_id=cast.nurse.as_staff,
        infusion_id=infusion.pk,
        patient=cast.patient,
    )
    with transaction.atomic():
        Threshold.objects.filter(code="stock.patients_per_vial").update(value=0)
        with pytest.raises(DatabaseError, match="was drawn from for"), transaction.atomic():
            one_more.save()
        transaction.set_rollback(True)
