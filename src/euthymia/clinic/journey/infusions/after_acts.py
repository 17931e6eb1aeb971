"""The discharge sheet by link."""

from datetime import datetime

from django.conf import settings

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.messages.acts import queue_message
from euthymia.clinic.foundation.people.acts import send_link
from euthymia.clinic.foundation.people.links import LINK_DAYS, new_secret
from euthymia.clinic.foundation.people.models import LinkPurpose
from euthymia.clinic.foundation.practice.queries import the_practice
from euthymia.clinic.journey.infusions.after import GOING_HOME
from euthymia.clinic.journey.infusions.models import Infusion


@act
def send_sheet(*, by: Actor, now: datetime, key: str | None, infusion_id: int) -> int:
    """Send the patient the link to what he takes home. Gives the link's id."""
    infusion = Infusion.objects.select_related("patient", "location").get(pk=infusion_id)
    permit(location_id=infusion.location_id, patient_id=infusion.patient_id, subject=infusion)
    if infusion.state not in GOING_HOME:
        raise Refused(Refusal("not_going_home", "The sheet is for a patient who is going home."))
    if not infusion.patient.email:
        raise Refused(Refusal("no_email", "There is no email address on the record. Print the sheet."))
    secret = new_secret(LinkPurpose.AFTER, now)
    link_id = send_link(
        by=by,
        now=now,
        key=None,
        patient_id=infusion.patient_id,
        purpose=LinkPurpose.AFTER,
        secret=secret,
        about=f"infusion:{infusion.pk}",
    )
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
        subject="After your visit",
        body=(
            f"Hello {infusion.patient.given_name},\n\nWhat matters today and tomorrow, to read again at home:\n\n"
            f"{settings.PUBLIC_URL}/p/after/{secret}/\n\nThe link is for you alone and works for "
            f"{LINK_DAYS[LinkPurpose.AFTER]} days. Questions? {infusion.location.phone or practice.phone}. "
            f"In danger, call 911. To talk to someone at any hour, call or text 988.\n\n{practice.name}\n"
        ),
    )
    return link_id
