"""A cancelled call frees its time, and says so by letter."""

import pytest

from euthymia.clinic.foundation.audit.refusals import Refused
from euthymia.clinic.foundation.messages.models import Letter
from euthymia.clinic.journey.consults.acts import cancel_call
from euthymia.clinic.journey.consults.models import Call
from euthymia.clinic.journey.consults.states import CallState
from tests.acts.laws import ActLaws
from tests.acts.steps import a_call, a_slot


class TestCancelCall(ActLaws):
    act = cancel_call
    name = "consults.cancel_call"
    rows = Call
    refused = ("stranger", "biller", "nurse")
    about_patient = False

    def arguments(self, cast):
        return {"call_id": a_call(cast)}

    def test_the_time_is_free_again(self, cast):
        slot = a_slot(cast)
        self.do(cast, **self.arguments(cast))
        assert Call.objects.get().state == CallState.CANCELLED
        assert a_slot(cast) == slot
        assert Letter.objects.filter(subject="Your phone call is cancelled").count() == 1

    def test_it_is_cancelled_once(self, cast):
        arguments = self.arguments(cast)
        self.do(cast, **arguments)
        with pytest.raises(Refused, match="call_over"):
            self.do(cast, **arguments)
