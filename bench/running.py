# ruff: noqa: E501 - the loading SQL reads best with a table a line
"""Fills a practice with visits that are under way: each in a chair of its own, ordered, confirmed and running."""

import psycopg

from bench.fresh import Fresh

TABLES = (
    "practice_chair",
    "people_patient",
    "billing_estimate",
    "plans_plan",
    "schedule_booking",
    "infusions_infusion",
    "infusions_doseorder",
    "infusions_segment",
)


def start_visits(fresh: Fresh, count: int) -> list[tuple[str, int]]:
    """So many running visits over all locations, written by the owner with the watch off: (ref, location)."""
    with psycopg.connect(fresh.owner_url, autocommit=True) as conn:
        for table in TABLES:
            conn.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        conn.execute(
            "INSERT INTO practice_chair (location_id, name) SELECT 1 + i %% 6, 'Load ' || i FROM generate_series(1, %s) i",
            [count],
        )
        conn.execute(START, {"count": count})
        for table in TABLES:
            conn.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        conn.execute("ANALYZE")
        rows = conn.execute(
            "SELECT i.ref, i.location_id FROM infusions_infusion i JOIN practice_chair c ON c.id = i.chair_id "
            "WHERE c.name LIKE 'Load %' ORDER BY i.id"
        ).fetchall()
    return [(str(ref), location) for ref, location in rows]


START = """
WITH n AS (SELECT generate_series(1, %(count)s::int) AS i),
c AS (SELECT id, location_id, row_number() OVER (ORDER BY id) AS i FROM practice_chair WHERE name LIKE 'Load %%'),
p AS (INSERT INTO people_patient (ref, location_id, given_name, family_name, folded_name, sex, phone_e164, email, may_text,
        may_leave_voicemail, stage, condition, psychiatrist_name, psychiatrist_contact, created_at)
      SELECT gen_random_uuid(), 1 + i %% 6, 'Load', lpad(i::text, 6, '0'), lpad(i::text, 6, '0') || ' load', '',
             '+1202' || lpad(i::text, 7, '0'), '', false, false, 'in_course', 'depression', '', '', now() - interval '9 days'
        FROM n RETURNING id, location_id, family_name),
e AS (INSERT INTO billing_estimate (patient_id, location_id, version, issued_at, lines, total_cents)
      SELECT id, location_id, 1, now() - interval '8 days', '[]', 258000 FROM p RETURNING id, patient_id),
l AS (INSERT INTO plans_plan (patient_id, location_id, kind, template_id, mg_per_kg, minutes, schedule_days, first_on,
        estimate_id, state, made_at, made_by_id, signed_at, signed_by_id)
      SELECT p.id, p.location_id, 'course', (SELECT id FROM practice_coursetemplate WHERE code = 'depression'), 0.5, 40,
             '{0,2,4,7,9,11}', current_date, e.id, 'agreed', now() - interval '7 days', d.id, now() - interval '7 days', d.id
        FROM p JOIN e ON e.patient_id = p.id, (SELECT id FROM practice_staff WHERE slug = 'director') d
      RETURNING id, patient_id, location_id),
b AS (INSERT INTO schedule_booking (ref, kind, location_id, patient_id, starts_at, ends_at, local_start, zone, live, ended_reason)
      SELECT gen_random_uuid(), 'infusion', location_id, id, now() - interval '5 minutes', now() + interval '100 minutes', '',
             'America/New_York', true, '' FROM p RETURNING id, patient_id),
i AS (INSERT INTO infusions_infusion (ref, plan_id, patient_id, location_id, number, booking_id, chair_id, nurse_id, state,
        arrived_at, started_at, escort_name, escort_phone)
      SELECT gen_random_uuid(), l.id, l.patient_id, l.location_id, 1, b.id, c.id,
             (SELECT min(staff_id) FROM practice_postheld h WHERE h.location_id = l.location_id AND h.role = 'nurse'),
             'running', now() - interval '20 minutes', now() - interval '5 minutes', '', ''
        FROM l JOIN b ON b.patient_id = l.patient_id JOIN p ON p.id = l.patient_id JOIN c ON c.i = p.family_name::int
      RETURNING id, nurse_id),
o AS (INSERT INTO infusions_doseorder (infusion_id, weight_g, mg_per_kg, minutes, vial_id, strength_mg_per_ml, dose_ug,
        volume_ul, bag_ml, rate_ml_per_h, questions, at, by_id)
      SELECT i.id, 80000, 0.5, 40, (SELECT min(id) FROM stock_vial), 50, 40000, 800, 100, 150, '[]',
             now() - interval '10 minutes', i.nurse_id FROM i)
INSERT INTO infusions_segment (infusion_id, from_at, rate_ml_per_h, dose_ug_per_min, by_id, reason)
SELECT i.id, now() - interval '5 minutes', 150, 1000, i.nurse_id, 'start' FROM i
"""
