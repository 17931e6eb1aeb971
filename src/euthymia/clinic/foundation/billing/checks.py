"""What `euthymia check` looks at in the ledger."""

from django.db import connection

from euthymia.clinic.foundation.audit.checks import Line


def check_ledger() -> Line:
    """Every entry sums to zero."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM billing_ledgerentry")
        count = cursor.fetchone()[0]
        cursor.execute(
            """SELECT e.id, coalesce(sum(l.amount_cents), 0) FROM billing_ledgerentry e
                 LEFT JOIN billing_ledgerline l ON l.entry_id = e.id
                GROUP BY e.id HAVING coalesce(sum(l.amount_cents), 0) <> 0 OR count(l.id) = 0 ORDER BY e.id LIMIT 50"""
        )
        faults = tuple(f"ledger entry {entry} is off by {cents} cents" for entry, cents in cursor.fetchall())
    return Line("ledger entries that sum to zero", count, faults)
