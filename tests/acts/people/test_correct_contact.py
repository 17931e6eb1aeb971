"""Contact is corrected by the desk, or by the patient himself; nothing else is."""

from euthymia.clinic.foundation.audit.actors import patient_by_link
from euthymia.clinic.foundation.people.acts import correct_contact
from euthymia.clinic.foundation.people.models import Patient
from tests.acts.laws import ActLaws


class TestCorrectContact(ActLaws):
    act = correct_contact
    name = "people.correct_contact"
    rows = Patient
    refused = ("stranger", "biller", patient_by_link(2_000_000_000))

    def arguments(self, cast):
        return {"patient_id": cast.patient.pk, "changes": {"email": "new@example.org"}}

    def test_contact_changes_and_nothing_else_does(self, cast):
        self.do(cast, patient_id=cast.patient.pk, changes={"email": "new@example.org", "stage": "watch"})
        patient = Patient.objects.get(pk=cast.patient.pk)
        assert (patient.email, patient.stage) == ("new@example.org", cast.patient.stage)

    def test_the_patient_himself_may(self, cast):
        assert self.do(cast, by=patient_by_link(cast.patient.pk), **self.arguments(cast)) == cast.patient.pk
