"""While the pump runs and after: vitals, rates, what was delivered, waste, leaving."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, ProgrammingError, transaction
from django.db.models import Sum

from euthymia.clinic.foundation.billing.models import LedgerEntry
from euthymia.clinic.foundation.people.models import Patient, Task
from euthymia.clinic.foundation.people.rules import Stage, TaskKind
from euthymia.clinic.foundation.stock.models import DrugMove, Place
from euthymia.clinic.foundation.stock.queries import held_ul
from euthymia.clinic.journey.infusions.acts import change_rate, end_infusion
from euthymia.clinic.journey.infusions.leaving_acts import discharge_patient, waste_drug
from euthymia.clinic.journey.infusions.models import Discharge, Infusion, InfusionEvent, Segment, Vitals
from euthymia.clinic.journey.infusions.queries import sheet
from euthymia.clinic.journey.infusions.sheet_acts import chart_event, chart_vitals, correct_vitals
from euthymia.clinic.journey.infusions.states import InfusionState
from euthymia.clinic.journey.infusions.values import Measured
from euthymia.clinic.journey.plans.states import PlanState
from tests.acts.laws import ActLaws
from tests.visits import ALL_CHECKED, booked, chart, crew_of, discharged, recovering, running, with_agreement

CALM = Measured(systolic_mmhg=128, diastolic_mmhg=78, heart_rate_bpm=70, spo2_pct=97)


def minutes(count):
    return timedelta(minutes=count)


class TestChartVitals(ActLaws):
    act = chart_vitals
    name = "infusions.chart_vitals"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = Vitals

    def arguments(self, cast):
        return {"infusion_id": running(crew_of(cast), cast.now).pk, "measured": CALM}

    def test_it_stands_as_measured(self, cast):
        row = Vitals.objects.get(pk=self.do(cast, **self.arguments(cast)))
        assert (row.systolic_mmhg, row.diastolic_mmhg, row.at, row.by_id) == (128, 78, cast.now, cast.nurse.staff_id)

    def test_the_database_lets_nobody_change_it(self, cast):
        row = Vitals.objects.get(pk=self.do(cast, **self.arguments(cast)))
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Vitals.objects.filter(pk=row.pk).update(systolic_mmhg=100)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Vitals.objects.filter(pk=row.pk).delete()
        assert Vitals.objects.get(pk=row.pk).systolic_mmhg == 128

    @pytest.mark.parametrize(
        ("measured", "refusal"),
        [
            (Measured(), ("empty_row", None)),
            (Measured(systolic_mmhg=80, diastolic_mmhg=120), ("pressures_swapped", "systolic_mmhg")),
            (Measured(systolic_mmhg=80, diastolic_mmhg=80), ("pressures_swapped", "systolic_mmhg")),
        ],
    )
    def test_what_cannot_be_is_refused(self, cast, measured, refusal):
        assert self.refusal(cast, **self.arguments(cast) | {"measured": measured}) == refusal

    def test_not_before_the_patient_is_here_nor_after_he_left(self, cast):
        early = booked(crew_of(cast), cast.now - timedelta(days=1))
        assert self.refusal(cast, infusion_id=early.pk, measured=CALM) == ("sheet_closed", None)

    def test_not_after_he_left(self, cast):
        late = discharged(crew_of(cast), cast.now - minutes(76))
        assert self.refusal(cast, infusion_id=late.pk, measured=CALM) == ("sheet_closed", None)


class TestCorrectVitals(ActLaws):
    act = correct_vitals
    name = "infusions.correct_vitals"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = Vitals

    def arguments(self, cast):
        infusion = running(crew_of(cast), cast.now - minutes(10))
        wrong = chart(crew_of(cast), infusion, cast.now - minutes(5), 210)
        return {"infusion_id": infusion.pk, "vitals_id": wrong, "measured": CALM, "reason": "mistyped"}

    def test_both_stay_and_the_sheet_shows_the_correction_at_the_same_time(self, cast):
        wanted = self.arguments(cast)
        right = Vitals.objects.get(pk=self.do(cast, **wanted))
        wrong = Vitals.objects.get(pk=wanted["vitals_id"])
        assert (right.corrects_id, right.at, wrong.systolic_mmhg) == (wrong.pk, wrong.at, 210)
        shown = [row.pk for row in sheet(Infusion.objects.get(pk=wanted["infusion_id"]))]
        assert right.pk in shown
        assert wrong.pk not in shown
        assert self.refusal(cast, **wanted) == ("already_corrected", None)
        assert self.do(cast, **wanted | {"vitals_id": right.pk})

    def test_it_wants_a_reason_and_a_row_of_this_sheet(self, cast):
        wanted = self.arguments(cast)
        assert self.refusal(cast, **wanted | {"reason": " "}) == ("reason_missing", "reason")
        assert self.refusal(cast, **wanted | {"vitals_id": 2_000_000_000}) == ("no_such_row", None)


class TestChartEvent(ActLaws):
    act = chart_event
    name = "infusions.chart_event"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = InfusionEvent

    def arguments(self, cast):
        return {"infusion_id": running(crew_of(cast), cast.now).pk, "kind": "nausea", "severity": 2, "text": "mild"}

    def test_not_after_he_left(self, cast):
        late = discharged(crew_of(cast), cast.now - minutes(76))
        assert self.refusal(cast, infusion_id=late.pk, kind="nausea", severity=1) == ("sheet_closed", None)


class TestChangeRate(ActLaws):
    act = change_rate
    name = "infusions.change_rate"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = Segment

    def arguments(self, cast):
        infusion = running(crew_of(cast), cast.now - minutes(10))
        return {"infusion_id": infusion.pk, "rate_ml_per_h": Decimal(0), "reason": "nausea"}

    def test_nothing_is_a_pause_and_something_goes_on(self, cast):
        wanted = self.arguments(cast)
        for rate, state, ug_per_min in (("0", "paused", 0), ("75", "running", 500), ("150", "running", 1000)):
            self.do(cast, **wanted | {"rate_ml_per_h": Decimal(rate)})
            assert Infusion.objects.get(pk=wanted["infusion_id"]).state == state
            assert Segment.objects.latest("id").dose_ug_per_min == ug_per_min

    @pytest.mark.parametrize("rate", ["150.01", "-1"])
    def test_never_above_the_order_nor_below_nothing(self, cast, rate):
        wanted = self.arguments(cast) | {"rate_ml_per_h": Decimal(rate)}
        assert self.refusal(cast, **wanted) == ("rate_above_order", "rate_ml_per_h")

    def test_not_when_it_has_ended(self, cast):
        infusion = recovering(crew_of(cast), cast.now - minutes(50))
        assert self.refusal(cast, infusion_id=infusion.pk, rate_ml_per_h=Decimal(0), reason="") == ("not_running", None)


class TestEndInfusion(ActLaws):
    act = end_infusion
    name = "infusions.end_infusion"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = DrugMove

    def arguments(self, cast):
        return {"infusion_id": running(crew_of(cast), cast.now - minutes(10)).pk}

    # 40 mg in 40 minutes from a vial of 50 mg/mL: 20 microlitres a minute, 800 in all.
    @pytest.mark.parametrize(
        ("rates", "after_min", "given_ul"),
        [
            ([], 40, 800),
            ([], 41, 800),  # the bag is empty: no more than was drawn
            ([], 10, 200),
            ([(10, 0)], 30, 200),  # paused and never gone on
            ([(10, 0), (25, 150)], 30, 300),  # 10 minutes, a pause, 5 minutes
            ([(10, 75)], 30, 400),  # 10 minutes whole, 20 at half
            ([(5, 0), (6, 150), (16, 0), (20, 75)], 40, 500),  # 5 + 10 whole, 20 at half
            ([(0, 0)], 30, 0),
        ],
    )
    def test_what_the_pump_delivered_is_given_to_the_microlitre(self, cast, rates, after_min, given_ul):
        infusion = running(crew_of(cast), cast.now)
        for at_min, rate in rates:
            change_rate(
                by=cast.nurse,
                now=cast.now + minutes(at_min),
                key=None,
                infusion_id=infusion.pk,
                rate_ml_per_h=Decimal(rate),
                reason="",
            )
        end_infusion(by=cast.nurse, now=cast.now + minutes(after_min), key=None, infusion_id=infusion.pk)
        given = DrugMove.objects.filter(infusion_id=infusion.pk, target=Place.GIVEN)
        assert (given.aggregate(ul=Sum("amount_ul"))["ul"] or 0) == given_ul
        assert held_ul(Place.DRAWN, infusion_id=infusion.pk) == 800 - given_ul
        infusion.refresh_from_db()
        assert (infusion.state, infusion.ended_at) == (InfusionState.RECOVERY, cast.now + minutes(after_min))

    def test_it_ends_once(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, **wanted)
        assert self.refusal(cast, **wanted) == ("infusion_state", None)


class TestWasteDrug(ActLaws):
    act = waste_drug
    name = "infusions.waste_drug"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = DrugMove

    def arguments(self, cast):
        infusion = recovering(crew_of(cast), cast.now - minutes(30), after_min=10)
        return {"infusion_id": infusion.pk, "witness_id": cast.second_nurse.as_staff, "manner": "into gel"}

    def test_all_that_is_left_before_a_witness(self, cast):
        wanted = self.arguments(cast)
        moved = DrugMove.objects.get(pk=self.do(cast, **wanted))
        assert (moved.amount_ul, moved.by_id, moved.witness_id) == (600, cast.nurse.staff_id, wanted["witness_id"])
        assert held_ul(Place.DRAWN, infusion_id=wanted["infusion_id"]) == 0
        assert self.refusal(cast, **wanted) == ("nothing_to_waste", None)

    def test_nobody_is_his_own_witness(self, cast):
        wanted = self.arguments(cast) | {"witness_id": cast.nurse.as_staff}
        assert self.refusal(cast, **wanted) == ("witness_needed", "witness")
        assert held_ul(Place.DRAWN, infusion_id=wanted["infusion_id"]) == 600

    def test_not_while_it_runs(self, cast):
        infusion = running(crew_of(cast), cast.now)
        wanted = {"infusion_id": infusion.pk, "witness_id": cast.second_nurse.as_staff, "manner": "into gel"}
        assert self.refusal(cast, **wanted) == ("nothing_to_waste", None)


class TestDischargePatient(ActLaws):
    act = discharge_patient
    name = "infusions.discharge_patient"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = Discharge

    def arguments(self, cast, ended_min_ago=30, after_min=40, systolic=126):
        crew = crew_of(cast)
        infusion = recovering(crew, cast.now - minutes(ended_min_ago + after_min), after_min)
        if systolic:
            chart(crew, infusion, cast.now - minutes(5), systolic)
        return {"infusion_id": infusion.pk, "aldrete": 9, "mpadss": 9, "checked": ALL_CHECKED}

    def test_then_the_visit_is_charged_and_a_call_is_due(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, **wanted)
        infusion = Infusion.objects.get(pk=wanted["infusion_id"])
        assert (infusion.state, infusion.discharged_at) == (InfusionState.DISCHARGED, cast.now)
        assert LedgerEntry.objects.get().about == f"infusion:{infusion.pk}"
        assert Task.objects.get(kind=TaskKind.NEXT_DAY_CALL).patient_id == cast.patient.pk
        assert Patient.objects.get(pk=cast.patient.pk).stage == Stage.IN_COURSE
        assert self.refusal(cast, **wanted) == ("not_in_recovery", None)

    @pytest.mark.parametrize(
        ("prepared", "change", "refusal"),
        [
            ({"ended_min_ago": 29}, {}, ("too_early", None)),
            ({}, {"aldrete": 8}, ("aldrete_low", "aldrete")),
            ({}, {"mpadss": 8}, ("mpadss_low", "mpadss")),
            ({}, {"checked": ALL_CHECKED | {"escort_here": False}}, ("unchecked", "escort_here")),
            ({}, {"checked": {}}, ("unchecked", "oriented")),
            ({"systolic": None}, {}, ("no_pressure", None)),
            ({"systolic": 149}, {}, ("pressure_off", None)),  # more than 20 % above 124
            ({"after_min": 10}, {}, ("drug_open", None)),
        ],
    )
    def test_each_thing_that_holds_him(self, cast, prepared, change, refusal):
        assert self.refusal(cast, **self.arguments(cast, **prepared) | change) == refusal

    def test_the_database_closes_no_infusion_that_does_not_balance(self, cast):
        wanted = self.arguments(cast, after_min=10)
        rows = Infusion.objects.filter(pk=wanted["infusion_id"])
        with pytest.raises(DatabaseError, match="still holds 600 microlitres"), transaction.atomic():
            rows.update(state=InfusionState.DISCHARGED, discharged_at=cast.now)

    def test_after_the_last_visit_the_watch_begins(self, cast):
        crew = crew_of(cast)
        plan = with_agreement(crew, cast.now - timedelta(days=3), days=(0,))
        discharged(crew, cast.now - timedelta(hours=2), plan)
        assert Patient.objects.get(pk=cast.patient.pk).stage == Stage.WATCH
        plan.refresh_from_db()
        assert plan.state == PlanState.DONE
