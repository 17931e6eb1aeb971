"""Questionnaires as packs: the exact wording with its notice, version and checksum. Refuses a pack that was altered."""

import hashlib
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

PACKS = Path(__file__).parent / "packs"


class Scoring(StrEnum):
    SUM = "sum"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Item:
    text: str
    loinc: str
    low: str = ""
    """What the first option means for this item, where the options are bare numbers."""
    high: str = ""
    """What the last one means."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Items (from 1) of which at least so many count as symptoms."""

    name: str
    items: tuple[int, ...]
    least: int


@dataclass(frozen=True, slots=True)
class Instrument:
    """One questionnaire. Each answer is the place of its option, from 0."""

    code: str
    name: str
    version: str
    ask: str
    notice: str
    loinc_panel: str
    loinc_total: str
    options: tuple[str, ...]
    option_loinc: tuple[str, ...]
    most_missing: int
    bands: tuple[int, ...]
    band_words: tuple[str, ...]
    safety_item: int
    """Which item (from 1) asks about death or self-harm; 0 for none."""
    items: tuple[Item, ...]
    scoring: Scoring = Scoring.SUM
    clusters: tuple[Cluster, ...] = ()
    symptom_from: int = 0
    """From which answer on an item counts as a symptom of its cluster."""

    @property
    def top(self) -> int:
        """The highest total."""
        most = len(self.options) - 1
        return most if self.scoring == Scoring.MEAN else len(self.items) * most

    def choices(self, place: int) -> list[tuple[int, str]]:
        """The answers to the item at this place (from 0), with what the first and the last one mean."""
        item, last = self.items[place], len(self.options) - 1
        meant = {0: item.low, last: item.high}
        return [(n, f"{words} – {meant[n]}" if meant.get(n) else words) for n, words in enumerate(self.options)]


class AlteredPack(ValueError):
    """A pack's wording does not match its checksum."""


def pack_digest(text: str) -> str:
    """The checksum of a pack: of everything in it but the line with the checksum."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("sha256 ="))
    return hashlib.sha256(body.encode()).hexdigest()


@cache
def instrument(code: str) -> Instrument:
    """The questionnaire of this code.

    Raises
    ------
    KeyError
        When the house has none of this code.
    AlteredPack
        When its wording was changed.
    """
    path = PACKS / f"{code}.toml"
    if not code.isalnum() or not path.exists():
        raise KeyError(code)
    text = path.read_text(encoding="utf-8")
    data = tomllib.loads(text)
    if data.pop("sha256") != pack_digest(text):
        raise AlteredPack(f"The wording of {code} does not match its checksum.")
    items = tuple(Item(**item) for item in data.pop("item"))
    clusters = tuple(Cluster(c["name"], tuple(c["items"]), c["least"]) for c in data.pop("cluster", []))
    lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
    scoring = Scoring(data.pop("scoring", Scoring.SUM))
    return Instrument(**{**data, **lists}, items=items, scoring=scoring, clusters=clusters)


def instrument_codes() -> tuple[str, ...]:
    """The codes of every pack that is shipped."""
    return tuple(sorted(p.stem for p in PACKS.glob("*.toml")))
