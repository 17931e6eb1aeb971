"""The patient is asked by a link in a letter; without an address the desk is told."""

import re

from euthymia.clinic.foundation.messages.models import Letter
from euthymia.clinic.foundation.people.access import come_by_link
from euthymia.clinic.foundation.people.acts import correct_contact
from euthymia.clinic.foundation.people.models import Link, LinkPurpose
from euthymia.clinic.journey.outcomes.acts import ask_for_scores
from tests.acts.laws import ActLaws


class TestAskForScores(ActLaws):
    act = ask_for_scores
    name = "outcomes.ask_for_scores"
    rows = Link

    def arguments(self, cast):
        return {"patient_id": cast.patient.pk}

    def test_the_letter_holds_the_link(self, cast):
        self.do(cast, patient_id=cast.patient.pk)
        assert Link.objects.get().purpose == LinkPurpose.SCORES
        letter = Letter.objects.get()
        assert letter.to_email == cast.patient.email
        sent = re.search(r"/p/scores/([^/]+)/", letter.body)
        assert sent is not None
        assert come_by_link(now=cast.now, secret=sent[1], purpose="scores").patient == cast.patient

    def test_without_an_address_nothing_is_written(self, cast):
        correct_contact(by=cast.desk, now=cast.now, key=None, patient_id=cast.patient.pk, changes={"email": ""})
        assert self.refusal(cast, **self.arguments(cast)) == ("no_email", None)
        assert not Link.objects.exists()
