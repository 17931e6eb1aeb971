"""Takes a PostgreSQL that somebody else runs, after looking at it hard."""

from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from euthymia.embedded.roles import APP, OLDEST_MAJOR, grant_app, refuse_unless_durable
from euthymia.embedded.running import DatabaseProblem, Running


def external(database_url: str) -> Running:
    """Check the database of the owner's URL, make the program's role in it, and answer with both doors."""
    app_url = _as_app(database_url)
    try:
        with psycopg.connect(database_url, autocommit=True, connect_timeout=10) as conn:
            if conn.info.server_version < OLDEST_MAJOR * 10_000:
                raise DatabaseProblem(
                    f"This PostgreSQL is version {conn.info.server_version // 10_000}. "
                    f"Euthymia needs {OLDEST_MAJOR} or later."
                )
            _refuse_other_encoding(conn)
            refuse_unless_durable(conn)
            _make_app_role(conn)
            _refuse_open_schema(conn)
            grant_app(conn, conn.info.user)
            port, host = conn.info.port, conn.info.host
        with psycopg.connect(app_url, autocommit=True, connect_timeout=10) as conn:
            refuse_unless_durable(conn)
    except psycopg.errors.InsufficientPrivilege as fault:
        raise DatabaseProblem(
            f"The user of DATABASE_URL may not do this in the database: {_first_line(fault)}. "
            "It must own the database and its schema public."
        ) from fault
    except psycopg.OperationalError as fault:
        raise DatabaseProblem(f"The database of DATABASE_URL does not answer: {_first_line(fault)}") from fault
    except psycopg.ProgrammingError as fault:
        raise DatabaseProblem(f"DATABASE_URL is not a PostgreSQL address: {_first_line(fault)}") from fault
    return Running(database_url, app_url, Path(host) if host.startswith("/") else None, port, True)


def _refuse_other_encoding(conn: psycopg.Connection[tuple[object, ...]]) -> None:
    encoding = conn.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise DatabaseProblem(
            f"The database {conn.info.dbname} is encoded in {encoding}; names need UTF8. "
            f"Make another: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"
        )


def _refuse_open_schema(conn: psycopg.Connection[tuple[object, ...]]) -> None:
    """Databases begun before PostgreSQL 15 let everyone make tables, which the program must not."""
    if conn.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [APP]).fetchone() == (True,):
        raise DatabaseProblem(
            f"Everyone may make tables in the database {conn.info.dbname}. Its administrator must run in it: "
            f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {APP};"
        )


def _as_app(database_url: str) -> str:
    try:
        before = conninfo_to_dict(database_url).get("options")
    except psycopg.ProgrammingError as fault:
        raise DatabaseProblem(f"DATABASE_URL is not a PostgreSQL address: {_first_line(fault)}") from fault
    return make_conninfo(database_url, options=f"{before or ''} -c role={APP}".strip())


def _make_app_role(conn: psycopg.Connection[tuple[object, ...]]) -> None:
    if not conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone():
        try:
            conn.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(APP)))
        except psycopg.errors.InsufficientPrivilege as fault:
            raise DatabaseProblem(
                f"The user of DATABASE_URL may not make the role {APP}. Its administrator must run: "
                f"CREATE ROLE {APP} NOLOGIN; GRANT {APP} TO {conn.info.user};"
            ) from fault
    row = conn.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [APP]).fetchone()
    if row == (True,) and _may_become(conn):
        return
    try:
        conn.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(APP)))
    except psycopg.errors.InsufficientPrivilege as fault:
        raise DatabaseProblem(
            f"The user of DATABASE_URL may not act as the role {APP}. Its administrator must run: "
            f"GRANT {APP} TO {conn.info.user};"
        ) from fault


def _may_become(conn: psycopg.Connection[tuple[object, ...]]) -> bool:
    """From PostgreSQL 16 a member may still lack the right to SET ROLE; only trying tells."""
    try:
        conn.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(APP)))
    except psycopg.errors.InsufficientPrivilege:
        return False
    conn.execute("RESET ROLE")
    return True


def _first_line(fault: Exception) -> str:
    return str(fault).strip().split("\n")[0]
