"""What a device asks before it sends what it kept: is the server there, what time is it, and who is signed in."""

from functools import lru_cache
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.crypto import salted_hmac
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from euthymia.clinic.foundation.audit.actors import Actor


def device_mark(actor: Actor | None) -> str:
    """What a device calls the person who is signed in: tells people apart and names nobody. Empty for others."""
    if actor is None or actor.staff_id is None:
        return ""
    return _mark(actor.mark)


@lru_cache(maxsize=1024)
def _mark(who: str) -> str:
    return salted_hmac("euthymia.device", who, algorithm="sha256").hexdigest()[:24]


@require_safe
@ensure_csrf_cookie
def hello(request: Any) -> HttpResponse:
    """The server's time and the mark of who is signed in."""
    response = JsonResponse({"now": request.now.isoformat(), "person": device_mark(request.actor)})
    response["Cache-Control"] = "no-store"
    return response
