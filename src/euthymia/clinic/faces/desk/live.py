"""Live pages: one LISTEN connection a process, one drawing for all who see the same, a heartbeat for each.

What is drawn is a View: the board, the ring at a chair, the patient's button. A page holds neither a thread nor a
connection while it waits; a thousand of them cost memory only.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from euthymia import clock
from euthymia.clinic.faces.desk.hub import Hub, View
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.journey.infusions.button import BUTTON_ACTS

log = logging.getLogger("euthymia.live")
HEARTBEAT_S = 3.0
TICK_S = 15.0
"""How often what grows late with time alone is drawn again."""
TICK = "tick"

_hubs: dict[asyncio.AbstractEventLoop, tuple[Hub, list[asyncio.Task[None]]]] = {}


def _hub() -> Hub:
    """The hub of this event loop, at work."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        one_thread = ThreadPoolExecutor(1, thread_name_prefix="drawing")
        hub = Hub(sync_to_async(drawn, thread_sensitive=False, executor=one_thread), BUTTON_ACTS)
        _hubs[loop] = hub, [loop.create_task(work) for work in (hub.draw(), _listen(hub), _tick(hub))]
    return _hubs[loop][0]


async def _listen(hub: Hub) -> None:
    """Wait for what acts announce; each notice names the location that it concerns."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(settings.APP_URL, autocommit=True) as listener:
                await listener.execute("LISTEN euthymia")
                hub.tell_all()
                async for notice in listener.notifies():
                    chain, _, act = notice.payload.split(" ", 2)
                    hub.tell(act, int(chain))
        except (psycopg.Error, OSError) as lost:
            log.warning("the board lost the database and tries again: %s", type(lost).__name__)
            await asyncio.sleep(1)


async def _tick(hub: Hub) -> None:
    """What nobody answers grows late without anything happening."""
    while True:
        await asyncio.sleep(TICK_S)
        hub.tell(TICK)


def drawn(view: View) -> bytes:
    """A page's part as one event of the stream."""
    close_old_connections()
    name, html = view.draw(clock.now())
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
    reader = hub.join(view)
    try:
        yield b": welcome\n\n"
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    message = await reader.get()
                yield message
            except TimeoutError:
                yield b"event: heartbeat\ndata: " + clock.now().isoformat().encode() + b"\n\n"
    finally:
        hub.leave(view, reader)


def answer(view_of: Callable[[], View | None]) -> HttpResponseBase:
    """The stream of one open page.

    `view_of` says what this person sees: None for one who has not signed in; NotAllowed where nothing is his.
    """
    try:
        view = view_of()
    except NotAllowed:
        return HttpResponse("There is nothing at this address.", status=404)
    if view is None:
        return HttpResponse("Sign in to see this.", status=401)
    return _events(stream(view))


def answer_beats(may_listen: bool) -> HttpResponseBase:
    """The heartbeat alone, for who has signed in."""
    if not may_listen:
        return HttpResponse("Sign in to open a chair.", status=401)
    return _events(beats())


def _events(events: AsyncIterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
