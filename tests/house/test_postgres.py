"""A connection that stays with its thread: made anew when the server's side is gone, not asked about when it stands."""

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.db.utils import DatabaseError, OperationalError
from psycopg import Connection, conninfo


@pytest.fixture
def connection(django_db_setup, django_db_blocker):
    """A connection of our own: the tests' own lives in a transaction."""
    with django_db_blocker.unblock():
        one = connections.create_connection("default")
        yield one
        one.close()


def backend(connection) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def end_of(pid: int) -> None:
    """Another session ends a backend, as a server does that stops or falls."""
    given = settings.DATABASES["default"]
    names = {"dbname": given["NAME"], "user": given["USER"], "host": given["HOST"], "port": given["PORT"]}
    kept = {name: value for name, value in names.items() if value}
    if given["PASSWORD"]:
        kept["password"] = given["PASSWORD"]
    with psycopg.connect(conninfo.make_conninfo("", **kept), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_it_stays_from_request_to_request(connection):
    first = backend(connection)
    connection.close_if_unusable_or_obsolete()
    assert backend(connection) == first


def test_it_is_made_anew_where_the_server_is_gone(connection):
    first = backend(connection)
    connection.close_if_unusable_or_obsolete()
    end_of(first)
    connection.close_if_unusable_or_obsolete()
    assert backend(connection) != first


def test_it_is_made_anew_after_it_broke_in_the_middle(connection):
    first = backend(connection)
    end_of(first)
    with pytest.raises(OperationalError):
        backend(connection)
    connection.close_if_unusable_or_obsolete()
    assert backend(connection) != first


def test_the_server_is_asked_only_where_there_is_a_doubt(connection, monkeypatch):
    backend(connection)
    asked: list[object] = []
    execute = psycopg.Cursor.execute

    def noting(self, query, *args, **kwargs):
        asked.append(query)
        return execute(self, query, *args, **kwargs)

    monkeypatch.setattr(psycopg.Cursor, "execute", noting)
    assert connection.is_usable()
    assert asked == []
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")
    asked.clear()
    connection.errors_occurred = True
    assert connection.is_usable()
    assert asked == ["SELECT 1"]


def test_one_that_was_closed_is_not_usable(connection):
    backend(connection)
    inner = connection.connection
    assert isinstance(inner, Connection)
    inner.close()
    assert not connection.is_usable()
