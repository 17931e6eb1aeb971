"""The drug log: what each location holds, every move, and a vial taken in."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from euthymia.clinic.foundation.audit.readings import readable_locations, record_reading
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.foundation.stock.acts import receive_vial
from euthymia.clinic.foundation.stock.models import DrugMove
from euthymia.clinic.foundation.stock.queries import vials_on_hand
from euthymia.clinic.journey.infusions.forms import VialForm

SHOWN_MOVES = 60


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def drug_log(request: Any) -> HttpResponse:
    """Vials on hand and the newest moves at the locations of this person; takes in a vial."""
    ids = readable_locations(request.actor, "stock")
    if not ids:
        raise NotAllowed("stock")
    record_reading(by=request.actor, now=request.now, what="stock", location_id=min(ids), patient_id=None)
    places = list(Location.objects.filter(pk__in=ids))
    form = VialForm(request.POST if request.method == "POST" else None, places=places)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = form.do(
            receive_vial,
            by=request.actor,
            now=request.now,
            location_id=int(data["location"]),
            lot=data["lot"],
            strength_mg_per_ml=data["strength_mg_per_ml"],
            volume_ul=int(data["volume_ml"] * 1000),
            supplier=data["supplier"],
            supplier_registration=data["supplier_registration"],
            expires_on=data["expires_on"],
        )
        if done is not None:
            return redirect("infusions:drug_log")
    moves = DrugMove.objects.filter(vial__location_id__in=ids).select_related(
        "vial__location", "by", "witness", "patient"
    )
    context = {
        "held": [(place, vials_on_hand(place.pk, request.now.date())) for place in places],
        "moves": moves.order_by("-id")[:SHOWN_MOVES],
        "form": form,
    }
    return render(request, "infusions/drug_log.html", context, status=422 if request.method == "POST" else 200)
