"""What the pages of the staff share: the sign-in at the door, the way around, and how one is answered."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import NoReverseMatch, reverse

from euthymia.clinic.foundation.audit.actors import Actor, Role
from euthymia.clinic.foundation.audit.permissions import MAY_READ
from euthymia.clinic.foundation.practice.people_at_work import actor_for

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """A request of someone who has signed in. `actor` and `now` are put there by the middleware."""

    actor: Actor
    now: Any


StaffView = Callable[Concatenate[Any, P], HttpResponseBase]


def staff_page(view: Callable[Concatenate[Any, P], HttpResponseBase]) -> StaffView[P]:
    """Let only staff in; send others to the sign-in. What each may see is decided by access and acts."""

    @wraps(view)
    def at_the_door(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request.actor = actor_for(request.user, request.now)  # the person himself, no longer a promise of him
        if request.actor.staff_id is None:
            if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
                return redirect_to_login(request.get_full_path())
            return HttpResponse("Your sign-in has ended. Sign in again.", status=401)
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return cast(StaffView[P], at_the_door)


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the staff's navigation."""

    label: str
    url: str
    current: bool


# Label, address, and the family of pages that one must be allowed to read to see it.
_WAYS = (
    ("Today", "desk:board", "board"),
    ("Calls", "consults:calls", "call"),
    ("Patients", "desk:search", "patient.contact"),
    ("Tasks", "desk:tasks", "board"),
    ("Drug log", "stock:log", "stock"),
    ("Results", "reports:results", "report"),
    ("Audit", "reports:audit", "audit"),
)


_ANY_REF = UUID(int=0)


@cache
def _with_any_ref(name: str) -> str:
    return reverse(name, args=[_ANY_REF])


def address_of(name: str, ref: UUID) -> str:
    """The address of a page about what has this reference; for lists, since `reverse` looks up the way each time."""
    return _with_any_ref(name).replace(str(_ANY_REF), str(ref))


@cache
def _open_to(roles: frozenset[Role]) -> tuple[Way, ...]:
    """The pages that these roles may go to, of the rooms that are installed."""
    ways = []
    for label, name, what in _WAYS:
        if not MAY_READ[what] & roles:
            continue
        with suppress(NoReverseMatch):
            ways.append(Way(label, reverse(name), current=False))
    return tuple(ways)


def ways_for(actor: Actor, path: str) -> list[Way]:
    """The pages that this person may go to, the present one marked."""
    ways = _open_to(actor.roles_at(None))
    first = reverse("desk:board")
    here = [way.url for way in ways if path == way.url or (way.url != first and path.startswith(way.url))]
    nearest = max(here, key=len, default=None)
    return [replace(way, current=True) if way.url == nearest else way for way in ways]
