"""A link is signed for one purpose and opens it for a time; a hash of it is kept; it can be closed before."""

from datetime import timedelta

import pytest

from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.people.access import come_by_link
from euthymia.clinic.foundation.people.acts import revoke_link, send_link
from euthymia.clinic.foundation.people.links import LINK_DAYS, new_secret
from euthymia.clinic.foundation.people.models import Link, LinkPurpose
from tests.acts.laws import ActLaws


def sending(cast):
    secret = new_secret(LinkPurpose.SCORES, cast.now)
    return {"patient_id": cast.patient.pk, "purpose": LinkPurpose.SCORES, "secret": secret}


class TestSendLink(ActLaws):
    act = send_link
    name = "people.send_link"
    rows = Link

    def arguments(self, cast):
        return sending(cast)

    def test_it_opens_one_thing_for_its_time(self, cast):
        given = sending(cast)
        self.do(cast, **given)
        secret = given["secret"]
        assert come_by_link(now=cast.now, secret=secret, purpose="scores").patient == cast.patient
        for now, tried, purpose in (
            (cast.now + timedelta(days=LINK_DAYS["scores"]), secret, "scores"),
            (cast.now, new_secret("scores", cast.now), "scores"),
            (cast.now, secret, "intake"),
        ):
            with pytest.raises(NotAllowed):
                come_by_link(now=now, secret=tried, purpose=purpose)

    def test_one_that_was_not_signed_here_is_refused_before_the_database_is_asked(
        self, cast, django_assert_num_queries
    ):
        random, until, _signature = new_secret("scores", cast.now).split(".")
        for tried in ("no such thing", f"{random}.{until}", f"{random}.{int(until) + 86_400}.{_signature}", "", "\0"):
            with django_assert_num_queries(0), pytest.raises(NotAllowed):
                come_by_link(now=cast.now, secret=tried, purpose="scores")

    def test_one_that_was_signed_for_something_else_is_not_kept(self, cast):
        with pytest.raises(ValueError, match="not signed for this purpose"):
            self.do(cast, **sending(cast) | {"purpose": LinkPurpose.INTAKE})

    def test_the_secret_itself_is_not_kept(self, cast):
        given = sending(cast)
        self.do(cast, **given)
        assert given["secret"] not in str(Link.objects.values().get())


class TestRevokeLink(ActLaws):
    act = revoke_link
    name = "people.revoke_link"
    rows = Link

    def arguments(self, cast):
        return {"link_id": send_link(by=cast.desk, now=cast.now, key=None, **sending(cast))}

    def test_it_opens_nothing_after(self, cast):
        given = sending(cast)
        self.do(cast, link_id=send_link(by=cast.desk, now=cast.now, key=None, **given))
        with pytest.raises(NotAllowed):
            come_by_link(now=cast.now, secret=given["secret"], purpose="scores")
