"""Reads a number that a person typed, and nothing that only a machine would write."""

import re
from decimal import Decimal

from euthymia.clinic.foundation.audit.refusals import Refusal

_NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,3})?", re.ASCII)


def parse_number(text: str) -> Decimal | Refusal:
    """Read 0-9999 with at most three decimals; blanks around it are forgiven, all else is refused."""
    if _NUMBER.fullmatch(text.strip(" ")):
        return Decimal(text.strip(" "))
    return Refusal(
        "not_a_number",
        "Enter a number from 0 to 9999 with digits and, if needed, one point, such as 82.5.",
    )
