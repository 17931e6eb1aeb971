"""Dark or light at the chair: dark where nobody chose. The device remembers it, for whoever signs in there."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse

COOKIE = "chair_look"
LOOKS = ("dark", "light")
YEAR_S = 365 * 24 * 3600


def look_of(request: Any) -> str:
    """The look that was chosen on this device."""
    chosen = request.COOKIES.get(COOKIE)
    return chosen if chosen in LOOKS else LOOKS[0]


def remember(response: HttpResponse, look: str) -> HttpResponse:
    """Have the device remember a look; another word changes nothing."""
    if look in LOOKS:
        response.set_cookie(
            COOKIE, look, max_age=YEAR_S, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )
    return response
