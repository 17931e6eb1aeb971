"""Where a patient stands on the path, and how names and phone numbers are folded."""

import unicodedata
from enum import StrEnum


class Stage(StrEnum):
    """The path of a patient, from the call to the last booster."""

    LEAD = "lead"
    NOT_A_FIT = "not_a_fit"
    INTAKE_SENT = "intake_sent"
    INTAKE_COMPLETE = "intake_complete"
    ELIGIBLE = "eligible"
    ELIGIBLE_WITH_CONDITIONS = "eligible_with_conditions"
    DEFERRED = "deferred"
    DECLINED = "declined"
    PLAN_ISSUED = "plan_issued"
    AGREED = "agreed"
    IN_COURSE = "in_course"
    WATCH = "watch"
    BOOSTER_PROPOSED = "booster_proposed"
    BOOSTER_BOOKED = "booster_booked"
    PAUSED = "paused"
    DISCHARGED = "discharged"


STAGE_WORDS: dict[Stage, str] = {
    Stage.LEAD: "Called us",
    Stage.NOT_A_FIT: "Not a fit",
    Stage.INTAKE_SENT: "Intake sent",
    Stage.INTAKE_COMPLETE: "Intake complete",
    Stage.ELIGIBLE: "Eligible",
    Stage.ELIGIBLE_WITH_CONDITIONS: "Eligible with conditions",
    Stage.DEFERRED: "Deferred",
    Stage.DECLINED: "Declined",
    Stage.PLAN_ISSUED: "Plan issued",
    Stage.AGREED: "Agreement signed",
    Stage.IN_COURSE: "In course",
    Stage.WATCH: "Watch",
    Stage.BOOSTER_PROPOSED: "Booster proposed",
    Stage.BOOSTER_BOOKED: "Booster booked",
    Stage.PAUSED: "Paused",
    Stage.DISCHARGED: "Discharged",
}

# From where a patient may move where. The diagram in the docs is drawn from this table.
_OUT = frozenset({Stage.PAUSED, Stage.DISCHARGED})
STAGE_MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.LEAD: frozenset({Stage.INTAKE_SENT, Stage.NOT_A_FIT}),
    Stage.NOT_A_FIT: frozenset({Stage.INTAKE_SENT}),
    Stage.INTAKE_SENT: frozenset({Stage.INTAKE_COMPLETE, Stage.NOT_A_FIT}) | _OUT,
    Stage.INTAKE_COMPLETE: frozenset({Stage.ELIGIBLE, Stage.ELIGIBLE_WITH_CONDITIONS, Stage.DEFERRED, Stage.DECLINED})
    | _OUT,
    Stage.ELIGIBLE: frozenset({Stage.PLAN_ISSUED, Stage.DEFERRED, Stage.DECLINED}) | _OUT,
    Stage.ELIGIBLE_WITH_CONDITIONS: frozenset({Stage.PLAN_ISSUED, Stage.DEFERRED, Stage.DECLINED}) | _OUT,
    Stage.DEFERRED: frozenset({Stage.ELIGIBLE, Stage.ELIGIBLE_WITH_CONDITIONS, Stage.DECLINED}) | _OUT,
    Stage.DECLINED: frozenset({Stage.ELIGIBLE, Stage.ELIGIBLE_WITH_CONDITIONS, Stage.DEFERRED}),
    Stage.PLAN_ISSUED: frozenset({Stage.AGREED, Stage.PLAN_ISSUED}) | _OUT,
    Stage.AGREED: frozenset({Stage.IN_COURSE, Stage.PLAN_ISSUED}) | _OUT,
    Stage.IN_COURSE: frozenset({Stage.WATCH}) | _OUT,
    Stage.WATCH: frozenset({Stage.BOOSTER_PROPOSED, Stage.PLAN_ISSUED}) | _OUT,
    Stage.BOOSTER_PROPOSED: frozenset({Stage.BOOSTER_BOOKED, Stage.WATCH}) | _OUT,
    Stage.BOOSTER_BOOKED: frozenset({Stage.WATCH, Stage.BOOSTER_PROPOSED}) | _OUT,
    Stage.PAUSED: frozenset({Stage.WATCH, Stage.PLAN_ISSUED, Stage.IN_COURSE, Stage.DISCHARGED}),
    Stage.DISCHARGED: frozenset({Stage.INTAKE_SENT}),
}


class TaskKind(StrEnum):
    SAFETY = "safety"
    CALL_BACK = "call_back"
    READ_SCORE = "read_score"
    NEXT_DAY_CALL = "next_day_call"
    ESTIMATE_DUE = "estimate_due"
    REVIEW = "review"
    MAIL_FAILED = "mail_failed"
    OTHER = "other"


def fold(text: str) -> str:
    """Fold a name for search and order: accents, case and spacing set aside, other scripts kept."""
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


def spoken_name(given_name: str, family_name: str) -> str:
    """A name as people say it.

    >>> spoken_name("Demo", "Patient")
    'Demo Patient'
    """
    return f"{given_name} {family_name}".strip()
