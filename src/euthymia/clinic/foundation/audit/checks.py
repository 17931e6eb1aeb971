"""What `euthymia check` looks at: durability, laws present, the chain, every watched row."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection

from euthymia.clinic.foundation.audit.models import Charted, Watched


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report: what was looked at, how many, and each fault in words."""

    what: str
    count: int
    faults: tuple[str, ...] = ()


def check_durability() -> Line:
    """The three settings without which an acknowledged row can be lost."""
    wanted = ("fsync", "synchronous_commit", "full_page_writes")
    faults = []
    with connection.cursor() as cursor:
        for name in wanted:
            cursor.execute("SELECT current_setting(%s)", [name])
            value = cursor.fetchone()[0]
            if value == "off":
                faults.append(f"{name} is off: an acknowledged entry could be lost")
    return Line("durability settings", len(wanted), tuple(faults))


def watched_models() -> list[type[Watched]]:
    """Every table of the house that the audit watches."""
    return [m for m in apps.get_models() if issubclass(m, Watched)]


def check_guards() -> Line:
    """Every watched table has its triggers, and every constraint that the models declare is there."""
    wanted: list[tuple[str, str]] = []
    for model in watched_models():
        table = model._meta.db_table
        names = ["audit_note", "audit_demand", "audit_never_all"]
        names += ["audit_never"] if issubclass(model, Charted) else []
        wanted += [(table, name) for name in names]
        wanted += [(table, constraint.name) for constraint in model._meta.constraints]
    wanted += [
        ("audit_entry", "audit_chain"),
        ("audit_entry", "audit_never"),
        ("billing_ledgerline", "billing_zero"),
        ("billing_ledgerentry", "billing_lines"),
        ("stock_drugmove", "stock_enough"),
        ("infusions_infusion", "infusions_balance"),
        ("infusions_doseconfirmation", "infusions_second_person"),
        ("infusions_helpcall", "infusions_presence"),
        ("infusions_infusion", "infusions_outcomes"),
        ("infusions_infusion", "infusions_stands"),
        ("infusions_vitals", "infusions_locked"),
        ("infusions_infusionevent", "infusions_locked"),
        ("infusions_segment", "infusions_locked"),
        ("infusions_addendum", "infusions_signed_first"),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'
               UNION SELECT c.relname, k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
                WHERE k.convalidated
               UNION SELECT c.relname, i.relname FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid
                     JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indisunique AND x.indisvalid"""
        )
        present = set(cursor.fetchall())
    faults = tuple(f"{name} is missing on {table}" for table, name in wanted if (table, name) not in present)
    return Line("laws in the database", len(wanted), faults)


def check_chain() -> Line:
    """Every entry follows from the one before, by its hash."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_entry")
        count = cursor.fetchone()[0]
        cursor.execute(
            """SELECT e.chain, e.seq, e.act,
                      audit_entry_hash(e) = e.hash AS own,
                      e.prev_hash = coalesce(lag(e.hash) OVER w, '') AND
                      e.seq = coalesce(lag(e.seq) OVER w, 0) + 1 AS follows
                 FROM audit_entry e WINDOW w AS (PARTITION BY e.chain ORDER BY e.seq)"""
        )
        faults = [
            f"audit entry {chain}/{seq} ({act}) "
            + ("does not match its hash: it was changed" if not own else "does not follow the one before it")
            for chain, seq, act, own, follows in cursor
            if not (own and follows)
        ]
        cursor.execute(
            """SELECT h.chain FROM audit_chainhead h
                WHERE h.seq <> 0 AND NOT EXISTS (SELECT 1 FROM audit_entry e
                       WHERE e.chain = h.chain AND e.seq = h.seq AND e.hash = h.hash)"""
        )
        faults += [f"audit chain {chain} has lost its end" for (chain,) in cursor]
    return Line("audit entries in their chains", count, tuple(faults))


def check_rows() -> Iterator[Line]:
    """Every watched row stands as the audit last saw it: none changed, gone, or come by another way."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.last_seen")
        cursor.execute(
            """CREATE TEMP TABLE last_seen AS
               SELECT DISTINCT ON (c.t, c.id) c.t, c.id, c.op, c.d
                 FROM audit_entry e,
                      jsonb_array_elements(e.changes) WITH ORDINALITY AS j(item, place),
                      jsonb_to_record(j.item) AS c(t text, id bigint, op text, d text)
                ORDER BY c.t, c.id, e.id DESC, j.place DESC"""
        )
        cursor.execute("CREATE INDEX ON last_seen (t, id)")
        cursor.execute("ANALYZE last_seen")
        cursor.execute("SET LOCAL timezone = 'UTC'" if connection.in_atomic_block else "SET timezone = 'UTC'")
        for model in watched_models():
            table = model._meta.db_table
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - our own table names
            count = cursor.fetchone()[0]
            cursor.execute(
                f"""SELECT coalesce(r.id, s.id),
                          CASE WHEN r.id IS NULL THEN 'is gone'
                               WHEN s.id IS NULL OR s.op = 'D' THEN 'came by no act'
                               ELSE 'was changed outside the program' END
                     FROM "{table}" r
                     FULL JOIN (SELECT id, op, d FROM last_seen WHERE t = %s) s ON s.id = r.id
                    WHERE (r.id IS NULL AND s.op <> 'D') OR s.id IS NULL OR
                          (r.id IS NOT NULL AND (s.op = 'D' OR s.d <> audit_row_digest(to_jsonb(r))))
                    ORDER BY 1 LIMIT 50""",  # noqa: S608 - our own table names
                [table],
            )
            faults = tuple(f"{table} row {row_id} {what}" for row_id, what in cursor.fetchall())
            yield Line(f"rows of {table}", count, faults)
        cursor.execute("DROP TABLE last_seen")
