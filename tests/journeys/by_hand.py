"""A visit by keyboard alone, with what a screen reader says at each stop; and a row of vitals by taps, counted."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Locator, Page, expect

from euthymia.clinic.journey.infusions.gate import GATE
from euthymia.clinic.journey.infusions.leaving import CHECKLIST
from tests.journeys.browser import TABLET, context

MOST_STOPS = 150
MOST_TAPS = 8


@dataclass
class Keys:
    """Somebody who has a keyboard and a screen reader, and nothing else."""

    page: Page
    reader: CDPSession

    @classmethod
    def on(cls, page: Page) -> "Keys":
        reader = page.context.new_cdp_session(page)
        reader.send("Accessibility.enable")
        return cls(page, reader)

    def said(self) -> tuple[str, str]:
        """Role and name of what has the focus, as the browser tells a screen reader. Nothing may lack either."""
        found: dict[str, Any] = self.reader.send("Runtime.evaluate", {"expression": "document.activeElement"})
        of = {"objectId": found["result"]["objectId"], "fetchRelatives": False}
        node: dict[str, Any] = self.reader.send("Accessibility.getPartialAXTree", of)["nodes"][0]
        role, name = node.get("role", {}).get("value", ""), node.get("name", {}).get("value", "")
        if role not in ("RootWebArea", "none"):
            stop = f"{role} {name!r}, {found['result']['description']}"
            assert name, f"a stop without a name: {stop}"
            assert role != "generic", f"a stop without a role: {stop}"
        return role, name

    def to(self, name: str) -> None:
        """Tab on until what has the focus begins with this name."""
        heard = []
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            heard.append(self.said()[1])
            if heard[-1].startswith(name):
                return
        raise AssertionError(f"no stop is called {name!r}, only {heard}")

    def press(self, name: str) -> None:
        self.to(name)
        self.page.keyboard.press("Enter")

    def type(self, name: str, words: str) -> None:
        self.to(name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def tick(self, name: str) -> None:
        self.to(name)
        self.page.keyboard.press("Space")

    def choose(self, first: str, wanted: str) -> None:
        """Go to a group of choices and along it with the arrows."""
        self.tick(first)
        for _ in range(MOST_STOPS):
            if self.said()[1].startswith(wanted):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no choice is called {wanted!r}")

    def vitals(self, systolic: int, diastolic: int, rate: int, spo2: int) -> None:
        named = {"Systolic": systolic, "Diastolic": diastolic, "Heart rate": rate, "SpO2": spo2}
        for name, value in named.items():
            self.type(name, str(value))
        self.press("Chart vitals")
        shown = self.page.get_by_text(f"{systolic}/{diastolic}").locator("visible=true")
        expect(shown.first).to_be_visible()


def arrive_and_pass(keys: Keys) -> None:
    """From the arrival to the gate passed and the pressure taken."""
    keys.press("Patient has arrived")
    expect(keys.page.locator("#gate")).to_be_visible()
    for _ in GATE:
        keys.tick("Yes")
    keys.type("Escort’s name", "Demo Escort")
    keys.type("Escort’s phone", "202-555-0188")
    keys.press("Save gate")
    expect(keys.page.get_by_text("Passed")).to_be_visible()
    keys.vitals(122, 79, 71, 98)


def order_and_confirm(keys: Keys, second: Keys, kg: str, mg: str, ml: str) -> None:
    """The dose, by two people at two keyboards."""
    keys.type("Weight measured now", kg)
    keys.press("Compute dose")
    expect(keys.page.locator(".dose__figure")).to_have_text(f"{mg} mg")
    second.page.goto(keys.page.url.split("#")[0])
    second.choose("10 mg/mL", "50 mg/mL")
    for name, words in (("Weight on the scale", kg), ("Dose:", mg), ("To draw:", ml), ("Pump rate", "150")):
        second.type(name, words)
    second.press("Confirm dose")
    expect(second.page.get_by_role("button", name="Start infusion")).to_be_visible()
    keys.page.goto(keys.page.url)


def run_and_chart(keys: Keys, move_clock: Any) -> None:
    """The pump starts, is paused and goes on; vitals and an event are charted; it ends."""
    page = keys.page
    keys.press("Start infusion")
    expect(page.get_by_role("button", name="End infusion")).to_be_visible()
    move_clock(5 * 60)
    page.reload()
    keys.vitals(133, 84, 76, 97)
    keys.choose("Dissociation", "Dizziness")
    keys.press("Chart event")
    expect(page.get_by_text("Dizziness").locator("visible=true").nth(1)).to_be_visible()
    keys.press("Pause")
    expect(page.locator(".bar__end .status")).to_have_text("Paused")
    move_clock(60)
    page.reload()
    keys.press("Resume")
    expect(page.locator(".bar__end .status")).to_have_text("Running")
    move_clock(36 * 60)
    page.reload()
    keys.press("End infusion")
    expect(page.locator("h2", has_text="Discharge")).to_be_visible()


def waste_and_leave(keys: Keys, move_clock: Any, witness: str, password: str) -> None:
    """What is left is wasted before a witness; the patient goes home."""
    page = keys.page
    if page.locator("#waste").count():
        keys.type("Witness: email", witness)
        keys.type("Witness: password", password)
        keys.press("Record waste")
        expect(page.locator("#waste")).to_have_count(0)
    move_clock(32 * 60)
    page.reload()
    keys.vitals(127, 80, 73, 98)
    keys.type("Aldrete", "10")
    keys.type("MPADSS", "10")
    for _, words in CHECKLIST:
        keys.tick(words)
    keys.press("Discharge patient")
    expect(page.get_by_text("The drug log balances.")).to_be_visible()


def chart_by_taps(walk: Any, nurse: Page) -> int:
    """A full row of vitals on a tablet, by touch alone: how many taps it took."""
    device = context(
        walk.browser,
        walk.watch,
        viewport=TABLET,
        has_touch=True,
        is_mobile=True,
        storage_state=nurse.context.storage_state(),
    )
    page = device.new_page()
    page.goto(nurse.url.split("#")[0])
    taps = 0

    def tap(what: Locator) -> None:
        nonlocal taps
        taps += 1
        what.tap()

    tap(page.get_by_label("Systolic"))
    for value in (141, 87, 79, 96, 15):
        tap(page.locator(".near").get_by_role("button", name=str(value), exact=True))
    tap(page.get_by_role("button", name="Fully awake, no complaints"))
    walk.look(page, "chair-taps")
    tap(page.get_by_role("button", name="Chart vitals"))
    row = page.locator("tr", has_text="141/87")
    expect(row.first).to_be_visible()
    assert [c.strip() for c in row.first.locator("td.number").all_inner_texts()] == [
        "141/87",
        "79",
        "96",
        "5",
        "0",
        "0",
        "0",
    ]
    device.close()
    return taps
