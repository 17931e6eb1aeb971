"""The worker's jobs: reminders, questions after the course, and that one failure stops nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import call_command

from euthymia.clinic.faces.desk.jobs import Job, Rounds
from euthymia.clinic.foundation.audit.actors import CALLER, SYSTEM
from euthymia.clinic.foundation.messages.models import Letter
from euthymia.clinic.foundation.people.acts import move_stage
from euthymia.clinic.foundation.people.models import Link, LinkPurpose
from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.journey.consults.acts import book_call
from euthymia.clinic.journey.consults.jobs import remind_of_calls
from euthymia.clinic.journey.consults.queries import free_slots
from euthymia.clinic.journey.outcomes.acts import record_score
from euthymia.clinic.journey.outcomes.jobs import ask_who_is_due
from euthymia.clinic.journey.outcomes.models import ScoreOccasion
from tests.cast import Cast

TO_WATCH = (
    Stage.INTAKE_SENT,
    Stage.INTAKE_COMPLETE,
    Stage.ELIGIBLE,
    Stage.PLAN_ISSUED,
    Stage.AGREED,
    Stage.IN_COURSE,
    Stage.WATCH,
)


@pytest.fixture
def watched(cast) -> Cast:
    for stage in TO_WATCH:
        move_stage(by=SYSTEM, now=cast.now, key=None, patient_id=cast.patient.pk, to=stage)
    return cast


def book(cast: Cast, days_ahead: int, now: datetime | None = None):
    now = now or cast.now
    slot = next(s for s in free_slots(now, location_id=cast.here.pk) if (s.starts_at - now).days >= days_ahead)
    book_call(
        by=CALLER,
        now=now,
        key=None,
        location_id=slot.location_id,
        physician_id=slot.physician_id,
        starts_at=slot.starts_at,
        name="Demo Caller",
        phone_e164="+12025550123",
        email="caller@example.org",
        caller_zone="America/Chicago",
        secret="s3cret",
    )
    return slot


def test_a_caller_is_reminded_once_the_day_before(cast):
    slot = book(cast, 3)
    assert remind_of_calls(cast.now) == 0
    eve = slot.starts_at - timedelta(hours=23)
    assert remind_of_calls(eve) == 1
    assert remind_of_calls(eve + timedelta(hours=1)) == 0
    letter = Letter.objects.get(subject="Your phone call tomorrow")
    assert letter.to_email == "caller@example.org"
    assert " CST" in letter.body


def test_a_call_booked_within_the_day_needs_no_reminder(cast):
    slot = book(cast, 0)
    assert remind_of_calls(slot.starts_at - timedelta(hours=1)) == 0


def test_patients_at_the_watch_are_asked_again_only_after_the_set_time(watched):
    assert ask_who_is_due(watched.now) == 1
    assert ask_who_is_due(watched.now + timedelta(days=6)) == 0
    assert ask_who_is_due(watched.now + timedelta(days=60)) == 1
    assert Link.objects.filter(purpose=LinkPurpose.SCORES).count() == 2


def test_who_has_just_answered_is_not_asked(watched):
    record_score(
        by=watched.nurse,
        now=watched.now,
        key=None,
        patient_id=watched.patient.pk,
        instrument_code="phq9",
        answers=(1,) * 8 + (0,),
        occasion=ScoreOccasion.BETWEEN,
    )
    assert ask_who_is_due(watched.now) == 0


def test_who_is_not_at_the_watch_is_not_asked(cast):
    assert ask_who_is_due(cast.now) == 0


def test_a_failing_job_stops_no_other_and_its_words_stay_out_of_the_log(cast, caplog):
    def fail(_):
        raise ValueError("Demo Patient")

    rounds = Rounds([Job("failing", timedelta(), fail), Job("working", timedelta(), lambda _: 2)])
    with caplog.at_level("INFO", logger="euthymia.jobs"):
        assert rounds.once(cast.now) == {"working": 2}
    assert "ValueError" in caplog.text
    assert "Demo Patient" not in caplog.text


def test_a_job_rests_until_it_is_due_again(cast):
    rounds = Rounds([Job("hourly", timedelta(hours=1), lambda _: 1)])
    done = [rounds.once(cast.now + timedelta(minutes=m)) for m in (0, 59, 60)]
    assert done == [{"hourly": 1}, {}, {"hourly": 1}]


def test_the_command_sends_what_a_booking_wrote(cast):
    book(cast, 3, now=datetime(2026, 1, 5, 15, tzinfo=UTC))  # the command reads the real clock
    call_command("run_jobs", once=True)
    (sent,) = mail.outbox
    assert sent.subject == "Your phone call is booked"
    assert "BEGIN:VEVENT" in sent.attachments[0][1]
