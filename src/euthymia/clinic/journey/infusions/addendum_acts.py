"""After the discharge is signed the record is locked: what comes later is an addendum, signed by its writer."""

from datetime import datetime

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.journey.infusions.addendum_models import Meaning
from euthymia.clinic.journey.infusions.fingerprint import addendum_sha256
from euthymia.clinic.journey.infusions.models import Addendum, Discharge, Infusion, Vitals


@act
def add_addendum(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    infusion_id: int,
    meaning: str,
    text: str,
    vitals_id: int | None = None,
    reason: str = "",
) -> int:
    """Add words to a signed record. A correction names its reason, and the row where there is one."""
    infusion = Infusion.objects.select_for_update(of=("self",)).get(pk=infusion_id)
    permit(location_id=infusion.location_id, patient_id=infusion.patient_id, subject=infusion)
    discharge = Discharge.objects.filter(infusion=infusion).first()
    if discharge is None:
        raise Refused(Refusal("not_signed", "This record is not signed yet: chart it, or correct the row itself."))
    if meaning not in Meaning.values:
        raise Refused(Refusal("meaning_unknown", "Say what your signature means."), "meaning")
    if not text.strip():
        raise Refused(Refusal("text_missing", "Write what is added."), "text")
    if meaning == Meaning.CORRECTS and not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why it is corrected."), "reason")
    if vitals_id is not None and meaning != Meaning.CORRECTS:
        raise Refused(Refusal("row_uncorrected", "A row is named only where it is corrected."), "meaning")
    if vitals_id is not None and not Vitals.objects.filter(pk=vitals_id, infusion=infusion).exists():
        raise Refused(Refusal("no_such_row", "That row is not on this record."), "row")
    last = Addendum.objects.filter(infusion=infusion).order_by("id").last()
    addendum = Addendum(
        infusion=infusion,
        at=now,
        by_id=by.as_staff,
        meaning=meaning,
        text=text.strip(),
        row_id=vitals_id,
        reason=reason.strip()[:300],
    )
    addendum.sha256 = addendum_sha256(last.sha256 if last else discharge.record_sha256, addendum)
    addendum.save(force_insert=True)
    return addendum.pk
