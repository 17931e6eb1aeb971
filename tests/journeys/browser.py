"""A real browser for the journeys: Debian's Chromium, looked over by axe, kept from leaving the machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
IDS_TWICE = """() => {
    const seen = [...document.querySelectorAll("[id]")].map((one) => one.id);
    return [...new Set(seen.filter((id, place) => seen.indexOf(id) !== place))];
}"""
PHONE = {"width": 390, "height": 844}
TABLET = {"width": 1024, "height": 768}
DESK = {"width": 1280, "height": 900}
WALL = {"width": 1920, "height": 1080}


@dataclass
class Watch:
    """What went wrong on the way: requests that would leave the machine, and what axe found."""

    strayed: list[str] = field(default_factory=list)
    axe: dict[str, list[str]] = field(default_factory=dict)
    looked_at: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def context(
    browser: Browser, watch: Watch, *, viewport: dict[str, int], scripts: bool = True, **more: Any
) -> BrowserContext:
    """A person's device. Every request to another host is noted and stopped."""
    made = browser.new_context(viewport=viewport, java_script_enabled=scripts, reduced_motion="reduce", **more)  # type: ignore[arg-type]

    def only_here(route: Any, request: Request) -> None:
        if urlsplit(request.url).hostname in ("127.0.0.1", "localhost"):
            route.continue_()
        else:
            watch.strayed.append(request.url)
            route.abort()

    made.route("**/*", only_here)
    made.on("weberror", lambda error: watch.errors.append(str(error.error)))
    return made


def look(page: Page, watch: Watch, name: str, pictures: Path | None = None, twin: Page | None = None) -> None:
    """Have axe look the page over, and keep a picture of it.

    axe is a script: a device with scripts off is looked over on its `twin`, which opens the same address.
    """
    page.wait_for_load_state()  # without its styles a page has faults that nobody sees
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(pictures / f"{name}.png"), full_page=True)
    if name in watch.looked_at:
        return
    watch.looked_at.add(name)
    if twin is not None:
        twin.goto(page.url)
    found = Axe().run(twin or page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    faults = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found.response["violations"]]
    twice = (twin or page).evaluate(IDS_TWICE)
    faults += [f"the id {one} stands twice" for one in twice]
    if faults:
        watch.axe[name] = faults
