"""The chair without a network, in its short form: the thousand schedules are `make offline`.

One program, real browsers: schedules in a page, whole tablets on a line that is cut, and what must hold beside them:
boards that say since when they are stale, nothing readable on the tablet, nothing left after a sign-out.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.crash import open_visits
from bench.crash_program import Program
from bench.offline import Result, Run
from bench.offline_line import Fault, Line
from bench.offline_tablets import Tablet, Told
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import Watch, chromium, look

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEED = 20_261_123
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"

ALL_THAT_IS_KEPT = """async () => {
    const db = await new Promise((done) => {
        const asked = indexedDB.open("euthymia journal");
        asked.onsuccess = () => done(asked.result);
    });
    const all = (name) => new Promise((done) => {
        const asked = db.transaction(name).objectStore(name).getAll();
        asked.onsuccess = () => done(asked.result);
    });
    const [entries, secrets, facts] = [await all("entries"), await all("secrets"), await all("facts")];
    const text = (value) => JSON.stringify(value, (_, one) =>
        one instanceof ArrayBuffer ? new TextDecoder("latin1").decode(one) : one);
    const caught = await Promise.all(secrets.map((one) =>
        crypto.subtle.exportKey("raw", one.key).then(() => "taken out", () => "stays")));
    const pages = [];
    for (const name of await caches.keys()) {
        for (const kept of await (await caches.open(name)).keys()) pages.push(new URL(kept.url).pathname);
    }
    db.close();
    return { entries: entries.length, secrets: secrets.length, caught, text: text([entries, facts]), pages };
}"""


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with tempfile.TemporaryDirectory(prefix="eu-off-") as folder, Program(Path(folder) / "data", 12) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def line(program: Program) -> Iterator[Line]:
    made = Line(program.port)
    yield made
    made.close()


@pytest.fixture
def tablet(program: Program, browser: Browser, line: Line) -> Iterator[Tablet]:
    visit, other = _pair(program)
    made = Tablet(browser, line, visit, other, "Demo row", Told())
    yield made
    made.context.close()


def _pair(program: Program):
    visits = open_visits(program)
    return next((a, b) for a in visits for b in visits if a.ref == b.ref and a.email != b.email)


def test_what_a_screen_called_saved_stands_once_or_is_seen_refused(program, browser):
    run = Run(program, browser, open_visits(program), SEED)
    result = run.go(Result(), 24)
    run.tablets(result, 4, ["tab killed", "sign-in ended"], at_once=2)
    assert not result.shortfalls
    assert result.said > 50
    assert result.refused > 2
    assert sum(result.faults_dealt.values()) > 30


def test_the_same_count_finds_a_version_without_keys(program, browser):
    assert Run(program, browser, open_visits(program), SEED).go(Result(), 8, keyless=True).twice


def test_chair_and_board_say_within_ten_seconds_since_when_they_are_stale(tablet, line):
    board = tablet.context.new_page()
    board.goto(f"{tablet.home}/desk/")
    time.sleep(1)
    line.set(Fault.HUNG)  # the worst way to lose a server: nothing says so
    began = time.monotonic()
    for page in (tablet.page, board):
        expect(page.locator(".banner--stale")).to_contain_text(
            "Stale since", timeout=(10 - (time.monotonic() - began)) * 1000
        )
    line.set(Fault.NONE)
    for page in (tablet.page, board):
        expect(page.locator(".banner--stale")).to_have_count(0, timeout=15_000)


def test_what_the_tablet_keeps_cannot_be_read_and_goes_when_it_is_acknowledged(tablet, line):
    patient = _patient_on(tablet.page)
    line.set(Fault.CUT)
    note = tablet.enter()
    kept = tablet.page.evaluate(ALL_THAT_IS_KEPT)
    assert (kept["entries"], kept["caught"]) == (1, ["stays"])
    for words in (note, patient, "systolic", tablet.visit.ref):
        assert words not in kept["text"], "readable in the browser's database"
    assert {p for p in kept["pages"] if not p.startswith("/static/")} == {"/desk/infusions/offline/"}
    line.set(Fault.NONE)
    tablet.page.wait_for_selector(".kept[data-waiting='0']", state="attached")
    kept = tablet.page.evaluate(ALL_THAT_IS_KEPT)
    assert (kept["entries"], kept["secrets"]) == (0, 0)


def test_signing_out_asks_and_then_leaves_nothing(tablet, line):
    tablet.enter(wrong=True)
    expect(tablet.page.locator(".kept")).to_contain_text("Not taken: 1 entry")
    tablet.page.goto(f"{tablet.home}/desk/")
    expect(tablet.page.locator(".kept")).to_contain_text("Not taken: 1 entry")
    tablet.page.get_by_role("button", name="Sign out").click()
    tablet.page.get_by_role("button", name="Stay signed in").click()
    assert tablet.page.evaluate(ALL_THAT_IS_KEPT)["entries"] == 1
    tablet.page.get_by_role("button", name="Sign out").click()
    tablet.page.get_by_role("button", name="Sign out and delete").click()
    tablet.page.wait_for_url(f"{tablet.home}/")
    kept = tablet.page.evaluate(ALL_THAT_IS_KEPT)
    assert (kept["entries"], kept["secrets"]) == (0, 0)


def test_a_refused_entry_is_put_right_where_it_stands(tablet):
    tablet.enter(wrong=True)
    form = tablet.page.locator("form.vitals").first
    expect(form.locator("[name=systolic_mmhg]")).to_have_value("70")
    expect(form.locator(".field__error").first).to_contain_text("swapped")
    form.locator("[name=systolic_mmhg]").fill("127")
    form.get_by_role("button", name="Chart vitals").click()
    expect(tablet.page.locator("td", has_text="127/80").first).to_be_visible()
    expect(tablet.page.locator(".kept")).to_be_hidden()


def test_an_end_waits_behind_a_rate_that_was_not_taken(tablet, line):
    line.set(Fault.CUT)
    page = tablet.page
    page.get_by_text("Another rate").click()
    page.locator("#pump input[name=rate_ml_per_h]:visible").fill("1199")
    page.get_by_role("button", name="Change rate").click()
    tablet.sees("1 entry kept on this tablet")
    page.get_by_role("button", name="End infusion").click()
    tablet.sees("2 entries kept on this tablet")
    line.set(Fault.NONE)
    tablet.sees("Not taken: 1 entry; 1 entry after it waits")
    expect(page.locator(".kept__row", has_text="End of the infusion")).to_contain_text("Kept on this tablet")
    page.get_by_role("button", name="Delete the entry Rate").click()
    page.get_by_role("button", name="Delete entry").click()
    expect(page.locator("h2", has_text="Discharge")).to_be_visible()


def test_another_tab_signs_somebody_else_in_and_the_first_tab_is_his_too(tablet):
    second = tablet.context.new_page()
    mark = tablet.page.evaluate("document.body.dataset.person")
    tablet.context.clear_cookies()
    second.goto(f"{tablet.home}/accounts/login/")
    second.fill("input[name=login]", tablet.other.email)
    second.fill("input[name=password]", tablet.other.password)
    second.click("main button[type=submit]")
    second.wait_for_url("**/desk/**")
    tablet.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(tablet.page.locator(f"body[data-person='{mark}']")).to_have_count(0)


def test_strip_shell_and_chairs_can_be_used_by_everybody(tablet, line):
    watch, pictures = Watch(), PICTURES if os.environ.get("EUTHYMIA_PICTURES") == "1" else None
    page = tablet.page
    page.goto(f"{tablet.home}/desk/infusions/chairs/")
    look(page, watch, "chairs")
    tablet.reopen()
    tablet.enter(wrong=True)
    tablet.sees("Not taken: 1 entry")
    page.get_by_role("button", name="New entry instead").click()
    line.set(Fault.CUT)
    tablet.enter()
    expect(page.locator(".banner--stale")).to_be_visible(timeout=12_000)
    page.evaluate("scrollTo(0, 0)")
    look(page, watch, "chair-offline", pictures)
    tablet.reopen()
    tablet.sees("Offline: 1 entry kept on this tablet")
    tablet.sees("Were they swapped?")
    look(page, watch, "chair-shell", pictures)
    assert not watch.axe


def test_an_upgrade_replaces_what_the_tablet_keeps(tablet, line):
    page = tablet.page
    (name,) = page.evaluate("caches.keys()")
    version = name.split()[1]
    line.set(Fault.CUT)
    note = tablet.enter()
    line.instead = (version.encode(), b"f" * len(version))
    line.set(Fault.NONE)
    page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).update() }")
    until = time.monotonic() + 20
    while (names := page.evaluate("caches.keys()")) != [f"chair {'f' * len(version)}"]:
        assert time.monotonic() < until, names
        page.wait_for_timeout(100)
    page.reload()
    wanted = page.evaluate("performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)")
    kept = set(page.evaluate(ALL_THAT_IS_KEPT)["pages"])
    assert {one for one in wanted if one.startswith("/static/")} <= kept
    line.set(Fault.CUT)
    page.reload()
    expect(page.locator("h1")).to_have_text("No connection")
    line.set(Fault.NONE)
    tablet.settle()
    assert note not in tablet.told.waiting


def _patient_on(page: Page) -> str:
    return page.locator(".chair-name").inner_text().split("\n")[0].rsplit(" ", 1)[0].split(" of ")[0][:12]
