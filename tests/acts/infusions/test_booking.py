"""A visit is booked on chair, nurse and patient at once; it is moved and cancelled only before it begins."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from euthymia.clinic.foundation.audit.actors import SYSTEM
from euthymia.clinic.foundation.audit.refusals import Refused
from euthymia.clinic.foundation.people.acts import register_patient
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Chair, Staff
from euthymia.clinic.foundation.schedule.models import Claim
from euthymia.clinic.journey.infusions.acts import arrive
from euthymia.clinic.journey.infusions.booking_acts import book_infusion, cancel_infusion, move_infusion
from euthymia.clinic.journey.infusions.models import Infusion
from euthymia.clinic.journey.infusions.states import InfusionState
from tests.acts.laws import ActLaws
from tests.visits import Crew, booked, crew_of, running, with_agreement, with_plan

TOMORROW = timedelta(days=1)


def booking_arguments(cast, plan, **changes):
    """Tomorrow at ten in the first chair, with the nurse of the cast."""
    return {
        "plan_id": plan.pk,
        "number": 1,
        "starts_at": cast.now + TOMORROW,
        "chair_id": cast.chair.pk,
        "nurse_id": cast.nurse.as_staff,
    } | changes


def second_chair(cast):
    return Chair.objects.filter(location=cast.here)[1].pk


def another_crew(cast):
    """The same staff with another patient."""
    patient_id = register_patient(
        by=SYSTEM,
        now=cast.now,
        key=None,
        location_id=cast.here.pk,
        given_name="Demo",
        family_name="Patient 002",
        phone_e164="+12025550118",
        email="demo.patient.002@example.org",
        condition="depression",
    )
    crew = crew_of(cast)
    return Crew(crew.location, Patient.objects.get(pk=patient_id), crew.physician, crew.nurse, crew.second)


class TestBookInfusion(ActLaws):
    act = book_infusion
    name = "infusions.book_infusion"
    by = "desk"
    rows = Infusion

    def arguments(self, cast):
        return booking_arguments(cast, with_agreement(crew_of(cast), cast.now))

    def test_chair_nurse_and_patient_are_claimed_for_the_whole_visit(self, cast):
        infusion = Infusion.objects.get(pk=self.do(cast, **self.arguments(cast)))
        claims = Claim.objects.filter(booking=infusion.booking, live=True)
        assert {c.resource_kind for c in claims} == {"chair", "staff", "patient"}
        start = cast.now + TOMORROW
        assert {(c.during.lower, c.during.upper) for c in claims} == {(start, start + timedelta(minutes=120))}
        assert infusion.booking.local_start == "2026-11-24T10:00"

    @pytest.mark.parametrize(("chair", "nurse", "code"), [(0, 1, "chair_taken"), (1, 0, "staff_taken")])
    def test_what_is_taken_is_refused_in_words(self, cast, chair, nurse, code):
        booked(crew_of(cast), cast.now)
        plan = with_agreement(another_crew(cast), cast.now)
        chairs = [cast.chair.pk, second_chair(cast)]
        nurses = [cast.nurse.as_staff, cast.second_nurse.as_staff]
        wanted = booking_arguments(cast, plan, chair_id=chairs[chair], nurse_id=nurses[nurse])
        assert self.refusal(cast, **wanted) == (code, None)
        assert Infusion.objects.count() == 1
        assert self.do(cast, **wanted | {"chair_id": chairs[1], "nurse_id": nurses[1]})

    def test_the_patient_is_at_one_place_at_a_time(self, cast):
        plan = with_agreement(crew_of(cast), cast.now)
        booked(crew_of(cast), cast.now, plan)
        others = {"number": 2, "chair_id": second_chair(cast), "nurse_id": cast.second_nurse.as_staff}
        assert self.refusal(cast, **booking_arguments(cast, plan, **others)) == ("patient_taken", None)

    def test_one_visit_may_follow_another_without_a_gap(self, cast):
        first = booked(crew_of(cast), cast.now)
        plan = with_agreement(another_crew(cast), cast.now)
        ends_at = first.booking.ends_at
        assert self.refusal(cast, **booking_arguments(cast, plan, starts_at=ends_at - timedelta(minutes=1)))
        assert self.do(cast, **booking_arguments(cast, plan, starts_at=ends_at))

    def test_the_database_itself_refuses_an_overlap(self, cast):
        first = booked(crew_of(cast), cast.now)
        claim = Claim.objects.get(booking=first.booking, resource_kind="chair")
        later = DateTimeTZRange(claim.during.upper - timedelta(seconds=1), claim.during.upper + timedelta(hours=1))
        with pytest.raises(IntegrityError, match="schedule_nobody_twice"), transaction.atomic():
            Claim.objects.create(
                booking=first.booking, resource_kind="chair", resource_id=claim.resource_id, during=later
            )

    def test_a_number_is_booked_once_and_must_be_of_the_plan(self, cast):
        plan = with_agreement(crew_of(cast), cast.now)
        booked(crew_of(cast), cast.now, plan)
        later = {"starts_at": cast.now + timedelta(days=2)}
        assert self.refusal(cast, **booking_arguments(cast, plan, **later)) == ("number_booked", None)
        for number in (0, 3):
            wanted = booking_arguments(cast, plan, number=number, **later)
            assert self.refusal(cast, **wanted) == ("number", None)

    def test_nothing_is_booked_before_the_patient_has_signed(self, cast):
        plan = with_plan(crew_of(cast), cast.now)
        assert self.refusal(cast, **booking_arguments(cast, plan)) == ("not_agreed", None)

    @pytest.mark.parametrize(
        ("starts_at", "code"),
        [
            ("2026-11-23T15:00", "in_the_past"),
            ("2026-11-24T12:59", "closed"),  # 7:59
            ("2026-11-24T13:00", None),  # 8:00
            ("2026-11-24T21:00", None),  # 16:00, the end at closing time
            ("2026-11-24T21:01", "closed"),
            ("2026-11-26T15:00", "closed"),  # a holiday
            ("2026-11-29T15:00", "closed"),  # a Sunday
        ],
    )
    def test_only_while_the_place_is_open(self, cast, starts_at, code):
        wanted = self.arguments(cast) | {"starts_at": datetime.fromisoformat(starts_at).replace(tzinfo=UTC)}
        if code:
            assert self.refusal(cast, **wanted) == (code, None)
        else:
            assert self.do(cast, **wanted)

    def test_chair_and_nurse_are_of_the_place(self, cast):
        wanted = self.arguments(cast)
        far_chair = Chair.objects.filter(location=cast.elsewhere)[0].pk
        assert self.refusal(cast, **wanted | {"chair_id": far_chair}) == ("chair_elsewhere", None)
        for slug in ("far-nurse", "physician"):
            nurse_id = Staff.objects.get(slug=slug).pk
            assert self.refusal(cast, **wanted | {"nurse_id": nurse_id}) == ("nurse_elsewhere", None)


# On these days the clocks change at two in the morning. Both are Sundays: for this the place opens on Sundays.
CLOCKS = [
    ("2026-10-30T15:00", "2026-11-01", "12:59", False),
    ("2026-10-30T15:00", "2026-11-01", "13:00", True),  # 8:00 EST is 13:00, no longer 12:00
    ("2026-10-30T15:00", "2026-11-01", "21:00", True),
    ("2026-10-30T15:00", "2026-11-01", "21:01", False),
    ("2027-03-12T15:00", "2027-03-14", "11:59", False),
    ("2027-03-12T15:00", "2027-03-14", "12:00", True),  # 8:00 EDT
    ("2027-03-12T15:00", "2027-03-14", "20:00", True),
    ("2027-03-12T15:00", "2027-03-14", "20:01", False),
]


@pytest.mark.parametrize(("now", "day", "utc", "open_then"), CLOCKS)
def test_the_days_on_which_the_clocks_change(cast, monkeypatch, now, day, utc, open_then):
    now = datetime.fromisoformat(now).replace(tzinfo=UTC)
    plan = with_agreement(crew_of(cast), now)
    monkeypatch.setattr("euthymia.clinic.journey.infusions.booking_acts.Opening", _open_on_sundays)
    starts_at = datetime.fromisoformat(f"{day}T{utc}").replace(tzinfo=UTC)
    wanted = booking_arguments(cast, plan, starts_at=starts_at)
    if not open_then:
        with pytest.raises(Refused, match="closed"):
            book_infusion(by=cast.nurse, now=now, key=None, **wanted)
        return
    infusion = Infusion.objects.get(pk=book_infusion(by=cast.nurse, now=now, key=None, **wanted))
    wall = {"13:00": "08:00", "21:00": "16:00", "12:00": "08:00", "20:00": "16:00"}[utc]
    assert infusion.booking.local_start == f"{day}T{wall}"
    assert infusion.booking.ends_at - infusion.booking.starts_at == timedelta(minutes=120)


def _open_on_sundays(zone, hours, holidays):
    from euthymia.clinic.foundation.schedule.rules import Opening

    return Opening(zone, hours | {"sun": [["08:00", "18:00"]]}, holidays)


class TestMoveInfusion(ActLaws):
    act = move_infusion
    name = "infusions.move_infusion"
    by = "desk"
    rows = Infusion

    def arguments(self, cast):
        return {
            "infusion_id": booked(crew_of(cast), cast.now).pk,
            "starts_at": cast.now + timedelta(days=1, hours=1),
            "chair_id": second_chair(cast),
            "nurse_id": cast.second_nurse.as_staff,
        }

    def test_the_old_time_is_free_again_and_the_new_one_taken(self, cast):
        wanted = self.arguments(cast)
        before = Infusion.objects.get(pk=wanted["infusion_id"]).booking
        self.do(cast, **wanted)
        after = Infusion.objects.get(pk=wanted["infusion_id"])
        before.refresh_from_db()
        assert (before.live, before.ended_reason) == (False, "moved")
        assert not Claim.objects.filter(booking=before, live=True).exists()
        assert (after.booking.starts_at, after.chair_id) == (wanted["starts_at"], wanted["chair_id"])
        assert Claim.objects.filter(booking=after.booking, live=True).count() == 3

    def test_a_refused_move_leaves_everything_where_it_was(self, cast):
        wanted = self.arguments(cast)
        before = Infusion.objects.get(pk=wanted["infusion_id"]).booking_id
        assert self.refusal(cast, **wanted | {"starts_at": cast.now + timedelta(days=3)}) == ("closed", None)
        infusion = Infusion.objects.get(pk=wanted["infusion_id"])
        assert (infusion.booking_id, infusion.booking.live) == (before, True)
        assert Claim.objects.filter(booking_id=before, live=True).count() == 3

    def test_not_once_the_patient_is_here(self, cast):
        wanted = self.arguments(cast)
        arrive(by=cast.nurse, now=cast.now, key=None, infusion_id=wanted["infusion_id"])
        assert self.refusal(cast, **wanted) == ("not_booked", None)


class TestCancelInfusion(ActLaws):
    act = cancel_infusion
    name = "infusions.cancel_infusion"
    by = "desk"
    rows = Infusion

    def arguments(self, cast):
        return {"infusion_id": booked(crew_of(cast), cast.now).pk, "reason": "The patient has a cold."}

    def test_the_time_is_free_for_the_same_number(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, **wanted)
        infusion = Infusion.objects.get(pk=wanted["infusion_id"])
        assert (infusion.state, infusion.booking.live) == (InfusionState.CANCELLED, False)
        again = booking_arguments(cast, infusion.plan)
        assert book_infusion(by=cast.desk, now=cast.now, key=None, **again)

    def test_it_wants_a_reason(self, cast):
        assert self.refusal(cast, **self.arguments(cast) | {"reason": " "}) == ("reason_missing", "reason")

    def test_not_what_has_begun(self, cast):
        infusion = running(crew_of(cast), cast.now)
        assert self.refusal(cast, infusion_id=infusion.pk, reason="too late") == ("infusion_state", None)
