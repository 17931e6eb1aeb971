"""The fingerprint of an infusion's record: SHA-256 over its rows, written down in one fixed way.

The columns are named here one by one, so that a column added later leaves old fingerprints true.
"""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet

from euthymia.clinic.foundation.stock.models import DrugMove
from euthymia.clinic.journey.infusions.addendum_models import Addendum
from euthymia.clinic.journey.infusions.models import (
    Discharge,
    DoseConfirmation,
    DoseOrder,
    GateAnswer,
    HelpCall,
    Infusion,
    InfusionEvent,
    Segment,
    SignTold,
    Vitals,
)

FORM = "euthymia infusion record 1"
_VITALS = (
    "systolic_mmhg diastolic_mmhg heart_rate_bpm breaths_per_min spo2_pct sedation_moaas dissociation_0_10 "
    "nausea_0_10 anxiety_0_10 pump_rate_ml_per_h note corrects_id reason"
)
_PARTS: tuple[tuple[type[Model], str, str], ...] = (
    (GateAnswer, "infusion", "item passed reason at by_id"),
    (DoseOrder, "infusion", "weight_g mg_per_kg minutes vial_id dose_ug volume_ul bag_ml rate_ml_per_h at by_id"),
    (DoseConfirmation, "order__infusion", "order_id weight_g rate_ml_per_h at by_id"),
    (Segment, "infusion", "from_at rate_ml_per_h dose_ug_per_min by_id reason"),
    (Vitals, "infusion", f"id at {_VITALS} by_id"),
    (InfusionEvent, "infusion", "id at kind severity text by_id"),
    (HelpCall, "infusion", "said at answer__at answer__by_id answer__outcome__at answer__outcome__words"),
    (SignTold, "infusion", "measure level sentence told at by_id"),
    (DrugMove, "infusion_id", "vial_id source target amount_ul at by_id witness_id"),
)


def record_sha256(infusion: Infusion, discharge: Discharge) -> str:
    """The fingerprint of everything that was charted, and of the signature that closes it."""
    record: dict[str, Any] = {
        "form": FORM,
        "infusion": [str(infusion.ref), infusion.number, infusion.patient_id, infusion.location_id],
        "started": _plain(infusion.started_at),
        "ended": _plain(infusion.ended_at),
        "discharge": [
            _plain(discharge.at),
            discharge.by_id,
            discharge.aldrete,
            discharge.mpadss,
            sorted(discharge.answers.items()),
        ],
    }
    for model, name, columns in _PARTS:
        rows: QuerySet[Any] = model._default_manager.filter(**{name: infusion.pk}).order_by("pk")
        record[model._meta.model_name or ""] = [[_plain(v) for v in row] for row in rows.values_list(*columns.split())]
    return _sha256(record)


def addendum_sha256(before: str, addendum: Addendum) -> str:
    """The fingerprint of an addendum; `before` is that of the record, or of the addendum before it."""
    return _sha256(
        {
            "form": FORM,
            "before": before,
            "at": _plain(addendum.at),
            "by": addendum.by_id,
            "meaning": str(addendum.meaning),
            "text": addendum.text,
            "row": addendum.row_id,
            "reason": addendum.reason,
        }
    )


def stands(infusion: Infusion, discharge: Discharge, addenda: list[Addendum]) -> bool:
    """Whether record and addenda are still what was signed."""
    before = record_sha256(infusion, discharge)
    if before != discharge.record_sha256:
        return False
    for addendum in addenda:
        before = addendum_sha256(before, addendum)
        if before != addendum.sha256:
            return False
    return True


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else value


def _sha256(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
