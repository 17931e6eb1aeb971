# ruff: noqa: E501 - the loading SQL reads best with a table a line
"""Fills a practice with so many patients that the size of its tables is felt."""

import psycopg

from bench.fresh import Fresh

SCORES, VITALS = 16, 4
"""For each patient."""
CHUNK = 10_000


def load(fresh: Fresh, size: int) -> None:
    """Bring the database to so many patients with their infusion, scores and vitals.

    Written by the owner with the watch off: this measures reading.
    """
    with psycopg.connect(fresh.owner_url, autocommit=True) as conn:
        tables = ("people_patient", "billing_estimate", "plans_plan", "schedule_booking", "infusions_infusion")
        tables += ("infusions_doseorder", "outcomes_score", "outcomes_scoreread", "infusions_vitals")
        for table in tables:
            conn.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        start = conn.execute("SELECT count(*) FROM people_patient WHERE given_name = 'Bulk'").fetchone()
        first = start[0] + 1 if start else 1
        for low in range(first, size + 1, CHUNK):
            high = min(low + CHUNK - 1, size)
            conn.execute(LOAD, {"first": low, "last": high, "scores": SCORES, "vitals": VITALS})
        for table in tables:
            conn.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        conn.execute("ANALYZE")


LOAD = """
WITH n AS (SELECT generate_series(%(first)s::int, %(last)s::int) AS i),
p AS (INSERT INTO people_patient (ref, location_id, given_name, family_name, folded_name, sex, phone_e164, email, may_text,
        may_leave_voicemail, stage, condition, psychiatrist_name, psychiatrist_contact, created_at)
      SELECT gen_random_uuid(), 1 + i %% 6, 'Bulk', lpad(i::text, 6, '0'), lpad(i::text, 6, '0') || ' bulk', '',
             '+1202' || lpad(i::text, 7, '0'), '', false, false, 'watch', 'depression', '', '', now() - interval '90 days'
        FROM n RETURNING id, location_id),
e AS (INSERT INTO billing_estimate (patient_id, location_id, version, issued_at, lines, total_cents)
      SELECT id, location_id, 1, now() - interval '80 days', '[]', 258000 FROM p RETURNING id, patient_id),
l AS (INSERT INTO plans_plan (patient_id, location_id, kind, template_id, mg_per_kg, minutes, schedule_days, first_on,
        estimate_id, state, made_at, made_by_id, signed_at, signed_by_id)
      SELECT p.id, p.location_id, 'course', (SELECT id FROM practice_coursetemplate WHERE code = 'depression'), 0.5, 40,
             '{0}', current_date - 70, e.id, 'done', now() - interval '75 days', d.id, now() - interval '75 days', d.id
        FROM p JOIN e ON e.patient_id = p.id, (SELECT id FROM practice_staff WHERE slug = 'director') d
      RETURNING id, patient_id, location_id),
b AS (INSERT INTO schedule_booking (ref, kind, location_id, patient_id, starts_at, ends_at, local_start, zone, live,
        ended_reason)
      SELECT gen_random_uuid(), 'infusion', location_id, id, now() - interval '70 days', now() - interval '69.9 days', '',
             'America/New_York', true, '' FROM p RETURNING id, patient_id),
i AS (INSERT INTO infusions_infusion (ref, plan_id, patient_id, location_id, number, booking_id, chair_id, nurse_id, state,
        arrived_at, started_at, ended_at, discharged_at, escort_name, escort_phone)
      SELECT gen_random_uuid(), l.id, l.patient_id, l.location_id, 1, b.id,
             (SELECT min(id) FROM practice_chair c WHERE c.location_id = l.location_id),
             (SELECT min(staff_id) FROM practice_postheld h WHERE h.location_id = l.location_id AND h.role = 'nurse'),
             'discharged', now() - interval '70 days', now() - interval '70 days', now() - interval '69.97 days',
             now() - interval '69.95 days', '', ''
        FROM l JOIN b ON b.patient_id = l.patient_id RETURNING id, nurse_id, patient_id, location_id),
o AS (INSERT INTO infusions_doseorder (infusion_id, weight_g, mg_per_kg, minutes, vial_id, strength_mg_per_ml, dose_ug,
        volume_ul, bag_ml, rate_ml_per_h, questions, at, by_id)
      SELECT i.id, 80000, 0.5, 40, (SELECT min(id) FROM stock_vial), 50, 40000, 800, 100, 150, '[]',
             now() - interval '70 days', i.nurse_id FROM i),
s AS (INSERT INTO outcomes_score (patient_id, location_id, instrument, instrument_version, answers, total, prorated, taken_at,
        occasion, reason)
      SELECT p.id, p.location_id, CASE WHEN k %% 2 = 0 THEN 'phq9' ELSE 'gad7' END, 'x',
             CASE WHEN k %% 2 = 0 THEN '{1,1,1,1,1,1,1,1,0}'::smallint[] ELSE '{1,1,1,1,1,1,1}'::smallint[] END,
             (8 + (p.id + k) %% 9), false, now() - ((5 + k * 4) || ' days')::interval, 'between', ''
        FROM p, generate_series(0, %(scores)s - 1) k RETURNING id, location_id),
r AS (INSERT INTO outcomes_scoreread (score_id, by_id, at) SELECT s.id, d.id, now() FROM s,
        (SELECT id FROM practice_staff WHERE slug = 'director') d)
INSERT INTO infusions_vitals (infusion_id, at, systolic_mmhg, diastolic_mmhg, heart_rate_bpm, spo2_pct, note, by_id, reason)
SELECT i.id, now() - interval '70 days' + (k * 10 || ' minutes')::interval, 130, 80, 75, 98, '', i.nurse_id, ''
  FROM i, generate_series(0, %(vitals)s - 1) k
"""


def some_refs(fresh: Fresh, count: int) -> dict[int, list[str]]:
    """Some patients of each location."""
    with psycopg.connect(fresh.owner_url) as conn:
        rows = conn.execute(
            "SELECT location_id, ref FROM people_patient WHERE given_name = 'Bulk' ORDER BY id DESC LIMIT %s",
            [count * 6],
        ).fetchall()
    refs: dict[int, list[str]] = {}
    for location, ref in rows:
        refs.setdefault(location, []).append(str(ref))
    return refs


def agreed_refs(fresh: Fresh) -> dict[int, str]:
    """A patient of each location who has agreed to a plan: bulk patients, whose plan is set back to agreed."""
    with psycopg.connect(fresh.owner_url, autocommit=True) as conn:
        conn.execute("ALTER TABLE plans_plan DISABLE TRIGGER USER")
        rows = conn.execute(
            "UPDATE plans_plan SET state = 'agreed', schedule_days = '{0,2,4,7,9,11}' WHERE id IN (SELECT max(l.id) "
            "FROM plans_plan l JOIN people_patient p ON p.id = l.patient_id WHERE p.given_name = 'Bulk' "
            "GROUP BY l.location_id) RETURNING location_id, (SELECT ref FROM people_patient p WHERE p.id = patient_id)"
        ).fetchall()
        conn.execute("ALTER TABLE plans_plan ENABLE TRIGGER USER")
    return {location: str(ref) for location, ref in rows}
