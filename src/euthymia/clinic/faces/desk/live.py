"""Live boards: one LISTEN connection a process, one drawing for all who see the same, a heartbeat for each.

A board never holds a pooled connection while it waits; a thousand of them cost memory only.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, connections
from django.template.loader import render_to_string

from euthymia import clock
from euthymia.clinic.faces.desk.board import Sight, board

log = logging.getLogger("euthymia.live")
HEARTBEAT_S = 3.0
SETTLE_S = 0.15
"""How long news are gathered before a board is drawn again."""


@dataclass(eq=False)
class _Hub:
    """The readers of this process, by what they see."""

    loop: asyncio.AbstractEventLoop
    readers: dict[Sight, set[asyncio.Queue[bytes]]] = field(default_factory=dict)
    stale: set[Sight] = field(default_factory=set)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


_hubs: dict[int, _Hub] = {}


def _hub() -> _Hub:
    loop = asyncio.get_running_loop()
    hub = _hubs.get(id(loop))
    if hub is None or hub.loop is not loop:
        hub = _hubs[id(loop)] = _Hub(loop)
        hub.tasks = [loop.create_task(_listen(hub)), loop.create_task(_draw(hub))]
    return hub


async def _listen(hub: _Hub) -> None:
    """Wait for what acts announce; each notice names the location that it concerns."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(settings.APP_URL, autocommit=True) as listener:
                await listener.execute("LISTEN euthymia")
                _wake(hub, None)
                async for notice in listener.notifies():
                    _wake(hub, int(notice.payload.split(" ", 1)[0]))
        except (psycopg.Error, OSError) as lost:
            log.warning("the board lost the database and tries again: %s", type(lost).__name__)
            await asyncio.sleep(1)


def _wake(hub: _Hub, location_id: int | None) -> None:
    hub.stale |= {s for s in hub.readers if location_id in (None, 0) or location_id in s.locations}
    if hub.stale:
        hub.woken.set()


async def _draw(hub: _Hub) -> None:
    """Draw each board that has changed once, and hand the same bytes to all who see it."""
    while True:
        await hub.woken.wait()
        await asyncio.sleep(SETTLE_S)
        hub.woken.clear()
        stale, hub.stale = hub.stale, set()
        for sight in stale:
            try:
                message = await sync_to_async(draw_board, thread_sensitive=False)(sight)
            except Exception:
                log.exception("a board could not be drawn")
                continue
            for queue in hub.readers.get(sight, set()):
                if queue.full():
                    queue.get_nowait()
                queue.put_nowait(message)


def board_html(sight: Sight, now: datetime) -> str:
    """The part of the board page that is drawn anew."""
    return render_to_string("desk/_board.html", {"board": board(sight, now), "now": now})


def draw_board(sight: Sight) -> bytes:
    """The board as one event of the stream."""
    try:
        close_old_connections()
        html = board_html(sight, clock.now())
    finally:
        connections.close_all()
    return b"data: " + json.dumps({"id": "board", "html": html}).encode() + b"\n\n"


async def beats() -> AsyncIterator[bytes]:
    """Only the server's clock, as often as a heartbeat: from it a chair knows that it is heard."""
    yield b": welcome\n\n"
    while True:
        yield b"event: heartbeat\ndata: " + clock.now().isoformat().encode() + b"\n\n"
        await asyncio.sleep(HEARTBEAT_S)


async def stream(sight: Sight) -> AsyncIterator[bytes]:
    """Events for one open board until its reader goes."""
    hub = _hub()
    queue: asyncio.Queue[bytes] = asyncio.Queue(maxsize=2)
    hub.readers.setdefault(sight, set()).add(queue)
    try:
        yield b": welcome\n\n"
        while True:
            try:
                yield await asyncio.wait_for(queue.get(), HEARTBEAT_S)
            except TimeoutError:
                yield b"event: heartbeat\ndata: " + clock.now().isoformat().encode() + b"\n\n"
    finally:
        readers: Any = hub.readers.get(sight, set())
        readers.discard(queue)
        if not readers:
            hub.readers.pop(sight, None)
