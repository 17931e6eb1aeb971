"""Deals with what a killed program leaves: processes still in the data folder, and a stale process number."""

import os
import signal
import subprocess
import time
from pathlib import Path

from euthymia.embedded.places import RunsAs
from euthymia.embedded.running import DatabaseProblem

PATIENCE_S = 30.0


def processes_in(folder: Path, runs_as: RunsAs) -> list[int]:
    """The processes of this user that work in this folder, as PostgreSQL's do in their data folder.

    Asked as that user: in a container even root may not see where another user's processes work.
    """
    listed = subprocess.run(  # type: ignore[call-overload]  # keywords from a dict; no shell
        ["/usr/bin/find", "/proc", "-mindepth", "2", "-maxdepth", "2", "-name", "cwd", "-printf", "%h %l\\n"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # processes that end meanwhile, or are somebody else's
        check=False,
        cwd="/",
        **runs_as.popen(),
    ).stdout
    lines = [line.split(b" ", 1) for line in listed.splitlines() if b" " in line]
    return [int(process.rsplit(b"/", 1)[1]) for process, place in lines if place == os.fsencode(folder)]


def clear_leftovers(pgdata: Path, runs_as: RunsAs) -> None:
    """Wait until no process of an earlier start works in the folder. Only the lock's holder may call."""
    note = pgdata / "postmaster.pid"
    if not note.exists() or not Path("/proc/self/cwd").exists():
        return  # stopped in order; or a system where only PostgreSQL itself can judge
    first = _number_in(note)
    if first is not None and first in processes_in(pgdata, runs_as):
        _send(first, signal.SIGINT)
    until = time.monotonic() + PATIENCE_S
    while left := processes_in(pgdata, runs_as):
        if time.monotonic() > until:
            raise DatabaseProblem(
                f"An earlier PostgreSQL still works in {pgdata} (process {left[0]}). End it, then start again."
            )
        time.sleep(0.05)
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
