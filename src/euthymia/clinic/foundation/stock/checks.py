"""What `euthymia check` looks at in the drug log."""

from django.db import connection

from euthymia.clinic.foundation.audit.checks import Line


def check_drug_balance() -> Line:
    """For every vial: received = on hand + in transit + drawn + given + wasted + lost + destroyed, nothing below zero.

    On hand is counted by location and in transit by transfer, so that a vial is nowhere twice.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM stock_vial")
        count = cursor.fetchone()[0]
        cursor.execute(
            """WITH legs AS (
                   SELECT m.vial_id, p.place, p.amount,
                          CASE p.place WHEN 'on_hand' THEN coalesce(m.location_id, v.location_id)
                                       WHEN 'in_transit' THEN m.transfer_id
                                       WHEN 'drawn' THEN m.infusion_id END AS whose
                     FROM stock_drugmove m JOIN stock_vial v ON v.id = m.vial_id,
                  LATERAL (VALUES (m.target, m.amount_ul::bigint), (m.source, -m.amount_ul::bigint)) p (place, amount)),
               held AS (SELECT vial_id, place, whose, sum(amount) AS amount FROM legs GROUP BY vial_id, place, whose)
               SELECT v.id, v.lot,
                      coalesce(-(SELECT amount FROM held h WHERE h.vial_id = v.id AND place = 'supplier'), 0)
                          <> v.volume_ul,
                      (SELECT string_agg(replace(place, '_', ' '), ', ') FROM held h
                        WHERE h.vial_id = v.id AND place <> 'supplier' AND amount < 0),
                      (SELECT count(DISTINCT whose) FROM held h
                        WHERE h.vial_id = v.id AND place IN ('on_hand', 'in_transit') AND amount > 0) > 1
                 FROM stock_vial v"""
        )
        faults = []
        for vial, lot, volume_off, below, twice in cursor.fetchall():
            if volume_off:
                faults.append(f"vial {vial} (lot {lot}): what was received is not its volume")
            if below:
                faults.append(f"vial {vial} (lot {lot}) holds less than nothing: {below}")
            if twice:
                faults.append(f"vial {vial} (lot {lot}) is in two places at once")
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
