"""What the patient took home, by link: to be read again."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from euthymia.clinic.faces.portal.visit import infusion_of
from euthymia.clinic.foundation.people.access import come_by_link
from euthymia.clinic.foundation.people.models import LinkPurpose
from euthymia.clinic.journey.infusions.after import taken_home


@require_safe
def after(request: Any, secret: str) -> HttpResponse:
    """The discharge sheet on a phone."""
    visit = come_by_link(now=request.now, secret=secret, purpose=LinkPurpose.AFTER)
    return render(request, "portal/after.html", {"home": taken_home(infusion_of(visit), request.now)})
