"""What is typed on the call sheet stays, until the call is over."""

from euthymia.clinic.journey.consults.acts import finish_call, save_call_sheet
from euthymia.clinic.journey.consults.models import Call
from euthymia.clinic.journey.consults.rules import Disposition
from tests.acts.laws import ActLaws
from tests.acts.steps import a_call


class TestSaveCallSheet(ActLaws):
    act = save_call_sheet
    name = "consults.save_call_sheet"
    rows = Call
    about_patient = False

    def arguments(self, cast):
        return {"call_id": a_call(cast), "sheet": {"safe_now": "no"}}

    def test_what_was_typed_before_stays(self, cast):
        arguments = self.arguments(cast)
        self.do(cast, **arguments)
        self.do(cast, **arguments | {"sheet": {"place": "At home 🏠 بيت"}})
        assert Call.objects.get().sheet == {"safe_now": "no", "place": "At home 🏠 بيت"}

    def test_a_call_not_reached_may_be_gone_on_with_and_one_that_is_over_may_not(self, cast):
        arguments = self.arguments(cast)

        def finish(how):
            finish_call(
                by=cast.desk,
                now=cast.now,
                key=None,
                call_id=arguments["call_id"],
                sheet={"safe_now": "no"},
                disposition=how,
            )

        finish(Disposition.NOT_REACHED)
        self.do(cast, **arguments)
        finish(Disposition.NOT_A_FIT)
        assert self.refusal(cast, **arguments) == ("call_over", None)
