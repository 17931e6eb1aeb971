"""The practice's own results: what was measured, with its numbers, beside what was published."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of those measured responded and remitted."""

    measured: int
    responded: int
    remitted: int


def course_outcomes(locations: frozenset[int], since: datetime) -> Outcome:
    """Response and remission at the last PHQ-9 within 30 days after the first six weeks' infusions began.

    A patient counts when he has a PHQ-9 before his first infusion and one after it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH began AS (
                   SELECT patient_id, min(started_at) AS at FROM infusions_infusion
                    WHERE started_at IS NOT NULL AND location_id = ANY(%s) GROUP BY patient_id
                   HAVING min(started_at) >= %s),
               base AS (
                   SELECT DISTINCT ON (s.patient_id) s.patient_id, s.total, b.at FROM outcomes_score s
                     JOIN began b USING (patient_id)
                    WHERE s.instrument = 'phq9' AND s.total IS NOT NULL AND s.taken_at <= b.at
                    ORDER BY s.patient_id, s.taken_at DESC),
               after AS (
                   SELECT DISTINCT ON (s.patient_id) s.patient_id, s.total FROM outcomes_score s
                     JOIN base b USING (patient_id)
                    WHERE s.instrument = 'phq9' AND s.total IS NOT NULL
                      AND s.taken_at > b.at AND s.taken_at <= b.at + interval '30 days'
                    ORDER BY s.patient_id, s.taken_at DESC)
               SELECT count(*), count(*) FILTER (WHERE a.total <= base.total / 2),
                      count(*) FILTER (WHERE a.total < 5)
                 FROM base JOIN after a USING (patient_id) WHERE base.total > 0""",
            [list(locations), since],
        )
        measured, responded, remitted = cursor.fetchone()
    return Outcome(measured, responded, remitted)


def event_counts(locations: frozenset[int], since: datetime) -> tuple[int, list[tuple[str, int]]]:
    """How many infusions were given, and in how many each kind of event was charted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM infusions_infusion WHERE started_at >= %s AND location_id = ANY(%s)",
            [since, list(locations)],
        )
        given = cursor.fetchone()[0]
        cursor.execute(
            """SELECT e.kind, count(DISTINCT e.infusion_id) FROM infusions_infusionevent e
                 JOIN infusions_infusion i ON i.id = e.infusion_id
                WHERE i.started_at >= %s AND i.location_id = ANY(%s) GROUP BY e.kind ORDER BY 2 DESC""",
            [since, list(locations)],
        )
        return given, list(cursor.fetchall())


def two_years(now: datetime) -> datetime:
    """Where the report begins."""
    return now - timedelta(days=731)
