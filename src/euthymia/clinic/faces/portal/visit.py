"""The visit that a link is for."""

from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.people.access import Visit
from euthymia.clinic.journey.infusions.models import Infusion


def infusion_of(visit: Visit) -> Infusion:
    """The infusion named by the link, if it is this patient's."""
    kind, _, number = visit.link.about.partition(":")
    rows = Infusion.objects.select_related("location", "chair", "booking", "patient", "plan__signed_by")
    infusion = rows.filter(pk=int(number or 0), patient=visit.patient).first()
    if kind != "infusion" or infusion is None:
        raise NotAllowed("link")
    return infusion
