"""What the owner of the tables does behind the program's back is found by `check_house`, and named."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

import psycopg
import pytest
from bench.fresh import fresh_database
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from euthymia.embedded.roles import close_database
from tests.cast import make_cast
from tests.visits import crew_of, discharged

WATCHED = ("infusions_vitals", "billing_ledgerline")


@dataclass(frozen=True)
class House:
    """A database of its own with one visit done, and the owner's door to it."""

    owner_url: str

    def do(self, table: str, statement: str) -> int:
        """As the owner: switch the table's laws off, change what is in it, switch them on. Gives the row's id."""
        with psycopg.connect(self.owner_url) as conn:
            conn.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            row = conn.execute(statement).fetchone()
            conn.execute("SET CONSTRAINTS ALL IMMEDIATE")
            conn.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        assert row is not None
        return int(row[0])

    def look(self) -> tuple[int, str]:
        """The exit code of the check, and what it prints."""
        said = StringIO()
        try:
            call_command("check_house", stdout=said)
        except SystemExit as end:
            return int(str(end.code)), said.getvalue()
        return 0, said.getvalue()


def _copy(url: str, name: str, of: str) -> None:
    connections["default"].close()  # a database is copied only when nobody is in it
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(of)))


def _drop(url: str, name: str) -> None:
    connections["default"].close()
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as conn:
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def filled(cluster_url: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The name of a database of our own in which one visit was booked, given and charged."""
    named = connections["default"].settings_dict
    tests_own = named["NAME"]
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setenv("EUTHYMIA_OWNER_URL", cluster_url)
        with fresh_database("house") as fresh:
            connections["default"].close()
            named["NAME"] = conninfo_to_dict(fresh.owner_url)["dbname"]
            cast = make_cast()
            discharged(crew_of(cast), cast.now - timedelta(hours=2))
            yield str(named["NAME"])
            connections["default"].close()
            named["NAME"] = tests_own


@pytest.fixture
def house(cluster_url: str, filled: str) -> Iterator[House]:
    """A copy of it for one test."""
    named, name = connections["default"].settings_dict, f"{filled}_copy"
    _copy(cluster_url, name, filled)
    named["NAME"] = name
    yield House(make_conninfo(cluster_url, dbname=name))
    named["NAME"] = filled
    _drop(cluster_url, name)


def test_a_house_at_rest_has_no_fault(house):
    code, said = house.look()
    assert (code, said.splitlines()[-1]) == (0, "No fault found.")
    for table in WATCHED:
        count = next(line.split()[-2] for line in said.splitlines() if line.startswith(f"rows of {table} "))
        assert int(count) > 0


def test_it_can_look_in_a_database_that_is_closed_as_in_use(cluster_url, filled):
    original = House(make_conninfo(cluster_url, dbname=filled))  # what a database grants is not copied with it
    with psycopg.connect(original.owner_url) as conn:
        close_database(conn)
    connections["default"].close()
    assert original.look()[0] == 0


CHANGES = {
    "infusions_vitals": "systolic_mmhg = systolic_mmhg + 1",
    "billing_ledgerline": "amount_cents = amount_cents + 1",
}


@pytest.mark.parametrize("table", WATCHED)
def test_a_changed_byte_is_found_and_named(house, table):
    row = house.do(table, f"UPDATE {table} SET {CHANGES[table]} WHERE id = (SELECT max(id) FROM {table}) RETURNING id")
    code, said = house.look()
    assert code == 1
    assert f"{table} row {row} was changed outside the program" in said


def test_an_entry_of_the_ledger_that_no_longer_sums_to_zero_is_named(house):
    table = "billing_ledgerline"
    entry = house.do(
        table, f"UPDATE {table} SET {CHANGES[table]} WHERE id = (SELECT max(id) FROM {table}) RETURNING entry_id"
    )
    assert f"ledger entry {entry} is off by 1 cents" in house.look()[1]


@pytest.mark.parametrize("table", WATCHED)
def test_a_deleted_row_is_found_and_named(house, table):
    row = house.do(table, f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table}) RETURNING id")
    code, said = house.look()
    assert code == 1
    assert f"{table} row {row} is gone" in said


@pytest.mark.parametrize(
    ("table", "columns", "values"),
    [
        (
            "infusions_vitals",
            "infusion_id, at, by_id, systolic_mmhg, note, reason",
            "infusion_id, at, by_id, 120, '', ''",
        ),
        ("billing_ledgerline", "entry_id, account, amount_cents", "entry_id, account, amount_cents"),
    ],
)
def test_an_inserted_row_is_found_and_named(house, table, columns, values):
    row = house.do(
        table, f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} ORDER BY id LIMIT 1 RETURNING id"
    )
    code, said = house.look()
    assert code == 1
    assert f"{table} row {row} came by no act" in said


# --- The audit itself -------------------------------------------------------------------------------------

MIDDLE = "(SELECT id FROM audit_entry WHERE chain > 0 AND seq = 3)"
LAST = "(SELECT id FROM audit_entry WHERE chain > 0 ORDER BY seq DESC LIMIT 1)"


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = actor_name || ' '",
        "at = at + interval '1 microsecond'",
        "act = 'people.write_note'",
        "patient_id = coalesce(patient_id, 0) + 1",
        "changes = changes - 0",
        "hash = repeat('0', 64)",
    ],
)
def test_a_changed_entry_is_found_and_named(house, change):
    house.do("audit_entry", f"UPDATE audit_entry SET {change} WHERE id = {MIDDLE} RETURNING id")
    code, said = house.look()
    assert code == 1
    assert any("/3 (" in line and "does not match its hash: it was changed" in line for line in said.splitlines())


def test_a_deleted_entry_is_found_where_the_chain_breaks(house):
    house.do("audit_entry", f"DELETE FROM audit_entry WHERE id = {MIDDLE} RETURNING id")
    code, said = house.look()
    assert code == 1
    assert any("/4 (" in line and "does not follow the one before it" in line for line in said.splitlines())


def test_an_end_that_was_cut_off_is_found(house):
    chain = house.do("audit_entry", f"DELETE FROM audit_entry WHERE id = {LAST} RETURNING chain")
    code, said = house.look()
    assert code == 1
    assert f"audit chain {chain} has lost its end" in said


def test_an_inserted_entry_is_found_and_named(house):
    seq = house.do(
        "audit_entry",
        "INSERT INTO audit_entry (chain, seq, at, actor, actor_name, act, reading, location_id, subject,"
        " content_hash, detail, changes, prev_hash, hash)"
        " SELECT chain, seq + 1, at, actor, actor_name, act, reading, location_id, subject,"
        f" content_hash, detail, '[]', hash, repeat('a', 64) FROM audit_entry WHERE id = {LAST} RETURNING seq",
    )
    code, said = house.look()
    assert code == 1
    assert any(f"/{seq} (" in line and "it was changed" in line for line in said.splitlines())


def test_a_law_that_was_switched_off_is_named(house):
    with psycopg.connect(house.owner_url) as conn:
        conn.execute("ALTER TABLE infusions_vitals DISABLE TRIGGER audit_never")
    code, said = house.look()
    assert code == 1
    assert "audit_never is missing on infusions_vitals" in said
