"""A record is opened once, at a place where the one who opens it works, and the audit says so."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from euthymia.clinic.foundation.audit.actors import NOBODY
from euthymia.clinic.foundation.audit.models import Entry
from euthymia.clinic.foundation.audit.refusals import NotAllowed, Refused
from euthymia.clinic.foundation.people.acts import register_patient
from euthymia.clinic.foundation.people.models import Patient
from tests.cast import Cast


def register(cast: Cast, by, key="k1", **changes):
    wanted = {"location_id": cast.here.pk, "given_name": "Demo", "family_name": "Other"} | changes
    return register_patient(by=by, now=cast.now, key=key, **wanted)


def test_it_opens_a_record_and_the_audit_says_who(cast):
    made = register(cast, cast.desk)
    assert Patient.objects.get(pk=made).folded_name == "other demo"
    entry = Entry.objects.latest("id")
    assert (entry.act, entry.actor, entry.patient_id) == ("people.register_patient", cast.desk.mark, made)
    assert [c["t"] for c in entry.changes] == ["people_patient"]


def test_a_repeated_key_lands_once(cast):
    assert register(cast, cast.desk) == register(cast, cast.desk)
    assert Patient.objects.filter(family_name="Other").count() == 1


def test_a_key_with_other_content_is_refused(cast):
    register(cast, cast.desk)
    with pytest.raises(Refused) as refused:
        register(cast, cast.desk, given_name="Else")
    assert refused.value.refusal.code == "key_reused"


@pytest.mark.parametrize("who", ["stranger", "biller"])
def test_it_is_refused_elsewhere_and_to_the_wrong_role(cast, who):
    with pytest.raises(NotAllowed):
        register(cast, getattr(cast, who))


def test_it_is_refused_to_nobody(cast):
    with pytest.raises(NotAllowed):
        register(cast, NOBODY)


def write_past_the_acts(patient):
    with transaction.atomic():
        Patient.objects.filter(pk=patient.pk).update(given_name="Changed")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_database_refuses_a_row_that_no_act_wrote(cast):
    with pytest.raises(DatabaseError, match="outside an act"):
        write_past_the_acts(cast.patient)
