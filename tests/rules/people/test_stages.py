"""Where a patient may move from where, and how names are folded."""

import pytest

from euthymia.clinic.foundation.people.rules import STAGE_MOVES, STAGE_WORDS, Stage, fold

MOVES = {
    "lead": "intake_sent not_a_fit",
    "not_a_fit": "intake_sent",
    "intake_sent": "intake_complete not_a_fit paused discharged",
    "intake_complete": "eligible eligible_with_conditions deferred declined paused discharged",
    "eligible": "plan_issued deferred declined paused discharged",
    "eligible_with_conditions": "plan_issued deferred declined paused discharged",
    "deferred": "eligible eligible_with_conditions declined paused discharged",
    "declined": "eligible eligible_with_conditions deferred",
    "plan_issued": "agreed plan_issued paused discharged",
    "agreed": "in_course plan_issued paused discharged",
    "in_course": "watch paused discharged",
    "watch": "booster_proposed plan_issued paused discharged",
    "booster_proposed": "booster_booked watch paused discharged",
    "booster_booked": "watch booster_proposed paused discharged",
    "paused": "watch plan_issued in_course discharged",
    "discharged": "intake_sent",
}


@pytest.mark.parametrize("stage", Stage)
def test_where_the_path_leads(stage):
    assert {str(to) for to in STAGE_MOVES[stage]} == set(MOVES[stage].split())
    assert STAGE_WORDS[stage]


def test_every_stage_can_be_reached_from_the_first_call():
    reached, waiting = set(), [Stage.LEAD]
    while waiting:
        stage = waiting.pop()
        if stage not in reached:
            reached.add(stage)
            waiting += STAGE_MOVES[stage]
    assert reached == set(Stage)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("  Ødegård   José ", "ødegard jose"), ("MÜLLER", "muller"), ("Straße", "strasse"), ("محمد", "محمد"), ("", "")],
)
def test_names_are_folded_for_search(typed, folded):
    assert fold(typed) == folded
