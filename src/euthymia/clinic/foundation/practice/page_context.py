"""What every page knows of the practice: its name and its phone number."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from euthymia.clinic.foundation.practice.queries import the_practice


def practice_on_page(request: HttpRequest) -> dict[str, Any]:
    """Name and phone of the practice, the one asking, and whether this is the demo."""
    practice = the_practice()
    return {
        "practice_name": practice.name if practice else "Euthymia",
        "practice_phone": practice.phone if practice else "",
        "practice_email": practice.email if practice else "",
        "is_demo": settings.DEMO,
        "actor": getattr(request, "actor", None),
        "now": getattr(request, "now", None),
    }
