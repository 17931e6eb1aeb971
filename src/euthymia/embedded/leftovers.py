"""Deals with what a killed program leaves: processes still in the data folder, and a stale process number."""

import os
import signal
import time
from pathlib import Path

from euthymia.embedded.running import DatabaseProblem

PATIENCE_S = 30.0


def processes_in(folder: Path) -> list[int]:
    """The processes that work in this folder, as PostgreSQL's do in their data folder."""
    found = []
    for entry in Path("/proc").iterdir() if Path("/proc/self").exists() else ():
        if entry.name.isdigit():
            try:
                if os.readlink(entry / "cwd") == str(folder):
                    found.append(int(entry.name))
            except OSError:
                continue  # gone meanwhile, or somebody else's
    return found


def clear_leftovers(pgdata: Path) -> None:
    """Wait until no process of an earlier start works in the folder. Only the lock's holder may call."""
    note = pgdata / "postmaster.pid"
    first = _number_in(note)
    if first is not None and first in processes_in(pgdata):
        _send(first, signal.SIGINT)
    until = time.monotonic() + PATIENCE_S
    while left := processes_in(pgdata):
        if time.monotonic() > until:
            raise DatabaseProblem(
                f"An earlier PostgreSQL still works in {pgdata} (process {left[0]}). "
                "End it, then start again."
            )
        time.sleep(0.05)
    if Path("/proc/self").exists():
        # Its number may by now belong to another program, which would keep PostgreSQL from starting.
        note.unlink(missing_ok=True)


def _number_in(note: Path) -> int | None:
    try:
        return int(note.read_text().split("\n")[0])
    except (FileNotFoundError, ValueError):
        return None


def _send(process: int, which: signal.Signals) -> None:
    try:
        os.kill(process, which)
    except ProcessLookupError:
        return
