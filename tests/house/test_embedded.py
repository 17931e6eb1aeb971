"""The embedded database keeps what it was given, lets nobody else in, and says when it cannot start."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from euthymia.embedded import Cluster, DatabaseProblem, Running, durability_faults, external
from euthymia.embedded.leftovers import processes_in
from euthymia.embedded.places import SOCKET_NAME_BYTES, SUN_PATH_MAX_BYTES, who_runs

KEEP_IN_ANOTHER_PROCESS = """
import sys, time
from pathlib import Path
from euthymia.embedded import Cluster
cluster = Cluster(Path(sys.argv[1]))
cluster.start()
print("up", flush=True)
time.sleep(600)
"""


def reachable_folder() -> Path:
    """A new folder open to the database's own user, who is another than us when we are root."""
    path = Path(tempfile.mkdtemp(prefix="eut-", dir="/tmp" if os.geteuid() == 0 else None))
    path.chmod(0o755)
    return path


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database's own user can pass through; pytest's temporary folders are closed."""
    path = reachable_folder()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def reused() -> Iterator[Path]:
    """A folder in which several tests in turn start and stop a database: making one costs a second."""
    path = reachable_folder()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Path, Cluster, Running]]:
    path = reachable_folder()
    cluster = Cluster(path / "data")
    running = cluster.start()
    yield path / "data", cluster, running
    cluster.stop()
    shutil.rmtree(path)


@pytest.fixture
def as_app(shared: tuple[Path, Cluster, Running]) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The program's connection, beside a table of the owner's with one row."""
    running = shared[2]
    with psycopg.connect(running.owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE charted (pulse_per_min int)")
        owner.execute("INSERT INTO charted VALUES (72)")
        with psycopg.connect(running.app_url, autocommit=True) as app:
            yield app
        owner.execute("DROP TABLE charted")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def wait_for(what: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_rows_outlive_a_killed_postgres(reused: Path) -> None:
    cluster = Cluster(reused / "data")
    running = cluster.start()
    try:
        with psycopg.connect(running.owner_url) as conn:
            conn.execute("CREATE TABLE kept (n int)")
            conn.execute("INSERT INTO kept VALUES (41)")
        killed = cluster.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: cluster.pid != killed and cluster.is_running())
        with psycopg.connect(running.app_url) as conn:
            assert conn.execute("SELECT n FROM kept").fetchall() == [(41,)]
    finally:
        cluster.stop()


def test_rows_outlive_a_killed_parent(reused: Path) -> None:
    data = reused / "data"
    parent = keep_elsewhere(data)
    cluster = Cluster(data)
    joined = cluster.start()
    assert joined.already_running
    with psycopg.connect(joined.owner_url) as conn:
        conn.execute("CREATE TABLE kept_too (n int)")
        conn.execute("INSERT INTO kept_too VALUES (42)")
    parent.kill()
    parent.wait()
    again = cluster.start()
    try:
        assert not again.already_running
        with psycopg.connect(again.owner_url) as conn:
            assert conn.execute("SELECT n FROM kept_too").fetchall() == [(42,)]
    finally:
        cluster.stop()


def test_no_process_is_left_when_the_parent_is_killed(reused: Path) -> None:
    parent = keep_elsewhere(reused / "data")
    inside = reused / "data" / "postgres" / "data"
    assert processes_in(inside, who_runs(reused / "data"))
    parent.kill()
    parent.wait()
    wait_for(lambda: not processes_in(inside, who_runs(reused / "data")))


def keep_elsewhere(data: Path) -> "subprocess.Popen[str]":
    parent = subprocess.Popen(
        [sys.executable, "-c", KEEP_IN_ANOTHER_PROCESS, str(data)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == "up\n"
    return parent


def test_it_is_started_again_beside_a_recycled_process_number(reused: Path) -> None:
    cluster = Cluster(reused / "data")
    cluster.start()
    cluster.stop()
    note = reused / "data" / "postgres" / "data" / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n")  # a number that now belongs to another program
    try:
        assert not cluster.start().already_running
    finally:
        cluster.stop()


def test_nothing_runs_after_stop_and_no_socket_is_left(reused: Path) -> None:
    cluster = Cluster(reused / "data")
    running = cluster.start()
    process = cluster.pid
    cluster.stop()
    assert process is not None
    assert not alive(process)
    assert not cluster.is_running()
    assert running.socket_dir is not None
    assert not running.socket_dir.exists()


def test_a_second_start_joins_and_its_stop_leaves_the_first_alone(
    shared: tuple[Path, Cluster, Running],
) -> None:
    data, first, running = shared
    second = Cluster(data)
    assert second.start() == Running(
        running.owner_url, running.app_url, running.socket_dir, running.port, already_running=True
    )
    second.stop()
    assert first.is_running()


def test_a_start_that_may_not_join_names_the_process_in_the_way(
    shared: tuple[Path, Cluster, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("euthymia.embedded.cluster.START_WITHIN_S", 0.3)
    with pytest.raises(DatabaseProblem, match=f"already in use by process {os.getpid()}"):
        Cluster(shared[0]).start(join=False)


def test_a_folder_of_another_version_is_refused_and_left_as_it_is(folder: Path) -> None:
    cluster = Cluster(folder / "data")
    cluster.start()
    cluster.stop()
    version = folder / "data" / "postgres" / "data" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(DatabaseProblem, match="written by PostgreSQL 17"):
        cluster.start()
    assert version.read_text() == "17\n"
    assert not cluster.is_running()


def test_secrets_and_folders_are_closed_to_others(shared: tuple[Path, Cluster, Running]) -> None:
    data, _, running = shared
    for role in ("superuser", "owner", "app"):
        assert mode(data / f"{role}.password") == 0o600
    assert running.socket_dir is not None
    for path in (
        data / "postgres",
        data / "postgres" / "data",
        data / "postgres" / "log",
        running.socket_dir,
    ):
        assert mode(path) == 0o700, path
    for log in (data / "postgres" / "log").iterdir():
        assert mode(log) == 0o600


def test_nobody_comes_in_without_a_password(shared: tuple[Path, Cluster, Running]) -> None:
    running = shared[2]
    for user in ("postgres", "euthymia_owner", "euthymia_app"):
        with pytest.raises(psycopg.OperationalError, match=r"no password supplied|password authentication"):
            psycopg.connect(host=str(running.socket_dir), port=running.port, user=user, dbname="euthymia")


def test_it_listens_on_no_network(shared: tuple[Path, Cluster, Running]) -> None:
    data, cluster, _ = shared
    look = ["/usr/bin/find", f"/proc/{cluster.pid}/fd", "-lname", "socket:*", "-printf", "%l\n"]
    listed = subprocess.run(look, capture_output=True, check=True, cwd="/", **who_runs(data).popen())  # type: ignore[call-overload]
    inodes = {line[8:-1].decode() for line in listed.stdout.splitlines()}
    assert inodes  # its Unix socket at least
    for table in ("tcp", "tcp6"):
        lines = Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        assert not inodes & {line.split()[9] for line in lines}


@pytest.mark.parametrize(
    "forbidden",
    [
        "TRUNCATE charted",
        "ALTER TABLE charted ADD COLUMN more int",
        "DROP TABLE charted",
        "CREATE TABLE own (n int)",
        "CREATE TRIGGER t BEFORE INSERT ON charted EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "SET ROLE euthymia_owner",
        "SET session_replication_role = replica",
    ],
)
def test_the_program_may_not(as_app: psycopg.Connection[tuple[object, ...]], forbidden: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_app.execute(forbidden)


def test_the_program_may_work_with_rows(as_app: psycopg.Connection[tuple[object, ...]]) -> None:
    as_app.execute("INSERT INTO charted VALUES (80)")
    assert as_app.execute("SELECT count(*) FROM charted").fetchone() == (2,)


def test_a_database_made_by_the_owner_opens_its_tables_alike(shared: tuple[Path, Cluster, Running]) -> None:
    with psycopg.connect(shared[2].owner_url, autocommit=True) as owner:
        owner.execute("CREATE DATABASE for_tests")
        with psycopg.connect(shared[2].owner_url, dbname="for_tests", autocommit=True) as conn:
            conn.execute("CREATE TABLE t (n int)")
            conn.execute("SET ROLE euthymia_app")
            conn.execute("INSERT INTO t VALUES (1)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute("TRUNCATE t")
        owner.execute("DROP DATABASE for_tests")


def test_text_is_sorted_and_checked_the_same_everywhere(shared: tuple[Path, Cluster, Running]) -> None:
    with psycopg.connect(shared[2].owner_url) as conn:
        found = conn.execute(
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding),"
            " current_setting('data_checksums') FROM pg_database WHERE datname = 'euthymia'"
        ).fetchone()
    assert found == ("b", "C.UTF-8", "UTF8", "on")


def test_the_log_holds_no_value_of_a_failed_statement(shared: tuple[Path, Cluster, Running]) -> None:
    data, _, running = shared
    with psycopg.connect(running.owner_url, autocommit=True) as conn:
        conn.execute("CREATE TABLE p (name text UNIQUE)")
        conn.execute("INSERT INTO p VALUES ('Demo Patient 017')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            conn.execute("INSERT INTO p VALUES ('Demo Patient 017')")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            conn.execute("SELECT %s::int", ["Demo Patient 017"])
        conn.execute("DROP TABLE p")
    written = "".join(log.read_text() for log in (data / "postgres" / "log").iterdir())
    assert "ready to accept connections" in written
    assert "Demo Patient" not in written


def test_the_log_holds_no_statement_of_a_killed_connection(reused: Path) -> None:
    """PostgreSQL would name what a connection was doing when it was killed."""
    cluster = Cluster(reused / "data")
    running = cluster.start()
    try:
        with psycopg.connect(running.app_url) as conn:
            conn.execute("SELECT 'Demo Patient 017'")  # its last statement, shown while the transaction is open
            os.kill(conn.info.backend_pid, signal.SIGKILL)
            with pytest.raises(psycopg.OperationalError):
                conn.execute("SELECT 1")
        logs = reused / "data" / "postgres" / "log"
        wait_for(lambda: "terminated by signal 9" in "".join(log.read_text() for log in logs.iterdir()))
        assert "Demo Patient" not in "".join(log.read_text() for log in logs.iterdir())
    finally:
        cluster.stop()


@pytest.mark.parametrize("name", ["fsync", "full_page_writes", "synchronous_commit"])
def test_it_does_not_start_where_entries_could_be_lost(reused: Path, name: str) -> None:
    cluster = Cluster(reused / "data", settings={name: "off"})
    with pytest.raises(DatabaseProblem, match=f"may lose what was charted.*{name} is off"):
        cluster.start()
    assert not cluster.is_running()


def test_a_setting_of_the_programs_role_alone_is_found_too(folder: Path) -> None:
    cluster = Cluster(folder / "data")
    running = cluster.start()
    try:
        password = (folder / "data" / "superuser.password").read_text().strip()
        with psycopg.connect(running.owner_url, user="postgres", password=password) as conn:
            assert durability_faults(conn) == []
            conn.execute("ALTER ROLE euthymia_app SET synchronous_commit = off")
        cluster.stop()
        with pytest.raises(DatabaseProblem, match="synchronous_commit is off"):
            cluster.start()
    finally:
        cluster.stop()


def test_a_long_path_gets_a_short_socket(folder: Path) -> None:
    data = folder / ("long-" * 20) / "data"
    data.parent.mkdir()
    cluster = Cluster(data)
    running = cluster.start()
    try:
        assert running.socket_dir is not None
        assert len(os.fsencode(running.socket_dir)) + SOCKET_NAME_BYTES <= SUN_PATH_MAX_BYTES
        assert mode(running.socket_dir) == 0o700
        assert cluster.is_running()
    finally:
        cluster.stop()
    assert not running.socket_dir.exists()


@pytest.mark.parametrize("letter", [",", '"'])
def test_a_path_that_an_address_cannot_hold_gets_another_socket(folder: Path, letter: str) -> None:
    cluster = Cluster(folder / f"a{letter}b")
    try:
        running = cluster.start()
        with psycopg.connect(running.app_url) as conn:
            assert conn.execute("SELECT 1").fetchone() == (1,)
    finally:
        cluster.stop()


def test_a_lost_password_is_told(folder: Path) -> None:
    cluster = Cluster(folder / "data")
    cluster.start()
    cluster.stop()
    (folder / "data" / "superuser.password").unlink()
    with pytest.raises(DatabaseProblem, match=r"superuser\.password is missing"):
        cluster.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could give a folder away")
@pytest.mark.parametrize("by", ["a link", "a full folder", "the file that says where"])
def test_root_gives_no_other_folder_away(folder: Path, by: str) -> None:
    """A data folder may be an ordinary user's own; what it names must not become the database's."""
    foreign = folder / "data" / "postgres" if by == "a full folder" else folder / "foreign"
    foreign.mkdir(mode=0o755, parents=True)
    (foreign / "precious").touch()
    (folder / "data").mkdir(exist_ok=True)
    if by == "a link":
        (folder / "data" / "postgres").symlink_to(foreign)
    elif by == "the file that says where":
        (folder / "data" / "postgres.where").write_text(f"{foreign}\n")
    with pytest.raises(DatabaseProblem, match="is not a folder of Euthymia's database"):
        Cluster(folder / "data").start()
    assert foreign.stat().st_uid == 0
    assert mode(foreign) == 0o755


def test_a_database_elsewhere_that_is_gone_is_told(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "postgres.where").write_text(f"{folder}/gone\n")
    with pytest.raises(DatabaseProblem, match="gone, which is not there"):
        Cluster(folder / "data").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the database under another user")
def test_root_never_opens_a_parent_folder(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the database's user cannot reach the data folder, it goes elsewhere, and a file says where."""
    elsewhere = folder / "elsewhere"
    monkeypatch.setattr("euthymia.embedded.places.REACHABLE", elsewhere)
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    said: list[str] = []
    cluster = Cluster(closed / "data", say=said.append)
    cluster.start()
    try:
        home = Path((closed / "data" / "postgres.where").read_text().strip())
        assert home.parent == elsewhere
        assert any(str(home) in line for line in said)
        assert mode(closed) == 0o700
        assert mode(folder) == 0o755
        assert mode(home) == 0o700
    finally:
        cluster.stop()
    shutil.rmtree(closed / "data")
    cluster.start()  # the data folder was deleted: a new database, and the old one is left as it was
    cluster.stop()
    assert len([path for path in elsewhere.iterdir() if (path / "data" / "PG_VERSION").exists()]) == 2


# --- A PostgreSQL that somebody else runs ---------------------------------------------------------


def test_another_postgres_is_taken_and_worked_on_as_the_role_that_owns_nothing(
    shared: tuple[Path, Cluster, Running],
) -> None:
    running = external(shared[2].owner_url)
    with psycopg.connect(running.app_url, autocommit=True) as conn:
        assert conn.execute("SELECT current_user").fetchone() == ("euthymia_app",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("CREATE TABLE own (n int)")


def test_another_postgres_that_could_lose_entries_is_refused(shared: tuple[Path, Cluster, Running]) -> None:
    url = f"{shared[2].owner_url}&options=-c%20synchronous_commit%3Doff"
    with pytest.raises(DatabaseProblem, match="synchronous_commit is off"):
        external(url)


def test_another_postgres_whose_text_is_not_utf8_is_refused(shared: tuple[Path, Cluster, Running]) -> None:
    with psycopg.connect(shared[2].owner_url, autocommit=True) as owner:
        owner.execute("CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0")
        with pytest.raises(DatabaseProblem, match="is encoded in SQL_ASCII"):
            external(make_conninfo(shared[2].owner_url, dbname="ascii"))
        owner.execute("DROP DATABASE ascii")


def test_another_postgres_where_everyone_makes_tables_is_refused(shared: tuple[Path, Cluster, Running]) -> None:
    data, _, running = shared
    password = (data / "superuser.password").read_text().strip()
    with psycopg.connect(running.owner_url, user="postgres", password=password, autocommit=True) as conn:
        conn.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
        with pytest.raises(DatabaseProblem, match="Everyone may make tables"):
            external(running.owner_url)
        conn.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    assert external(running.owner_url)


def test_another_postgres_that_is_too_old_is_refused(
    shared: tuple[Path, Cluster, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("euthymia.embedded.outside.OLDEST_MAJOR", 99)
    with pytest.raises(DatabaseProblem, match=r"is version 18\. Euthymia needs 99 or later"):
        external(shared[2].owner_url)


def test_another_postgres_where_the_role_may_not_be_made_is_refused(
    shared: tuple[Path, Cluster, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("euthymia.embedded.outside.APP", "euthymia_other")
    with pytest.raises(DatabaseProblem, match="may not make the role euthymia_other"):
        external(shared[2].owner_url)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://nobody@/none?host=/nowhere", "does not answer"),
        ("nonsense", "is not a PostgreSQL address"),
    ],
)
def test_an_address_without_a_database_is_answered_in_words(url: str, sentence: str) -> None:
    with pytest.raises(DatabaseProblem, match=sentence):
        external(url)
