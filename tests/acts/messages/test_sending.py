"""A letter is sent once, or is seen to have failed or to be unsure: never twice, never lost unseen."""

from dataclasses import dataclass, field
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from euthymia.clinic.foundation.audit.actors import NOBODY, SYSTEM
from euthymia.clinic.foundation.audit.models import Entry
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.messages import sending
from euthymia.clinic.foundation.messages.acts import claim_message, queue_message, settle_message
from euthymia.clinic.foundation.messages.models import Letter, LetterState
from euthymia.clinic.foundation.people.models import Task
from euthymia.clinic.foundation.people.rules import TaskKind
from tests.cast import Cast


def queue(cast: Cast, once: str = "a letter", by=SYSTEM, **changes) -> Letter:
    wanted = {
        "to_email": "demo.patient@example.org",
        "subject": "Hello",
        "body": "Text",
        "location_id": cast.here.pk,
    }
    made = queue_message(by=by, now=cast.now, key=None, once=once, **(wanted | changes))
    return Letter.objects.get(pk=made)


@dataclass
class Troubled:
    """A mail system that fails in one of its two steps."""

    on_open: Exception | None = None
    on_send: Exception | None = None
    handed: list[str] = field(default_factory=list)

    def backend(self, *_, **__) -> BaseEmailBackend:
        outer = self

        class Backend(BaseEmailBackend):
            def open(self) -> bool:
                if outer.on_open:
                    raise outer.on_open
                return True

            def send_messages(self, messages) -> int:
                outer.handed += [m.to[0] for m in messages]
                if outer.on_send:
                    raise outer.on_send
                return len(messages)

        return Backend()


@pytest.fixture
def trouble(monkeypatch) -> Troubled:
    trouble = Troubled()
    monkeypatch.setattr(sending, "get_connection", trouble.backend)
    return trouble


def test_a_due_letter_goes_out_once_with_its_calendar(cast):
    letter = queue(cast, calendar="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    assert sending.send_due_letters(cast.now) == 1
    assert sending.send_due_letters(cast.now + timedelta(days=1)) == 0
    letter.refresh_from_db()
    assert (letter.state, letter.tries, letter.settled_at) == (LetterState.SENT, 1, cast.now)
    (sent,) = mail.outbox
    assert sent.to == ["demo.patient@example.org"]
    assert [a[2] for a in sent.attachments] == ["text/calendar"]
    assert "Test Practice" in sent.from_email
    written = Entry.objects.filter(subject__endswith=f":{letter.pk}", act__startswith="outbox.").order_by("id")
    assert [e.act for e in written] == ["outbox.claim_message", "outbox.settle_message"]


def test_a_letter_waits_for_its_time(cast):
    queue(cast, due_at=cast.now + timedelta(hours=1))
    assert sending.send_due_letters(cast.now) == 0
    assert sending.send_due_letters(cast.now + timedelta(hours=1)) == 1


def test_a_refused_connection_is_tried_again_later_and_fails_after_five(cast, trouble):
    trouble.on_open = ConnectionRefusedError()
    letter = queue(cast)
    now, waits = cast.now, []
    for _ in range(5):
        sending.send_due_letters(now)
        letter.refresh_from_db()
        waits.append(letter.due_at - now)
        now = letter.due_at
    assert letter.state == LetterState.FAILED
    assert waits[:4] == list(sending.BACK_OFF)
    task = Task.objects.get(kind=TaskKind.MAIL_FAILED)
    assert (task.location_id, task.done_at) == (cast.here.pk, None)
    assert trouble.handed == []


def test_what_broke_off_while_sending_is_unsure_and_never_sent_again(cast, trouble):
    trouble.on_send = SMTPServerDisconnected("gone")
    letter = queue(cast)
    sending.send_due_letters(cast.now)
    trouble.on_send = None
    sending.send_due_letters(cast.now + timedelta(days=1))
    letter.refresh_from_db()
    assert letter.state == LetterState.UNSURE
    assert len(trouble.handed) == 1
    assert Task.objects.filter(kind=TaskKind.MAIL_FAILED).count() == 1


@pytest.mark.parametrize(("code", "state"), [(550, LetterState.FAILED), (450, LetterState.QUEUED)])
def test_an_address_refused_for_good_fails_at_once_and_for_now_is_tried_again(cast, trouble, code, state):
    trouble.on_send = SMTPRecipientsRefused({"demo.patient@example.org": (code, b"no")})
    letter = queue(cast)
    sending.send_due_letters(cast.now)
    letter.refresh_from_db()
    assert letter.state == state


def test_a_subject_that_no_mail_can_carry_fails_and_the_next_letter_goes(cast):
    bad = queue(cast, "bad", subject="one\nBcc: other@example.org")
    good = queue(cast, "good")
    assert sending.send_due_letters(cast.now) == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == (LetterState.FAILED, LetterState.SENT)
    assert len(mail.outbox) == 1


def test_what_a_dead_worker_left_is_unsure_at_the_next_start(cast):
    letter = queue(cast)
    claim_message(by=SYSTEM, now=cast.now, key=None, letter_id=letter.pk)
    assert sending.give_up_on_stuck(cast.now + timedelta(minutes=9)) == 0
    assert sending.give_up_on_stuck(cast.now + timedelta(minutes=9), at_start=True) == 1
    letter.refresh_from_db()
    assert letter.state == LetterState.UNSURE
    assert Task.objects.filter(kind=TaskKind.MAIL_FAILED, location=cast.here).exists()


def test_what_is_stuck_for_ten_minutes_is_unsure(cast):
    letter = queue(cast)
    claim_message(by=SYSTEM, now=cast.now, key=None, letter_id=letter.pk)
    assert sending.give_up_on_stuck(cast.now + timedelta(minutes=11)) == 1
    assert mail.outbox == []


def test_a_letter_of_no_location_is_only_marked(cast, trouble):
    trouble.on_send = SMTPServerDisconnected("gone")
    letter = queue(cast, location_id=None)
    sending.send_due_letters(cast.now)
    letter.refresh_from_db()
    assert letter.state == LetterState.UNSURE
    assert not Task.objects.filter(kind=TaskKind.MAIL_FAILED).exists()


def test_the_same_thing_is_written_once(cast):
    assert queue(cast).pk == queue(cast).pk


def test_a_letter_in_hand_is_not_claimed_twice(cast):
    letter = queue(cast)
    assert claim_message(by=SYSTEM, now=cast.now, key=None, letter_id=letter.pk) == letter.pk
    assert claim_message(by=SYSTEM, now=cast.now, key=None, letter_id=letter.pk) == 0


@pytest.mark.parametrize("who", ["desk", "physician", "stranger", None])
def test_nobody_but_the_program_sends(cast, who):
    letter = queue(cast)
    by = getattr(cast, who) if who else NOBODY
    with pytest.raises(NotAllowed):
        claim_message(by=by, now=cast.now, key=None, letter_id=letter.pk)
    with pytest.raises(NotAllowed):
        settle_message(by=by, now=cast.now, key=None, letter_id=letter.pk, state=LetterState.SENT)


def test_letters_are_not_written_elsewhere_nor_by_nobody(cast):
    for by in (cast.stranger, NOBODY):
        with pytest.raises(NotAllowed):
            queue(cast, by=by)
