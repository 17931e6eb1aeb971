"""A sign was seen and somebody told. Told is not resolved: it stands until what is charted is in range."""

from datetime import datetime

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.practice.queries import thresholds
from euthymia.clinic.journey.infusions.models import Infusion, SignTold
from euthymia.clinic.journey.infusions.queries import sheet
from euthymia.clinic.journey.infusions.sign_queries import signs_now
from euthymia.clinic.journey.infusions.states import CHARTABLE


@act
def tell_of_sign(*, by: Actor, now: datetime, key: str | None, infusion_id: int, measure: str, told: str) -> int:
    """Say who was told of a sign that stands."""
    infusion = Infusion.objects.select_for_update(of=("self",)).get(pk=infusion_id)
    permit(location_id=infusion.location_id, patient_id=infusion.patient_id, subject=infusion)
    if infusion.state not in CHARTABLE:
        raise Refused(Refusal("sheet_closed", "The sheet of this visit is closed."))
    if not told.strip():
        raise Refused(Refusal("told_missing", "Write whom you told."), "told")
    standing = signs_now(infusion, sheet(infusion), thresholds())
    sign = next((s for s in standing if s.measure == measure), None)
    if sign is None:
        raise Refused(Refusal("no_such_sign", "That sign no longer stands: what was charted last is in range."))
    return SignTold.objects.create(
        infusion=infusion,
        measure=measure,
        level=sign.level,
        sentence=sign.sentence[:400],
        told=told.strip()[:200],
        at=now,
        by_id=by.as_staff,
    ).pk
