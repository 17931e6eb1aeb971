"""Live pages: one LISTEN connection a process, one drawing for all who see the same, a heartbeat for each.

What is drawn is a View: the board, the ring at a chair, the patient's button. A page never holds a pooled
connection while it waits; a thousand of them cost memory only.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, connections
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from euthymia import clock
from euthymia.clinic.foundation.audit.refusals import NotAllowed

log = logging.getLogger("euthymia.live")
HEARTBEAT_S = 3.0
SETTLE_S = 0.15
"""How long news are gathered before a page is drawn again."""
REST, REST_MOST_S = 2.0, 1.2
"""After each page drawing rests for so many times as long as it took, but no longer than that in a round of all pages:
the boards leave the server to those who chart."""
TICK_S = 15.0
"""How often what grows late with time alone is drawn again."""
TICK = "tick"


class View(Protocol):
    """What a page shows live. Pages with equal views share one drawing."""

    @property
    def locations(self) -> frozenset[int]:
        """Where something must have happened for this to change."""

    def concerns(self, act: str) -> bool:
        """Whether this may look different after an act, or after a while (TICK)."""

    def draw(self, now: datetime) -> tuple[str, str]:
        """The id of the element that is drawn anew, and its new form."""


@dataclass(eq=False)
class _Hub:
    """The readers of this process, by what they see."""

    loop: asyncio.AbstractEventLoop
    readers: dict[View, set[asyncio.Queue[bytes]]] = field(default_factory=dict)
    stale: set[View] = field(default_factory=set)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


_hubs: dict[int, _Hub] = {}


def _hub() -> _Hub:
    loop = asyncio.get_running_loop()
    hub = _hubs.get(id(loop))
    if hub is None or hub.loop is not loop:
        hub = _hubs[id(loop)] = _Hub(loop)
        hub.tasks = [loop.create_task(work(hub)) for work in (_listen, _draw, _tick)]
    return hub


async def _listen(hub: _Hub) -> None:
    """Wait for what acts announce; each notice names the location that it concerns."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(settings.APP_URL, autocommit=True) as listener:
                await listener.execute("LISTEN euthymia")
                _wake(hub, None, None)
                async for notice in listener.notifies():
                    chain, _, act = notice.payload.split(" ", 2)
                    _wake(hub, int(chain), act)
        except (psycopg.Error, OSError) as lost:
            log.warning("the board lost the database and tries again: %s", type(lost).__name__)
            await asyncio.sleep(1)


async def _tick(hub: _Hub) -> None:
    """What nobody answers grows late without anything happening."""
    while True:
        await asyncio.sleep(TICK_S)
        _wake(hub, None, TICK)


def _wake(hub: _Hub, location_id: int | None, act: str | None) -> None:
    """Have every page drawn that this may change; all of them when no act is named."""
    hub.stale |= {
        view
        for view in hub.readers
        if location_id in (None, 0) or location_id in view.locations
        if act is None or view.concerns(act)
    }
    if hub.stale:
        hub.woken.set()


async def _draw(hub: _Hub) -> None:
    """Draw each page that has changed once, and hand the same bytes to all who see it."""
    while True:
        await hub.woken.wait()
        await asyncio.sleep(SETTLE_S)
        hub.woken.clear()
        stale, hub.stale = hub.stale, set()
        may_rest_s = REST_MOST_S
        for view in stale:
            began = hub.loop.time()
            try:
                message = await sync_to_async(drawn, thread_sensitive=False)(view)
            except Exception:
                log.exception("a page could not be drawn")
                continue
            for queue in hub.readers.get(view, set()):
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(message)
            rest_s = min(may_rest_s, REST * (hub.loop.time() - began))
            may_rest_s -= rest_s
            await asyncio.sleep(rest_s)


def drawn(view: View) -> bytes:
    """A page's part as one event of the stream."""
    try:
        close_old_connections()
        name, html = view.draw(clock.now())
    finally:
        connections.close_all()
    return b"data: " + json.dumps({"id": name, "html": html}).encode() + b"\n\n"


async def beats() -> AsyncIterator[bytes]:
    """Only the server's clock, as often as a heartbeat: from it a chair knows that it is heard."""
    yield b": welcome\n\n"
    while True:
        yield b"event: heartbeat\ndata: " + clock.now().isoformat().encode() + b"\n\n"
        await asyncio.sleep(HEARTBEAT_S)


async def stream(view: View) -> AsyncIterator[bytes]:
    """Events for one open page until its reader goes."""
    hub = _hub()
    queue: asyncio.Queue[bytes] = asyncio.Queue(maxsize=2)
    hub.readers.setdefault(view, set()).add(queue)
    # What happened between the page and its stream, or while the stream was cut, is drawn at once.
    hub.stale.add(view)
    hub.woken.set()
    try:
        yield b": welcome\n\n"
        while True:
            try:
                yield await asyncio.wait_for(queue.get(), HEARTBEAT_S)
            except TimeoutError:
                yield b"event: heartbeat\ndata: " + clock.now().isoformat().encode() + b"\n\n"
    finally:
        readers: Any = hub.readers.get(view, set())
        readers.discard(queue)
        if not readers:
            hub.readers.pop(view, None)


async def answer(view_of: Callable[[], View | None]) -> HttpResponseBase:
    """The stream of one open page. The database is let go of before it begins.

    `view_of` says what this person sees: None for one who has not signed in; NotAllowed where nothing is his.
    """

    @sync_to_async
    def who() -> View | int | None:
        try:
            return view_of()
        except NotAllowed:
            return 404
        finally:
            connections.close_all()

    view = await who()
    if view is None:
        return HttpResponse("Sign in to see this.", status=401)
    if isinstance(view, int):
        return HttpResponse("There is nothing at this address.", status=view)
    return _events(stream(view))


async def answer_beats(may_listen: Callable[[], bool]) -> HttpResponseBase:
    """The heartbeat alone, for who has signed in."""

    @sync_to_async
    def allowed() -> bool:
        try:
            return may_listen()
        finally:
            connections.close_all()

    if not await allowed():
        return HttpResponse("Sign in to open a chair.", status=401)
    return _events(beats())


def _events(events: AsyncIterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
