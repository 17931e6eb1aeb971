"""The drug log on its pages: a blind count, a second person who signs in as himself, the papers for an inspector."""

import csv
import io

import pytest
from django.urls import reverse

from euthymia.clinic.foundation.stock.models import DrugCount, DrugMove, Place, VarianceCase
from euthymia.clinic.foundation.stock.papers import MOVE_HEAD
from tests import visits
from tests.cast import NOW, PASSWORD

SECOND = {"witness_email": "second-nurse@example.org", "witness_password": PASSWORD}


def counting(cast, **changes):
    vial_id = visits.a_vial(visits.crew_of(cast), NOW)
    url = reverse("stock:count", args=[cast.here.pk])
    return url, {"key": "k", "moment": "opening", f"vial_{vial_id}": "9.2"} | SECOND | changes


def test_the_count_is_blind(cast):
    url, _ = counting(cast)
    page = cast.client(cast.nurse).get(url).content.decode()
    # The vial holds 10 mL: nothing on the page says so.
    assert "Lot T1" in page
    assert "10 mL" not in page
    assert "10000" not in page


def test_what_was_counted_stands_beside_the_log_afterwards_and_opens_a_case(cast):
    url, typed = counting(cast)
    client = cast.client(cast.nurse)
    answer = client.post(url, typed)
    count = DrugCount.objects.get()
    assert answer.headers["Location"] == reverse("stock:counted", args=[count.pk])
    assert (count.by_id, count.witness_id) == (cast.nurse.staff_id, cast.second_nurse.staff_id)
    page = client.get(answer.headers["Location"]).content.decode()
    assert "9.2 mL" in page
    assert "10 mL" in page
    assert f"case {VarianceCase.objects.get().pk}" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"witness_password": "wrong"}, "do not match"),
        ({"witness_email": "stranger@example.org"}, "do not match"),  # he works elsewhere
        ({"witness_email": "nurse@example.org"}, "Two people count"),
    ],
)
def test_the_second_person_signs_in_as_himself(cast, changes, sentence):
    url, typed = counting(cast, **changes)
    answer = cast.client(cast.nurse).post(url, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert PASSWORD not in page
    assert not DrugCount.objects.exists()


def test_two_people_destroy_a_rest(cast):
    vial_id = visits.a_vial(visits.crew_of(cast), NOW)
    url = reverse("stock:dispose", args=[vial_id])
    typed = {"key": "k", "target": "destroyed", "amount_ml": "0.5", "manner": "into gel"} | SECOND
    client = cast.client(cast.nurse)
    assert client.post(url, typed | {"witness_email": "nurse@example.org"}).status_code == 422
    assert client.post(url, typed).status_code == 302
    moved = DrugMove.objects.get(target=Place.DESTROYED)
    assert (moved.amount_ul, moved.witness_id) == (500, cast.second_nurse.staff_id)


def test_the_log_of_a_period_as_csv_and_pdf(cast):
    visits.discharged(visits.crew_of(cast), NOW)
    period = {"since": "2026-11-01", "until": "2026-11-30"}
    client = cast.client(cast.director)
    answer = client.get(reverse("stock:log_csv", args=[cast.here.pk]), period)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert list(rows[0]) == list(MOVE_HEAD)
    assert [(r["From"], r["To"], r["Amount mL"], r["Left mL"]) for r in rows] == [
        ("Supplier", "On hand", "10.000", "10.000"),
        ("On hand", "Drawn", "0.800", "9.200"),
        ("Drawn", "Given", "0.800", "9.200"),
    ]
    assert rows[0]["Supplier"] == "Supplier, R1"
    assert rows[1]["Patient"] == cast.patient.name
    pdf = client.get(reverse("stock:log_pdf", args=[cast.here.pk]), period)
    assert pdf.content.startswith(b"%PDF")
    nothing = client.get(reverse("stock:log_csv", args=[cast.here.pk]), period | {"since": "2026-12-01"})
    assert nothing.status_code == 422


def test_an_inventory_as_csv_and_pdf(cast):
    log = visits.drug_things_of(visits.crew_of(cast), NOW)
    client = cast.client(cast.director)
    answer = client.get(reverse("stock:count_csv", args=[log.count_id]))
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["Counted mL"], row["Log mL"], row["Difference mL"]) == ("9.000", "10.000", "-1.000")
    assert client.get(reverse("stock:count_pdf", args=[log.count_id])).content.startswith(b"%PDF")
