"""The free call: booked, moved, cancelled, its sheet kept, and its end with what follows from it."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.billing.rules import estimate_due_on
from euthymia.clinic.foundation.messages.acts import queue_message
from euthymia.clinic.foundation.people.acts import (
    open_task,
    register_patient,
    send_link,
    set_stage,
)
from euthymia.clinic.foundation.people.links import LINK_DAYS, new_secret, secret_hash
from euthymia.clinic.foundation.people.models import LinkPurpose, Patient
from euthymia.clinic.foundation.people.rules import Stage, TaskKind
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.practice.queries import the_practice
from euthymia.clinic.foundation.schedule.claims import Resource, book, let_go
from euthymia.clinic.foundation.schedule.models import Booking, BookingKind, ResourceKind
from euthymia.clinic.journey.consults import letters
from euthymia.clinic.journey.consults.models import Call
from euthymia.clinic.journey.consults.queries import call_minutes, offered_starts, physician_posts
from euthymia.clinic.journey.consults.rules import CALL_MOVES, Disposition, check_disposition
from euthymia.clinic.journey.consults.states import CallState


@act
def book_call(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    location_id: int,
    physician_id: int,
    starts_at: datetime,
    name: str,
    phone_e164: str,
    email: str,
    caller_zone: str,
    secret: str,
) -> int:
    """Book a free call for anyone who asks. The slot is his, or he is told that it has just gone."""
    permit(location_id=location_id)
    booking = _book_time(location_id, physician_id, starts_at, now)
    call = Call.objects.create(
        booking=booking,
        physician_id=physician_id,
        name=name,
        phone_e164=phone_e164,
        email=email,
        caller_zone=caller_zone,
        secret_sha256=secret_hash(secret),
        made_at=now,
    )
    permit(location_id=location_id, subject=call)
    _confirm(call, by, now, secret)
    return call.pk


@act
def move_call(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    call_id: int,
    location_id: int,
    physician_id: int,
    starts_at: datetime,
    secret: str | None = None,
) -> int:
    """Give a call another time. The old time is free again at the same moment."""
    call = _locked(call_id)
    permit(location_id=location_id)  # who moves it must be at home there too
    permit(location_id=call.booking.location_id, patient_id=call.patient_id, subject=call)
    _demand_move(call, CallState.BOOKED)
    let_go(call.booking, "moved")
    call.booking = _book_time(location_id, physician_id, starts_at, now)
    call.physician_id = physician_id
    call.state, call.disposition, call.finished_at, call.finished_by = CallState.BOOKED, "", None, None
    call.save()
    _confirm(call, by, now, secret)
    return call.pk


@act
def cancel_call(
    *, by: Actor, now: datetime, key: str | None, call_id: int, reason: str = "cancelled by the caller"
) -> int:
    """Cancel a call and free its time."""
    call = _locked(call_id)
    permit(location_id=call.booking.location_id, patient_id=call.patient_id, subject=call)
    _demand_move(call, CallState.CANCELLED)
    let_go(call.booking, reason)
    call.state = CallState.CANCELLED
    call.save(update_fields=["state"])
    practice = the_practice()
    assert practice is not None
    queue_message(
        by=by,
        now=now,
        key=None,
        once=f"call {call.pk} cancelled",
        location_id=call.booking.location_id,
        to_email=call.email,
        subject="Your phone call is cancelled",
        body=letters.cancelled_letter(
            name=call.name,
            when=letters.time_in_words(call.booking.starts_at, call.caller_zone),
            link=f"{settings.PUBLIC_URL}/book/",
            practice_name=practice.name,
            phone=practice.phone,
        ),
    )
    return call.pk


@act
def save_call_sheet(*, by: Actor, now: datetime, key: str | None, call_id: int, sheet: dict[str, str]) -> int:
    """Keep what has been typed on the call sheet so far."""
    call = _locked(call_id)
    permit(location_id=call.booking.location_id, patient_id=call.patient_id, subject=call)
    if CallState.UNDER_WAY not in CALL_MOVES[CallState(call.state)]:
        raise Refused(Refusal("call_over", "This call is over: its sheet is closed."))
    call.sheet = {**call.sheet, **sheet}
    call.state = CallState.UNDER_WAY
    call.save(update_fields=["sheet", "state"])
    return call.pk


@act
def finish_call(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    call_id: int,
    sheet: dict[str, str],
    disposition: Disposition,
    given_name: str = "",
    family_name: str = "",
) -> int:
    """End a call with a disposition, and do what follows from it: a record and its intake link, or a task."""
    call = _locked(call_id)
    permit(location_id=call.booking.location_id, patient_id=call.patient_id, subject=call)
    sheet = {**call.sheet, **sheet}
    refusal = check_disposition(sheet, disposition)
    if refusal is not None:
        raise Refused(refusal, "disposition")
    to = CallState.MISSED if disposition == Disposition.NOT_REACHED else CallState.DONE
    if to not in CALL_MOVES[CallState(call.state)]:
        raise Refused(Refusal("call_over", "This call is already over."))
    call.sheet, call.state = sheet, to
    call.disposition, call.finished_at, call.finished_by_id = disposition, now, by.staff_id
    if disposition == Disposition.PROCEED:
        if not given_name.strip() or not family_name.strip():
            raise Refused(Refusal("name_missing", "Enter the person's given and family name."), "given_name")
        call.patient_id = _open_record(call, by, now, given_name.strip(), family_name.strip())
    call.save()
    _open_tasks(call, by, now, disposition)
    return call.pk


def _locked(call_id: int) -> Call:
    return Call.objects.select_for_update(of=("self",)).select_related("booking__location").get(pk=call_id)


def _demand_move(call: Call, to: CallState) -> None:
    if to not in CALL_MOVES[CallState(call.state)]:
        raise Refused(Refusal("call_over", "This call can no longer be changed. Please phone us."))


def _book_time(location_id: int, physician_id: int, starts_at: datetime, now: datetime) -> Booking:
    """Book one of the times that are offered; whether it is still free, the claim tells."""
    post = physician_posts().filter(location_id=location_id, staff_id=physician_id).first()
    if post is None or starts_at <= now or starts_at not in offered_starts(post, now):
        raise Refused(Refusal("slot_gone", "That time is no longer offered. Choose another."), "slot")
    try:
        return book(
            kind=BookingKind.CALL,
            location=post.location,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=call_minutes()),
            resources=[Resource(ResourceKind.STAFF, physician_id)],
            patient_id=None,
        )
    except Refused as refused:
        raise Refused(refused.refusal, "slot") from refused


def _confirm(call: Call, by: Actor, now: datetime, secret: str | None) -> None:
    practice = the_practice()
    assert practice is not None
    at = call.booking.starts_at
    queue_message(
        by=by,
        now=now,
        key=None,
        once=f"call {call.pk} booked {call.booking_id}",
        location_id=call.booking.location_id,
        to_email=call.email,
        subject="Your phone call is booked",
        body=letters.booked_letter(
            name=call.name,
            when=letters.time_in_words(at, call.caller_zone),
            link=f"{settings.PUBLIC_URL}/book/{secret}/" if secret else practice.phone,
            practice_name=practice.name,
            phone=practice.phone,
        ),
        calendar=letters.calendar_file(
            ref=str(call.booking.ref),
            at=at,
            minutes=call_minutes(),
            practice_name=practice.name,
            phone=practice.phone,
            made_at=now,
        ),
    )


def _open_record(call: Call, by: Actor, now: datetime, given_name: str, family_name: str) -> int:
    patient_id = register_patient(
        by=by,
        now=now,
        key=None,
        location_id=call.booking.location_id,
        given_name=given_name,
        family_name=family_name,
        phone_e164=call.phone_e164,
        email=call.email,
        condition="",
        may_text=call.sheet.get("may_text") == "yes",
        may_leave_voicemail=call.sheet.get("may_voicemail") == "yes",
    )
    set_stage(Patient.objects.select_for_update().get(pk=patient_id), Stage.INTAKE_SENT)
    secret = new_secret(LinkPurpose.INTAKE, now)
    link_id = send_link(by=by, now=now, key=None, patient_id=patient_id, purpose=LinkPurpose.INTAKE, secret=secret)
    practice = the_practice()
    assert practice is not None
    queue_message(
        by=by,
        now=now,
        key=None,
        once=f"link {link_id}",
        location_id=call.booking.location_id,
        patient_id=patient_id,
        to_email=call.email,
        subject="Before your first visit",
        body=letters.intake_letter(
            name=given_name,
            link=f"{settings.PUBLIC_URL}/p/intake/{secret}/",
            practice_name=practice.name,
            phone=practice.phone,
            days=LINK_DAYS[LinkPurpose.INTAKE],
        ),
    )
    return patient_id


def _open_tasks(call: Call, by: Actor, now: datetime, disposition: Disposition) -> None:
    """What the desk must still do after the call."""
    wanted: list[tuple[TaskKind, str, datetime]] = []
    if disposition == Disposition.EMERGENCY:
        wanted.append(
            (TaskKind.SAFETY, "A caller was in danger: make sure that help has reached him.", now + timedelta(hours=1))
        )
    if disposition in (Disposition.MORE_NEEDED, Disposition.NOT_REACHED):
        wanted.append((TaskKind.CALL_BACK, "Call back", now + timedelta(days=1)))
    if call.sheet.get("asked_price") == "yes" and disposition in (Disposition.PROCEED, Disposition.MORE_NEEDED):
        due = _estimate_due_at(call.booking.location, now)
        wanted.append((TaskKind.ESTIMATE_DUE, "Asked what it costs: an estimate is due.", due))
    for kind, what, due_at in wanted:
        open_task(
            by=by,
            now=now,
            key=None,
            kind=kind,
            location_id=call.booking.location_id,
            patient_id=call.patient_id,
            what=f"{what} (call {call.pk})",
            due_at=due_at,
            named_id=call.physician_id if kind == TaskKind.SAFETY else None,
        )


def _estimate_due_at(location: Location, now: datetime) -> datetime:
    """The end, on the location's clock, of the last business day on which the estimate may reach him who asked."""
    today = now.astimezone(ZoneInfo(location.zone)).date()
    due_on = estimate_due_on(started_on=today, visit_on=None, holidays=frozenset(location.holidays))
    assert due_on is not None  # who asks is always owed one
    return datetime.combine(due_on + timedelta(days=1), time(), ZoneInfo(location.zone)) - timedelta(minutes=1)
