"""What `euthymia check` looks at in the drug log."""

from django.db import connection

from euthymia.clinic.foundation.audit.checks import Line


def check_drug_balance() -> Line:
    """For every vial: received = on hand + drawn + given + wasted + lost, and no place below nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM stock_vial")
        count = cursor.fetchone()[0]
        cursor.execute(
            """WITH held AS (
                   SELECT vial_id, place, sum(amount) AS amount FROM (
                       SELECT vial_id, target AS place, amount_ul AS amount FROM stock_drugmove
                       UNION ALL SELECT vial_id, source, -amount_ul FROM stock_drugmove) m
                    GROUP BY vial_id, place)
               SELECT v.id, v.lot,
                      coalesce(-(SELECT amount FROM held h WHERE h.vial_id = v.id AND place = 'supplier'), 0)
                          <> v.volume_ul,
                      (SELECT string_agg(place, ', ') FROM held h
                        WHERE h.vial_id = v.id AND place <> 'supplier' AND amount < 0)
                 FROM stock_vial v"""
        )
        faults = []
        for vial, lot, volume_off, below in cursor.fetchall():
            if volume_off:
                faults.append(f"vial {vial} (lot {lot}): what was received is not its volume")
            if below:
                faults.append(f"vial {vial} (lot {lot}) holds less than nothing: {below}")
    return Line("vials that balance", count, tuple(faults))


def check_closed_infusions() -> Line:
    """A discharged infusion holds nothing drawn: drawn = given + wasted + lost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM infusions_infusion WHERE state = 'discharged'")
        count = cursor.fetchone()[0]
        cursor.execute(
            """SELECT i.id, sum(CASE WHEN m.target = 'drawn' THEN amount_ul WHEN m.source = 'drawn' THEN -amount_ul END)
                 FROM infusions_infusion i JOIN stock_drugmove m ON m.infusion_id = i.id
                WHERE i.state = 'discharged' GROUP BY i.id
               HAVING sum(CASE WHEN m.target = 'drawn' THEN amount_ul WHEN m.source = 'drawn' THEN -amount_ul END) <> 0
                LIMIT 50"""
        )
        faults = tuple(f"infusion {i} still holds {left} microlitres drawn" for i, left in cursor.fetchall())
    return Line("closed infusions whose drug balances", count, faults)
