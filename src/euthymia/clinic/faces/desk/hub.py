"""Who sees what, and when it is drawn anew: one drawing of a view for all who see it, at a measured pace.

A quiet place is shown what is new at once. Where every second brings an entry, a view is drawn about once a second, and
between two drawings the processor is left to those who chart. A call for help waits for neither.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

log = logging.getLogger("euthymia.live")
SETTLE_S = 0.15
"""How long news are gathered before a view is drawn: an act is often followed by another."""
BREATH_S = 1.0
"""How soon after a drawing the same view is drawn again, where its news can wait."""
REST, REST_MOST_S = 2.0, 1.2
"""After each drawing none is made for so many times as long as it took, but for no longer than that in a round of all
that are due. A call for help ends the rest."""
QUEUED = 2
"""So many drawings wait for a reader who is slow; of more the oldest is left out."""


class View(Protocol):
    """What a page shows live. Pages with equal views share one drawing."""

    @property
    def locations(self) -> frozenset[int]:
        """Where something must have happened for this to change."""

    def concerns(self, act: str) -> bool:
        """Whether this may look different after an act, or after a while."""

    def draw(self, now: datetime) -> tuple[str, str]:
        """The id of the element that is drawn anew, and its new form."""


Reader = asyncio.Queue[bytes]


@dataclass(slots=True)
class _Page:
    """One view in this process: its readers, and when it is drawn next."""

    readers: set[Reader] = field(default_factory=set)
    drawn_at: float = float("-inf")
    due_at: float = float("inf")
    urgent: bool = False

    def announce(self, at: float, *, urgent: bool) -> None:
        """Have it drawn: soon, or as soon as its breath is over."""
        soonest = at + SETTLE_S
        self.due_at = min(self.due_at, soonest if urgent else max(soonest, self.drawn_at + BREATH_S))
        self.urgent |= urgent


class Hub:
    """The readers of one process by what they see. All of it belongs to one event loop."""

    def __init__(self, draw: Callable[[View], Awaitable[bytes]], urgent_acts: frozenset[str]) -> None:
        self._draw_view = draw
        self._urgent_acts = urgent_acts
        self._loop = asyncio.get_running_loop()
        self._pages: dict[View, _Page] = {}
        self._news = asyncio.Event()
        self._call = asyncio.Event()

    def join(self, view: View) -> Reader:
        """A new reader. What happened since his page was made, or while his stream was cut, is drawn for him."""
        reader: Reader = asyncio.Queue(maxsize=QUEUED)
        page = self._pages.setdefault(view, _Page())
        page.readers.add(reader)
        self._announce([page], urgent=False)
        return reader

    def leave(self, view: View, reader: Reader) -> None:
        """The reader has gone; what nobody sees is forgotten."""
        page = self._pages.get(view)
        if page is not None:
            page.readers.discard(reader)
            if not page.readers:
                del self._pages[view]

    def tell(self, act: str, location_id: int | None = None) -> None:
        """Something happened at a location, or anywhere: every view that it may change is drawn."""
        concerned = [
            page
            for view, page in self._pages.items()
            if (not location_id or location_id in view.locations) and view.concerns(act)
        ]
        self._announce(concerned, urgent=act in self._urgent_acts)

    def tell_all(self) -> None:
        """Anything may have happened."""
        self._announce(self._pages.values(), urgent=False)

    def _announce(self, pages: Iterable[_Page], *, urgent: bool) -> None:
        now = self._loop.time()
        for page in pages:
            page.announce(now, urgent=urgent)
        self._news.set()
        if urgent:
            self._call.set()

    async def draw(self) -> None:
        """Draw what is due, for as long as this is let run."""
        while True:
            now = self._loop.time()
            due = [(view, page) for view, page in self._pages.items() if page.due_at <= now]
            if not due:
                await self._wait(now)
                continue
            view, page = min(due, key=lambda one: (not one[1].urgent, one[1].due_at))
            page.drawn_at, page.due_at, page.urgent = now, float("inf"), False
            await self._hand_out(view)
            await _until(self._call, min(REST * (self._loop.time() - now), REST_MOST_S / len(due)))
            self._call.clear()

    async def _wait(self, now: float) -> None:
        """Until something is due, or there are news."""
        next_due = min((page.due_at for page in self._pages.values()), default=float("inf"))
        self._news.clear()
        await _until(self._news, None if next_due == float("inf") else next_due - now)

    async def _hand_out(self, view: View) -> None:
        try:
            message = await self._draw_view(view)
        except Exception:
            log.exception("a page could not be drawn")
            return
        page = self._pages.get(view)
        for reader in page.readers if page else ():
            if reader.full():
                reader.get_nowait()
            reader.put_nowait(message)


async def _until(event: asyncio.Event, most_s: float | None) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(most_s):
            await event.wait()
