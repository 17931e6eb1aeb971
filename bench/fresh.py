"""A fresh, migrated database for one measurement: in an embedded PostgreSQL, or in the one that is named."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from euthymia.embedded import Cluster
from euthymia.embedded.roles import APP


@dataclass(frozen=True, slots=True)
class Fresh:
    """The two doors of a fresh database: of the owner of its tables, and of the role that owns nothing."""

    owner_url: str
    app_url: str

    def env(self, role: str) -> dict[str, str]:
        """The environment in which the program works on this database."""
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "euthymia.settings",
            "EUTHYMIA_OWNER_URL": self.owner_url,
            "EUTHYMIA_APP_URL": self.app_url,
            "EUTHYMIA_DB_ROLE": role,
        }


@contextmanager
def fresh_database(name: str) -> Iterator[Fresh]:
    """A migrated database of this name, dropped at the end."""
    with _server() as url:
        unique = f"{name}_{os.getpid()}"
        with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as conn:
            conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unique)))
        owner_url = make_conninfo(url, dbname=unique)
        fresh = Fresh(owner_url, make_conninfo(owner_url, options=f"-c role={APP}"))
        try:
            migrate = [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity=0"]
            subprocess.run(migrate, env=fresh.env("owner"), check=True)
            yield fresh
        finally:
            _drop(make_conninfo(url, dbname="postgres"), sql.Identifier(unique))


def _drop(url: str, name: sql.Identifier) -> None:
    """Drop a database, whoever is still in it."""
    with psycopg.connect(url, autocommit=True) as conn:
        try:
            # This waits for the database's own cleaning, which an owner may not end by force.
            conn.execute(sql.SQL("DROP DATABASE {}").format(name))
        except psycopg.errors.ObjectInUse:
            conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@contextmanager
def _server() -> Iterator[str]:
    """The owner's URL of a PostgreSQL: the one that the environment names, or an embedded one of our own."""
    named = os.environ.get("EUTHYMIA_OWNER_URL")
    if named:
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="eu-bench-") as folder:
        Path(folder).chmod(0o755)  # the database's own user passes through
        cluster = Cluster(Path(folder) / "data")
        running = cluster.start()
        try:
            yield running.owner_url
        finally:
            cluster.stop()
