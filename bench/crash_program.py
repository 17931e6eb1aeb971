"""The program under the crash harness: started for real, its processes killed one by one or all at once."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from euthymia.embedded import Cluster, DatabaseProblem, Running

READY_WITHIN_S = 180.0
QUICK_DEATH_S = 12.0
"""A little more than what the launcher takes for a quick death."""
QUICK_DEATHS = 3
"""So many the harness deals out in a row: the launcher gives up after five, and may see one more."""


class Program:
    """`euthymia demo` in a folder of its own, on a port of its own."""

    def __init__(self, data: Path, patients: int) -> None:
        self.data = data
        self._patients = patients
        self.port = 0
        self.password = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._log = data.parent / "program.log"
        self._deaths: dict[str, list[float]] = {"web server": [], "database": []}

    def __enter__(self) -> "Program":
        self.data.parent.chmod(0o755)  # the database's own user passes through
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def urls(self) -> Running:
        """The doors to its database, once it answers again."""
        until = time.monotonic() + READY_WITHIN_S
        while True:
            try:
                return Cluster(self.data).start(join=True)
            except (DatabaseProblem, OSError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def wait_until_up(self) -> None:
        """Wait until the database answers."""
        until = time.monotonic() + READY_WITHIN_S
        while not Cluster(self.data).is_running():
            self.look_after()
            if time.monotonic() > until:
                raise TimeoutError("the database does not answer")
            time.sleep(0.1)

    def check(self) -> list[str]:
        """What the house finds at fault when it looks itself over."""
        order = [sys.executable, "-m", "euthymia.cli", "check", "--data", str(self.data)]
        done = subprocess.run(order, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return []
        named = [line for line in done.stdout.splitlines() if line.startswith("    ")]
        return [
            "the house is at fault: " + "; ".join(line.strip() for line in [*named, *done.stderr.splitlines()[-1:]])
        ]

    # --- Killing ------------------------------------------------------------------------------------

    def killable(self) -> list[str]:
        """What may be killed now without looking like a program that can never start."""
        often = [name for name, deaths in self._deaths.items() if not self._too_often(deaths)]
        return [*often, "database process"]

    def wait_until_killable(self, what: str) -> None:
        """Wait until one more death of this is not taken for hopeless."""
        while self._too_often(self._deaths[what]):
            time.sleep(0.1)

    def kill(self, what: str) -> str:
        """Kill with signal 9: every web server, all of PostgreSQL, or one of its processes. Says which."""
        if what in self._deaths:
            self._deaths[what].append(time.monotonic())
        numbers = self._processes()
        first = numbers["database"]
        web = [number for name, number in numbers.items() if name.startswith("web server")]
        doomed = {"web server": web, "database": [first, *_children(first)]}.get(what)
        if doomed is None:
            doomed = self._clients_of(first)[-1:] or [first]
        for process in doomed:
            _kill(process)
        return what

    def look_after(self) -> None:
        """Raise when the program gave itself up."""
        if self._process is None or self._process.poll() is not None:
            raise TimeoutError(f"the program ended:\n{self._log.read_text()[-2000:]}")

    def _too_often(self, deaths: list[float]) -> bool:
        """Whether it died so often, each time soon after the time before."""
        if len(deaths) < QUICK_DEATHS:
            return False
        in_a_row = 1
        for earlier, later in itertools.pairwise(deaths):
            in_a_row = in_a_row + 1 if later - earlier < QUICK_DEATH_S + 4 else 1
        return in_a_row >= QUICK_DEATHS and time.monotonic() - deaths[-1] < QUICK_DEATH_S + 4

    def _clients_of(self, first: int) -> list[int]:
        """The processes that serve the program's connections."""
        return [p for p in _children(first) if b"euthymia_app" in _command_line(p)]

    def _processes(self) -> dict[str, int]:
        """The processes as the launcher last wrote them down, once none is missing."""
        until = time.monotonic() + READY_WITHIN_S
        while True:
            try:
                numbers = json.loads((self.data / "processes.json").read_text())
            except ValueError:
                numbers = {}
            if numbers and all(number and _alive(number) for number in numbers.values()):
                return dict(numbers)
            self.look_after()
            if time.monotonic() > until:
                raise TimeoutError(f"not all processes came back: {numbers}")
            time.sleep(0.02)

    # --- Starting and ending ------------------------------------------------------------------------

    def _start(self) -> None:
        print("Starting the demo practice", flush=True)
        order = [sys.executable, "-m", "euthymia.cli", "demo", "--data", str(self.data), "--port", str(self.port)]
        env = {n: v for n, v in os.environ.items() if n not in ("DATABASE_URL", "EUTHYMIA_OWNER_URL")}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                order,
                env=env | {"EUTHYMIA_DEMO_PATIENTS": str(self._patients)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.port = int(self._said(r"ready at http://[^:]+:(\d+)"))
        self.password = self._said(r"password “([^”]+)”")
        print(f"Serving on port {self.port}", flush=True)

    def _said(self, pattern: str) -> str:
        """What the program says of itself at its start, once it says so."""
        until = time.monotonic() + READY_WITHIN_S
        while not (found := re.search(pattern, self._log.read_text())):
            self.look_after()
            if time.monotonic() > until:
                raise TimeoutError(f"the program was not ready within {READY_WITHIN_S:.0f} s")
            time.sleep(0.1)
        return found.group(1)

    def _end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def _children(first: int) -> list[int]:
    """The processes that this one started."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                parent = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            if parent == first:
                found.append(int(place.name))
    return found


def _command_line(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return
