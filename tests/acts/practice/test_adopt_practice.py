"""The practice file becomes what the database says; adopting it again changes nothing; posts end and begin again."""

import dataclasses
from datetime import timedelta

from euthymia.clinic.foundation.audit.actors import SYSTEM
from euthymia.clinic.foundation.practice.acts import adopt_practice
from euthymia.clinic.foundation.practice.models import Location, PostHeld, Practice, Price
from tests.acts.laws import ActLaws
from tests.cast import test_practice


class TestAdoptPractice(ActLaws):
    act = adopt_practice
    name = "practice.adopt_practice"
    by = "system"
    refused = ("desk", "physician", "director", "stranger")
    rows = Practice
    about_patient = False

    def arguments(self, cast):
        return {"practice": dataclasses.replace(test_practice(), name="Renamed Practice")}

    def test_the_same_file_twice_changes_nothing(self, cast):
        before = [list(m.objects.order_by("pk").values()) for m in (Location, PostHeld, Price)]
        self.do(cast, practice=test_practice())
        assert [list(m.objects.order_by("pk").values()) for m in (Location, PostHeld, Price)] == before

    def test_a_post_that_is_no_longer_named_ends_and_may_begin_again(self, cast):
        practice = test_practice()
        fewer = tuple(dataclasses.replace(s, posts=()) if s.slug == "nurse" else s for s in practice.staff)
        tomorrow = cast.now + timedelta(days=1)
        without = dataclasses.replace(practice, staff=type(practice.staff)(fewer))
        adopt_practice(by=SYSTEM, now=tomorrow, key=None, practice=without)
        post = PostHeld.objects.get(staff__slug="nurse")
        assert post.held_to == tomorrow.date()
        adopt_practice(by=SYSTEM, now=tomorrow, key=None, practice=practice)
        post.refresh_from_db()
        assert post.held_to is None
