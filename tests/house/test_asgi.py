"""The server's door: one thread an answer, live pages that end with their readers, files before everything."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from euthymia import asgi

seen_threads: list[str] = []
ended: list[str] = []
hold = threading.Event()


def echo(request: HttpRequest) -> HttpResponse:
    seen_threads.append(threading.current_thread().name)
    return HttpResponse(request.body)


def held(request: HttpRequest) -> HttpResponse:
    seen_threads.append(threading.current_thread().name)
    hold.wait(20)
    return HttpResponse("let go")


def events(request: HttpRequest) -> StreamingHttpResponse:
    async def for_ever() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"data: 1\n\n"
                await asyncio.sleep(0)
        finally:
            ended.append("events")

    return StreamingHttpResponse(for_ever(), content_type="text/event-stream")


def broken(request: HttpRequest) -> StreamingHttpResponse:
    async def some() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"
        raise ValueError("no more to tell")

    response = StreamingHttpResponse(some())
    response._resource_closers.append(lambda: ended.append("broken"))
    return response


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(type(exception).__name__, status=400)


handler400 = unreadable
urlpatterns = [path("echo/", echo), path("held/", held), path("events/", events), path("broken/", broken)]


@pytest.fixture(autouse=True)
def _these_addresses(settings):
    settings.ROOT_URLCONF = __name__
    seen_threads.clear()
    ended.clear()
    hold.clear()


class Caller:
    """One connection: what is sent to the program, and what it answers."""

    def __init__(self, where: str, body: bytes = b"", method: str = "GET", host: str = "testserver") -> None:
        lines = {"host": host, "content-length": str(len(body))}
        self.scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": where,
            "raw_path": where.encode(),
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in lines.items()],
        }
        self.to_come: list[dict[str, Any]] = [{"type": "http.request", "body": body}]
        self.gone = asyncio.Event()
        self.answer: list[dict[str, Any]] = []
        self.enough = 10**9

    async def receive(self) -> dict[str, Any]:
        if self.to_come:
            return self.to_come.pop(0)
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.answer.append(message)
        if len(self.answer) >= self.enough:
            self.gone.set()

    async def call(self, program: Any) -> "Caller":
        await program(self.scope, self.receive, self.send)
        return self

    @property
    def status(self) -> int:
        return int(self.answer[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(one.get("body", b"") for one in self.answer[1:])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode().lower(): value.decode() for name, value in self.answer[0]["headers"]}


def test_a_request_is_answered_by_one_of_the_threads_that_stay():
    async def whole() -> list[Caller]:
        handler = asgi.Handler()
        return [await Caller("/echo/", f"{n}".encode()).call(handler) for n in range(3 * asgi.THREADS)]

    answers = asyncio.run(whole())
    assert [a.body for a in answers] == [f"{n}".encode() for n in range(3 * asgi.THREADS)]
    assert {a.status for a in answers} == {200}
    assert len(set(seen_threads)) <= asgi.THREADS
    assert all(name.startswith("request") for name in seen_threads)


def test_many_at_once_wait_their_turn_and_all_are_answered():
    async def whole() -> list[Caller]:
        handler = asgi.Handler()
        calls = [asyncio.create_task(Caller("/held/").call(handler)) for _ in range(3 * asgi.THREADS)]
        while len(seen_threads) < asgi.THREADS:
            await asyncio.sleep(0.001)
        assert len(seen_threads) == asgi.THREADS
        hold.set()
        return await asyncio.gather(*calls)

    assert [a.body for a in asyncio.run(whole())] == [b"let go"] * (3 * asgi.THREADS)


def test_events_end_with_their_reader():
    async def whole() -> Caller:
        caller = Caller("/events/")
        caller.enough = 50
        return await caller.call(asgi.Handler())

    answer = asyncio.run(whole())
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.body.count(b"data: 1") >= 40
    assert ended == ["events"]


def test_events_end_with_the_server():
    async def whole() -> None:
        caller = Caller("/events/")
        task = asyncio.create_task(caller.call(asgi.Handler()))
        while len(caller.answer) < 10:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(whole())
    assert ended == ["events"]


def test_events_that_break_are_closed_and_the_fault_is_told():
    async def whole() -> None:
        with pytest.raises(ValueError, match="no more to tell"):
            await Caller("/broken/").call(asgi.Handler())
        assert len(asyncio.all_tasks()) == 1, "somebody still listens"

    asyncio.run(whole())
    assert ended == ["broken"]


def test_who_goes_before_his_form_is_whole_is_not_answered_and_nothing_is_done():
    async def whole() -> Caller:
        caller = Caller("/echo/", method="POST")
        caller.to_come = [{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}]
        return await caller.call(asgi.Handler())

    assert asyncio.run(whole()).answer == []
    assert seen_threads == []


def test_what_cannot_be_read_is_refused():
    async def whole() -> Caller:
        return await Caller("/echo/", host="somewhere.else").call(asgi.Handler())

    answer = asyncio.run(whole())
    assert (answer.status, answer.body) == (400, b"DisallowedHost")


def test_files_are_served_before_anything_else_is_asked():
    async def whole() -> Caller:
        return await Caller("/static/look/js/live.js").call(asgi.application)

    answer = asyncio.run(whole())
    assert answer.status == 200
    assert b"EventSource" in answer.body
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "javascript" in answer.headers["content-type"]
