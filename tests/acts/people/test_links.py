"""A link opens one thing for a time; only a hash of its secret is kept; it can be closed before."""

from datetime import timedelta

import pytest

from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.people.access import come_by_link
from euthymia.clinic.foundation.people.acts import revoke_link, send_link
from euthymia.clinic.foundation.people.models import Link, LinkPurpose
from tests.acts.laws import ActLaws


def sending(cast):
    return {"patient_id": cast.patient.pk, "purpose": LinkPurpose.SCORES, "secret": "a secret", "days": 7}


class TestSendLink(ActLaws):
    act = send_link
    name = "people.send_link"
    rows = Link

    def arguments(self, cast):
        return sending(cast)

    def test_it_opens_one_thing_for_its_time(self, cast):
        self.do(cast, **sending(cast))
        assert come_by_link(now=cast.now, secret="a secret", purpose="scores").patient == cast.patient
        for now, secret, purpose in (
            (cast.now + timedelta(days=7), "a secret", "scores"),
            (cast.now, "another", "scores"),
            (cast.now, "a secret", "intake"),
        ):
            with pytest.raises(NotAllowed):
                come_by_link(now=now, secret=secret, purpose=purpose)

    def test_the_secret_itself_is_not_kept(self, cast):
        self.do(cast, **sending(cast))
        assert "a secret" not in str(Link.objects.values().get())


class TestRevokeLink(ActLaws):
    act = revoke_link
    name = "people.revoke_link"
    rows = Link

    def arguments(self, cast):
        return {"link_id": send_link(by=cast.desk, now=cast.now, key=None, **sending(cast))}

    def test_it_opens_nothing_after(self, cast):
        self.do(cast, **self.arguments(cast))
        with pytest.raises(NotAllowed):
            come_by_link(now=cast.now, secret="a secret", purpose="scores")
