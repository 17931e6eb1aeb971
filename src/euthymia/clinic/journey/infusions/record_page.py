"""The whole record of one infusion as plain parts: what page and paper show alike."""

from dataclasses import dataclass

from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.journey.infusions.button_queries import calls_of
from euthymia.clinic.journey.infusions.fingerprint import stands
from euthymia.clinic.journey.infusions.models import (
    Addendum,
    Discharge,
    DoseOrder,
    HelpCall,
    Infusion,
    InfusionEvent,
    Segment,
    SignTold,
    Vitals,
)
from euthymia.clinic.journey.infusions.queries import events_of, last_order, segments_of, sheet


@dataclass(frozen=True, slots=True)
class Record:
    """One infusion from order to addenda."""

    infusion: Infusion
    order: DoseOrder | None
    rows: list[Vitals]
    segments: list[Segment]
    events: list[InfusionEvent]
    calls: list[HelpCall]
    told: list[SignTold]
    discharge: Discharge | None
    addenda: list[Addendum]

    @property
    def intact(self) -> bool | None:
        """Whether it is still what was signed. None where no fingerprint was kept."""
        if self.discharge is None or not self.discharge.record_sha256:
            return None
        return stands(self.infusion, self.discharge, self.addenda)

    def corrected_by(self) -> dict[int, list[Addendum]]:
        """The addenda that correct each signed row."""
        found: dict[int, list[Addendum]] = {}
        for addendum in self.addenda:
            if addendum.row_id is not None:
                found.setdefault(addendum.row_id, []).append(addendum)
        return found


def record_of(infusion: Infusion) -> Record:
    """The record of an infusion that has begun."""
    if infusion.started_at is None:
        raise NotAllowed("record")
    return Record(
        infusion=infusion,
        order=last_order(infusion),
        rows=sheet(infusion),
        segments=segments_of(infusion),
        events=events_of(infusion),
        calls=calls_of(infusion),
        told=list(SignTold.objects.filter(infusion=infusion).select_related("by").order_by("id")),
        discharge=Discharge.objects.filter(infusion=infusion).select_related("by").first(),
        addenda=list(Addendum.objects.filter(infusion=infusion).select_related("by", "row").order_by("id")),
    )
