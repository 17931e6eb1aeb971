"""Reads the signs that stand at a chair, and who was told of each."""

from dataclasses import dataclass
from decimal import Decimal

from euthymia.clinic.journey.infusions.models import Infusion, SignTold, Vitals
from euthymia.clinic.journey.infusions.queries import baseline_row, charted
from euthymia.clinic.journey.infusions.signs import Level, Row, Sign, standing_signs


@dataclass(frozen=True, slots=True)
class Shown:
    """A sign as the chair shows it."""

    sign: Sign
    told: list[SignTold]
    """Who was told since it stands, the newest last."""

    @property
    def still_to_tell(self) -> bool:
        """Nobody was told yet, or only when it was amber and now it is red."""
        return not any(t.level == Level.RED or self.sign.level == Level.AMBER for t in self.told)


def signs_now(infusion: Infusion, rows: list[Vitals], thresholds: dict[str, Decimal]) -> list[Sign]:
    """The signs that stand after these rows."""
    base = baseline_row(rows, infusion.started_at)
    readings = [Row(r.at, charted(r)) for r in rows]
    return standing_signs(readings, thresholds, charted(base) if base else None)


def signs_shown(infusion: Infusion, rows: list[Vitals], thresholds: dict[str, Decimal]) -> list[Shown]:
    """The signs that stand, each with who was told of it since it began."""
    standing = signs_now(infusion, rows, thresholds)
    if not standing:
        return []
    told = list(SignTold.objects.filter(infusion=infusion).select_related("by").order_by("id"))
    return [
        Shown(s, [t for t in told if t.measure == s.measure and s.since is not None and t.at >= s.since])
        for s in standing
    ]
