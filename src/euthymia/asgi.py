"""The door for the server: `uvicorn euthymia.asgi:application`.

Django's own handler takes a request from one thread to another wherever its parts change between the two styles, in a
new thread each time. All of ours is synchronous but the events of live pages, so a request is answered from beginning
to end by one of a few threads that stay. What that saves stands in docs/performance.md; many at once wait in turn
instead of all being slowed down.
"""

import asyncio
import contextvars
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import HttpResponseBase
from django.urls import set_script_prefix
from servestatic.asgi import ServeStaticASGI

THREADS = 8
"""So many requests are answered at once by one process; more wait in the order in which they came."""


class Handler(ASGIHandler):
    """Answers each request in one thread; sends the events of a live page from the loop."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    def load_middleware(self, is_async: bool = False) -> None:
        """Load the middleware in its synchronous form, whatever is asked for."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        response = await self._in_thread(self._respond, scope, body)
        if response.streaming:
            await self._send_until_gone(response, receive, send)
        else:
            await self.send_response(response, send)

    async def _in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, function, *args)

    def _respond(self, scope: Any, body: IO[bytes]) -> HttpResponseBase:
        """The whole answer; only what is sent bit by bit is left open."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, unreadable = self.create_request(scope, body)
        response = self.get_response(request) if request is not None else unreadable
        assert response is not None
        if request is None:
            body.close()
        if not response.streaming:
            response.close()
        return response

    async def _send_until_gone(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        """Send events until there are no more, or nobody reads them."""
        sending = asyncio.ensure_future(self.send_response(response, send))
        gone = asyncio.ensure_future(receive())
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            gone.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)
            await self._in_thread(response.close)
        if not sending.cancelled():
            sending.result()  # a fault of the page is told by the server


def _headers(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def _with_static_files(handler: Any) -> ServeStaticASGI:
    """The files of all apps are served before Django is asked."""
    served = ServeStaticASGI(handler, add_headers_function=_headers)
    for finder in get_finders():
        for path, storage in finder.list(None):
            served.add_file_to_dictionary(f"{settings.STATIC_URL}{path}", storage.path(path), root=storage.location)
    return served


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "euthymia.settings")
django.setup(set_prefix=False)
application = _with_static_files(Handler())
