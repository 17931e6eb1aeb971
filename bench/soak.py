"""Long random runs of the drug log: every step beside a second book, kept in plain Python.

The machine is that of `make test` (tests/acts/stock), with new random steps each time. Every worker has a database of
its own; nothing is committed.
"""

import argparse
import multiprocessing
import os
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from queue import Empty
from typing import Any

from tests.acts.stock.book import MET, STEPS

from bench.fresh import fresh_database

BATCH = 50
"""Runs in one transaction, rolled back at its end."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch of runs met, and how it failed if it did."""

    runs: int
    tally: Counter[str]
    fault: str = ""


def main() -> int:
    """Run them all and print the figures last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    began = time.monotonic()
    context = multiprocessing.get_context("spawn")
    answers, enough = context.Queue(), context.Event()
    shares = [len(range(n, options.runs, options.workers)) for n in range(options.workers)]
    workers = [
        context.Process(target=_work, args=(n, share, answers, enough)) for n, share in enumerate(shares) if share
    ]
    for worker in workers:
        worker.start()
    done, tally, faults = _collect(answers, workers, options.runs)
    enough.set()
    for worker in workers:
        worker.join(timeout=60)
    return _print_figures(done, options.runs, tally, faults, time.monotonic() - began)


def _collect(answers: Any, workers: list[Any], wanted: int) -> tuple[int, Counter[str], list[str]]:
    done, tally, faults = 0, Counter[str](), []
    shown = time.monotonic()
    while done < wanted and not faults:
        try:
            batch = answers.get(timeout=1)
        except Empty:
            if not any(worker.is_alive() for worker in workers):
                break
            continue
        tally.update(batch.tally)
        if batch.fault:
            faults.append(batch.fault)
        else:
            done += batch.runs
        if time.monotonic() - shown > 5:
            shown = time.monotonic()
            print(f"The drug log: {done} of {wanted} runs, {sum(tally.values())} acts tried", flush=True)
    return done, tally, faults


def _work(number: int, share: int, answers: Any, enough: Any) -> None:
    """One worker: a fresh database, and its share of the runs in batches."""
    with fresh_database(f"soak{number}") as fresh:
        os.environ.update(fresh.env("app"))
        import django
        from django.conf import settings

        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the cast signs in nowhere
        django.setup()
        from django.db import connection

        while share > 0 and not enough.is_set():
            batch = _batch(min(BATCH, share))
            answers.put(batch)
            if batch.fault:
                break
            share -= batch.runs
        connection.close()


def _batch(runs: int) -> Batch:
    from django.db import transaction
    from tests.acts.stock.drug_log_machine import DrugLog, make_world
    from tests.acts.stock.test_drug_log_machine import run
    from tests.cast import make_cast

    DrugLog.tally.clear()
    with transaction.atomic():
        try:
            run(make_world(make_cast()), runs, same_each_time=False)
        except Exception:  # noqa: BLE001 - whatever it is, it is a fault and is told
            return Batch(0, Counter(DrugLog.tally), traceback.format_exc())
        finally:
            transaction.set_rollback(True)
    return Batch(runs, Counter(DrugLog.tally))


def _print_figures(done: int, wanted: int, tally: Counter[str], faults: list[str], seconds: float) -> int:
    for fault in faults:
        print(fault)
    acts = Counter[str]()
    ways = sum(not said.endswith(": done") for said in tally)
    for said, count in tally.items():
        acts["done" if said.endswith(": done") else "refused"] += count
    print(
        f"The drug log: {done} of {wanted} runs of at most {STEPS} steps in {seconds:.0f} s; "
        f"{acts['done']} acts done, {acts['refused']} refused in {ways} ways, {len(faults)} differences from the book"
    )
    short = [f"never met: {said}" for said in sorted(MET - tally.keys())]
    if done < wanted:
        short.append(f"{done} of {wanted} runs held")
    for words in short:
        print(f"SHORT: {words}")
    if not short:
        print("Held: after every step the database held what the book holds")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
