"""Intake saved as typed and handed in; the rules run over it; the physician's decision."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.foundation.people.acts import open_task, set_stage
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.people.rules import Stage, TaskKind
from euthymia.clinic.foundation.practice.queries import thresholds
from euthymia.clinic.journey.outcomes.acts import record_score
from euthymia.clinic.journey.outcomes.models import ScoreOccasion
from euthymia.clinic.journey.screening import rules
from euthymia.clinic.journey.screening.models import Decision, EligibilityOutcome, Intake, IntakeDraft, Screening
from euthymia.clinic.journey.screening.queries import last_item9


@act
def save_intake(*, by: Actor, now: datetime, key: str | None, patient_id: int, answers: dict[str, Any]) -> int:
    """Keep what has been typed so far. What was answered on other pages stays."""
    patient = Patient.objects.select_for_update().get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    if Intake.objects.filter(patient=patient).exists():
        raise Refused(Refusal("intake_closed", "Your answers are already with us. To change one, please call us."))
    draft = IntakeDraft.objects.filter(patient=patient).first() or IntakeDraft(patient=patient)
    draft.answers = {**draft.answers, **answers}
    draft.saved_at = now
    draft.save()
    return draft.pk


@act
def submit_intake(*, by: Actor, now: datetime, key: str | None, patient_id: int) -> int:
    """Hand in the intake: kept as it stands, with its scores; the practice is asked to review it."""
    patient = Patient.objects.select_for_update().get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    draft = IntakeDraft.objects.filter(patient=patient).first()
    if draft is None or Intake.objects.filter(patient=patient).exists():
        raise Refused(Refusal("intake_closed", "Your answers are already with us. Thank you."))
    missing = [q for q in rules.questions() if draft.answers.get(q.id) not in ("yes", "no", "not_sure")]
    if missing:
        raise Refused(
            Refusal("intake_unfinished", f"{len(missing)} questions are still open. Answer them, or choose “Not sure”.")
        )
    intake = Intake.objects.create(patient=patient, answers=draft.answers, submitted_at=now)
    _take_over(patient, draft.answers)
    set_stage(patient, Stage.INTAKE_COMPLETE)
    for code in ("phq9", "gad7"):
        answered = draft.answers.get(code)
        if answered and any(a is not None for a in answered):
            record_score(
                by=by,
                now=now,
                key=None,
                patient_id=patient.pk,
                instrument_code=code,
                answers=tuple(answered),
                occasion=ScoreOccasion.INTAKE,
            )
    open_task(
        by=by,
        now=now,
        key=None,
        kind=TaskKind.REVIEW,
        location_id=patient.location_id,
        patient_id=patient.pk,
        what="An intake has come in: review the screening.",
        due_at=now + timedelta(days=2),
    )
    return intake.pk


def _take_over(patient: Patient, answers: dict[str, Any]) -> None:
    """What the patient said of himself and of who treats him goes onto his record."""
    patient.psychiatrist_name = str(answers.get("psychiatrist_name", ""))[:200]
    patient.psychiatrist_contact = str(answers.get("psychiatrist_contact", ""))[:300]
    patient.condition = str(answers.get("condition") or patient.condition)[:80]
    if answers.get("birth_on"):
        patient.birth_on = date.fromisoformat(answers["birth_on"])
    patient.save()


@act
def run_screening(*, by: Actor, now: datetime, key: str | None, patient_id: int, measured: dict[str, float]) -> int:
    """Run every rule over the newest intake and what was measured, and keep what spoke."""
    patient = Patient.objects.select_related("location").get(pk=patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    intake = Intake.objects.filter(patient=patient).order_by("-id").first()
    if intake is None:
        raise Refused(Refusal("no_intake", "The patient has not handed in the intake yet."))
    settings = thresholds()
    inputs = rules.inputs_of(
        answers=intake.answers,
        measured=measured,
        age_years=rules.age_on(patient.birth_on, now.astimezone(ZoneInfo(patient.location.zone)).date()),
        phq9_item9=last_item9(patient),
        thresholds=settings,
    )
    findings = rules.screen(inputs, settings)
    screening = Screening.objects.create(
        patient=patient,
        intake=intake,
        at=now,
        rules_version=rules.rules_version(),
        measured=measured,
        findings=[asdict(f) for f in findings],
        suggestion=rules.suggest(findings),
    )
    return screening.pk


@act
def decide_eligibility(
    *,
    by: Actor,
    now: datetime,
    key: str | None,
    screening_id: int,
    outcome: EligibilityOutcome,
    reason: str,
    overrides: dict[str, str],
) -> int:
    """The physician decides. To go on against a rule he signs an override with a reason, where the rule allows one."""
    screening = Screening.objects.get(pk=screening_id)
    patient = Patient.objects.select_for_update().get(pk=screening.patient_id)
    permit(location_id=patient.location_id, patient_id=patient.pk, subject=patient)
    if Screening.objects.filter(patient=patient, pk__gt=screening.pk).exists():
        raise Refused(Refusal("screening_old", "A newer screening stands. Look at it before you decide."))
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Write the reason for your decision."), "reason")
    if outcome in (EligibilityOutcome.ELIGIBLE, EligibilityOutcome.WITH_CONDITIONS):
        _demand_overrides(screening, overrides)
    decision = Decision.objects.create(
        patient=patient,
        screening=screening,
        outcome=outcome,
        reason=reason,
        overrides={k: v for k, v in overrides.items() if v.strip()},
        by_id=by.as_staff,
        at=now,
    )
    set_stage(patient, Stage(outcome))
    return decision.pk


def _demand_overrides(screening: Screening, overrides: dict[str, str]) -> None:
    for finding in screening.findings:
        if finding["severity"] == rules.Severity.ABSOLUTE:
            if finding["known"]:
                raise Refused(
                    Refusal("absolute", f"“{finding['sentence']}” excludes treatment and cannot be overridden."),
                    "outcome",
                )
            if not overrides.get(finding["rule"], "").strip():
                raise Refused(
                    Refusal(
                        "unknown_absolute", f"“{finding['sentence']}” is not known. Find out, and write what you found."
                    ),
                    f"override_{finding['rule']}",
                )
        elif finding["known"] and not overrides.get(finding["rule"], "").strip():
            raise Refused(
                Refusal("override_missing", "This rule spoke. Write why you go on all the same."),
                f"override_{finding['rule']}",
            )
