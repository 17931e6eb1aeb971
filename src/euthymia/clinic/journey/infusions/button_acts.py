"""The patient's button: handed out, pressed, answered, settled."""

from datetime import datetime, timedelta

from django.conf import settings

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.messages.acts import queue_message
from euthymia.clinic.foundation.people.acts import revoke_link, send_link
from euthymia.clinic.foundation.people.links import LINK_DAYS
from euthymia.clinic.foundation.people.models import LinkPurpose
from euthymia.clinic.foundation.practice.queries import the_practice
from euthymia.clinic.journey.infusions.button import RINGS, CallState, Said
from euthymia.clinic.journey.infusions.button_models import HelpAnswer, HelpCall, HelpOutcome
from euthymia.clinic.journey.infusions.button_queries import about, button_secret, calls_of, links_of
from euthymia.clinic.journey.infusions.models import Infusion
from euthymia.clinic.journey.infusions.states import IN_CHAIR

OFF = Refusal("button_off", "This button works only while you are here with us. Please call us.")


@act
def give_button(*, by: Actor, now: datetime, key: str | None, infusion_id: int, by_email: bool = False) -> int:
    """Hand the patient his button for this visit: a new link, the one before it closed. Gives the link's id."""
    infusion = _locked(infusion_id)
    if infusion.state not in IN_CHAIR:
        raise Refused(Refusal("not_here", "The button is handed out between arrival and discharge."))
    if by_email and not infusion.patient.email:
        raise Refused(Refusal("no_email", "There is no email address on the record. Let the patient scan the code."))
    earlier = list(links_of(infusion).order_by("id"))
    for link in earlier:
        if link.revoked_at is None:
            revoke_link(by=by, now=now, key=None, link_id=link.pk)
    expires_at = now + timedelta(days=LINK_DAYS[LinkPurpose.HELP])
    secret = button_secret(infusion, len(earlier) + 1, expires_at)
    link_id = send_link(
        by=by,
        now=now,
        key=None,
        patient_id=infusion.patient_id,
        purpose=LinkPurpose.HELP,
        secret=secret,
        about=about(infusion),
    )
    if by_email:
        _write(infusion, by, now, link_id, f"{settings.PUBLIC_URL}/p/help/{secret}/")
    return link_id


def _write(infusion: Infusion, by: Actor, now: datetime, link_id: int, address: str) -> None:
    practice = the_practice()
    assert practice is not None
    queue_message(
        by=by,
        now=now,
        key=None,
        once=f"link {link_id}",
        location_id=infusion.location_id,
        patient_id=infusion.patient_id,
        to_email=infusion.patient.email,
        subject="Your button for today",
        body=(
            f"Hello {infusion.patient.given_name},\n\nWith this page you can call us at any moment of your visit:\n\n"
            f"{address}\n\nIt is for you alone and works until you leave. "
            f"If nobody comes, call {infusion.location.phone or practice.phone}. In danger, call 911.\n\n"
            f"{practice.name}\n"
        ),
    )


@act
def press_button(*, by: Actor, now: datetime, key: str | None, infusion_id: int, said: Said) -> int:
    """The patient says how he is. All but “I’m all right” rings until a person answers."""
    infusion = _locked(infusion_id)
    if infusion.state not in IN_CHAIR:
        raise Refused(OFF)
    return HelpCall.objects.create(infusion=infusion, said=Said(said), at=now).pk


@act
def answer_calls(*, by: Actor, now: datetime, key: str | None, infusion_id: int, up_to_id: int) -> int:
    """“I am coming”: answers every press that was on the screen, and none that came after it. Gives how many."""
    infusion = _locked(infusion_id)
    shown = _shown(infusion, up_to_id)
    ringing = [c for c in shown if c.state == CallState.RINGING]
    if not ringing:
        raise Refused(Refusal("nothing_rings", _who_was_first(shown)))
    HelpAnswer.objects.bulk_create(HelpAnswer(call=c, at=now, by_id=by.as_staff) for c in ringing)
    return len(ringing)


@act
def settle_calls(*, by: Actor, now: datetime, key: str | None, infusion_id: int, up_to_id: int, words: str) -> int:
    """Write how it ended. Only what was answered can be settled. Gives how many calls it closed."""
    infusion = _locked(infusion_id)
    if not words.strip():
        raise Refused(Refusal("outcome_missing", "Write what you did and how the patient is now."), "words")
    shown = _shown(infusion, up_to_id)
    if any(c.state == CallState.RINGING for c in shown):
        raise Refused(Refusal("still_rings", "The patient has called again: answer first."), "words")
    answers = [c.answered for c in shown if c.state == CallState.ANSWERED]
    if not answers:
        raise Refused(Refusal("nothing_open", "This call has already been settled."))
    HelpOutcome.objects.bulk_create(
        HelpOutcome(answer=a, at=now, by_id=by.as_staff, words=words.strip()[:500]) for a in answers if a
    )
    return len(answers)


def _shown(infusion: Infusion, up_to_id: int) -> list[HelpCall]:
    return [c for c in calls_of(infusion) if c.said in RINGS and c.pk <= up_to_id]


def _who_was_first(shown: list[HelpCall]) -> str:
    answered = [c.answered for c in shown if c.answered is not None]
    if not answered:
        return "Nothing rings here."
    return f"{answered[-1].by.name} has already answered."


def _locked(infusion_id: int) -> Infusion:
    """The visit with its row locked: two who answer at once are told apart."""
    infusion = (
        Infusion.objects.select_for_update(of=("self",)).select_related("patient", "location").get(pk=infusion_id)
    )
    permit(location_id=infusion.location_id, patient_id=infusion.patient_id, subject=infusion)
    return infusion
