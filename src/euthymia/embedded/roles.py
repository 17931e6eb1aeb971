"""The two roles of the database, what each may do, and the settings without which nothing is kept."""

from psycopg import Connection, sql

from euthymia.embedded.running import DatabaseProblem

OWNER = "euthymia_owner"
APP = "euthymia_app"
DATABASE = "euthymia"
OLDEST_MAJOR = 15
MUST_BE_ON = ("fsync", "full_page_writes")
# Every value that waits for the disk before it answers; "off" alone does not.
SYNCHRONOUS_ENOUGH = ("on", "local", "remote_write", "remote_apply")


def durability_faults(conn: Connection[tuple[object, ...]]) -> list[str]:
    """Sentences on each setting under which an acknowledged entry could be lost; empty when all is well."""
    faults = [
        f"{name} is {value}: a power cut could damage the database. Set {name} = on."
        for name in MUST_BE_ON
        if (value := _setting(conn, name)) != "on"
    ]
    if (value := _setting(conn, "synchronous_commit")) not in SYNCHRONOUS_ENOUGH:
        faults.append(
            f"synchronous_commit is {value}: a crash could lose entries that were acknowledged. "
            "Set synchronous_commit = on."
        )
    return faults


def refuse_unless_durable(conn: Connection[tuple[object, ...]]) -> None:
    """Stop with the faults in one sentence."""
    if faults := durability_faults(conn):
        raise DatabaseProblem(
            "This database may lose what was charted, so Euthymia does not start on it: " + " ".join(faults)
        )


def _setting(conn: Connection[tuple[object, ...]], name: str) -> str:
    row = conn.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def make_roles(conn: Connection[tuple[object, ...]], owner_password: str, app_password: str) -> None:
    """Make both roles and the database, or bring the passwords up to date. As superuser."""
    for name, rights, password in (
        (OWNER, "LOGIN CREATEDB", owner_password),
        (APP, "LOGIN", app_password),
    ):
        known = conn.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
        conn.execute(
            sql.SQL("{verb} ROLE {name} {rights} PASSWORD {password}").format(
                verb=sql.SQL("ALTER" if known else "CREATE"),
                name=sql.Identifier(name),
                rights=sql.SQL(rights),
                password=sql.Literal(password),
            )
        )
    conn.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP), sql.Identifier(OWNER)))
    if not conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        conn.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))


def close_database(conn: Connection[tuple[object, ...]]) -> None:
    """Let nobody but its owner and the program into this database."""
    row = conn.execute("SELECT current_database()").fetchone()
    assert row is not None
    database = sql.Identifier(str(row[0]))
    conn.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    conn.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(APP)))


def grant_app(conn: Connection[tuple[object, ...]], owner: str) -> None:
    """Let the program work with the rows of this owner's future tables, and change no table."""
    names = {"owner": sql.Identifier(owner), "app": sql.Identifier(APP)}
    conn.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {app}").format(**names))
    for rights in (
        "SELECT, INSERT, UPDATE, DELETE ON TABLES",
        "USAGE, SELECT ON SEQUENCES",
        "EXECUTE ON FUNCTIONS",
    ):
        line = "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT {rights} TO {app}"
        conn.execute(sql.SQL(line).format(rights=sql.SQL(rights), **names))
