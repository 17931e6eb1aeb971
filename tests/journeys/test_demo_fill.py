"""The demo practice: every stage there, nothing given in the future, no fault in the house, and safe to go on with."""

from datetime import timedelta

import numpy as np
import pytest
from django.core.management import call_command

from euthymia.clinic.demo import fill as demo
from euthymia.clinic.demo.enact import Enactment
from euthymia.clinic.demo.lives import STAGES, draw_life
from euthymia.clinic.foundation.audit import checks
from euthymia.clinic.foundation.billing.checks import check_ledger
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Location
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
        before += [v for at, v in course.scores if at < course.infusions[0].at][-1:]
        after += [v for at, v in course.scores if at > course.infusions[5].at][:1]
    assert sum(after) / len(after) < sum(before) / len(before) - 3


@pytest.mark.slow
def test_visits_that_full_days_push_together_keep_their_days_and_their_order(db):
    demo.fill(NOW, 1, quiet)
    places = demo.places_of(Location.objects.all()[0])
    today = NOW.date()
    for ago in range(1, 5):
        places.close(today - timedelta(days=ago))
    enactment = Enactment(draw_life(1, STAGES[0][0], today, np.random.default_rng(1)), places, NOW, 1)
    starts = [spot.starts_at for spot in enactment._past_spots([today - timedelta(days=ago) for ago in (5, 3, 1)])]
    assert starts == sorted(starts)
    assert len({at.date() for at in starts}) == 3
    assert max(starts).date() < today - timedelta(days=4)


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
