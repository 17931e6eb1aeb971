"""The gate before the visit: the patient is asked by link, and answers. The staff confirms at the chair."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.messages.acts import queue_message
from euthymia.clinic.foundation.people.acts import send_link
from euthymia.clinic.foundation.people.links import new_secret
from euthymia.clinic.foundation.people.models import LinkPurpose
from euthymia.clinic.foundation.practice.queries import the_practice, thresholds
from euthymia.clinic.journey.infusions import beforehand
from euthymia.clinic.journey.infusions.beforehand_queries import BEFORE_START, may_be_pregnant
from euthymia.clinic.journey.infusions.models import GateClaim, Infusion
from euthymia.clinic.journey.infusions.states import InfusionState


@act
def ask_beforehand(*, by: Actor, now: datetime, key: str | None, infusion_id: int) -> int:
    """Send the patient the questions that he can answer before his visit. Gives the link's id."""
    infusion = _locked(infusion_id)
    if infusion.state != InfusionState.BOOKED:
        raise Refused(Refusal("not_booked", "The questions are sent before the visit. Ask the patient here."))
    if not infusion.patient.email:
        raise Refused(Refusal("no_email", "There is no email address on the record. Ask the patient at the visit."))
    secret = new_secret(LinkPurpose.BEFORE, now)
    link_id = send_link(
        by=by,
        now=now,
        key=None,
        patient_id=infusion.patient_id,
        purpose=LinkPurpose.BEFORE,
        secret=secret,
        about=f"infusion:{infusion.pk}",
    )
    practice = the_practice()
    assert practice is not None
    starts = infusion.booking.starts_at.astimezone(ZoneInfo(infusion.booking.zone))
    queue_message(
        by=by,
        now=now,
        key=None,
        once=f"link {link_id}",
        location_id=infusion.location_id,
        patient_id=infusion.patient_id,
        to_email=infusion.patient.email,
        subject="Your visit: a few questions first",
        body=(
            f"Hello {infusion.patient.given_name},\n\nYour visit is on {starts:%A, %d %B} at {starts:%H:%M}. Please "
            f"answer a few questions before you come. It takes a minute:\n\n{settings.PUBLIC_URL}/p/before/{secret}/\n"
            f"\nSomething has come up? Call {infusion.location.phone or practice.phone}.\n\n{practice.name}\n"
        ),
    )
    return link_id


@act
def answer_beforehand(
    *, by: Actor, now: datetime, key: str | None, infusion_id: int, answers: dict[str, dict[str, Any]]
) -> int:
    """What the patient says of each item: its answer, words, and for the escort his name and phone.

    Gives how many items he answered. It passes nothing by itself.
    """
    infusion = _locked(infusion_id)
    if infusion.state not in (InfusionState.BOOKED, *BEFORE_START):
        raise Refused(Refusal("too_late", "Your visit has begun. Tell your nurse."))
    asked = {q.item: q for q in beforehand.questions(thresholds(), may_be_pregnant=may_be_pregnant(infusion.patient))}
    given = {item: said for item, said in answers.items() if item in asked}
    if not given:
        raise Refused(Refusal("nothing_answered", "Answer at least one question."))
    for item, said in given.items():
        if said["answer"] not in dict(asked[item].answers):
            raise Refused(Refusal("unknown_answer", "Choose one of the answers."), item)
        GateClaim.objects.create(
            infusion=infusion,
            item=item,
            answer=said["answer"],
            passed=said["answer"] in asked[item].passes,
            words=str(said.get("words", ""))[:300],
            escort_name=str(said.get("escort_name", ""))[:200],
            escort_phone=str(said.get("escort_phone", ""))[:30],
            at=now,
        )
    return len(given)


def _locked(infusion_id: int) -> Infusion:
    infusion = (
        Infusion.objects.select_for_update(of=("self",))
        .select_related("patient", "location", "booking")
        .get(pk=infusion_id)
    )
    permit(location_id=infusion.location_id, patient_id=infusion.patient_id, subject=infusion)
    return infusion


ASK_AHEAD = timedelta(hours=26)
"""How long before his visit a patient is asked: the morning of the day before reaches everyone."""
