"""The chair as an app on the tablet: its manifest, its service worker, and the shell that stands without a network.

All three hold no patient data and are given to anybody: a tablet that is signed out must still get its upgrade.
"""

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from euthymia.clinic.journey.infusions import forms

OWN = ("look", "infusions")
"""The folders of static files that a chair page draws from, beside htmx."""
KINDS = frozenset({".css", ".js", ".svg", ".woff2"})
WORKER = Path(__file__).with_name("worker.js")


@lru_cache(maxsize=1)
def shell_files() -> tuple[tuple[str, str], ...]:
    """The static files of a chair page: the address of each, and a digest of what it holds."""
    found = ["django_htmx/htmx-2.min.js"]
    for finder in finders.get_finders():
        for path, _ in finder.list([]):
            name = str(path)
            if name.split("/")[0] in OWN and Path(name).suffix in KINDS:
                found.append(name)
    digests = []
    for name in sorted(set(found)):
        place = finders.find(name)
        assert place is not None, name
        digests.append((static(name), hashlib.sha256(Path(str(place)).read_bytes()).hexdigest()))
    return tuple(digests)


def _shell_context() -> dict[str, Any]:
    # A context without clock and person: the shell is the same for everybody, so that its digest names its version.
    return {
        "now": None,
        "vitals_form": forms.VitalsForm(),
        "event_form": forms.EventForm(),
        "rate_form": forms.RateForm(),
    }


@lru_cache(maxsize=1)
def shell_version() -> str:
    """Changes with every file, template and form of the shell: with it the device renews what it keeps."""
    html = render_to_string("infusions/shell.html", _shell_context() | {"is_demo": settings.DEMO})
    whole = json.dumps([shell_files(), WORKER.read_text(), html])
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


@require_safe
def worker(request: Any) -> HttpResponse:
    """The service worker of this version of the program."""
    head = "\n".join(
        f"const {name} = {json.dumps(value)};"
        for name, value in (
            ("VERSION", shell_version()),
            ("SHELL", reverse("infusions:shell")),
            ("FILES", [address for address, _ in shell_files()]),
        )
    )
    response = HttpResponse(f"{head}\n{WORKER.read_text()}", content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def manifest(request: Any) -> HttpResponse:
    """What the tablet needs to put the chair on its home screen."""
    icon = {"src": static("look/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    facts = {
        "name": "Euthymia chair",
        "short_name": "Chair",
        "id": reverse("infusions:chairs"),
        "start_url": reverse("infusions:chairs"),
        "scope": reverse("infusions:chairs").removesuffix("chairs/"),
        "display": "standalone",
        "background_color": "#101316",
        "theme_color": "#101316",
        "icons": [icon],
    }
    return JsonResponse(facts, content_type="application/manifest+json")


@require_safe
def shell(request: Any) -> HttpResponse:
    """The chair without a visit: what stands on the tablet when the server cannot be reached."""
    return render(request, "infusions/shell.html", _shell_context())
