"""A patient's chart for other systems: plain JSON with LOINC codes, for clinicians alone."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from euthymia.clinic.foundation.people.access import open_patient
from euthymia.clinic.foundation.practice.pages import staff_page
from euthymia.clinic.journey.infusions.models import Infusion, Vitals
from euthymia.clinic.journey.outcomes.instruments import instrument
from euthymia.clinic.journey.outcomes.models import Score

VITALS_LOINC = {
    "systolic_mmhg": "8480-6",
    "diastolic_mmhg": "8462-4",
    "heart_rate_bpm": "8867-4",
    "breaths_per_min": "9279-1",
    "spo2_pct": "59408-5",
}


@staff_page
@require_safe
def chart(request: Any, ref: UUID) -> HttpResponse:
    """The chart as JSON. Described in docs/exchange.md."""
    patient = open_patient(by=request.actor, now=request.now, ref=ref)
    scores = Score.objects.filter(patient=patient, corrections=None).order_by("taken_at")
    infusions = Infusion.objects.filter(patient=patient, started_at__isnull=False).order_by("started_at")
    vitals: dict[int, list[Vitals]] = {}
    for row in Vitals.objects.filter(infusion__patient=patient, corrections=None).order_by("at"):
        vitals.setdefault(row.infusion_id, []).append(row)
    return JsonResponse(
        {
            "patient": {
                "ref": str(patient.ref),
                "given_name": patient.given_name,
                "family_name": patient.family_name,
                "birth_on": patient.birth_on,
                "stage": patient.stage,
            },
            "scores": [
                {
                    "instrument": s.instrument,
                    "loinc": instrument(s.instrument).loinc_total,
                    "taken_at": s.taken_at,
                    "total": s.total,
                    "prorated": s.prorated,
                    "answers": s.answers,
                }
                for s in scores
            ],
            "infusions": [
                {
                    "ref": str(i.ref),
                    "number": i.number,
                    "started_at": i.started_at,
                    "ended_at": i.ended_at,
                    "state": i.state,
                    "vitals": [_row(v) for v in vitals.get(i.pk, [])],
                }
                for i in infusions
            ],
        }
    )


def _row(v: Vitals) -> dict[str, Any]:
    observed = {name: getattr(v, name) for name in VITALS_LOINC if getattr(v, name) is not None}
    return {"at": v.at, "values": [{"name": n, "loinc": VITALS_LOINC[n], "value": x} for n, x in observed.items()]}
