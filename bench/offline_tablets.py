"""Tablets for the offline harness: real tabs of a real browser, killed and reopened, on a line that fails."""

import contextlib
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from bench.crash_program import Program
from bench.crash_writers import Visit
from bench.offline_line import Fault, Line

BACK_WITHIN_MS = 60_000
SLOW_MS = 20_000
IN_CONTROL = """() => navigator.serviceWorker.controller ? true : new Promise((done) =>
    navigator.serviceWorker.addEventListener("controllerchange", () => done(true), { once: true }))
"""
TABLET = {"width": 1024, "height": 768}


@dataclass
class Told:
    """What the screens said."""

    said: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    """What was still only on a tablet when its schedule ended."""
    made: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    schedules: dict[str, int] = field(default_factory=dict)


class Tablet:
    """One tablet: a browser with a store of its own, at one chair."""

    def __init__(self, browser: Browser, line: Line, visit: Visit, other: Visit, name: str, told: Told) -> None:
        self.home = f"http://127.0.0.1:{line.port}"
        self.chair = f"{self.home}/desk/infusions/{visit.ref}/"
        self.visit, self.other, self.told = visit, other, told
        self._numbers = (f"{name}.{n}" for n in itertools.count())
        self.context: BrowserContext = browser.new_context(viewport=TABLET)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.sign_in(visit)
        self.page.evaluate(IN_CONTROL)

    def sign_in(self, who: Visit) -> None:
        """Sign in on this tablet and go to the chair."""
        self.context.clear_cookies()
        self.page.goto(f"{self.home}/accounts/login/?next=/desk/infusions/{self.visit.ref}/")
        self.page.fill("input[name=login]", who.email)
        self.page.fill("input[name=password]", who.password)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(self.chair)

    def enter(self, *, wrong: bool = False) -> str:
        """Enter a row of vitals and wait until the screen says that it is kept or saved."""
        note = next(self._numbers)
        form = self.page.locator("form.vitals").first
        form.locator("[name=systolic_mmhg]").fill("70" if wrong else "120")
        form.locator("[name=diastolic_mmhg]").fill("80")
        form.locator("[name=note]").fill(note)
        self.told.made[note] = time.time()
        form.get_by_role("button", name="Chart vitals").click()
        said = self.page.locator(".kept__row", has_text=note).or_(self.page.locator(".toast", has_text="Saved"))
        expect(said.first).to_be_attached(timeout=SLOW_MS)
        self.told.said.append(note)
        return note

    def sees(self, words: str) -> None:
        """The strip says this."""
        expect(self.page.locator(".kept").first).to_contain_text(words, timeout=SLOW_MS)

    def kill_tab(self, *, crash: bool = False) -> None:
        """Kill the tab, without a word to it."""
        if crash:
            with contextlib.suppress(Error):
                self.page.goto("chrome://crash", timeout=3000)
        self.page.close(run_before_unload=False)
        self.page = self.context.new_page()

    def reopen(self) -> None:
        """Open the chair again, from the server or from what the tablet keeps."""
        self.page.goto(self.chair)
        expect(self.page.locator("form.vitals").first).to_be_visible(timeout=SLOW_MS)

    def settle(self) -> None:
        """Wait until nothing waits on this tablet, and note what it shows as refused."""
        waits = self.page.locator(".kept__row", has_text="Kept on this tablet")
        try:
            expect(self.page.locator("[data-shell]")).to_have_count(0, timeout=BACK_WITHIN_MS)
            expect(self.page.locator(".kept[data-waiting='0']")).to_have_count(1, timeout=BACK_WITHIN_MS)
        except (AssertionError, Error):
            self.told.waiting += waits.all_inner_texts()
        self.told.refused += [
            row.split("Note ", 1)[1].split("\n")[0]
            for row in self.page.locator(".kept__row", has_text="Delete").all_inner_texts()
        ]
        self.context.close()


Kind = Callable[[list[Tablet], Line, Program], None]


def offline(tablets: list[Tablet], line: Line, program: Program) -> None:
    """Rows entered while the line is cut; one of them the server will not have."""
    line.set(Fault.CUT)
    for tablet in tablets:
        tablet.enter()
        tablet.enter(wrong=True)
        tablet.sees("Offline: 2 entries kept on this tablet")


def tab_killed(tablets: list[Tablet], line: Line, program: Program) -> None:
    """The tab is killed while the line is cut; the page comes out of the tablet, and goes on."""
    line.set(Fault.CUT)
    for tablet in tablets:
        tablet.enter()
        tablet.kill_tab()
        tablet.reopen()
        tablet.sees("1 entry kept on this tablet")
        tablet.enter()


def tab_crashed_in_flight(tablets: list[Tablet], line: Line, program: Program) -> None:
    """The tab crashes while its row is on the way and the reply will never come."""
    line.set(Fault.DEAF)
    for tablet in tablets:
        tablet.enter()
        tablet.kill_tab(crash=True)
    line.set(Fault.NONE)
    for tablet in tablets:
        tablet.reopen()


def timed_out(tablets: list[Tablet], line: Line, program: Program) -> None:
    """The line hangs during a charted row until the tablet gives the sending up."""
    line.set(Fault.HUNG)
    for tablet in tablets:
        tablet.enter()
    for tablet in tablets:
        tablet.sees("Offline: 1 entry kept on this tablet")


def reply_lost(tablets: list[Tablet], line: Line, program: Program) -> None:
    """The server has done it, and its reply is lost."""
    line.set(Fault.DEAF)
    for tablet in tablets:
        tablet.enter()
    time.sleep(0.5)
    line.set(Fault.CUT)
    for tablet in tablets:
        tablet.sees("Offline: 1 entry kept on this tablet")


def sign_in_ended(tablets: list[Tablet], line: Line, program: Program) -> None:
    """The sign-in has ended; somebody else signs in, and his name is not put under the row."""
    for tablet in tablets:
        tablet.context.clear_cookies()
        tablet.enter()
        tablet.sees("Sign in again to send 1 entry")
        tablet.sign_in(tablet.other)
        tablet.sees("1 entry of somebody else")
        tablet.sign_in(tablet.visit)


def server_killed(tablets: list[Tablet], line: Line, program: Program) -> None:
    """The web server is killed while rows are entered."""
    program.wait_until_killable("web server")
    for number, tablet in enumerate(tablets):
        if number == 1:
            program.kill("web server")
        tablet.enter()


KINDS: dict[str, Kind] = {
    "offline": offline,
    "tab killed": tab_killed,
    "reply lost": reply_lost,
    "sign-in ended": sign_in_ended,
    "tab crashed in flight": tab_crashed_in_flight,
    "time-out": timed_out,
    "server killed": server_killed,
}


def run_tablets(
    browser: Browser, program: Program, visits: list[Visit], number: int, at_once: int, name: str, kinds: list[str]
) -> Told:
    """So many schedules in real tabs, several tablets of one kind at a time."""
    told, line = Told(), Line(program.port)
    try:
        for batch, begin in enumerate(range(0, number, at_once)):
            kind = kinds[batch % len(kinds)]
            line.set(Fault.NONE)
            count = min(at_once, number - begin)
            tablets = []
            try:
                for place in range(count):
                    visit, other = _pair(visits, begin + place)
                    tablets.append(Tablet(browser, line, visit, other, f"{name}.t{begin + place}", told))
                KINDS[kind](tablets, line, program)
                line.set(Fault.NONE)
                for tablet in tablets:
                    tablet.settle()
            except (AssertionError, Error) as fault:
                told.faults.append(f"{kind}: {' '.join(str(fault).split())[:1500]}")
                for tablet in tablets:
                    tablet.context.close()
            told.schedules[kind] = told.schedules.get(kind, 0) + count
            print(f"Tablets: {begin + count} of {number} ({kind})", flush=True)
    finally:
        line.close()
    return told


def _pair(visits: list[Visit], number: int) -> tuple[Visit, Visit]:
    """A visit with the nurse who charts, and another nurse of the same place."""
    pairs = [(a, b) for a in visits for b in visits if a.ref == b.ref and a.email != b.email]
    return pairs[number % len(pairs)]
