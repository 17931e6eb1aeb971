"""One data folder: its database, its secrets, its tables, and what every child must know of them."""

import hashlib
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import psycopg

from euthymia.children import CannotServe, Say, begin, finish
from euthymia.embedded import Cluster, Running, external
from euthymia.embedded.secret_files import secret_in

DEMO, PRACTICE = "demo", "practice"
MADE_OF = ("django", "django-allauth", "psycopg")


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
            make_folder(self.data_dir)
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


def make_folder(folder: Path) -> None:
    """Make the data folder, closed to others."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise CannotServe(f"The data folder {folder} cannot be made ({fault.strerror}). Use DATA=.") from fault


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
        raise CannotServe(f"{data_dir} holds the demo practice. Give your own practice another folder: --data")
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
