"""Asks patients at the watch how they have been, when nothing was heard for the set time."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from euthymia.clinic.foundation.audit.actors import SYSTEM
from euthymia.clinic.foundation.people.models import Link, LinkPurpose, Patient
from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.foundation.practice.queries import thresholds
from euthymia.clinic.journey.outcomes.acts import ask_for_scores
from euthymia.clinic.journey.outcomes.models import Score


def ask_who_is_due(now: datetime, limit: int = 200) -> int:
    """Send the questionnaires to patients at the watch who neither answered nor were asked lately."""
    every_days = thresholds().get("outcome.ask_every_days")
    if every_days is None:  # no practice file was read yet
        return 0
    since = now - timedelta(days=int(every_days))
    answered = Score.objects.filter(patient=OuterRef("pk"), taken_at__gt=since)
    asked = Link.objects.filter(patient=OuterRef("pk"), purpose=LinkPurpose.SCORES, made_at__gt=since)
    due = (
        Patient.objects.filter(~Exists(answered), ~Exists(asked), stage=Stage.WATCH)
        .exclude(email="")
        .order_by("id")
        .values_list("pk", flat=True)[:limit]
    )
    for patient_id in due:
        ask_for_scores(by=SYSTEM, now=now, key=None, patient_id=patient_id)
    return len(due)
