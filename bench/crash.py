"""Nurses chart while the server and the database are killed: what was acknowledged stands, once.

Eight writers chart vitals over HTTP on the real program. A row that was not acknowledged is sent again with
the same key. At the end every acknowledged key must stand once in the audit with one row of vitals. The same is
then done with synchronous_commit off, where rows must be lost, or the harness proves nothing.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from bench.crash_program import Program
from bench.crash_writers import Tally, Visit, Writer

WRITERS = 8
BACK_WITHIN_S = 90.0
"""How long after a kill the writers may wait for the next acknowledgement."""
FRESH_S = 0.02
"""An acknowledgement so young is what a kill must not take away."""


@dataclass(slots=True)
class Result:
    """One run, counted by what the writers were told and by what stands in the database."""

    acknowledged: int
    lost: list[str]
    twice: list[str]
    rows_wrong: list[str]
    kills: Counter[str]
    retried: int
    slowest_s: float
    seconds: float
    faults: list[str] = field(default_factory=list)

    @property
    def shortfalls(self) -> list[str]:
        """Every count that is not as it must be, in words."""
        counts = [
            (self.acknowledged > 0, "nothing was acknowledged"),
            (not self.lost, f"{len(self.lost)} acknowledged keys are lost"),
            (not self.twice, f"{len(self.twice)} keys stand twice"),
            (not self.rows_wrong, f"{len(self.rows_wrong)} keys have not exactly one row of vitals"),
            (not self.faults, "; ".join(self.faults)),
        ]
        return [words for holds, words in counts if not holds]


def main() -> int:
    """Run both and print their figures last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--unsafe-kills", type=int, default=8, help="0: leave the counter-proof out")
    parser.add_argument("--patients", type=int, default=30, help="of the demo practice")
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"Seed {seed}", flush=True)
    dice = random.Random(seed)
    unsafe = None
    with (
        tempfile.TemporaryDirectory(prefix="eu-crash-") as folder,
        Program(Path(folder) / "data", options.patients) as program,
    ):
        _let_wal_wait(program)
        safe = run(program, "safe", options.kills, dice)
        safe.faults += program.check()
        if options.unsafe_kills:
            _make_unsafe(program)
            unsafe = run(program, "unsafe", options.unsafe_kills, dice)
    return _print_figures(safe, unsafe)


def run(program: Program, name: str, kills: int, dice: random.Random) -> Result:
    """Let the writers chart, kill so many times, then count with the database quiet."""
    tally, stop = Tally(), threading.Event()
    visits = open_visits(program)
    began = time.monotonic()
    writers = [
        Writer(f"{name} {number}", program.port, visits[number % len(visits)], tally, stop) for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    done: Counter[str] = Counter()
    faults = []
    try:
        _wait_for_work(writers)
        for number in range(1, kills + 1):
            _wait_for_growth(tally, program)
            what = _kill(program, name, dice, tally)
            done[what] += 1
            print(f"{name}: kill {number} of {kills} ({what}), {tally.count} rows acknowledged", flush=True)
        _wait_for_growth(tally, program)
    except TimeoutError as fault:
        faults.append(str(fault))
    stop.set()
    for writer in writers:
        writer.join(BACK_WITHIN_S)
        if writer.is_alive():
            faults.append(f"writer {writer.name} is still waiting for an acknowledgement")
    faults += tally.faults
    return _count(program, tally, done, faults, time.monotonic() - began)


def _wait_for_work(writers: list[Writer]) -> None:
    """Wait until everybody has signed in: this kills while people chart.

    A sign-in that a kill cuts off counts as one with a wrong password, and five of them lock the account for five
    minutes; several writers share an account.
    """
    until = time.monotonic() + BACK_WITHIN_S
    for writer in writers:
        if not writer.at_work.wait(max(0.0, until - time.monotonic())):
            raise TimeoutError(f"writer {writer.name} has not signed in within {BACK_WITHIN_S:.0f} s")


def _wait_for_growth(tally: Tally, program: Program) -> None:
    """Wait until every part works again: as many new acknowledgements as there are writers."""
    before, until = tally.count, time.monotonic() + BACK_WITHIN_S
    while tally.count < before + WRITERS:
        program.look_after()
        if time.monotonic() > until:
            raise TimeoutError(f"no new acknowledgements within {BACK_WITHIN_S:.0f} s of a kill")
        time.sleep(0.02)


def _kill(program: Program, name: str, dice: random.Random, tally: Tally) -> str:
    """Kill something at a random moment under load; without safety, everything right after an answer."""
    if name == "unsafe":
        program.wait_until_killable("database")
        _wait_for_growth(tally, program)
        while time.monotonic() - tally.last_at > FRESH_S:
            time.sleep(0.0005)
        return program.kill("database")
    what = dice.choice(program.killable())
    time.sleep(dice.uniform(0.0, 0.8))
    return program.kill(what)


# --- The database -----------------------------------------------------------------------------------------


def _superuser(program: Program) -> str:
    password = (program.data / "superuser.password").read_text().strip()
    return make_conninfo(program.urls().owner_url, user="postgres", password=password)


def _let_wal_wait(program: Program) -> None:
    """Keep PostgreSQL from writing its log for itself, so that only a commit that waits is safe."""
    with psycopg.connect(_superuser(program), autocommit=True) as conn:
        conn.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        conn.execute("SELECT pg_reload_conf()")


def _make_unsafe(program: Program) -> None:
    """Let the program's commits not wait for the disk. The launcher would refuse this at its start."""
    with psycopg.connect(_superuser(program), autocommit=True) as conn:
        conn.execute("ALTER ROLE euthymia_app SET synchronous_commit = off")
        conn.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'euthymia_app'")


def open_visits(program: Program) -> list[Visit]:
    """Visits at whose chair vitals are charted now, each with a nurse of the place."""
    with psycopg.connect(program.urls().app_url) as conn:
        rows = conn.execute(
            "SELECT i.ref::text, s.email FROM infusions_infusion i"
            " JOIN practice_postheld p ON p.location_id = i.location_id AND p.role = 'nurse'"
            " JOIN practice_staff s ON s.id = p.staff_id"
            " WHERE i.state IN ('running', 'recovery') ORDER BY i.id, s.id"
        ).fetchall()
    if not rows:
        raise SystemExit("The demo practice has no open visit to chart at.")
    return [Visit(ref, email, program.password) for ref, email in rows]


def _count(program: Program, tally: Tally, kills: Counter[str], faults: list[str], seconds: float) -> Result:
    """Look up every acknowledged key: in the audit, and by its own words in the vitals."""
    program.wait_until_up()
    with psycopg.connect(program.urls().app_url) as conn:
        entries: Counter[str] = Counter()
        whole: set[str] = set()
        for key, count, joined in conn.execute(
            "SELECT e.key, count(*), count(v.id) FROM audit_entry e"
            " LEFT JOIN infusions_vitals v ON v.id = (e.answer #>> '{}')::bigint AND v.note = e.key"
            " WHERE e.key LIKE 'crash %' GROUP BY e.key"
        ):
            entries[key] = count
            if joined == 1:
                whole.add(key)
        rows = Counter(
            dict(conn.execute("SELECT note, count(*) FROM infusions_vitals WHERE note LIKE 'crash %' GROUP BY note"))
        )
    present = [key for key in tally.acknowledged if entries[key]]
    return Result(
        acknowledged=tally.count,
        lost=[key for key in tally.acknowledged if not entries[key]],
        twice=[key for key in tally.sent if entries[key] > 1 or rows[key] > 1],
        rows_wrong=[key for key in present if rows[key] != 1 or key not in whole],
        kills=kills,
        retried=tally.retried,
        slowest_s=tally.slowest_s,
        seconds=seconds,
        faults=faults,
    )


def _print_figures(safe: Result, unsafe: Result | None) -> int:
    for title, result in (("As it is", safe), ("With synchronous_commit off", unsafe)):
        if result is None:
            continue
        kinds = ", ".join(f"{count} {what}" for what, count in sorted(result.kills.items()))
        print(
            f"{title}: {WRITERS} writers, {sum(result.kills.values())} kills ({kinds}) in {result.seconds:.0f} s; "
            f"{result.acknowledged} rows acknowledged, {result.retried} sent again, {len(result.lost)} lost, "
            f"{len(result.twice)} twice, {len(result.rows_wrong)} without exactly one row of vitals; "
            f"the longest wait was {result.slowest_s:.1f} s"
        )
    for words in safe.shortfalls:
        print(f"SHORT: {words}")
    if unsafe is not None and not unsafe.lost:
        print("SHORT: with synchronous_commit off nothing was lost, so this harness proves nothing")
    if safe.shortfalls or (unsafe is not None and not unsafe.lost):
        return 1
    words = "Held: every acknowledged row stands once"
    print(words if unsafe is None else f"{words}; with synchronous_commit off the same count finds losses")
    return 0


if __name__ == "__main__":
    sys.exit(main())
