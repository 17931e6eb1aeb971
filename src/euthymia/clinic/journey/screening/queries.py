"""Reads intakes, screenings and decisions."""

from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.journey.outcomes.models import Score
from euthymia.clinic.journey.screening.models import Decision, Intake, IntakeDraft, Screening


def last_item9(patient: Patient) -> int | None:
    """The last answer to item 9 of the PHQ-9."""
    score = Score.objects.filter(patient=patient, instrument="phq9", corrections=None).order_by("-taken_at").first()
    return score.answers[8] if score is not None else None


def last_intake(patient: Patient) -> Intake | None:
    """The newest intake that was handed in."""
    return Intake.objects.filter(patient=patient).order_by("-id").first()


def draft_answers(patient: Patient) -> dict[str, object]:
    """What has been typed so far."""
    draft = IntakeDraft.objects.filter(patient=patient).first()
    return dict(draft.answers) if draft else {}


def last_screening(patient: Patient) -> Screening | None:
    """The newest run of the rules."""
    return Screening.objects.filter(patient=patient).order_by("-id").first()


def last_decision(patient: Patient) -> Decision | None:
    """The newest decision."""
    return Decision.objects.filter(patient=patient).select_related("by").order_by("-id").first()
