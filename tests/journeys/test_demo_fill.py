"""The demo practice: every stage there, nothing given in the future, no fault in the house, and safe to go on with."""

import pytest
from django.core.management import call_command

from euthymia.clinic.demo import fill as demo
from euthymia.clinic.demo.lives import STAGES
from euthymia.clinic.foundation.audit import checks
from euthymia.clinic.foundation.billing.checks import check_ledger
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.stock.checks import check_closed_infusions, check_drug_balance
from euthymia.clinic.journey.boosters.history import course_of
from euthymia.clinic.journey.infusions.models import Infusion
from tests.cast import NOW

COUNT = 34


def quiet(_: str) -> None:
    """No progress in a test."""


@pytest.mark.slow
def test_the_demo_is_whole_and_its_scores_follow_its_infusions(db):
    added = demo.fill(NOW, COUNT, quiet)
    assert added == Patient.objects.count() >= COUNT
    assert set(Patient.objects.values_list("stage", flat=True)) == {stage for stage, _ in STAGES}
    assert not Infusion.objects.filter(started_at__gt=NOW).exists()
    lines = [checks.check_chain(), *checks.check_rows(), check_ledger(), check_drug_balance(), check_closed_infusions()]
    assert [fault for line in lines for fault in line.faults] == []
    before, after = [], []
    for patient in Patient.objects.filter(stage="watch"):
        course = course_of(patient)
        before += [v for at, v in course.scores if at < course.infusions[0][0]][-1:]
        after += [v for at, v in course.scores if at > course.infusions[5][0]][:1]
    assert sum(after) / len(after) < sum(before) / len(before) - 3


@pytest.mark.slow
def test_a_fill_that_was_interrupted_goes_on(db, monkeypatch):
    def stop(number: int) -> None:
        if number == 9:
            raise KeyboardInterrupt

    real, seen = demo.enact_patient, []

    def enact(**arguments):
        seen.append(1)
        stop(len(seen))
        return real(**arguments)

    monkeypatch.setattr(demo, "enact_patient", enact)
    with pytest.raises(KeyboardInterrupt):
        demo.fill(NOW, 20, quiet)
    monkeypatch.setattr(demo, "enact_patient", real)
    half = Patient.objects.count()
    assert half == 8
    demo.fill(NOW, 20, quiet)
    assert Patient.objects.count() == len(demo.stages_for(20))
    assert demo.fill(NOW, 20, quiet) == 0


def test_one_sign_in_is_printed_for_each_role(db, capsys):
    demo.fill(NOW, 1, quiet)
    call_command("demo_sign_ins")
    words = capsys.readouterr().out
    for role in ("Front desk", "Nurse", "Physician", "Biller", "Medical director", "Owner"):
        assert role in words
