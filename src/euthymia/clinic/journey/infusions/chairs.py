"""The chairs: where the tablet's app opens, every visit of the day that can be charted."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from euthymia.clinic.foundation.audit.readings import readable_locations, record_reading
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.journey.infusions.device_look import remember
from euthymia.clinic.journey.infusions.models import Infusion
from euthymia.clinic.journey.infusions.states import IN_CHAIR

MOST = 200


@staff_page
@require_safe
def chairs(request: Any) -> HttpResponse:
    """Every patient who is here, by location and chair."""
    places = readable_locations(request.actor, "board")
    if not places:
        raise NotAllowed("board")
    record_reading(by=request.actor, now=request.now, what="board", location_id=min(places), patient_id=None)
    visits = (
        Infusion.objects.filter(location_id__in=places, state__in=IN_CHAIR)
        .select_related("patient", "chair", "location", "booking", "nurse")
        .order_by("location__name", "chair__name", "booking__starts_at")
    )
    return render(request, "infusions/chairs.html", {"visits": list(visits[:MOST])})


@staff_page
@require_POST
def change_look(request: Any) -> HttpResponse:
    """Dark or light on this device, and back to where that was asked."""
    back = request.POST.get("back", "")
    here = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    answer = redirect(back) if here else redirect("infusions:chairs")
    return remember(answer, request.POST.get("look", ""))
