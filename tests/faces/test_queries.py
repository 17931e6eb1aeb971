"""At most twelve queries a page: none of them asks once more for each row it shows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import visits
from tests.cast import NOW, Cast

MOST = 12


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """A patient with a visit done, scores, notes, money and a second visit to come."""
    crew = visits.crew_of(cast)
    visits.discharged(crew, NOW)
    for _ in range(3):
        visits.a_score(crew, NOW)
        visits.a_task(crew, NOW)
    visits.a_call(cast.here, NOW)
    return cast


def count(client, method, url, **data):
    getattr(client, method)(url, data)  # the first time a forecast is made and kept
    with CaptureQueriesContext(connection) as queries:
        response = getattr(client, method)(url, data)
    assert response.status_code == 200
    return [q["sql"] for q in queries.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]


@pytest.mark.parametrize("who", ["physician", "desk", "director"])
def test_the_chart(busy, who):
    url = reverse("desk:chart", args=[busy.patient.ref])
    queries = count(busy.client(getattr(busy, who)), "get", url)
    assert len(queries) <= MOST, "\n".join(queries)


@pytest.mark.parametrize("who", ["nurse", "desk"])
def test_the_board(busy, who):
    queries = count(busy.client(getattr(busy, who)), "get", reverse("desk:board"))
    assert len(queries) <= MOST, "\n".join(queries)


def test_the_search(busy):
    queries = count(busy.client(busy.desk), "post", reverse("desk:search"), q="patient")
    assert len(queries) <= MOST, "\n".join(queries)


def test_the_public_booking(busy, client):
    queries = count(client, "get", reverse("website:times"))
    assert len(queries) <= MOST, "\n".join(queries)


def test_the_booking_of_infusions(cast):
    visits.with_agreement(visits.crew_of(cast), NOW)
    queries = count(cast.client(cast.desk), "get", reverse("infusions:book", args=[cast.patient.ref]))
    assert len(queries) <= MOST, "\n".join(queries)


@pytest.mark.parametrize("name", ["log", "vial", "count", "counted", "case", "transfer"])
def test_the_drug_log(busy, name):
    log = visits.drug_things_of(visits.crew_of(busy), NOW)
    address = {
        "vial": [log.vial_id],
        "count": [busy.here.pk],
        "counted": [log.count_id],
        "case": [log.case_id],
        "transfer": [log.transfer_id],
    }
    queries = count(busy.client(busy.director), "get", reverse(f"stock:{name}", args=address.get(name, [])))
    assert len(queries) <= MOST, "\n".join(queries)
