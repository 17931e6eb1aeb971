"""A PostgreSQL in a folder: made at the first start, kept running, stopped with the program."""

import atexit
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

import psycopg

from euthymia.embedded import binaries, places
from euthymia.embedded.keeper import Keeper
from euthymia.embedded.leftovers import clear_leftovers
from euthymia.embedded.roles import (
    APP,
    DATABASE,
    OWNER,
    close_database,
    grant_app,
    make_roles,
    refuse_unless_durable,
)
from euthymia.embedded.running import DatabaseProblem, Running
from euthymia.embedded.secret_files import secret_in

SUPERUSER = "postgres"
PORT = 5432  # a part of the socket's name; nothing listens on the network
START_WITHIN_S = 60.0

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    # The log names what happened and never whom it happened to: no statements, no values, no failed rows.
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",  # seven files, each begun anew after a week
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_file_mode": "0600",
    "log_timezone": "UTC",
    "log_statement": "none",
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


class Cluster:
    """The embedded database of one data folder."""

    def __init__(
        self,
        data_dir: Path,
        *,
        settings: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        """Name the folder; `settings` overrides the house's own, `say` is told what takes a while."""
        self.data_dir = data_dir.absolute()
        self._settings = {**SETTINGS, **(settings or {})}
        self._say = say
        self._keeper: Keeper | None = None
        self._lock: IO[str] | None = None

    # --- What others call ---------------------------------------------------------------------------

    def start(self, *, join: bool = True) -> Running:
        """Start the database, or join one that a program on this folder already keeps.

        Without `join` it waits until the other has ended: what is joined goes when its keeper goes.
        """
        self._make_data_dir()
        if not self._take_lock():
            return self._wait_for_other(join=join)
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self, within_s: float = 4.0) -> None:
        """Stop the database if this object started it; otherwise leave it alone."""
        atexit.unregister(self.stop)
        if self._keeper is not None:
            self._keeper.stop(within_s)
            places.remove_socket_folder(self._home())
            self._keeper = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def is_running(self) -> bool:
        """Whether a database answers in this folder, found by connecting."""
        try:
            with self._connect(OWNER, "owner", DATABASE):
                return True
        except (psycopg.Error, OSError):
            return False

    @property
    def pid(self) -> int | None:
        """The process id of PostgreSQL's first process, when this object keeps it."""
        return self._keeper.pid if self._keeper is not None else None

    @property
    def fault(self) -> str | None:
        """Why the database was given up, when it was."""
        return self._keeper.fault if self._keeper is not None else None

    # --- Starting -----------------------------------------------------------------------------------

    def _start(self) -> Running:
        runs_as = places.who_runs(self.data_dir)
        programs = self._programs(runs_as)
        home, elsewhere = places.home_of(self.data_dir, runs_as)
        if elsewhere:
            self._say(f"The database's own user cannot reach {self.data_dir}, so the database is in {home}")
        pgdata = home / "data"
        self._check_version(pgdata, programs)
        if not pgdata.exists():
            self._say("Making the database")
            self._initdb(home, programs, runs_as)
        clear_leftovers(pgdata, runs_as)
        socket_dir = places.new_socket_folder(home, runs_as)
        log = places.private_folder(home / "log", runs_as)
        command = [programs.program("postgres"), "-D", str(pgdata)]
        here = {"unix_socket_directories": f'"{socket_dir}"', "log_directory": str(log)}
        for name, value in {**self._settings, **here}.items():
            command += ["-c", f"{name}={value}"]
        self._keeper = Keeper(
            command, runs_as, self.data_dir / "postgres.start.log", lambda: clear_leftovers(pgdata, runs_as)
        )
        self._keeper.start()
        atexit.register(self.stop)
        self._wait_until_it_answers()
        self._prepare()
        return self._running(already_running=False)

    def _wait_for_other(self, *, join: bool) -> Running:
        other = lock_holder(self._lock_file())
        if not join:
            self._say(f"Waiting for process {other}, which uses this database")
        until = time.monotonic() + START_WITHIN_S
        while time.monotonic() < until:
            if join and self.is_running():
                return self._running(already_running=True)
            if self._take_lock():  # the other program ended meanwhile
                try:
                    return self._start()
                except BaseException:
                    self.stop()
                    raise
            time.sleep(0.1)
        raise DatabaseProblem(f"The database in {self.data_dir} is already in use by process {other}.")

    def _make_data_dir(self) -> None:
        try:
            # Root's own files in it are 0600; the database's user must pass through to its folder.
            places.open_folder(self.data_dir, 0o711 if os.geteuid() == 0 else 0o700)
            self._lock_file().touch(mode=0o600)
        except OSError as fault:
            raise DatabaseProblem(
                f"The data folder {self.data_dir} cannot be written ({fault.strerror}). Use another: DATA="
            ) from fault

    def _lock_file(self) -> Path:
        return self.data_dir / "postgres.lock"

    def _take_lock(self) -> bool:
        self._lock = take_lock(self._lock_file())
        return self._lock is not None

    def _programs(self, runs_as: places.RunsAs) -> binaries.Binaries:
        found = binaries.find()
        if runs_as.is_another and not runs_as.can("-x", Path(found.program("postgres"))):
            return binaries.copy_to(found, places.shelf(), self._say)
        return found

    def _check_version(self, pgdata: Path, programs: binaries.Binaries) -> None:
        try:
            written = (pgdata / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            if pgdata.exists() and any(pgdata.iterdir()):
                raise DatabaseProblem(f"{pgdata} is not a database: it has no PG_VERSION.") from None
            return
        if written != str(programs.major):
            raise DatabaseProblem(
                f"The database in {pgdata} was written by PostgreSQL {written}; this program brings "
                f"{programs.major}. Nothing was changed. "
                "Dump it with the old version and load it into a new folder."
            )
        if not self._superuser_password().exists():
            raise DatabaseProblem(
                f"{self._superuser_password()} is missing: without it the database in {pgdata} cannot be opened. "
                "Bring the file back from a copy of the folder."
            )

    def _superuser_password(self) -> Path:
        return self.data_dir / "superuser.password"

    def _initdb(self, home: Path, programs: binaries.Binaries, runs_as: places.RunsAs) -> None:
        unfinished = home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        password = home / "password.unfinished"
        password.unlink(missing_ok=True)
        with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secret_in(self._superuser_password()))
        runs_as.own(password, 0o600)
        command = [programs.program("initdb"), "-D", str(unfinished), f"--pwfile={password}"]
        command += [f"--username={SUPERUSER}", "--encoding=UTF8", "--locale-provider=builtin"]
        command += ["--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums", "--auth=scram-sha-256"]
        made = subprocess.run(  # type: ignore[call-overload]  # noqa: S603  # keywords from a dict; a program we chose, no shell
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            **runs_as.popen(),
        )
        password.unlink()
        if made.returncode != 0:
            raise DatabaseProblem(f"The database could not be made: {made.stderr.strip()[-600:]}")
        unfinished.rename(home / "data")

    def _wait_until_it_answers(self) -> None:
        assert self._keeper is not None
        until = time.monotonic() + START_WITHIN_S
        while True:
            try:
                with self._connect(SUPERUSER, "superuser", "postgres"):
                    return
            except psycopg.OperationalError as fault:
                if "password authentication failed" in str(fault):
                    raise DatabaseProblem(
                        f"The database does not know the password in {self._superuser_password()}."
                    ) from fault
                if self._keeper.fault or time.monotonic() > until:
                    words = self._keeper.fault or self._keeper.last_words()
                    raise DatabaseProblem(f"The database does not start. {words}") from fault
            time.sleep(0.03)

    def _prepare(self) -> None:
        owner, app = (secret_in(self.data_dir / f"{role}.password") for role in ("owner", "app"))
        with self._connect(SUPERUSER, "superuser", "postgres") as conn:
            refuse_unless_durable(conn)
            make_roles(conn, owner, app)
        with self._connect(SUPERUSER, "superuser", DATABASE) as conn:
            close_database(conn)
            grant_app(conn, OWNER)
        # So that a database made by the owner, as tests do, opens its tables to the program alike.
        with self._connect(SUPERUSER, "superuser", "template1") as conn:
            grant_app(conn, OWNER)
        with self._connect(APP, "app", DATABASE) as conn:
            refuse_unless_durable(conn)

    # --- Connecting ---------------------------------------------------------------------------------

    def _home(self) -> Path:
        pointer = self.data_dir / "postgres.where"
        return Path(pointer.read_text().strip()) if pointer.exists() else self.data_dir / "postgres"

    def _socket_dir(self) -> Path:
        folder = places.socket_folder(self._home())
        if folder is None:
            raise FileNotFoundError("no socket")
        return folder

    def _url(self, user: str, role: str, database: str) -> str:
        password = (self.data_dir / f"{role}.password").read_text().strip()
        host = str(self._socket_dir()).replace("%", "%25").replace("/", "%2F").replace(" ", "%20")
        return f"postgresql://{user}:{password}@/{database}?host={host}&port={PORT}"

    def _connect(self, user: str, role: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self._url(user, role, database), autocommit=True, connect_timeout=10)

    def _running(self, *, already_running: bool) -> Running:
        return Running(
            owner_url=self._url(OWNER, "owner", DATABASE),
            app_url=self._url(APP, "app", DATABASE),
            socket_dir=self._socket_dir(),
            port=PORT,
            already_running=already_running,
        )


def take_lock(path: Path) -> IO[str] | None:
    """Hold a lock until the returned file is closed or this process ends; None when another holds it."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def lock_holder(path: Path) -> str:
    """The number of the process that wrote itself into the lock."""
    try:
        return path.read_text().strip() or "?"
    except OSError:
        return "?"
