"""The patient signs exactly the texts that he read, with his whole name; each is kept as a PDF with its hash."""

import hashlib

from euthymia.clinic.foundation.audit.actors import patient_by_link
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.journey.plans.acts import sign_agreement, sign_plan
from euthymia.clinic.journey.plans.models import Agreement
from euthymia.clinic.journey.plans.queries import wordings_to_sign
from tests.acts.laws import ActLaws
from tests.acts.steps import a_plan


class TestSignAgreement(ActLaws):
    act = sign_agreement
    name = "plans.sign_agreement"
    by = "system"
    refused = ("stranger", "physician", "desk", patient_by_link(2_000_000_000))
    rows = Agreement

    def arguments(self, cast):
        plan_id = a_plan(cast)
        sign_plan(by=cast.physician, now=cast.now, key=None, plan_id=plan_id)
        hashes = [w.sha256 for w in wordings_to_sign()]
        return {"plan_id": plan_id, "wording_sha256s": hashes, "typed_name": "Demo Patient"}

    def test_each_text_is_kept_as_signed(self, cast):
        self.do(cast, by=patient_by_link(cast.patient.pk), **self.arguments(cast))
        kept = list(Agreement.objects.all())
        assert len(kept) == len(wordings_to_sign()) > 0
        for agreement in kept:
            assert bytes(agreement.pdf[:5]) == b"%PDF-"
            assert hashlib.sha256(agreement.pdf).hexdigest() == agreement.pdf_sha256
        assert Patient.objects.get(pk=cast.patient.pk).stage == Stage.AGREED

    def test_a_text_that_changed_is_read_again(self, cast):
        changed = self.arguments(cast) | {"wording_sha256s": ["0" * 64]}
        assert self.refusal(cast, **changed) == ("text_changed", None)

    def test_half_a_name_is_no_signature(self, cast):
        half = self.arguments(cast) | {"typed_name": "Demo"}
        assert self.refusal(cast, **half) == ("full_name", "typed_name")

    def test_it_is_signed_once(self, cast):
        arguments = self.arguments(cast)
        self.do(cast, **arguments)
        assert self.refusal(cast, **arguments) == ("already_signed", None)
