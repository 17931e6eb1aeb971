"""Who is asking, and for how long a quiet page stays signed in."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.defaults import page_not_found

from euthymia import clock
from euthymia.clinic.foundation.audit.refusals import NotAllowed
from euthymia.clinic.foundation.practice.people_at_work import actor_for

Answer = Callable[[HttpRequest], HttpResponse]


class WhoIsAsking:
    """Puts `request.actor` and `request.now` there: views take time and person from here alone."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = clock.now()  # type: ignore[attr-defined]  # our own attribute on Django's class
        request.actor = SimpleLazyObject(lambda: actor_for(request.user, request.now))  # type: ignore[attr-defined]  # as above
        return self.answer(request)


class IdleTimeout:
    """Signs out a person who has not asked for a page for `IDLE_MINUTES`."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and "_auth_user_id" in request.session:
            seen = request.session.get("seen", 0)
            now = int(clock.steady().timestamp())
            if seen and now - seen > settings.IDLE_MINUTES * 60:
                logout(request)
            elif now - seen > 60 and request.path != reverse("hello"):
                # A device that looks for the server by itself is nobody at work.
                request.session["seen"] = now
        return self.answer(request)


class NotYours:
    """Answers absent and not yours alike: the page is not there."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            return page_not_found(request, exception)
        return None
