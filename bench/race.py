"""Many callers want each free time at once: one gets it, the others are told, nobody waits for ever.

The same race is then run without the exclusion constraint and without the lock before it (the look whether
the time is taken stays). It must go wrong there, or the race proves nothing.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.synchronize import Barrier as BarrierType
from pathlib import Path
from queue import Empty
from statistics import quantiles
from threading import Thread
from typing import Any

import psycopg

from bench.fresh import Fresh, fresh_database

PROCESSES = 2
WAIT_S = 60.0
"""How long one slot may take before the race counts as stuck."""
WON = "won"
TOLD = "staff_taken"
CONSTRAINT = "schedule_nobody_twice"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One free time that everybody wants."""

    starts_at: datetime
    physician_id: int
    location_id: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one client got for one slot: won, the code of a refusal, or the name of a fault."""

    slot: int
    answer: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """One race, counted twice: by what the clients were told and by what stands in the database."""

    slots: int
    clients: int
    attempts: tuple[Attempt, ...]
    booked: int
    claimed_once: int
    deadlocks: int
    seconds: float

    @property
    def one_winner(self) -> int:
        """Slots with exactly one winner."""
        wins = Counter(a.slot for a in self.attempts if a.answer == WON)
        return sum(wins[slot] == 1 for slot in range(self.slots))

    @property
    def given_twice(self) -> int:
        """Slots with more than one winner."""
        return sum(count > 1 for count in Counter(a.slot for a in self.attempts if a.answer == WON).values())

    @property
    def told(self) -> int:
        return sum(a.answer == TOLD for a in self.attempts)

    @property
    def others(self) -> Counter[str]:
        """Answers that are neither: faults."""
        return Counter(a.answer for a in self.attempts if a.answer not in (WON, TOLD))

    @property
    def shortfalls(self) -> list[str]:
        """Every count that is not as it must be, in words."""
        losers = self.slots * (self.clients - 1)
        counts = [
            (
                self.one_winner == self.slots,
                f"{self.one_winner} of {self.slots} slots had exactly one winner",
            ),
            (self.booked == self.slots, f"{self.booked} calls were booked for {self.slots} slots"),
            (self.claimed_once == self.slots, f"{self.claimed_once} of {self.slots} slots were claimed once"),
            (self.told == losers, f"{self.told} of {losers} losers were told"),
            (self.deadlocks == 0, f"{self.deadlocks} deadlocks"),
            (not self.others, f"faults: {dict(self.others)}"),
        ]
        return [words for holds, words in counts if not holds]


def main() -> int:
    """Run both races and print their figures last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slots", type=int, default=200)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--unguarded-slots", type=int, default=10)
    options = parser.parse_args()
    with fresh_database("race") as fresh:
        _use(fresh)
        wanted = _prepare(options.slots + options.unguarded_slots)
        guarded = race(fresh, wanted[: options.slots], options.clients, guarded=True)
        _drop_constraint(fresh)
        unguarded = race(fresh, wanted[options.slots :], options.clients, guarded=False)
    _print_figures(guarded, unguarded)
    return 0 if not guarded.shortfalls and unguarded.given_twice else 1


def race(fresh: Fresh, wanted: list[Wanted], clients: int, *, guarded: bool) -> Result:
    """Let every client try for every slot, all at the same moment, and count."""
    name = "As it is" if guarded else "Without constraint and lock"
    before, began = _deadlocks(fresh), time.monotonic()
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(clients), context.Queue()
    shares = [len(range(part, clients, PROCESSES)) for part in range(PROCESSES)]
    workers = [
        context.Process(target=_run_clients, args=(number, share, wanted, barrier, answers, guarded))
        for number, share in enumerate(shares)
    ]
    for worker in workers:
        worker.start()
    attempts = _collect(name, answers, workers, len(wanted) * clients, clients)
    for worker in workers:
        worker.join(timeout=WAIT_S)
        if worker.is_alive():
            worker.kill()
    booked, claimed_once = _count(fresh, wanted)
    return Result(
        slots=len(wanted),
        clients=clients,
        attempts=tuple(attempts),
        booked=booked,
        claimed_once=claimed_once,
        deadlocks=_deadlocks(fresh) - before,
        seconds=time.monotonic() - began,
    )


def _collect(name: str, answers: Any, workers: list[Any], expected: int, clients: int) -> list[Attempt]:
    """Take in the answers as they come, and show how far the race has got."""
    attempts: list[Attempt] = []
    shown = time.monotonic()
    while len(attempts) < expected:
        try:
            attempts.append(answers.get(timeout=1))
        except Empty:
            if not any(worker.is_alive() for worker in workers):
                break
        if time.monotonic() - shown > 5:
            shown = time.monotonic()
            print(f"{name}: {len(attempts) // clients} of {expected // clients} slots", flush=True)
    return attempts


# --- A process of clients ---------------------------------------------------------------------------------


def _run_clients(
    number: int, share: int, wanted: list[Wanted], barrier: BarrierType, answers: Any, guarded: bool
) -> None:
    """One process: its share of the clients, a thread and a connection each."""
    _set_up()
    if not guarded:
        _take_the_lock_away()
    threads = [
        Thread(target=_run_client, args=(f"{number}.{i}", wanted, barrier, answers), daemon=True) for i in range(share)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _run_client(name: str, wanted: list[Wanted], barrier: BarrierType, answers: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:  # connect before the start, so that nobody is late
        cursor.execute("SET lock_timeout = '30s'")
    for number, slot in enumerate(wanted):
        barrier.wait(timeout=WAIT_S)
        began = time.monotonic()
        answer = _try_for(slot, f"{name}.{number}")
        answers.put(Attempt(number, answer, time.monotonic() - began))
    connection.close()


def _try_for(slot: Wanted, name: str) -> str:
    from euthymia.clinic.foundation.audit.actors import CALLER
    from euthymia.clinic.foundation.audit.refusals import Refused
    from euthymia.clinic.journey.consults.acts import book_call

    try:
        book_call(
            by=CALLER,
            now=slot.starts_at - timedelta(days=2),
            key=f"race {name} {slot.starts_at:%Y%m%d%H%M} {slot.physician_id}",
            location_id=slot.location_id,
            physician_id=slot.physician_id,
            starts_at=slot.starts_at,
            name="Demo Caller",
            phone_e164="+12025550123",
            email="demo.caller@example.org",
            caller_zone="America/New_York",
            secret=f"{name} {slot.starts_at:%Y%m%d%H%M} {slot.physician_id}",
        )
    except Refused as refused:
        return refused.refusal.code
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is counted
        return type(fault).__name__
    return WON


def _take_the_lock_away() -> None:
    from euthymia.clinic.foundation.schedule import claims

    claims._lock_days = lambda *_: None  # type: ignore[assignment]


# --- The database -----------------------------------------------------------------------------------------


def _use(fresh: Fresh) -> None:
    """Let this process, and those that it starts, work on the fresh database as the role that owns nothing."""
    os.environ.update(fresh.env("app"))
    _set_up()


def _set_up() -> None:
    import django

    django.setup()


def _prepare(count: int) -> list[Wanted]:
    """Adopt the demo's practice and find as many free times as are wanted, no two of one physician at once."""
    from django.db import connection

    from euthymia.clinic import demo
    from euthymia.clinic.foundation.audit.actors import SYSTEM
    from euthymia.clinic.foundation.practice.acts import adopt_practice
    from euthymia.clinic.foundation.practice.file import Practice, load
    from euthymia.clinic.foundation.practice.models import Location
    from euthymia.clinic.journey.consults.queries import free_slots

    file = Path(demo.__file__).parent / "practice.toml"
    practice = load(file.read_text(encoding="utf-8"))
    assert isinstance(practice, Practice), practice
    now = datetime.fromisoformat("2027-03-01T12:00:00+00:00")
    adopt_practice(by=SYSTEM, now=now, key=None, practice=practice)
    found: dict[tuple[datetime, int], Wanted] = {}
    for location in Location.objects.all():
        for slot in free_slots(now + timedelta(days=2), location_id=location.pk, days=14):
            found.setdefault(
                (slot.starts_at, slot.physician_id),
                Wanted(slot.starts_at, slot.physician_id, slot.location_id),
            )
    connection.close()
    if len(found) < count:
        raise SystemExit(f"The demo's practice offers {len(found)} times only; {count} are wanted.")
    return _spread(found.values(), count)


def _spread(wanted: Iterable[Wanted], count: int) -> list[Wanted]:
    """As many as wanted, over all days and physicians."""
    every = sorted(wanted, key=lambda w: (w.starts_at, w.physician_id))
    return [every[i * len(every) // count] for i in range(count)]


def _count(fresh: Fresh, wanted: list[Wanted]) -> tuple[int, int]:
    """How many live calls there are at the wanted times, and how many of these times are claimed exactly once."""
    booked = once = 0
    with psycopg.connect(fresh.app_url) as conn:
        for slot in wanted:
            row = conn.execute(
                "SELECT count(DISTINCT c.id), count(DISTINCT k.id) FROM consults_call c"
                " JOIN schedule_booking b ON b.id = c.booking_id AND b.live"
                " LEFT JOIN schedule_claim k ON k.booking_id = b.id AND k.live"
                " WHERE c.physician_id = %s AND b.starts_at = %s",
                [slot.physician_id, slot.starts_at],
            ).fetchone()
            assert row is not None
            booked += row[0]
            once += row[1] == 1
    return booked, once


def _deadlocks(fresh: Fresh) -> int:
    with psycopg.connect(fresh.app_url) as conn:
        row = conn.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").fetchone()
    assert row is not None
    return int(row[0])


def _drop_constraint(fresh: Fresh) -> None:
    with psycopg.connect(fresh.owner_url) as conn:
        conn.execute(f"ALTER TABLE schedule_claim DROP CONSTRAINT {CONSTRAINT}")


def _print_figures(guarded: Result, unguarded: Result) -> None:
    for title, result in (("As it is", guarded), ("Without constraint and lock", unguarded)):
        at = quantiles([a.seconds for a in result.attempts] or [0.0, 0.0], n=20)
        print(
            f"{title}: {result.clients} clients on each of {result.slots} slots in {result.seconds:.0f} s; "
            f"{result.one_winner} slots with exactly one winner, {result.given_twice} given twice, "
            f"{result.booked} calls booked, "
            f"{result.told} losers told, {result.deadlocks} deadlocks, {sum(result.others.values())} faults; "
            f"an answer within {at[9]:.2f} s (half) and {at[18]:.2f} s (95 %)"
        )
    for words in guarded.shortfalls:
        print(f"SHORT: {words}")
    if not unguarded.given_twice:
        print("SHORT: without constraint and lock no time was given twice, so this race proves nothing")
    if not guarded.shortfalls and unguarded.given_twice:
        print("Held: one winner a slot, everybody answered; without constraint and lock the same count fails")


if __name__ == "__main__":
    sys.exit(main())
