"""Letters are written in the transaction that causes them; the worker claims, sends and settles each."""

from datetime import datetime, timedelta

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.messages.models import Letter, LetterState
from euthymia.clinic.foundation.people.acts import open_task
from euthymia.clinic.foundation.people.rules import TaskKind

_TASK_WORDS = {
    LetterState.FAILED: "A letter could not be sent: “{}”. Reach the person by phone.",
    LetterState.UNSURE: "It is not known whether a letter was sent: “{}”. Ask the person.",
}
_TASK_WITHIN = timedelta(hours=4)


@act
def queue_message(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    once: str,
    to_email: str,
    subject: str,
    body: str,
    location_id: int | None = None,
    patient_id: int | None = None,
    calendar: str = "",
    due_at: datetime | None = None,
) -> int:
    """Write a letter to be sent at its time. The same `once` is written once; its first letter is given."""
    permit(location_id=location_id, patient_id=patient_id)
    earlier = Letter.objects.filter(once=once).first()
    if earlier is not None:
        return earlier.pk
    letter = Letter.objects.create(
        once=once,
        location_id=location_id,
        patient_id=patient_id,
        to_email=to_email,
        subject=subject,
        body=body,
        calendar=calendar,
        made_at=now,
        due_at=due_at or now,
    )
    return letter.pk


@act
def claim_message(*, by: Actor, now: datetime, key: str | None, letter_id: int) -> int:
    """Take a letter for sending. Committed before it goes out, so that it cannot go out twice unseen.

    Gives 0 when another worker has it.
    """
    letter = Letter.objects.select_for_update(skip_locked=True).filter(pk=letter_id, state=LetterState.QUEUED).first()
    if letter is None:
        permit(location_id=None)
        return 0
    permit(location_id=letter.location_id, patient_id=letter.patient_id, subject=letter)
    letter.state, letter.tries, letter.claimed_at = LetterState.SENDING, letter.tries + 1, now
    letter.save(update_fields=["state", "tries", "claimed_at"])
    return letter.pk


@act
def settle_message(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    letter_id: int,
    state: LetterState,
    trouble: str = "",
    again_at: datetime | None = None,
) -> int:
    """Say how sending went: sent, failed, to be tried again, or not known.

    What failed or is not known becomes a task of the desk.
    """
    letter = Letter.objects.select_for_update().get(pk=letter_id)
    permit(location_id=letter.location_id, patient_id=letter.patient_id, subject=letter)
    letter.state, letter.trouble = state, trouble[:200]
    if state == LetterState.QUEUED:
        letter.due_at = again_at or now
    else:
        letter.settled_at = now
    letter.save()
    if state in _TASK_WORDS and letter.location_id is not None:
        open_task(
            by=by,
            now=now,
            key=None,
            kind=TaskKind.MAIL_FAILED,
            location_id=letter.location_id,
            patient_id=letter.patient_id,
            what=_TASK_WORDS[state].format(letter.subject),
            due_at=now + _TASK_WITHIN,
        )
    return letter.pk
