"""Runs the whole program: the database, the web servers, the worker; each is started again when it dies."""

import http.client
import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from euthymia import clock
from euthymia.children import CannotServe, Child, Say, begin, finish, told
from euthymia.doors import open_doors
from euthymia.embedded import DatabaseProblem
from euthymia.embedded.cluster import lock_holder, take_lock
from euthymia.installation import Database, environment, make_folder, migrate, refuse_other_kind

READY_WITHIN_S = 90.0
ANSWERS_EACH = 4
CHILDREN_STOP_WITHIN_S = 3.5  # then the web server and the worker are ended
WEB_PROCESSES_MOST = 8
STOP_WITHIN_S = 4.8  # what remains of it is PostgreSQL's


def say_on_terminal(line: str) -> None:
    """Print one line of progress at once; where nobody can read it any more, go on all the same."""
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except OSError:
        # What is left in the buffer must not fail once more at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run_serve(data_dir: Path, port: int, demo: bool, host: str = "127.0.0.1", say: Say = say_on_terminal) -> int:
    """Serve until told to stop; answer with the exit code."""
    os.umask(0o077)  # letters, keys and logs in the data folder are nobody else's
    data_dir = data_dir.absolute()
    server = _Server(data_dir, demo, say)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, server.please_stop)
    try:
        server.run(host, port)
    except (CannotServe, DatabaseProblem) as why:
        say(str(why))
        return 1
    except OSError as fault:  # a folder that may not be read, a full disk: for the person to put right
        say(told(fault))
        return 1
    except _Stopping:
        pass
    finally:
        server.stop()
    return 0


def how_many_web(env: Mapping[str, str]) -> int:
    """How many web servers share the one address: as many as there are processors, or EUTHYMIA_WEB_PROCESSES."""
    given = env.get("EUTHYMIA_WEB_PROCESSES", "").strip()
    if not given:
        return max(1, min(WEB_PROCESSES_MOST, os.cpu_count() or 1))
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= WEB_PROCESSES_MOST):
        raise CannotServe(f"EUTHYMIA_WEB_PROCESSES is “{given}”. Give a number from 1 to {WEB_PROCESSES_MOST}.")
    return int(given)


def web_names(count: int) -> list[str]:
    """What the web servers are called, in processes.json and in what is said."""
    return ["web server", *(f"web server {number}" for number in range(2, count + 1))]


class _Stopping(Exception):  # a wish, not an error
    """Somebody asked the program to stop."""


class _Server:
    def __init__(self, data_dir: Path, demo: bool, say: Say) -> None:
        self._data_dir = data_dir
        self._demo = demo
        self._say = say
        self._database = Database(data_dir, say)
        self._web: list[Child] = []
        self._worker: Child | None = None
        self._clock: clock.Keeper | None = None
        self._clock_told = ""
        self._lock: IO[str] | None = None
        self._doors: list[socket.socket] = []
        self._noted_database: int | None = None
        self._sign_ins = ""
        self._stopping = False

    def please_stop(self, number: int, frame: object) -> None:
        """On a signal: leave whatever is being done, once."""
        if not self._stopping:
            self._stopping = True
            raise _Stopping

    def run(self, host: str, port: int) -> None:
        self._take_folder()
        refuse_other_kind(self._data_dir, demo=self._demo)
        doors = self._doors = _open_doors(host, port, how_many_web(os.environ))
        port = doors[0].getsockname()[1]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        os.environ.setdefault("EUTHYMIA_PUBLIC_URL", address)
        if host not in ("127.0.0.1", "localhost"):
            os.environ.setdefault("EUTHYMIA_HOSTS", f"127.0.0.1,localhost,{host}")
        self._say("Starting the database")
        running = self._database.start(join=False)
        self._clock = clock.Keeper(self._data_dir / "clock")
        env = environment(self._data_dir, running, demo=self._demo) | {clock.NOTE: str(self._clock.note)}
        changed = migrate(self._data_dir, running, env, self._say)
        self._make_children(doors, env)
        if self._demo:
            self._start_demo(env, first_time=changed or not self._demo_stamp().exists())
        else:
            self._start_web()
        self._wait_until_ready(host, port)
        self._say(f"Euthymia is ready at {address}")
        if self._worker is not None:
            self._worker.start()
        self._note_processes()
        self._say(self._sign_ins + "Press Ctrl-C to stop")
        while True:
            self._look_after_all()
            time.sleep(0.2)

    def _start_web(self) -> None:
        for server in self._web:
            server.start()
        self._note_processes()

    def _demo_stamp(self) -> Path:
        return self._data_dir / "demo.stamp"

    def _start_demo(self, env: Mapping[str, str], *, first_time: bool) -> None:
        """Fill the practice before it is served; one filled before is looked over while the server starts."""
        if first_time:
            self._demo_stamp().unlink(missing_ok=True)
        with tempfile.TemporaryFile("w+") as words:
            command = begin([["fill_demo"], ["demo_sign_ins"]], env, "app", last_words=words.fileno())
            if not first_time:
                self._start_web()
            if not finish(command):
                raise CannotServe("The demo practice could not be filled (see above).")
            words.seek(0)
            self._sign_ins = words.read()
        if first_time:
            self._demo_stamp().touch()
            self._start_web()

    def stop(self) -> None:
        """Stop everything, the web server and the worker first, then the database."""
        self._stopping = True
        for child in self._children:
            child.ask_to_stop()
        asked_at = time.monotonic()
        until = asked_at + CHILDREN_STOP_WITHIN_S
        for child in self._children:
            child.stopped_by(until)
        self._database.stop(max(1.0, asked_at + STOP_WITHIN_S - time.monotonic()))
        if self._lock is not None:
            (self._data_dir / "processes.json").unlink(missing_ok=True)
            self._lock.close()
        if self._doors:
            for door in self._doors:
                door.close()
            self._say("Stopped")

    def _take_folder(self) -> None:
        if not self._data_dir.exists():
            make_folder(self._data_dir)
            if os.geteuid() == 0:
                self._data_dir.chmod(0o711)  # the database's own user passes through; files in it stay closed
        path = self._data_dir / "serve.lock"
        try:
            self._lock = take_lock(path)
        except OSError as fault:
            raise CannotServe(
                f"The data folder {self._data_dir} cannot be written ({fault.strerror}). Use DATA=."
            ) from fault
        if self._lock is None:
            raise CannotServe(f"{self._data_dir} is already in use by process {lock_holder(path)}.")

    @property
    def _children(self) -> list[Child]:
        return [*self._web, *([self._worker] if self._worker else [])]

    def _make_children(self, doors: list[socket.socket], env: Mapping[str, str]) -> None:
        # The parent keeps the listening sockets: while a web server is started again, its callers wait in them.
        worker = [sys.executable, "-m", "django", "run_jobs"]
        env = {**env, "EUTHYMIA_DB_ROLE": "app"}
        self._web = []
        for number, name in enumerate(web_names(len(doors))):
            fd = doors[number].fileno()
            command = [sys.executable, "-m", "euthymia.web", str(fd), str(number)]
            self._web.append(Child(name, command, env, keep_fd=fd))
        self._worker = Child("worker", worker, env)

    def _wait_until_ready(self, host: str, port: int) -> None:
        """Wait until so many new connections in a row are answered that hardly one server is not ready."""
        left = answers = ANSWERS_EACH * len(self._web)
        until = time.monotonic() + READY_WITHIN_S
        asked = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  # compared, not listened on
        while time.monotonic() < until:
            self._look_after_all()
            connection = http.client.HTTPConnection(asked, port, timeout=1)
            try:
                connection.request("GET", "/", headers={"Host": f"127.0.0.1:{port}"})
                connection.getresponse()
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                left = answers
            else:
                left -= 1
                if not left:
                    return
            finally:
                connection.close()
        raise CannotServe("The web server does not answer.")

    def _keep_clock(self) -> None:
        """Note the time for all processes; say once that somebody set the machine's clock."""
        words = clock.set_words(self._clock.keep()) if self._clock else ""
        if words and not self._clock_told:
            self._say(words)
        self._clock_told = words

    def _look_after_all(self) -> None:
        self._keep_clock()
        before = self._database.pid
        changed = [child.look_after(self._say) for child in self._children]
        if self._database.fault:
            raise CannotServe(self._database.fault)
        if any(changed) or before != self._noted_database:
            self._note_processes()

    def _note_processes(self) -> None:
        self._noted_database = self._database.pid
        numbers = {child.name: child.pid for child in self._children}
        everyone = {"serve": os.getpid(), "database": self._noted_database, **numbers}
        # Written beside and moved into place: whoever reads it never sees half of it.
        fresh = self._data_dir / "processes.json.new"
        fresh.write_text(json.dumps(everyone) + "\n")
        fresh.replace(self._data_dir / "processes.json")


def _open_doors(host: str, port: int, count: int) -> list[socket.socket]:
    try:
        return open_doors(host, port, count)
    except OSError as fault:
        raise CannotServe(
            f"Port {port} on {host} cannot be used ({fault.strerror}). Choose another: PORT={port + 1}"
        ) from fault
