"""A note stays as written; a correction is a new note that names the old one and says why."""

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from euthymia.clinic.foundation.people.acts import register_patient, write_note
from euthymia.clinic.foundation.people.models import Note
from tests.acts.laws import ActLaws


class TestWriteNote(ActLaws):
    act = write_note
    name = "people.write_note"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = Note

    def arguments(self, cast):
        return {"patient_id": cast.patient.pk, "text": "Slept well. 🙂 نص"}

    def test_a_correction_says_why(self, cast):
        first = self.do(cast, **self.arguments(cast))
        wanted = self.arguments(cast) | {"corrects_id": first, "text": "Slept badly."}
        assert self.refusal(cast, **wanted, reason=" ") == ("reason_missing", "reason")
        second = self.do(cast, **wanted, reason="misheard")
        assert Note.objects.get(pk=second).corrects_id == first

    def test_a_note_about_someone_else_is_not_corrected_here(self, cast):
        other = register_patient(
            by=cast.desk, now=cast.now, key=None, location_id=cast.here.pk, given_name="Demo", family_name="Other"
        )
        theirs = self.do(cast, patient_id=other, text="About the other.")
        wanted = self.arguments(cast) | {"corrects_id": theirs, "reason": "mistake"}
        assert self.refusal(cast, **wanted) == ("no_such_note", None)

    def test_nobody_changes_a_note_by_hand(self, cast):
        note = self.do(cast, **self.arguments(cast))
        with pytest.raises(DatabaseError), transaction.atomic():
            Note.objects.filter(pk=note).update(text="Changed")
