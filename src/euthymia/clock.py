"""The one place where the program reads the clock. Rules and acts get time as an argument.

In the demonstration a file may move the clock ahead, so that a course of weeks can be walked in minutes.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC) + _ahead()


def _ahead() -> timedelta:
    """How far the demonstration's clock has been moved; nothing outside the demonstration."""
    if os.environ.get("EUTHYMIA_DEMO") != "1":
        return timedelta(0)
    try:
        seconds = float((Path(os.environ.get("EUTHYMIA_DATA", "var")) / "clock-ahead-seconds").read_text())
    except (OSError, ValueError):
        return timedelta(0)
    return timedelta(seconds=seconds)
