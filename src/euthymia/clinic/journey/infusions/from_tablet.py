"""Entries that a tablet kept and sends by script: checked for whose they are, answered in JSON.

Nothing is taken for saved unless this answer says so with the entry's own key: a page of a hotel's network is no
receipt. Such an entry may come from an older version of the page, so a field that is not known any more refuses it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse

from euthymia.clinic.foundation.audit.forms import ActForm
from euthymia.clinic.foundation.practice.hello import device_mark
from euthymia.clinic.journey.infusions.written import Slip

HEADER = "X-Journal"
"""Names the person, by his device mark, who wrote the entry."""
FORM_CHANGED = "This form has changed since it was filled in. Enter it again."
TIME_UNREADABLE = "The time on this entry cannot be read. Enter it again."
_NOT_OF_THE_FORM = {"csrfmiddlewaretoken"}


class SlipForm(forms.Form):
    """The times that come with an entry, in the tablet's own numbers."""

    slip_device_ms = forms.IntegerField(min_value=0, max_value=10**14)
    slip_ahead_ms = forms.IntegerField(min_value=-(10**14), max_value=10**14)
    slip_ahead_now_ms = forms.IntegerField(min_value=-(10**14), max_value=10**14)
    slip_age_ms = forms.IntegerField(min_value=-(10**14), max_value=10**14)
    slip_contact_ms = forms.IntegerField(min_value=0, max_value=10**14, required=False)

    @property
    def slip(self) -> Slip | None:
        """The slip, None where no calendar holds such a time."""
        given = self.cleaned_data
        contact = given["slip_contact_ms"]
        try:
            return Slip(
                device_at=_instant(given["slip_device_ms"]),
                ahead=timedelta(milliseconds=given["slip_ahead_ms"]),
                ahead_now=timedelta(milliseconds=given["slip_ahead_now_ms"]),
                age=timedelta(milliseconds=given["slip_age_ms"]),
                contact_at=None if contact is None else _instant(contact),
            )
        except (OverflowError, ValueError):
            return None


def is_kept_entry(request: HttpRequest) -> bool:
    """Whether this form comes out of a tablet's journal."""
    return HEADER in request.headers


def answer_entry(request: Any, form: ActForm, do: Callable[[Slip], int | None]) -> HttpResponse:
    """Do the act of a kept entry once, and answer so that the tablet knows whether it may forget it."""
    if request.headers[HEADER] != device_mark(request.actor):
        return JsonResponse({"someone_else": True}, status=403)
    times = SlipForm(request.POST)
    known = _NOT_OF_THE_FORM | set(form.fields) | set(times.fields)
    if not form.is_valid():
        return _refused(form)
    if set(request.POST) - known:
        return _refused(form, FORM_CHANGED)
    slip = times.slip if times.is_valid() else None
    if slip is None:
        return _refused(form, TIME_UNREADABLE)
    if do(slip) is None:
        return _refused(form)
    return JsonResponse({"saved": form.cleaned_data["key"], "now": request.now.isoformat()})


def _refused(form: ActForm, sentence: str = "") -> HttpResponse:
    if sentence:
        form.add_error(None, sentence)
    reasons = []
    for name, errors in form.errors.items():
        label = str(form.fields[name].label or "") if name in form.fields else ""
        reasons += [{"field": name if label else "", "label": label, "sentence": str(error)} for error in errors]
    return JsonResponse({"refused": reasons, "key": form.data.get("key", "")}, status=422)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
