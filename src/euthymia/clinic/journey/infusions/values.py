"""A row of vitals as a plain value, the way forms, acts and rules pass it on."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured or asked at one moment. None is not measured."""

    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    heart_rate_bpm: int | None = None
    breaths_per_min: int | None = None
    spo2_pct: int | None = None
    sedation_moaas: int | None = None
    dissociation_0_10: int | None = None
    nausea_0_10: int | None = None
    anxiety_0_10: int | None = None
    pump_rate_ml_per_h: Decimal | None = None
    note: str = ""

    @property
    def is_empty(self) -> bool:
        return all(v in (None, "") for v in asdict(self).values())

    def columns(self) -> dict[str, Any]:
        """As the table names them."""
        return asdict(self)
