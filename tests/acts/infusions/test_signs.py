"""Who was told of a sign: kept, and the sign stands all the same."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.urls import reverse

from euthymia.clinic.foundation.practice.queries import thresholds
from euthymia.clinic.journey.infusions.models import Infusion, SignTold
from euthymia.clinic.journey.infusions.queries import sheet
from euthymia.clinic.journey.infusions.sign_acts import tell_of_sign
from euthymia.clinic.journey.infusions.sign_queries import signs_shown
from tests.acts.laws import ActLaws
from tests.visits import chart, crew_of, discharged, running


def shown(infusion_id):
    infusion = Infusion.objects.get(pk=infusion_id)
    return [s for s in signs_shown(infusion, sheet(infusion), thresholds()) if s.sign.measure == "systolic_mmhg"]


class TestTellOfSign(ActLaws):
    act = tell_of_sign
    name = "infusions.tell_of_sign"
    by = "nurse"
    refused = ("stranger", "desk", "biller")
    rows = SignTold

    def arguments(self, cast, systolic=182):
        infusion = running(crew_of(cast), cast.now - timedelta(minutes=12))
        chart(crew_of(cast), infusion, cast.now - timedelta(minutes=2), systolic)
        return {"infusion_id": infusion.pk, "measure": "systolic_mmhg", "told": "Dr. Physician"}

    def test_told_is_not_resolved(self, cast):
        wanted = self.arguments(cast)
        (before,) = shown(wanted["infusion_id"])
        assert before.still_to_tell
        self.do(cast, **wanted)
        (after,) = shown(wanted["infusion_id"])
        assert (after.sign, after.still_to_tell) == (before.sign, False)
        assert [t.told for t in after.told] == ["Dr. Physician"]

    def test_what_grows_red_wants_telling_again_and_what_comes_back_does_too(self, cast):
        wanted = self.arguments(cast)
        self.do(cast, **wanted)
        infusion = Infusion.objects.get(pk=wanted["infusion_id"])
        chart(crew_of(cast), infusion, cast.now + timedelta(minutes=1), 184)
        (red,) = shown(infusion.pk)
        assert (red.sign.level, red.still_to_tell) == ("red", True)
        for minute, systolic in ((3, 130), (5, 165)):
            chart(crew_of(cast), infusion, cast.now + timedelta(minutes=minute), systolic)
        (again,) = shown(infusion.pk)
        assert (again.sign.level, again.told) == ("amber", [])

    def test_it_wants_a_name_and_a_sign_that_stands(self, cast):
        wanted = self.arguments(cast)
        assert self.refusal(cast, **wanted | {"told": " "}) == ("told_missing", "told")
        assert self.refusal(cast, **wanted | {"measure": "spo2_pct"}) == ("no_such_sign", None)

    def test_not_after_he_left(self, cast):
        late = discharged(crew_of(cast), cast.now - timedelta(hours=3))
        wanted = {"infusion_id": late.pk, "measure": "systolic_mmhg", "told": "Dr. Physician"}
        assert self.refusal(cast, **wanted) == ("sheet_closed", None)

    def test_the_database_keeps_it_as_it_is(self, cast):
        told = SignTold.objects.get(pk=self.do(cast, **self.arguments(cast)))
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            SignTold.objects.filter(pk=told.pk).update(told="nobody")
        with pytest.raises(IntegrityError, match="somebody_told"), transaction.atomic():
            SignTold.objects.create(
                infusion_id=told.infusion_id, measure="x", level="red", told=" ", at=cast.now, by_id=told.by_id
            )

    def test_the_chair_says_who_was_told_and_asks_for_the_repeat(self, cast):
        wanted = self.arguments(cast)
        nurse, ref = cast.client(cast.nurse), Infusion.objects.get().ref
        page = nurse.get(reverse("infusions:chair", args=[ref])).content.decode()
        assert "Amber: Systolic 182 mmHg" in page
        assert "by 10:03" in page
        sent = {"key": "k", "measure": wanted["measure"], "told": "Dr. Physician"}
        assert nurse.post(reverse("infusions:told", args=[ref]), sent | {"told": ""}).status_code == 422
        assert nurse.post(reverse("infusions:told", args=[ref]), sent).status_code == 302
        page = nurse.get(reverse("infusions:chair", args=[ref])).content.decode()
        assert "Dr. Physician was told at 10:00" in page
        assert "Told is not resolved" in page
