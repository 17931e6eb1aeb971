"""Reminds callers of tomorrow's call."""

from datetime import datetime, timedelta

from django.db.models import F

from euthymia.clinic.foundation.audit.actors import SYSTEM
from euthymia.clinic.foundation.messages.acts import queue_message
from euthymia.clinic.foundation.messages.models import Letter
from euthymia.clinic.foundation.practice.queries import the_practice
from euthymia.clinic.journey.consults import letters
from euthymia.clinic.journey.consults.models import Call
from euthymia.clinic.journey.consults.states import CallState

BEFORE = timedelta(hours=24)


def remind_of_calls(now: datetime) -> int:
    """Write a reminder for each call of the next 24 hours. Gives how many were written.

    A call booked within these hours has its confirmation, and needs none.
    """
    calls = Call.objects.filter(
        state=CallState.BOOKED,
        booking__starts_at__gt=now,
        booking__starts_at__lte=now + BEFORE,
        made_at__lte=F("booking__starts_at") - BEFORE,
    ).select_related("booking")
    wanted = {_once(call): call for call in calls}
    written = set(Letter.objects.filter(once__in=wanted).values_list("once", flat=True))
    for once in wanted.keys() - written:
        _remind(wanted[once], once, now)
    return len(wanted) - len(written)


def _once(call: Call) -> str:
    return f"call {call.pk} reminder {call.booking_id}"


def _remind(call: Call, once: str, now: datetime) -> None:
    practice = the_practice()
    assert practice is not None
    queue_message(
        by=SYSTEM,
        now=now,
        key=None,
        once=once,
        location_id=call.booking.location_id,
        patient_id=call.patient_id,
        to_email=call.email,
        subject="Your phone call tomorrow",
        body=letters.reminder_letter(
            name=call.name,
            when=letters.time_in_words(call.booking.starts_at, call.caller_zone),
            practice_name=practice.name,
            phone=practice.phone,
        ),
    )
