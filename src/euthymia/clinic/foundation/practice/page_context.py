"""What every page knows: the practice's name and phone, who is asking, and where he may go."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from euthymia import clock
from euthymia.clinic.foundation.practice.hello import device_mark
from euthymia.clinic.foundation.practice.pages import ways_for
from euthymia.clinic.foundation.practice.queries import practice_for_page


def practice_on_page(request: HttpRequest) -> dict[str, Any]:
    """Context for every template."""
    practice = practice_for_page()
    actor = getattr(request, "actor", None)
    signed_in = actor is not None and actor.staff_id is not None
    return {
        "practice_name": practice.name if practice else "Euthymia",
        "practice_phone": practice.phone if practice else "",
        "practice_email": practice.email if practice else "",
        "is_demo": settings.DEMO,
        "actor": actor,
        "device_mark": device_mark(actor),
        "now": getattr(request, "now", None),
        "search_url": "desk:search",
        "clock_words": clock.set_words(clock.set_by()) if signed_in else "",
        "user_name": actor.name if signed_in and actor is not None else "",
        "nav": ways_for(actor, request.path) if signed_in and actor is not None else [],
    }
