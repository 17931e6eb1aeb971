"""What is done to a patient's record: registered, corrected, moved along the path, noted, given a link or a task."""

from datetime import date, datetime

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.people.links import expiry_of, secret_hash
from euthymia.clinic.foundation.people.models import Link, Note, Patient, Task
from euthymia.clinic.foundation.people.rules import STAGE_MOVES, STAGE_WORDS, Stage, TaskKind, fold


@act
def register_patient(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    location_id: int,
    given_name: str,
    family_name: str,
    phone_e164: str = "",
    email: str = "",
    birth_on: date | None = None,
    condition: str = "",
    may_text: bool = False,
    may_leave_voicemail: bool = False,
) -> int:
    """Open a record for a person. Gives the patient's id."""
    permit(location_id=location_id)
    patient = Patient.objects.create(
        location_id=location_id,
        given_name=given_name,
        family_name=family_name,
        folded_name=fold(f"{family_name} {given_name}"),
        phone_e164=phone_e164,
        email=email,
        birth_on=birth_on,
        condition=condition,
        may_text=may_text,
        may_leave_voicemail=may_leave_voicemail,
        created_at=now,
    )
    permit(location_id=location_id, patient_id=patient.pk, subject=patient)
    return patient.pk


@act
def correct_contact(*, by: Actor, now: datetime, key: str | None, patient_id: int, changes: dict[str, str]) -> int:
    """Correct how a patient is reached, and who else treats him."""
    patient = Patient.objects.select_for_update().get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    allowed = {"phone_e164", "email", "psychiatrist_name", "psychiatrist_contact"}
    for name in changes.keys() & allowed:
        setattr(patient, name, changes[name])
    patient.save()
    return patient.pk


@act
def move_stage(*, by: Actor, now: datetime, key: str | None, patient_id: int, to: Stage) -> int:
    """Move a patient along the path."""
    patient = Patient.objects.select_for_update().get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    set_stage(patient, to)
    return patient.pk


def set_stage(patient: Patient, to: Stage) -> None:
    """Move a patient along the path, within an act that holds his row.

    Raises
    ------
    Refused
        When the path does not lead there from where he stands.
    """
    now_at = Stage(patient.stage)
    if to == now_at:
        return
    if to not in STAGE_MOVES[now_at]:
        raise Refused(
            Refusal(
                "stage_move",
                f"This patient is at “{STAGE_WORDS[now_at]}”: “{STAGE_WORDS[to]}” does not follow from there.",
            )
        )
    patient.stage = to
    patient.save(update_fields=["stage"])


@act
def write_note(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    patient_id: int,
    text: str,
    corrects_id: int | None = None,
    reason: str = "",
) -> int:
    """Write a note about a patient; a correction names the note it corrects and why."""
    patient = Patient.objects.get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    if corrects_id is not None and not Note.objects.filter(pk=corrects_id, patient=patient).exists():
        raise Refused(Refusal("no_such_note", "That note is not about this patient."))
    if corrects_id is not None and not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why the note is corrected."), "reason")
    note = Note.objects.create(
        patient=patient, at=now, by_id=by.as_staff, text=text, corrects_id=corrects_id, reason=reason
    )
    return note.pk


@act
def send_link(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    patient_id: int,
    purpose: str,
    secret: str,
    about: str = "",
) -> int:
    """Keep a link that opens one thing for a patient until its expiry. The letter is the caller's to queue.

    Raises
    ------
    ValueError
        When the secret was not signed for this purpose (`links.new_secret`).
    """
    expires_at = expiry_of(secret, purpose)
    if expires_at is None:
        raise ValueError("the secret was not signed for this purpose")
    patient = Patient.objects.get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    link = Link.objects.create(
        patient=patient,
        purpose=purpose,
        secret_sha256=secret_hash(secret),
        made_at=now,
        expires_at=expires_at,
        about=about,
    )
    return link.pk


@act
def revoke_link(*, by: Actor, now: datetime, key: str | None, link_id: int) -> int:
    """Close a link before its time."""
    link = Link.objects.select_for_update().select_related("patient").get(pk=link_id)
    permit(location_id=link.patient.location_id, patient_id=link.patient_id, subject=link)
    link.revoked_at = link.revoked_at or now
    link.save(update_fields=["revoked_at"])
    return link.pk


@act
def open_task(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    kind: TaskKind,
    location_id: int,
    patient_id: int | None,
    what: str,
    due_at: datetime,
    named_id: int | None = None,
) -> int:
    """Give the staff something to do by a time."""
    permit(location_id=location_id, patient_id=patient_id)
    task = Task.objects.create(
        kind=kind,
        location_id=location_id,
        patient_id=patient_id,
        what=what,
        opened_at=now,
        due_at=due_at,
        named_id=named_id,
    )
    return task.pk


@act
def finish_task(*, by: Actor, now: datetime, key: str | None, task_id: int, outcome: str) -> int:
    """Say that a task is done, and how it ended."""
    task = Task.objects.select_for_update().get(pk=task_id)
    permit(location_id=task.location_id, patient_id=task.patient_id, subject=task)
    if task.done_at is not None:
        raise Refused(Refusal("task_done", "Someone has already finished this task."))
    if task.kind == TaskKind.SAFETY and not outcome.strip():
        raise Refused(Refusal("outcome_missing", "Write what you did and how the patient is now."), "outcome")
    task.done_at, task.done_by_id, task.outcome = now, by.staff_id, outcome
    task.save()
    return task.pk
