"""Questions whose SQL is made once: the same answers as the querysets they come from, with each asking's own values."""

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest import mock

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext

from euthymia.clinic.foundation.people.models import Task
from euthymia.clinic.foundation.practice.models import Location, PostHeld, Staff
from euthymia.postgres.prepared import prepared
from tests import visits
from tests.cast import NOW


@prepared
def posts_at(locations, role):
    """Posts of one kind at some places."""
    rows = PostHeld.objects.filter(location_id__any_of=locations, role=role).select_related("staff")
    return rows.only("held_from", "staff__name").order_by("id")


def the_same(locations, role):
    rows = PostHeld.objects.filter(location_id__in=locations, role=role).select_related("staff").order_by("id")
    return [(row.pk, row.staff.name) for row in rows]


def test_it_answers_as_the_queryset_does(cast):
    places = frozenset(Location.objects.values_list("pk", flat=True))
    for asked in (places, frozenset({cast.here.pk}), frozenset(), [cast.here.pk, -1]):
        for role in ("nurse", "physician", "nobody"):
            found = posts_at(locations=asked, role=role)
            assert [(row.pk, row.staff.name) for row in found] == the_same(asked, role)
    assert the_same(places, "nurse"), "nothing was compared"


def test_rows_are_read_in_one_question_and_sql_is_made_once(cast):
    posts_at(locations=[cast.here.pk], role="nurse")
    made = SQLCompiler.as_sql
    with (
        mock.patch.object(SQLCompiler, "as_sql", autospec=True, side_effect=made) as making,
        CaptureQueriesContext(connection) as asked,
    ):
        found = posts_at(locations=[cast.here.pk], role="nurse")
        assert [row.staff.name for row in found]
    assert not making.called
    assert len(asked) == 1


def test_plain_values_and_instants(cast):
    crew = visits.crew_of(cast)
    visits.a_task(crew, NOW)

    @prepared
    def due_before(at):
        return Task.objects.filter(due_at__lt=at).order_by("id").values_list("what", "due_at")

    everything = list(Task.objects.order_by("id").values_list("what", "due_at"))
    last = max(due for _, due in everything)
    assert due_before(at=last + timedelta(seconds=1)) == everything
    assert due_before(at=last - timedelta(days=4000)) == []


def test_the_first_row_or_none(cast):
    @prepared
    def called(slug):
        return Staff.objects.filter(slug=slug)[:1]

    some = Staff.objects.order_by("pk")[0]
    assert called.first(slug=some.slug) == some
    assert called.first(slug="nobody by this name") is None


def test_each_asking_has_its_own_values(cast):
    """Threads that ask the same question at once, the very first asking included."""

    @prepared
    def of_kind(pk):
        return ContentType.objects.filter(pk=pk).values_list("pk", flat=True)

    def ask(pk):
        try:
            return [of_kind(pk) for _ in range(20)]
        finally:
            connection.close()  # each thread has its own

    # The tests' own rows live in a transaction that no other connection sees; these were there before.
    kinds = [*ContentType.objects.values_list("pk", flat=True)[:24]]
    assert len(kinds) == 24
    turn_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # they change as often as they can
    try:
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(ask, kinds))
    finally:
        sys.setswitchinterval(turn_s)
    assert found == [[[pk]] * 20 for pk in kinds]


def test_a_value_that_is_missing_or_not_asked_for_is_an_error(cast):
    with pytest.raises(TypeError, match="posts_at takes locations, role"):
        posts_at(locations=[1])
    with pytest.raises(TypeError, match="posts_at takes"):
        posts_at([1], "nurse", rule=1)
    with pytest.raises(TypeError, match="posts_at takes"):
        posts_at([1], locations=[2])
