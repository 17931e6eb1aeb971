"""The infusion drawn as anaesthetists draw it, with the predicted concentration behind."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.safestring import SafeString, mark_safe

from euthymia import drawing
from euthymia.clinic.foundation.forecasts.service import UsualVisit, usual_visit
from euthymia.clinic.journey.infusions.dose import Rate
from euthymia.clinic.journey.infusions.given import pieces_of
from euthymia.clinic.journey.infusions.models import DoseOrder, HelpCall, Infusion, InfusionEvent, Segment, Vitals
from euthymia.clinic.journey.infusions.queries import baseline_row

RECOVERY_MINUTES = 60
BEFORE_MINUTES = 15
USUAL_MINUTES = 300
"""How far from the start it is asked when patients are usually past it."""


def record_figure(
    infusion: Infusion,
    order: DoseOrder | None,
    rows: list[Vitals],
    events: list[InfusionEvent],
    segments: list[Segment],
    now: datetime,
    calls: list[HelpCall],
) -> dict[str, SafeString]:
    """The wide and the narrow drawing of one infusion; none before the start."""
    if infusion.started_at is None or order is None:
        return {}
    start = infusion.started_at

    def minute(at: datetime) -> float:
        return round((at - start).total_seconds() / 60, 2)

    length = float(order.minutes + RECOVERY_MINUTES)
    usual = _until(length, usual_course(infusion, order, segments))
    shown = [r for r in rows if minute(r.at) >= -BEFORE_MINUTES]
    record = drawing.InfusionRecord(
        title="Infusion record",
        last_minute=length,
        first_minute=min([0.0, *(minute(r.at) for r in shown)]),
        pressures=tuple(
            drawing.Pressure(minute(r.at), r.systolic_mmhg, r.diastolic_mmhg)
            for r in shown
            if r.systolic_mmhg is not None and r.diastolic_mmhg is not None
        ),
        heart_rates=tuple(
            drawing.HeartRate(minute(r.at), r.heart_rate_bpm) for r in shown if r.heart_rate_bpm is not None
        ),
        rows=(
            drawing.NumberRow(
                "SpO2 %", tuple((minute(r.at), f"{r.spo2_pct}") for r in shown if r.spo2_pct is not None)
            ),
            drawing.NumberRow(
                "Rate mL/h", tuple((minute(s.from_at), f"{s.rate_ml_per_h.normalize():f}") for s in segments)
            ),
        ),
        events=_marks(events, calls, minute),
        concentration_ng_per_ml=tuple(usual.concentration_ng_per_ml) if usual else (),
        usual_pressures=_usual_pressures(usual, baseline_row(rows, start)),
        felt=drawing.FeltStrip(
            label="Dissociation",
            top=10,
            usual=tuple(usual.dissociation_0_10) if usual else (),
            charted=tuple((minute(r.at), r.dissociation_0_10) for r in shown if r.dissociation_0_10 is not None),
        ),
        now_minute=minute(now) if infusion.ended_at is None and minute(now) <= length else None,
    )
    # Our own drawing escapes every text that goes into it.
    return {
        "svg": mark_safe(str(drawing.infusion_record(record, width=720))),  # noqa: S308 - as said above
        "narrow": mark_safe(str(drawing.infusion_record(record, width=360))),  # noqa: S308 - as said above
    }


def _marks(
    events: list[InfusionEvent], calls: list[HelpCall], minute: Callable[[datetime], float]
) -> tuple[drawing.Event, ...]:
    """What happened and what the patient said by his button, in time."""
    said = [(minute(e.at), e.get_kind_display()) for e in events]
    said += [(minute(c.at), f"“{c.get_said_display()}”") for c in calls if minute(c.at) >= -BEFORE_MINUTES]
    return tuple(drawing.Event(at, words) for at, words in sorted(said))


def _until(last: float, usual: UsualVisit | None) -> UsualVisit | None:
    if usual is None:
        return None
    return replace(
        usual,
        concentration_ng_per_ml=[p for p in usual.concentration_ng_per_ml if p[0] <= last],
        systolic_rise_mmhg=[p for p in usual.systolic_rise_mmhg if p[0] <= last],
        diastolic_rise_mmhg=[p for p in usual.diastolic_rise_mmhg if p[0] <= last],
        dissociation_0_10=[p for p in usual.dissociation_0_10 if p[0] <= last],
    )


def _usual_pressures(usual: UsualVisit | None, baseline: Vitals | None) -> tuple[drawing.UsualPressure, ...]:
    """The usual rise on top of this patient's own pressure before the start."""
    if usual is None or baseline is None or baseline.systolic_mmhg is None or baseline.diastolic_mmhg is None:
        return ()
    systolic, diastolic = baseline.systolic_mmhg, baseline.diastolic_mmhg
    return tuple(
        drawing.UsualPressure(at, systolic + low, systolic + high, diastolic + low_, diastolic + high_)
        for (at, low, high), (_, low_, high_) in zip(usual.systolic_rise_mmhg, usual.diastolic_rise_mmhg, strict=True)
    )


def usually_ready_at(infusion: Infusion, order: DoseOrder, segments: list[Segment], wait: timedelta) -> datetime | None:
    """When nine of ten are past pressure and dissociation, and never before the practice's own wait after the end."""
    usual = usual_course(infusion, order, segments)
    if infusion.started_at is None or usual is None or usual.past_minute is None:
        return None
    end = infusion.ended_at or infusion.started_at + timedelta(minutes=order.minutes)
    return max(infusion.started_at + timedelta(minutes=usual.past_minute), end + wait)


def usual_course(infusion: Infusion, order: DoseOrder, segments: list[Segment]) -> UsualVisit | None:
    """What is usual for the pump's rates so far, the last one held until the dose is given."""
    assert infusion.started_at is not None
    rates = [Rate(segment.from_at, segment.dose_ug_per_min) for segment in segments]
    pieces = pieces_of(rates, infusion.started_at, None, order.dose_ug)
    if not pieces:
        return None
    return usual_visit(pieces, order.weight_g / 1000, USUAL_MINUTES, first_infusion=infusion.number == 1)
