"""Every address of the house. One that is missing from tests/house/url_table.py fails a test."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_safe


@require_safe
def up(request: HttpRequest) -> HttpResponse:
    """Whether the server answers: for monitors, and the empty page that the benchmarks compare with."""
    return HttpResponse("up", content_type="text/plain")


FACES = "euthymia.clinic.faces"
JOURNEY = "euthymia.clinic.journey"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"{FACES}.website.urls")),
    path("up/", up, name="up"),
    path("p/", include(f"{FACES}.portal.urls")),
    path("accounts/", include("euthymia.clinic.foundation.practice.sign_in_urls")),
    path("desk/calls/", include(f"{JOURNEY}.consults.urls")),
    path("desk/patients/<uuid:ref>/scores/", include(f"{JOURNEY}.outcomes.urls")),
    path("desk/patients/<uuid:ref>/screening/", include(f"{JOURNEY}.screening.urls")),
    path("desk/patients/<uuid:ref>/boosters/", include(f"{JOURNEY}.boosters.urls")),
    path("desk/drug-log/", include("euthymia.clinic.foundation.stock.urls")),
    path("desk/infusions/", include(f"{JOURNEY}.infusions.urls")),
    path("desk/reports/", include(f"{FACES}.reports.urls")),
    path("desk/", include(f"{FACES}.desk.urls")),
    path("exchange/", include(f"{FACES}.exchange.urls")),
]

if settings.DEMO:
    urlpatterns.append(path("styleguide/", include("euthymia.clinic.look.urls")))
