"""The real program on a folder of its own: `euthymia demo` with few patients, started and stopped by the tests."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.walk import Program

READY = re.compile(r"ready at (http://[0-9.]+:\d+)")
PASSWORD = "demo demo demo"


@contextmanager
def demo_program(folder: Path, *, patients: int = 20, within_s: float = 240) -> Iterator[Program]:
    """Start the demonstration and wait until it answers."""
    log = folder / "program.log"
    environment = {**os.environ, "EUTHYMIA_DEMO_PATIENTS": str(patients), "PYTHONUNBUFFERED": "1"}
    for name in ("DATABASE_URL", "EUTHYMIA_OWNER_URL", "EUTHYMIA_APP_URL", "EUTHYMIA_DB_ROLE", "EUTHYMIA_DATA"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "euthymia.cli", "demo", "--data", str(folder / "data"), "--port", "0"]
    with log.open("w") as words:
        process = subprocess.Popen(command, stdout=words, stderr=subprocess.STDOUT, env=environment)
        try:
            yield Program(_wait(log, process, within_s), folder / "data", PASSWORD)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def _wait(log: Path, process: "subprocess.Popen[bytes]", within_s: float) -> str:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        found = READY.search(log.read_text())
        if found:
            return found.group(1)
        assert process.poll() is None, log.read_text()
        time.sleep(0.3)
    raise AssertionError(f"not ready in {within_s} s: {log.read_text()}")
