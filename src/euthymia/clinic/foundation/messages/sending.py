"""Sends letters that are due: each is claimed and committed first, then handed over, then settled.

What was taken and never settled may have gone out: it is not sent again, a person is asked to find out.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr
from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import Q

from euthymia.clinic.foundation.audit.actors import SYSTEM
from euthymia.clinic.foundation.messages.acts import claim_message, settle_message
from euthymia.clinic.foundation.messages.models import Letter, LetterState
from euthymia.clinic.foundation.practice.queries import the_practice

MOST_TRIES = 5
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1))
STUCK_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How handing over one letter went."""

    state: LetterState
    trouble: str = ""


def send_due_letters(now: datetime, limit: int = 50) -> int:
    """Send what is due. Gives how many letters went out."""
    due = Letter.objects.filter(state=LetterState.QUEUED, due_at__lte=now).order_by("due_at", "id")
    return sum(send_letter(pk, now) == LetterState.SENT for pk in due.values_list("pk", flat=True)[:limit])


def send_letter(letter_id: int, now: datetime) -> LetterState | None:
    """Claim, send and settle one letter. None when another worker has it."""
    if not claim_message(by=SYSTEM, now=now, key=None, letter_id=letter_id):
        return None
    letter = Letter.objects.get(pk=letter_id)
    outcome = _hand_over(letter)
    again_at = None
    if outcome.state == LetterState.QUEUED:
        if letter.tries >= MOST_TRIES:
            outcome = Outcome(LetterState.FAILED, outcome.trouble)
        else:
            again_at = now + BACK_OFF[letter.tries - 1]
    settle_message(
        by=SYSTEM,
        now=now,
        key=None,
        letter_id=letter_id,
        state=outcome.state,
        trouble=outcome.trouble,
        again_at=again_at,
    )
    return outcome.state


def give_up_on_stuck(now: datetime, *, at_start: bool = False) -> int:
    """Mark letters that were taken and never settled: whether they went out is not known.

    At the worker's start these are all that are being sent, for nobody else sends.
    """
    stuck = Letter.objects.filter(state=LetterState.SENDING)
    if not at_start:
        stuck = stuck.filter(Q(claimed_at=None) | Q(claimed_at__lt=now - STUCK_AFTER))
    pks = list(stuck.values_list("pk", flat=True))
    for pk in pks:
        settle_message(
            by=SYSTEM,
            now=now,
            key=None,
            letter_id=pk,
            state=LetterState.UNSURE,
            trouble="stopped while sending",
        )
    return len(pks)


def _hand_over(letter: Letter) -> Outcome:
    """Give a letter to the mail system. Queued again only where it surely did not go out."""
    try:
        message = _message(letter)
        message.message()
    except ValueError as wrong:  # an address or subject that no mail can carry
        return Outcome(LetterState.FAILED, type(wrong).__name__)
    try:
        # A back end that cannot be reached has been given nothing yet.
        connection: BaseEmailBackend = get_connection()
        connection.open()
    except Exception as wrong:  # noqa: BLE001 - back ends raise what they like
        return Outcome(LetterState.QUEUED, type(wrong).__name__)
    try:
        connection.send_messages([message])
    except SMTPRecipientsRefused as refused:
        codes = [code for code, _ in refused.recipients.values()]
        return _refused(max(codes, default=0))
    except SMTPResponseException as refused:
        return _refused(refused.smtp_code)
    except Exception as wrong:  # noqa: BLE001 - back ends raise what they like
        return Outcome(LetterState.UNSURE, type(wrong).__name__)
    finally:
        _close(connection)
    return Outcome(LetterState.SENT)


def _refused(code: int) -> Outcome:
    """What a mail server's no means: 5xx is for good, 4xx may pass."""
    state = LetterState.FAILED if code >= 500 else LetterState.QUEUED
    return Outcome(state, f"refused with {code}")


def _close(connection: BaseEmailBackend) -> None:
    with suppress(Exception):  # the answer to the letter is already known
        connection.close()


def _message(letter: Letter) -> EmailMessage:
    practice = the_practice()
    assert practice is not None
    message = EmailMessage(
        subject=letter.subject,
        body=letter.body,
        from_email=formataddr((practice.name, practice.email)),
        to=[letter.to_email],
        headers={"Message-ID": _message_id(letter, practice.email)},
    )
    if letter.calendar:
        message.attach("call.ics", letter.calendar, "text/calendar")
    return message


def _message_id(letter: Letter, sender: str) -> str:
    """The same letter has the same name wherever it turns up."""
    return f"<letter-{letter.pk}-{letter.made_at:%Y%m%d%H%M%S}@{sender.rpartition('@')[2]}>"
