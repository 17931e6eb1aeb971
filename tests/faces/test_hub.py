"""When a view is drawn anew: at once where it is quiet, at a measured pace where it is not."""

import asyncio
import itertools
import selectors
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from euthymia.clinic.faces.desk.hub import BREATH_S, QUEUED, SETTLE_S, Hub, View

DRAWING_S = 0.02
A_LITTLE_S = 1e-6
"""Every look takes some time."""
URGENT = "infusions.press_button"
COMMON = "infusions.chart_vitals"


class _Skip(selectors.DefaultSelector):
    """Waits for nothing: the time that a loop would sleep passes at once."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "nothing would ever happen again"
        self.passed += timeout + A_LITTLE_S
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    """A loop whose clock is moved by its waits alone, so that a test says what it means in seconds."""

    def __init__(self) -> None:
        self._skip = _Skip()
        super().__init__(self._skip)

    def time(self) -> float:
        return self._skip.passed


@dataclass(frozen=True)
class Place:
    """A view of one location that says which it is."""

    location: int
    wanted: str = ""

    @property
    def locations(self) -> frozenset[int]:
        return frozenset({self.location})

    def concerns(self, act: str) -> bool:
        return self.wanted in ("", act)

    def draw(self, now: datetime) -> tuple[str, str]:
        raise NotImplementedError  # the tests draw by themselves


@dataclass
class Drawings:
    """Draws for the hub, and notes when it was asked to."""

    at: list[tuple[float, View]] = field(default_factory=list)
    broken: frozenset[View] = frozenset()
    drawing_s: float = DRAWING_S

    async def __call__(self, view: View) -> bytes:
        self.at.append((asyncio.get_running_loop().time(), view))
        await asyncio.sleep(self.drawing_s)
        if view in self.broken:
            raise ValueError("this view cannot be drawn")
        return f"{len(self.at)}".encode()

    def of(self, view: View) -> list[float]:
        return [at for at, drawn in self.at if drawn == view]


def run(drawings: Drawings, story: Callable[[Hub], Awaitable[None]]) -> None:
    """Let a hub draw for as long as its story takes."""

    async def whole() -> None:
        hub = Hub(drawings, frozenset({URGENT}))
        task = asyncio.create_task(hub.draw())
        try:
            await story(hub)
        finally:
            task.cancel()

    with asyncio.Runner(loop_factory=_Loop) as runner:
        runner.run(whole())


def test_in_a_quiet_place_news_are_drawn_at_once_and_together():
    drawings, here = Drawings(), Place(1)

    async def story(hub: Hub) -> None:
        hub.join(here)
        await asyncio.sleep(10)
        hub.tell(COMMON, 1)
        await asyncio.sleep(SETTLE_S / 2)
        hub.tell(COMMON, 1)
        await asyncio.sleep(10)

    run(drawings, story)
    assert drawings.of(here) == pytest.approx([SETTLE_S, 10 + SETTLE_S], abs=1e-3)


def test_where_news_never_end_a_view_is_drawn_once_a_breath():
    drawings, here = Drawings(), Place(1)

    async def story(hub: Hub) -> None:
        hub.join(here)
        for _ in range(1000):
            hub.tell(COMMON, 1)
            await asyncio.sleep(0.01)

    run(drawings, story)
    times = drawings.of(here)
    assert all(b - a == pytest.approx(BREATH_S, abs=0.02) for a, b in itertools.pairwise(times))
    assert len(times) == pytest.approx(10 / BREATH_S, abs=1)


def test_the_last_news_are_always_drawn():
    drawings, here = Drawings(), Place(1)
    told: list[float] = []

    async def story(hub: Hub) -> None:
        hub.join(here)
        for k in range(7):
            await asyncio.sleep(0.3 + k / 10)
            told.append(asyncio.get_running_loop().time())
            hub.tell(COMMON, 1)
        await asyncio.sleep(BREATH_S + SETTLE_S)

    run(drawings, story)
    assert all(any(told_at < at <= told_at + BREATH_S + SETTLE_S for at in drawings.of(here)) for told_at in told)


def test_a_call_for_help_waits_for_no_breath_and_goes_first():
    here, others = Place(1), [Place(n) for n in range(2, 40)]
    drawings = Drawings()
    called = 0.0

    async def story(hub: Hub) -> None:
        nonlocal called
        for view in (*others, here):
            hub.join(view)
        await asyncio.sleep(60)
        hub.tell_all()
        await asyncio.sleep(SETTLE_S + DRAWING_S)
        called = asyncio.get_running_loop().time()
        hub.tell(URGENT, 1)
        await asyncio.sleep(5)

    run(drawings, story)
    rest = 3 * DRAWING_S
    assert called < min(at for at in drawings.of(here) if at > called) <= called + SETTLE_S + rest


def test_a_call_for_help_ends_the_rest_after_a_heavy_drawing():
    here, heavy = Place(1), Place(2)
    drawings = Drawings(drawing_s=0.5)
    called = 0.0

    async def story(hub: Hub) -> None:
        nonlocal called
        hub.join(here)
        await asyncio.sleep(60)
        hub.join(heavy)
        await asyncio.sleep(SETTLE_S + 0.5 + 0.01)
        called = asyncio.get_running_loop().time()
        hub.tell(URGENT, 1)
        await asyncio.sleep(5)

    run(drawings, story)
    assert drawings.of(here)[-1] == pytest.approx(called + SETTLE_S, abs=1e-3)


def test_only_what_it_concerns_is_drawn_once_for_all_who_see_it():
    here, there, picky = Place(1), Place(2), Place(1, wanted="something.else")
    drawings = Drawings()
    got: list[list[bytes]] = []

    async def story(hub: Hub) -> None:
        readers = [hub.join(here), hub.join(here), hub.join(there), hub.join(picky)]
        await asyncio.sleep(10)
        for reader in readers:
            reader.get_nowait()
        drawings.at.clear()
        hub.tell(COMMON, 1)
        await asyncio.sleep(10)
        got.extend([reader.get_nowait()] if reader.qsize() else [] for reader in readers)
        hub.tell("a.tick")
        await asyncio.sleep(10)

    run(drawings, story)
    assert got == [[b"1"], [b"1"], [], []]
    assert {view for _, view in drawings.at[1:]} == {here, there}


def test_a_view_that_cannot_be_drawn_holds_up_no_other(caplog):
    broken, sound = Place(1), Place(2)
    drawings = Drawings(broken=frozenset({broken}))

    async def story(hub: Hub) -> None:
        hub.join(broken)
        reader = hub.join(sound)
        await asyncio.sleep(10)
        assert reader.get_nowait()

    run(drawings, story)
    assert "a page could not be drawn" in caplog.text


def test_a_slow_reader_gets_the_newest_and_one_who_left_nothing():
    here = Place(1)
    drawings = Drawings()
    waiting: list[bytes] = []

    async def story(hub: Hub) -> None:
        slow, gone = hub.join(here), hub.join(here)
        hub.leave(here, gone)
        for _ in range(5):
            hub.tell(COMMON, 1)
            await asyncio.sleep(10)
        assert gone.empty()
        while slow.qsize():
            waiting.append(slow.get_nowait())
        hub.leave(here, slow)
        hub.tell_all()
        await asyncio.sleep(10)

    run(drawings, story)
    assert waiting == [b"4", b"5"]
    assert len(waiting) == QUEUED
    assert len(drawings.at) == 5


def test_between_drawings_the_processor_is_left_to_others_but_never_for_long():
    views = [Place(n) for n in range(1, 31)]
    drawings = Drawings(drawing_s=0.1)

    async def story(hub: Hub) -> None:
        for view in views:
            hub.join(view)
        await asyncio.sleep(30)

    run(drawings, story)
    times = [at for at, _ in drawings.at]
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert len(times) == len(views)
    assert all(gap > drawings.drawing_s for gap in gaps)
    assert min(gaps) < 1.5 * drawings.drawing_s
    assert gaps[-1] == pytest.approx(3 * drawings.drawing_s, abs=1e-3)
