"""Nurses chart on tablets whose network fails: what the screen called kept or saved is on the server once.

Seeded schedules of lost requests, replies lost after the commit, requests that arrive twice, time-outs, killed tabs,
restarts of the server and clocks that are wrong by a day. Most drive the program's own journal, store and sender inside
a page, over HTTP to the real server, with faults put between them; some are whole tablets: real tabs on a line that is
cut, hung or deaf. Then the server's rows are counted. The same is done with a version that sends no keys, where rows
must stand twice, or the harness proves nothing.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from playwright.sync_api import Browser, sync_playwright

from bench.crash import open_visits
from bench.crash_program import Program
from bench.crash_writers import Visit
from bench.offline_tablets import KINDS, Told, run_tablets

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update"]
SCRIPT = Path(__file__).with_name("offline_schedules.js")
CHUNK = 50
AT_ONCE = 5
ENTRIES_MOST = 6
KILL_EVERY_S = 25.0
TRIES_BEFORE_PASSED = 3
WRONG_TIME_S = 60.0
"""A row charted further than this from when it was entered stands at a wrong time."""


@dataclass
class Result:
    """One run, counted by what the screens said and by what stands in the database."""

    schedules: int = 0
    tablets: int = 0
    said: int = 0
    refused: int = 0
    sent: int = 0
    restarts: int = 0
    server_kills: int = 0
    seconds: float = 0.0
    faults_dealt: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    """Refused by the server, and not shown as refused; or shown, and yet on the server."""
    unsaid: list[str] = field(default_factory=list)
    """On the server although no screen ever called it kept: allowed once, where the tab was killed on the way."""
    disordered: list[str] = field(default_factory=list)
    mistimed: list[str] = field(default_factory=list)
    passed: int = 0
    """Entries that the server could not take three times: those behind may go first."""
    waiting: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def shortfalls(self) -> list[str]:
        """Every count that is not as it must be, in words."""
        counts = [
            (self.said > 0, "no screen said anything"),
            (not self.lost, f"{len(self.lost)} entries are lost: {self.lost[:3]}"),
            (not self.twice, f"{len(self.twice)} entries stand twice: {self.twice[:3]}"),
            (
                not self.hidden,
                f"{len(self.hidden)} entries are refused and not shown so, or the reverse: {self.hidden[:3]}",
            ),
            (not self.disordered, f"{len(self.disordered)} schedules came in another order: {self.disordered[:3]}"),
            (not self.mistimed, f"{len(self.mistimed)} entries stand at a wrong time: {self.mistimed[:3]}"),
            (not self.waiting, f"{self.waiting} entries still wait on a tablet with the network back"),
            (not self.faults, "; ".join(self.faults)),
        ]
        return [words for holds, words in counts if not holds]


def main() -> int:
    """Run all and print the figures last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=1000, help="all together, the tablets among them")
    parser.add_argument("--tablets", type=int, default=50, help="so many of them are whole tablets")
    parser.add_argument("--keyless", type=int, default=40, help="0: leave the version without keys out")
    parser.add_argument("--patients", type=int, default=30, help="of the demo practice")
    parser.add_argument("--kinds", default="", help=f"of tablets, by comma: {', '.join(KINDS)}")
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"Seed {seed}", flush=True)
    kinds = [k.strip() for k in options.kinds.split(",")] if options.kinds else list(KINDS)
    keyless = None
    with (
        tempfile.TemporaryDirectory(prefix="eu-offline-") as folder,
        Program(Path(folder) / "data", options.patients) as program,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        visits = open_visits(program)
        run = Run(program, browser, visits, seed)
        # The tablets first: the schedules leave thousands of rows at one visit, and pages that no visit ever has.
        result = Result()
        run.tablets(result, options.tablets, kinds)
        run.go(result, options.schedules - options.tablets, kill=options.schedules >= 500)
        result.faults += program.check()
        if options.keyless:
            keyless = run.go(Result(), options.keyless, keyless=True)
        browser.close()
    return _print_figures(result, keyless)


@dataclass
class Run:
    """What a run needs, and how it is done."""

    program: Program
    browser: Browser
    visits: list[Visit]
    seed: int

    def go(self, result: Result, number: int, *, keyless: bool = False, kill: bool = False) -> Result:
        """So many schedules inside a page, counted into the result."""
        began = time.monotonic()
        result.schedules = number
        stop = threading.Event()
        killer = threading.Thread(target=self._kill_now_and_then, args=(stop, result), daemon=True)
        if kill:
            killer.start()
        found: list[dict[str, Any]] = []
        page = self._page()
        facts = page.evaluate("() => ({ person: document.body.dataset.person, hello: document.body.dataset.hello })")
        for begin in range(0, number, CHUNK):
            numbers = list(range(begin, min(begin + CHUNK, number)))
            visit = f"/desk/infusions/{self.visits[0].ref}/"
            given = {"seed": self.seed, "numbers": numbers, "visit": visit, "keyless": keyless, **facts}
            found += page.evaluate(SCRIPT.read_text(), given | {"entriesMost": ENTRIES_MOST, "atOnce": AT_ONCE})
            print(f"Schedules{' without keys' if keyless else ''}: {len(found)} of {number}", flush=True)
        page.context.close()
        stop.set()
        if kill:
            killer.join()
        for one in found:
            result.sent += one["sent"]
            result.restarts += one["restarts"]
            result.waiting += one["waiting"]
            result.faults_dealt.update({k: v for k, v in one["faults"].items() if k != "fine"})
            passed = {note for note, times in one["noRoom"].items() if times >= TRIES_BEFORE_PASSED}
            result.passed += len(passed)
            self._count(result, one["tried"], one["said"], one["refused"], one["made"], 1000.0, passed=passed)
        result.seconds += time.monotonic() - began
        return result

    def tablets(self, result: Result, number: int, kinds: list[str], at_once: int = AT_ONCE) -> None:
        """So many whole tablets, counted into the same result."""
        began = time.monotonic()
        told: Told = run_tablets(
            self.browser, self.program, self.visits, number, at_once, f"offline {self.seed}", kinds
        )
        result.tablets = number
        result.waiting += len(told.waiting)
        result.faults += told.faults
        result.faults_dealt.update({f"tablet: {kind}": count for kind, count in told.schedules.items()})
        self._count(result, list(told.made), told.said, told.refused, told.made, 1.0, ordered=False)
        result.seconds += time.monotonic() - began

    def _page(self) -> Any:
        """A page at a chair, signed in, straight to the server."""
        visit, home = self.visits[0], f"http://127.0.0.1:{self.program.port}"
        page = self.browser.new_context().new_page()
        page.set_default_timeout(600_000)
        page.goto(f"{home}/accounts/login/?next=/desk/infusions/{visit.ref}/")
        page.fill("input[name=login]", visit.email)
        page.fill("input[name=password]", visit.password)
        page.click("main button[type=submit]")
        page.wait_for_url(f"**/desk/infusions/{visit.ref}/")
        return page

    def _kill_now_and_then(self, stop: threading.Event, result: Result) -> None:
        while not stop.wait(KILL_EVERY_S):
            self.program.wait_until_killable("web server")
            self.program.kill("web server")
            result.server_kills += 1

    def _count(
        self,
        result: Result,
        tried: list[str],
        said: list[str],
        refused: list[str],
        made: dict[str, float],
        unit: float,
        *,
        ordered: bool = True,
        passed: Collection[str] = (),
    ) -> None:
        """Look every entry up by its own words: those said stand once, or are shown as refused and do not stand."""
        with psycopg.connect(self.program.urls().app_url) as conn:
            rows = conn.execute(
                "SELECT note, id, at FROM infusions_vitals WHERE note = ANY(%s) ORDER BY id", [tried]
            ).fetchall()
        standing: Counter[str] = Counter(note for note, _, _ in rows)
        result.said += len(said)
        result.refused += len(refused)
        shown = set(refused)
        result.lost += [n for n in said if n not in shown and not standing[n]]
        result.twice += [n for n in tried if standing[n] > 1]
        result.hidden += [n for n in shown if standing[n]]
        result.unsaid += [n for n in tried if n not in said and standing[n]]
        first: dict[str, datetime] = {}
        for note, _, at in rows:
            first.setdefault(note, at)
        # What the server could not take three times is passed by what is behind it: so docs/offline.md promises.
        came = [n for n in first if n not in passed]
        if ordered and came != [n for n in tried if n in came]:
            result.disordered.append(tried[0])
        result.mistimed += [n for n, at in first.items() if abs(at.timestamp() - made[n] / unit) > WRONG_TIME_S]


def _print_figures(result: Result, keyless: Result | None) -> int:
    dealt = ", ".join(f"{count} {what}" for what, count in sorted(result.faults_dealt.items()))
    print(f"Faults dealt: {dealt}")
    print(
        f"As it is: {result.schedules + result.tablets} schedules, {result.tablets} of them whole tablets, "
        f"{result.restarts} tabs killed in pages and the server {result.server_kills} times, "
        f"in {result.seconds:.0f} s; {result.said} entries called kept or saved, {result.sent} sendings by pages, "
        f"{result.refused} shown as refused, "
        f"{len(result.lost)} lost, {len(result.twice)} twice, "
        f"{len(result.disordered)} out of order ({result.passed} that the server could not take three times left out), "
        f"{len(result.mistimed)} at a wrong time, {result.waiting} still waiting"
    )
    if keyless is not None:
        print(
            f"Without keys: {keyless.schedules} schedules; {keyless.said} entries called kept or saved, "
            f"{len(keyless.lost)} lost, {len(keyless.twice)} twice"
        )
    for words in result.shortfalls:
        print(f"SHORT: {words}")
    blind = keyless is not None and not keyless.twice
    if blind:
        print("SHORT: without keys nothing stood twice, so this harness proves nothing")
    if result.shortfalls or blind:
        return 1
    words = "Held: every entry that a screen called saved is on the server once, or visible as refused"
    print(words if keyless is None else f"{words}; without keys the same count finds entries twice")
    return 0


if __name__ == "__main__":
    sys.exit(main())
