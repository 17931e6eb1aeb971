"""The one place where the program reads the clock. Rules and acts get time as an argument.

While the program serves, its clock goes on evenly whatever is done to the machine's: the parent notes the machine's
time beside its counter, which nobody can set, and every process counts from that note. Small corrections are followed;
an hour's is not, since it would make forty minutes at the pump a hundred. The next start takes it over.

In the demonstration a file may move the clock ahead, so that a course of weeks can be walked in minutes.
"""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOTE = "EUTHYMIA_CLOCK"
"""Names the file with the note, for the processes of a program that serves."""
FOLLOWED_S = 5.0
"""A correction up to this is followed: what keeps a machine's clock right moves it by less."""
NOTED_EVERY_S = 10.0
_COUNTER = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # the former counts while a machine sleeps, too


def now() -> datetime:
    """This instant, in UTC."""
    return steady() + _ahead()


def steady() -> datetime:
    """This instant without the demonstration's lead: for what a person waits, such as a quiet page's sign-in."""
    return datetime.fromtimestamp(_noted_s() or time.time(), UTC)


def set_by() -> timedelta:
    """How far the machine's clock has been set since the program began; nothing where it was not."""
    noted = _noted_s()
    by_s = time.time() - noted if noted else 0.0
    return timedelta(seconds=by_s) if abs(by_s) > FOLLOWED_S else timedelta(0)


def set_words(by: timedelta) -> str:
    """What is told of a machine's clock that was set; nothing where it was not.

    >>> set_words(timedelta(hours=-1))[:57]
    'This computer’s clock was set 60 min back. Visits go on w'
    """
    if not by:
        return ""
    minutes, way = max(1, round(abs(by).total_seconds() / 60)), "ahead" if by > timedelta(0) else "back"
    return (
        f"This computer’s clock was set {minutes} min {way}. Visits go on with the time from before, so that no "
        "duration is wrong. Start Euthymia again when nobody is in a chair."
    )


class Keeper:
    """Keeps the note of the one program that serves; asked again and again."""

    def __init__(self, note: Path) -> None:
        self.note = note
        self._write(time.time())

    def keep(self) -> timedelta:
        """Follow a small correction; answer by how much the machine's clock was set otherwise."""
        machine, counter = time.time(), time.clock_gettime(_COUNTER)
        by_s = machine - self._time_s - (counter - self._counter_s)
        if abs(by_s) > FOLLOWED_S:
            return timedelta(seconds=by_s)
        if counter - self._counter_s >= NOTED_EVERY_S:
            self._write(machine)
        return timedelta(0)

    def _write(self, machine: float) -> None:
        self._time_s, self._counter_s = machine, time.clock_gettime(_COUNTER)
        # Written beside and moved into place: whoever reads it never sees half of it.
        fresh = self.note.with_suffix(".new")
        fresh.write_text(f"{self._time_s!r} {self._counter_s!r}\n")
        fresh.replace(self.note)


def _noted_s() -> float | None:
    """Seconds since 1970 as counted from the note; None where no program serves."""
    note = os.environ.get(NOTE)
    if not note:
        return None
    time_s, counter_s = Path(note).read_text().split()
    return float(time_s) + time.clock_gettime(_COUNTER) - float(counter_s)


def _ahead() -> timedelta:
    """How far the demonstration's clock has been moved; nothing outside the demonstration."""
    if os.environ.get("EUTHYMIA_DEMO") != "1":
        return timedelta(0)
    try:
        seconds = float((Path(os.environ.get("EUTHYMIA_DATA", "var")) / "clock-ahead-seconds").read_text())
    except (OSError, ValueError):
        return timedelta(0)
    return timedelta(seconds=seconds)
