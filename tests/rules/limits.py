"""The thresholds of the tests' practice file, as the rules take them."""

from decimal import Decimal
from pathlib import Path

from euthymia.clinic.foundation.practice.file import Practice, load_file

_READ = load_file(Path(__file__).parents[1] / "practice.toml")
assert isinstance(_READ, Practice), _READ
LIMITS: dict[str, Decimal] = {t.code: t.value for t in _READ.thresholds}
