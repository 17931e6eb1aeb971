"""Runs the whole program: the database, the web server, the worker; each is started again when it dies."""

import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import IO

import psycopg

from euthymia.embedded import Cluster, DatabaseProblem, Running, external
from euthymia.embedded.cluster import lock_holder, take_lock
from euthymia.embedded.keeper import dying_with_parent
from euthymia.embedded.secret_files import secret_in

QUICK_DEATH_S = 10.0
DEATHS_ALLOWED = 5
READY_WITHIN_S = 90.0
CHILDREN_STOP_WITHIN_S = 3.5  # then the web server and the worker are ended
STOP_WITHIN_S = 4.8  # what remains of it is PostgreSQL's
DEMO, PRACTICE = "demo", "practice"
MADE_OF = ("django", "django-allauth", "psycopg")

Say = Callable[[str], None]
Command = subprocess.Popen[bytes]


class CannotServe(Exception):  # noqa: N818  # it is no error of the program: its text tells the person what to do
    """Why the program does not run, in a sentence."""


def say_on_terminal(line: str) -> None:
    """Print one line of progress at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# --- The database, and what every child must know ---------------------------------------------------------


class Database:
    """The database of a data folder: the embedded one, or the one that DATABASE_URL names."""

    def __init__(self, data_dir: Path, say: Say) -> None:
        self.data_dir = data_dir.absolute()
        self._say = say
        self._cluster: Cluster | None = None

    def start(self, *, join: bool = True) -> Running:
        """Start or reach the database; without `join`, an embedded one that nobody else keeps."""
        url = os.environ.get("DATABASE_URL")
        if url:
            self._say("Looking at the database of DATABASE_URL")
            _make_folder(self.data_dir)
            return external(url)
        self._cluster = Cluster(self.data_dir, say=self._say)
        return self._cluster.start(join=join)

    @property
    def pid(self) -> int | None:
        """PostgreSQL's process, when it is ours."""
        return self._cluster.pid if self._cluster else None

    @property
    def fault(self) -> str | None:
        """Why the database was given up."""
        return self._cluster.fault if self._cluster else None

    def stop(self, within_s: float = 4.0) -> None:
        """Stop the database if it is ours."""
        if self._cluster:
            self._cluster.stop(within_s)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise CannotServe(
            f"The data folder {folder} cannot be made ({fault.strerror}). Use DATA=."
        ) from fault


def is_demo(data_dir: Path) -> bool:
    """Whether this data folder holds the demo practice."""
    kind = data_dir / "kind"
    return kind.exists() and kind.read_text().strip() == DEMO


def refuse_other_kind(data_dir: Path, *, demo: bool) -> None:
    """Keep made-up patients out of a practice's folder, and a practice out of the demo's."""
    kind = data_dir / "kind"
    if not kind.exists():
        kind.write_text(f"{DEMO if demo else PRACTICE}\n")
    elif is_demo(data_dir) and not demo:
        raise CannotServe(
            f"{data_dir} holds the demo practice. Give your own practice another folder: --data"
        )
    elif demo and not is_demo(data_dir):
        raise CannotServe(f"{data_dir} holds a practice. The demo needs a folder of its own: DATA=./demo")


def environment(data_dir: Path, running: Running, *, demo: bool) -> dict[str, str]:
    """The environment that settings.py reads, for every child of the program."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "euthymia.settings",
        "EUTHYMIA_OWNER_URL": running.owner_url,
        "EUTHYMIA_APP_URL": running.app_url,
        "EUTHYMIA_DATA": str(data_dir.absolute()),
        "EUTHYMIA_SECRET_KEY": secret_in(data_dir / "secret.key"),
        "EUTHYMIA_DEMO": "1" if demo else "0",
    }


def manage(arguments: list[str], env: Mapping[str, str], *, role: str = "app") -> int:
    """Run one of Django's management commands in this terminal, and answer with its exit code."""
    command = [sys.executable, "-m", "django", *arguments]
    return subprocess.run(command, env={**env, "EUTHYMIA_DB_ROLE": role}, check=False).returncode  # noqa: S603  # our own interpreter


def begin(
    orders: list[list[str]], env: Mapping[str, str], role: str, last_words: int | None = None
) -> Command:
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


# --- Tables -----------------------------------------------------------------------------------------------


def tables_stamp(owner_url: str) -> str:
    """A mark of everything that shapes the tables, and of the database that was shaped."""
    mark = hashlib.sha256()
    package = Path(__file__).parent
    for path in sorted([*package.rglob("migrations/*.py"), *package.rglob("guards.*")]):
        mark.update(str(path.relative_to(package)).encode() + path.read_bytes())
    mark.update(" ".join(version(name) for name in MADE_OF).encode())
    with psycopg.connect(owner_url, autocommit=True, connect_timeout=10) as conn:
        found = conn.execute(
            "SELECT oid::text || '-' || coalesce(to_regclass('django_migrations')::oid::text, 'empty')"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    return hashlib.sha256(f"{mark.hexdigest()} {found}".encode()).hexdigest()


def migrate(data_dir: Path, running: Running, env: Mapping[str, str], say: Say) -> bool:
    """Bring the tables up to date, unless they are known to be; answer whether there was anything to do."""
    stamp = data_dir / "tables.stamp"
    if stamp.exists() and stamp.read_text() == tables_stamp(running.owner_url):
        return False
    say("Bringing the tables up to date")
    orders = [["migrate", "--no-input", "--verbosity=0"], ["createcachetable"]]
    if not finish(begin(orders, env, role="owner")):
        raise CannotServe("The tables could not be brought up to date (see above).")
    stamp.write_text(tables_stamp(running.owner_url))
    return True


# --- Children ---------------------------------------------------------------------------------------------


class Child:
    """A process of the program that is started again when it dies, until that is hopeless."""

    def __init__(
        self, name: str, command: list[str], env: Mapping[str, str], keep_fd: int | None = None
    ) -> None:
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
            raise CannotServe(
                f"The {self.name} stopped {self._deaths} times in a row. Its last words are above."
            )
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


# --- Serving ----------------------------------------------------------------------------------------------


def run_serve(
    data_dir: Path, port: int, demo: bool, host: str = "127.0.0.1", say: Say = say_on_terminal
) -> int:
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
    except _Stopping:
        pass
    finally:
        server.stop()
    return 0


class _Stopping(Exception):  # noqa: N818  # a wish, not an error
    """Somebody asked the program to stop."""


class _Server:
    def __init__(self, data_dir: Path, demo: bool, say: Say) -> None:
        self._data_dir = data_dir
        self._demo = demo
        self._say = say
        self._database = Database(data_dir, say)
        self._children: list[Child] = []
        self._lock: IO[str] | None = None
        self._door: socket.socket | None = None
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
        door = self._door = _open_door(host, port)
        port = door.getsockname()[1]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        os.environ.setdefault("EUTHYMIA_PUBLIC_URL", address)
        if host not in ("127.0.0.1", "localhost"):
            os.environ.setdefault("EUTHYMIA_HOSTS", f"127.0.0.1,localhost,{host}")
        self._say("Starting the database")
        running = self._database.start(join=False)
        env = environment(self._data_dir, running, demo=self._demo)
        changed = migrate(self._data_dir, running, env, self._say)
        self._children = self._make_children(door, env)
        if self._demo:
            self._start_demo(env, first_time=changed or not self._demo_stamp().exists())
        else:
            self._start_web()
        self._wait_until_ready(host, port)
        self._say(f"Euthymia is ready at {address}")
        self._children[1].start()
        self._note_processes()
        self._say(self._sign_ins + "Press Ctrl-C to stop")
        while True:
            self._look_after_all()
            time.sleep(0.2)

    def _start_web(self) -> None:
        self._children[0].start()
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
        if self._door is not None:
            self._door.close()
            self._say("Stopped")

    def _take_folder(self) -> None:
        if not self._data_dir.exists():
            _make_folder(self._data_dir)
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

    def _make_children(self, door: socket.socket, env: Mapping[str, str]) -> list[Child]:
        # The parent keeps the listening socket: while the web server is started again, callers wait in it.
        web = [sys.executable, "-m", "euthymia.web", str(door.fileno())]
        worker = [sys.executable, "-m", "django", "run_jobs"]
        env = {**env, "EUTHYMIA_DB_ROLE": "app"}
        return [Child("web server", web, env, keep_fd=door.fileno()), Child("worker", worker, env)]

    def _wait_until_ready(self, host: str, port: int) -> None:
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
            else:
                return
            finally:
                connection.close()
        raise CannotServe("The web server does not answer.")

    def _look_after_all(self) -> None:
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
        (self._data_dir / "processes.json").write_text(json.dumps(everyone) + "\n")


def _open_door(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen(1024)
    except OSError as fault:
        door.close()
        raise CannotServe(
            f"Port {port} on {host} cannot be used ({fault.strerror}). Choose another: PORT={port + 1}"
        ) from fault
    return door
