"""A call is booked by anyone who asks; a time is given once; only times that are offered are given."""

from datetime import timedelta

import pytest

from euthymia.clinic.foundation.audit.actors import CALLER
from euthymia.clinic.foundation.audit.refusals import Refused
from euthymia.clinic.foundation.messages.models import Letter
from euthymia.clinic.foundation.schedule.models import Claim
from euthymia.clinic.journey.consults.acts import book_call
from euthymia.clinic.journey.consults.models import Call
from euthymia.clinic.journey.consults.states import CallState
from tests.acts.laws import ActLaws
from tests.acts.steps import a_call, a_slot, call_arguments


class TestBookCall(ActLaws):
    act = book_call
    name = "consults.book_call"
    rows = Call
    refused = ("stranger", "biller", "nurse")
    about_patient = False

    def arguments(self, cast):
        return call_arguments(cast)

    def test_the_time_is_taken_and_a_letter_waits(self, cast):
        slot = a_slot(cast)
        call = Call.objects.get(pk=self.do(cast, **self.arguments(cast)))
        assert (call.state, call.booking.starts_at) == (CallState.BOOKED, slot.starts_at)
        claim = Claim.objects.get(booking=call.booking, live=True)
        assert claim.resource_id == slot.physician_id
        letter = Letter.objects.get()
        assert letter.to_email == "caller@example.org"
        assert "CST" in letter.body
        assert "BEGIN:VEVENT" in letter.calendar
        assert slot not in [a_slot(cast, i) for i in range(3)]

    def test_a_time_that_is_gone_is_refused_beside_its_field(self, cast):
        arguments = self.arguments(cast)
        a_call(cast)
        assert self.refusal(cast, **arguments | {"secret": "other"}) == ("staff_taken", "slot")

    @pytest.mark.parametrize(
        "change",
        [
            {"location_id": 2_000_000_000},
            {"physician_id": 2_000_000_000},
            {"starts_at": timedelta(minutes=7)},
            {"starts_at": timedelta(days=-3)},
            {"starts_at": timedelta(hours=14)},
            {"starts_at": timedelta(days=364)},
        ],
        ids=["no location", "no physician", "between times", "past", "at night", "too far ahead"],
    )
    def test_what_is_not_offered_is_refused(self, cast, change):
        arguments = self.arguments(cast)
        if "starts_at" in change:
            change = {"starts_at": arguments["starts_at"] + change["starts_at"]}
        with pytest.raises(Refused, match="slot_gone"):
            self.do(cast, by=CALLER, **arguments | change)
