"""Keeps one PostgreSQL running as a child: starts it, starts it again when it dies, stops it."""

import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from euthymia.embedded.places import RunsAs

QUICK_DEATH_S = 10.0
DEATHS_ALLOWED = 5


def dying_with_parent(command: list[str], with_signal: str) -> list[str]:
    """The same command, begun so that Linux sends it this signal when the thread that began it ends.

    Debian's setpriv asks the kernel and then becomes the command: safer than Python code between fork
    and exec in a program with threads. Without it the next start finds and ends what was left.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", with_signal, "--", *command] if setpriv else command


class Keeper(threading.Thread):
    """A thread that owns the child. Linux ties the child's end to this very thread, so it outlives it."""

    def __init__(self, command: list[str], runs_as: RunsAs, errors: Path, clear_up: Callable[[], None]) -> None:
        super().__init__(name="postgres keeper", daemon=True)
        self.fault: str | None = None  # why it was given up
        self._command = command
        self._runs_as = runs_as
        self._errors = errors
        self._clear_up = clear_up
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(self) -> None:
        """Start, wait, start again; give up after several quick deaths."""
        quick_deaths = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            child = self._spawn()
            if child is None:
                break
            child.wait()
            if self._stopping.is_set():
                break
            quick_deaths = quick_deaths + 1 if time.monotonic() - began < QUICK_DEATH_S else 1
            if quick_deaths >= DEATHS_ALLOWED:
                self.fault = f"PostgreSQL stopped {quick_deaths} times in a row. {self.last_words()}"
                break
            self._stopping.wait(0.2 * quick_deaths)
            try:
                self._clear_up()
            except Exception as fault:  # noqa: BLE001  # a dead keeper must say why, whatever it was
                self.fault = f"PostgreSQL could not be started again: {fault}"
                break

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            with self._errors.open("wb") as errors:
                self._child = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603  # keywords from a dict; a program we chose, no shell
                    dying_with_parent(self._command, "INT"),
                    stdin=subprocess.DEVNULL,
                    stdout=errors,
                    stderr=errors,
                    cwd="/",
                    env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                    start_new_session=True,  # Ctrl-C in the terminal reaches us alone; we stop it in order
                    **self._runs_as.popen(),
                )
            return self._child

    @property
    def pid(self) -> int | None:
        """The process id of PostgreSQL's first process."""
        return self._child.pid if self._child is not None else None

    def last_words(self) -> str:
        """What PostgreSQL said before it could write its log."""
        try:
            return self._errors.read_text(errors="replace").strip()[-600:]
        except OSError:
            return ""

    def stop(self, within_s: float) -> None:
        """Fast shutdown; an immediate one, which loses nothing either, if that takes too long."""
        self._stopping.set()
        with self._lock:
            child = self._child
        if child is not None and child.poll() is None:
            child.send_signal(signal.SIGINT)
            try:
                child.wait(within_s)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGQUIT)
                child.wait()
        self.join()
