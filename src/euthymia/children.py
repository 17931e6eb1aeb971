"""The processes that the program starts: kept running, or run once to their end."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from euthymia.embedded.keeper import dying_with_parent

QUICK_DEATH_S = 10.0
DEATHS_ALLOWED = 5

Say = Callable[[str], None]
Command = subprocess.Popen[bytes]


class CannotServe(Exception):  # it is no error of the program: its text tells the person what to do
    """Why the program does not run, in a sentence."""


def told(fault: OSError) -> str:
    """What the system refused, in a sentence."""
    about = f"{fault.filename} cannot be used" if fault.filename else "The system refused"
    return f"{about} ({fault.strerror or fault}). The data folder can be another: --data or DATA="


class Child:
    """A process of the program that is started again when it dies, until that is hopeless."""

    def __init__(self, name: str, command: list[str], env: Mapping[str, str], keep_fd: int | None = None) -> None:
        self.name = name
        self._command = command
        self._env = env
        self._keep = () if keep_fd is None else (keep_fd,)
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._again_at = 0.0
        self._deaths = 0

    @property
    def pid(self) -> int | None:
        """Its process id, while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it. A signal from the terminal reaches the parent alone, which stops all in order."""
        self._began = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter
            dying_with_parent(self._command, "TERM"),
            env=self._env,
            pass_fds=self._keep,
            start_new_session=True,
        )

    def look_after(self, say: Say) -> bool:
        """Start it again if it died; answer whether anything changed."""
        now = time.monotonic()
        if self._process is None:
            if self._deaths and now >= self._again_at:
                self.start()
                return True
            return False
        code = self._process.poll()
        if code is None:
            return False
        self._deaths = self._deaths + 1 if now - self._began < QUICK_DEATH_S else 1
        if self._deaths >= DEATHS_ALLOWED:
            raise CannotServe(f"The {self.name} stopped {self._deaths} times in a row. Its last words are above.")
        say(f"The {self.name} stopped ({_how(code)}); starting it again")
        self._process = None
        self._again_at = now + 0.2 * 2 ** (self._deaths - 1)
        return True

    def ask_to_stop(self) -> None:
        """Ask it to finish what it does and end."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def stopped_by(self, until: float) -> None:
        """Wait for its end; end it when it takes too long."""
        if self._process:
            try:
                self._process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def manage(arguments: list[str], env: Mapping[str, str], *, role: str = "app") -> int:
    """Run one of Django's management commands in this terminal, and answer with its exit code."""
    command = [sys.executable, "-m", "django", *arguments]
    return subprocess.run(command, env={**env, "EUTHYMIA_DB_ROLE": role}, check=False).returncode  # noqa: S603  # our own interpreter


def begin(orders: list[list[str]], env: Mapping[str, str], role: str, last_words: int | None = None) -> Command:
    """Begin several management commands in one child; `last_words` takes what the last of them prints."""
    what = [(arguments, None) for arguments in orders[:-1]] + [(orders[-1], last_words)]
    return subprocess.Popen(  # noqa: S603  # our own interpreter
        dying_with_parent([sys.executable, "-m", "euthymia.commands", json.dumps(what)], "TERM"),
        env={**env, "EUTHYMIA_DB_ROLE": role},
        pass_fds=() if last_words is None else (last_words,),
        start_new_session=True,
    )


def finish(command: Command) -> bool:
    """Wait for it and answer whether it went well; end it if we are told to stop meanwhile."""
    try:
        return command.wait() == 0
    except BaseException:
        command.kill()
        command.wait()
        raise
