"""The tests' database: made by the owner of the tables, worked on as the role that owns nothing, as in use."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.backends.signals import connection_created

from tests.cast import NOW, Cast, make_cast


@pytest.fixture(scope="session")
def cluster_url() -> Iterator[str]:
    """The owner's URL of a PostgreSQL for the tests: the one that the environment names, or an embedded one."""
    named = os.environ.get("EUTHYMIA_OWNER_URL")
    if named:
        yield named
        return
    from euthymia.embedded import Cluster

    with tempfile.TemporaryDirectory(prefix="eut-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(Path(folder) / "data")
        running = cluster.start()
        try:
            yield running.owner_url
        finally:
            cluster.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(cluster_url: str, request: pytest.FixtureRequest) -> None:
    from euthymia.settings import database

    name = f"test_euthymia_{os.getpid()}"
    # Django refers to the same dict from three places: the connection, the handler and the settings.
    settings_dict = connections["default"].settings_dict
    settings_dict.update(database(cluster_url))
    settings_dict.setdefault("TEST", {}).update({"NAME": name})


def _work_as_the_app(connection: Any, **_: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE euthymia_app")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """After the tables are made, every connection works as the role that owns nothing."""
    connections["default"].close()
    connection_created.connect(_work_as_the_app, dispatch_uid="work as the app")
    yield
    connection_created.disconnect(dispatch_uid="work as the app")
    connections["default"].close()


@pytest.fixture(autouse=True)
def _ten_in_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program's clock stands at the cast's hour, whatever day the tests run on; a test may move it."""
    monkeypatch.setattr("euthymia.clock.now", lambda: NOW)


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    """Argon2 is slow by design; the tests' own passwords need none of that."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cast(db: None) -> Cast:
    """A patient, her nurse, her physician, the front desk, and the physician of another location."""
    return make_cast()
