"""Signed means locked: after the discharge only addenda, each signed by its writer over all that came before."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse

from euthymia.clinic.foundation.audit.refusals import Refused
from euthymia.clinic.journey.infusions.addendum_acts import add_addendum
from euthymia.clinic.journey.infusions.fingerprint import record_sha256, stands
from euthymia.clinic.journey.infusions.models import (
    Addendum,
    Discharge,
    DoseOrder,
    GateAnswer,
    Infusion,
    InfusionEvent,
    Segment,
    Vitals,
)
from euthymia.clinic.journey.infusions.sheet_acts import correct_vitals
from euthymia.clinic.journey.infusions.values import Measured
from tests.acts.laws import ActLaws
from tests.cast import PASSWORD
from tests.visits import chart, crew_of, discharged, running

WORDS = {"meaning": "adds", "text": "He called at noon: no complaints."}


def signed(cast):
    return discharged(crew_of(cast), cast.now - timedelta(minutes=80))


class TestAddAddendum(ActLaws):
    act = add_addendum
    name = "infusions.add_addendum"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = Addendum

    def arguments(self, cast):
        return {"infusion_id": signed(cast).pk, **WORDS}

    def test_each_signs_over_all_that_came_before(self, cast):
        wanted = self.arguments(cast)
        infusion = Infusion.objects.get(pk=wanted["infusion_id"])
        for who in ("nurse", "physician"):
            self.do(cast, by=who, **wanted)
        first, second = addenda = list(Addendum.objects.order_by("id"))
        assert (first.by_id, second.by_id) == (cast.nurse.staff_id, cast.physician.staff_id)
        assert first.sha256 != second.sha256
        assert stands(infusion, infusion.discharge, addenda)
        assert not stands(infusion, infusion.discharge, [second])  # one taken away is found
        second.text = "He called at noon: a headache."
        assert not stands(infusion, infusion.discharge, [first, second])

    def test_a_correction_names_its_reason_and_a_row_of_this_record(self, cast):
        wanted = self.arguments(cast)
        row = Vitals.objects.filter(infusion_id=wanted["infusion_id"]).latest("id")
        fixes = wanted | {"meaning": "corrects", "vitals_id": row.pk, "text": "Systolic was 136, not 126."}
        assert self.refusal(cast, **fixes) == ("reason_missing", "reason")
        assert self.refusal(cast, **fixes | {"reason": "read off wrongly", "vitals_id": 10**9}) == (
            "no_such_row",
            "row",
        )
        assert self.refusal(cast, **fixes | {"reason": "x", "meaning": "adds"}) == ("row_uncorrected", "meaning")
        addendum = Addendum.objects.get(pk=self.do(cast, **fixes, reason="misread"))
        assert addendum.row == row
        assert Vitals.objects.get(pk=row.pk).systolic_mmhg == 126

    @pytest.mark.parametrize(
        ("change", "refusal"),
        [({"text": " "}, ("text_missing", "text")), ({"meaning": "so"}, ("meaning_unknown", "meaning"))],
    )
    def test_what_it_wants(self, cast, change, refusal):
        assert self.refusal(cast, **self.arguments(cast) | change) == refusal

    def test_not_before_the_signature_and_the_database_says_so_too(self, cast):
        infusion = running(crew_of(cast), cast.now)
        assert self.refusal(cast, infusion_id=infusion.pk, **WORDS) == ("not_signed", None)
        with pytest.raises(DatabaseError, match="not signed yet"), transaction.atomic():
            Addendum.objects.create(infusion=infusion, at=cast.now, by_id=cast.nurse.staff_id, sha256="0" * 64, **WORDS)

    def test_the_database_keeps_it_as_it_is(self, cast):
        addendum = Addendum.objects.get(pk=self.do(cast, **self.arguments(cast)))
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Addendum.objects.filter(pk=addendum.pk).update(text="else")
        for wrong, name in (
            ({"text": " "}, "in_words"),
            ({"meaning": "corrects"}, "correction_reason"),
            ({"meaning": "so"}, "addendum_meaning"),
            ({"sha256": "x"}, "sha256"),
        ):
            row = {"infusion_id": addendum.infusion_id, "at": cast.now, "by_id": addendum.by_id, "sha256": "0" * 64}
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                Addendum.objects.create(**row | WORDS | wrong)


def test_a_signed_row_is_no_longer_corrected_in_place(cast):
    infusion = signed(cast)
    row = Vitals.objects.filter(infusion=infusion).latest("id")
    with pytest.raises(Refused) as refused:
        correct_vitals(
            by=cast.nurse,
            now=cast.now,
            key=None,
            infusion_id=infusion.pk,
            vitals_id=row.pk,
            measured=Measured(systolic_mmhg=130),
            reason="mistyped",
        )
    assert refused.value.refusal.code == "signed"


def test_the_database_charts_nothing_after_the_signature(cast):
    infusion = signed(cast)
    common = {"infusion": infusion, "by_id": cast.nurse.staff_id}
    for model, columns in (
        (Vitals, {"at": cast.now, "systolic_mmhg": 120}),
        (InfusionEvent, {"at": cast.now, "kind": "nausea", "severity": 1}),
        (Segment, {"from_at": cast.now, "rate_ml_per_h": 0, "dose_ug_per_min": 0}),
        (GateAnswer, {"at": cast.now, "item": "escort", "passed": True}),
    ):
        with pytest.raises(DatabaseError, match="is signed: write an addendum"), transaction.atomic():
            model.objects.create(**common, **columns)
    with pytest.raises(DatabaseError, match="is signed"), transaction.atomic():
        Infusion.objects.filter(pk=infusion.pk).update(escort_name="someone else")


def test_the_fingerprint_changes_with_every_part_of_the_record(cast):
    infusion = signed(cast)
    discharge = Discharge.objects.get(infusion=infusion)
    assert record_sha256(infusion, discharge) == discharge.record_sha256
    for model, change in (
        (Vitals, {"systolic_mmhg": 99}),
        (GateAnswer, {"reason": "else"}),
        (Segment, {"reason": "else"}),
        (DoseOrder, {"volume_ul": 1}),
    ):
        assert record_sha256_after(infusion, discharge, model, change) != discharge.record_sha256
    discharge.aldrete -= 1
    assert record_sha256(infusion, discharge) != discharge.record_sha256


def record_sha256_after(infusion, discharge, model, change):
    """The fingerprint as it would be, had someone with the owner's keys changed these rows."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("RESET ROLE")
            cursor.execute(f'ALTER TABLE "{model._meta.db_table}" DISABLE TRIGGER USER')
        model.objects.filter(infusion=infusion).update(**change)
        found = record_sha256(infusion, discharge)
        transaction.set_rollback(True)
    return found


@pytest.fixture
def page(cast):
    infusion = signed(cast)
    return cast.client(cast.nurse), reverse("infusions:record", args=[infusion.ref])


def test_the_page_signs_with_the_writers_password(cast, page):
    nurse, url = page
    sent = {"key": "k", "password": PASSWORD, **WORDS}
    wrong = nurse.post(url, sent | {"password": "guess"})
    assert wrong.status_code == 422
    assert "Nothing was signed" in wrong.content.decode()
    assert WORDS["text"] in wrong.content.decode()
    assert not Addendum.objects.exists()
    assert nurse.post(url, sent).status_code == 302
    told = nurse.get(url).content.decode()
    assert "As signed" in told
    assert WORDS["text"] in told
    assert Addendum.objects.get().sha256 in told


def test_the_record_prints_with_its_addenda(cast, page):
    nurse, url = page
    before = nurse.get(url.replace("/record/", "/record.pdf"))
    nurse.post(url, {"key": "k", "password": PASSWORD, **WORDS})
    after = nurse.get(url.replace("/record/", "/record.pdf"))
    assert before.content[:5] == after.content[:5] == b"%PDF-"
    assert len(after.content) > len(before.content)


def test_a_record_that_runs_is_read_and_not_added_to(cast):
    infusion = running(crew_of(cast), cast.now)
    chart(crew_of(cast), infusion, cast.now)
    told = cast.client(cast.nurse).get(reverse("infusions:record", args=[infusion.ref])).content.decode()
    assert "Not signed yet" in told
    assert 'name="password"' not in told
