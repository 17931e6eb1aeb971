"""A moved call takes its new time and frees the old one at the same moment."""

import pytest

from euthymia.clinic.foundation.audit.actors import CALLER
from euthymia.clinic.foundation.audit.refusals import NotAllowed, Refused
from euthymia.clinic.foundation.schedule.models import Booking
from euthymia.clinic.journey.consults.acts import cancel_call, finish_call, move_call
from euthymia.clinic.journey.consults.models import Call
from euthymia.clinic.journey.consults.queries import free_slots
from euthymia.clinic.journey.consults.rules import Disposition
from euthymia.clinic.journey.consults.states import CallState
from tests.acts.laws import ActLaws
from tests.acts.steps import a_call, a_slot


class TestMoveCall(ActLaws):
    act = move_call
    name = "consults.move_call"
    rows = Booking
    refused = ("stranger", "biller", "nurse")
    about_patient = False

    def arguments(self, cast):
        call_id, slot = a_call(cast), a_slot(cast, 3)
        return {
            "call_id": call_id,
            "location_id": slot.location_id,
            "physician_id": slot.physician_id,
            "starts_at": slot.starts_at,
        }

    def test_the_old_time_is_free_again(self, cast):
        arguments = self.arguments(cast)
        old = Call.objects.get().booking.starts_at
        self.do(cast, **arguments)
        call = Call.objects.get()
        assert call.booking.starts_at == arguments["starts_at"]
        assert a_slot(cast).starts_at == old

    def test_a_taken_time_leaves_the_call_where_it_was(self, cast):
        arguments = self.arguments(cast)
        old = Call.objects.get().booking
        a_call(cast, 3)
        assert self.refusal(cast, **arguments) == ("staff_taken", "slot")
        assert Call.objects.get(pk=arguments["call_id"]).booking == old
        assert Booking.objects.get(pk=old.pk).live

    def test_the_desk_cannot_move_it_to_a_place_where_it_does_not_work(self, cast):
        call_id = a_call(cast)
        slot = free_slots(cast.now, location_id=cast.elsewhere.pk)[0]
        where = {
            "location_id": slot.location_id,
            "physician_id": slot.physician_id,
            "starts_at": slot.starts_at,
            "call_id": call_id,
        }
        with pytest.raises(NotAllowed):
            self.do(cast, **where)
        assert self.do(cast, by=CALLER, **where) == call_id

    def test_a_cancelled_call_stays_cancelled(self, cast):
        arguments = self.arguments(cast)
        cancel_call(by=CALLER, now=cast.now, key=None, call_id=arguments["call_id"])
        with pytest.raises(Refused, match="call_over"):
            self.do(cast, **arguments)

    def test_a_missed_call_moved_is_booked_anew(self, cast):
        arguments = self.arguments(cast)
        finish_call(
            by=cast.desk,
            now=cast.now,
            key=None,
            call_id=arguments["call_id"],
            sheet={},
            disposition=Disposition.NOT_REACHED,
        )
        self.do(cast, **arguments)
        call = Call.objects.get()
        assert (call.state, call.disposition, call.finished_at) == (CallState.BOOKED, "", None)
