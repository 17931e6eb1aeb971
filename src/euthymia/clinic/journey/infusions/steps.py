"""What every act of a visit begins and ends with: its row locked for someone who may, and its next state."""

from euthymia.clinic.foundation.audit.acts import permit
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused
from euthymia.clinic.journey.infusions.models import (
    Infusion,
)
from euthymia.clinic.journey.infusions.states import (
    INFUSION_MOVES,
    INFUSION_STATE_WORDS,
    InfusionState,
)


def locked(infusion_id: int) -> Infusion:
    """An infusion with its row locked, for someone who may do this there."""
    infusion = (
        Infusion.objects.select_for_update(of=("self",))
        .select_related("plan__location", "plan__estimate", "booking", "patient", "location")
        .get(pk=infusion_id)
    )
    permit(location_id=infusion.location_id, patient_id=infusion.patient_id, subject=infusion)
    return infusion


def go(infusion: Infusion, to: InfusionState) -> None:
    here = InfusionState(infusion.state)
    if to not in INFUSION_MOVES[here]:
        raise Refused(
            Refusal(
                "infusion_state",
                f"This visit is “{INFUSION_STATE_WORDS[here]}”: “{INFUSION_STATE_WORDS[to]}” does not follow.",
            )
        )
    infusion.state = to
