"""A score recorded, asked for, read. The item about death or self-harm opens the safety path at once."""

from datetime import datetime, timedelta

from django.conf import settings

from euthymia.clinic.foundation.audit.actors import Actor, Role
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.messages.acts import queue_message
from euthymia.clinic.foundation.people.acts import open_task, send_link
from euthymia.clinic.foundation.people.links import LINK_DAYS, new_secret
from euthymia.clinic.foundation.people.models import LinkPurpose, Patient
from euthymia.clinic.foundation.people.rules import TaskKind
from euthymia.clinic.foundation.practice.models import PostHeld
from euthymia.clinic.foundation.practice.queries import the_practice, thresholds
from euthymia.clinic.journey.outcomes import rules
from euthymia.clinic.journey.outcomes.instruments import instrument
from euthymia.clinic.journey.outcomes.models import Score, ScoreOccasion, ScoreRead, Unread


@act
def record_score(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    patient_id: int,
    instrument_code: str,
    answers: tuple[int | None, ...],
    occasion: ScoreOccasion,
    taken_at: datetime | None = None,
    corrects_id: int | None = None,
    reason: str = "",
) -> int:
    """Keep a questionnaire as answered. A correction is a new row that names the old one and why."""
    patient = Patient.objects.get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    pack = instrument(instrument_code)
    refusal = rules.check_answers(pack, answers)
    if refusal is not None:
        raise Refused(refusal)
    if corrects_id is not None and not Score.objects.filter(pk=corrects_id, patient=patient).exists():
        raise Refused(Refusal("no_such_score", "That score is not this patient's."))
    if corrects_id is not None and not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why the score is corrected."), "reason")
    if taken_at is not None and taken_at > now:
        raise Refused(Refusal("in_the_future", "A score cannot have been taken in the future."), "taken_on")
    summed = rules.total(pack, answers)
    score = Score.objects.create(
        patient=patient,
        location_id=patient.location_id,
        instrument=pack.code,
        instrument_version=pack.version,
        answers=list(answers),
        total=summed.value,
        prorated=summed.prorated,
        taken_at=taken_at or now,
        occasion=occasion,
        entered_by_id=by.staff_id,
        corrects_id=corrects_id,
        reason=reason,
    )
    if by.staff_id is None:
        Unread.objects.create(score=score, location_id=score.location_id)
    if rules.asks_for_help(pack, answers):
        open_safety_task(by=by, now=now, patient=patient)
    return score.pk


def open_safety_task(*, by: Actor, now: datetime, patient: Patient) -> None:
    """Name a clinician who reaches the patient within the set time, within an act."""
    minutes = int(thresholds()["outcome.safety_minutes"])
    clinician = (
        PostHeld.objects.filter(location_id=patient.location_id, role=Role.PHYSICIAN, held_to=None)
        .order_by("staff_id")
        .first()
    )
    open_task(
        by=by,
        now=now,
        key=None,
        kind=TaskKind.SAFETY,
        location_id=patient.location_id,
        patient_id=patient.pk,
        what="Thoughts of death or self-harm were answered: reach the patient now.",
        due_at=now + timedelta(minutes=minutes),
        named_id=clinician.staff_id if clinician else None,
    )


@act
def ask_for_scores(*, by: Actor, now: datetime, key: str | None, patient_id: int) -> int:
    """Send the patient a link to answer his questionnaires. Gives the link's id."""
    patient = Patient.objects.get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    if not patient.email:
        raise Refused(Refusal("no_email", "There is no email address on the record. Add one, or ask by phone."))
    secret = new_secret(LinkPurpose.SCORES, now)
    link_id = send_link(by=by, now=now, key=None, patient_id=patient.pk, purpose=LinkPurpose.SCORES, secret=secret)
    practice = the_practice()
    assert practice is not None
    queue_message(
        by=by,
        now=now,
        key=None,
        once=f"link {link_id}",
        location_id=patient.location_id,
        patient_id=patient.pk,
        to_email=patient.email,
        subject="How have you been?",
        body=(
            f"Hello {patient.given_name},\n\nPlease tell us how you have been. It takes about three minutes:\n\n"
            f"{settings.PUBLIC_URL}/p/scores/{secret}/\n\n"
            f"The link is for you alone and works for {LINK_DAYS['scores']} days. "
            f"Questions? {practice.phone}. In danger, call 911. To talk to someone at any hour, call or text 988.\n\n"
            f"{practice.name}\n"
        ),
    )
    return link_id


@act
def read_score(*, by: Actor, now: datetime, key: str | None, score_id: int) -> int:
    """A clinician has looked at a score. Who looked first stays."""
    score = Score.objects.get(pk=score_id)
    permit(location_id=score.location_id, patient_id=score.patient_id, subject=score)
    Unread.objects.filter(score=score).delete()
    read, _ = ScoreRead.objects.get_or_create(score=score, defaults={"by_id": by.as_staff, "at": now})
    return read.pk
