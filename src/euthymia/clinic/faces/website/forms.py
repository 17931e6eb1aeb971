"""The forms of the public site."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError

from euthymia.clinic.foundation.audit.forms import ActForm, LineField
from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.foundation.people.phones import parse_phone
from euthymia.clinic.journey.consults.queries import Slot

# The zones that a caller in the United States may be in, as he calls them.
ZONES: tuple[tuple[str, str], ...] = (
    ("America/New_York", "Eastern time"),
    ("America/Chicago", "Central time"),
    ("America/Denver", "Mountain time"),
    ("America/Phoenix", "Arizona time"),
    ("America/Los_Angeles", "Pacific time"),
    ("America/Anchorage", "Alaska time"),
    ("Pacific/Honolulu", "Hawaii time"),
    ("Europe/London", "London time"),
)


def known_zone(name: str, otherwise: str) -> str:
    """The zone named, if there is such a zone."""
    return name if name in available_timezones() else otherwise


def read_slot(code: str) -> Slot | None:
    """The slot that a form's code names; None when it is not one of ours."""
    parts = re.fullmatch(r"(2[01]\d{6}T\d{4}Z)-(\d{1,9})-(\d{1,9})", code, re.ASCII)
    if parts is None:
        return None
    try:
        starts_at = datetime.strptime(parts[1], "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    except ValueError:  # the 31st of June
        return None
    return Slot(starts_at, int(parts[2]), int(parts[3]))


class BookForm(ActForm):
    """Who is to be called. The time has been chosen on the page before."""

    slot = forms.CharField(widget=forms.HiddenInput, max_length=60)
    zone = forms.CharField(widget=forms.HiddenInput, max_length=60)
    name = LineField(label="Your name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = LineField(
        label="Phone number",
        max_length=40,
        help_text="We call you on this number.",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label="Email address",
        max_length=254,
        help_text="For the confirmation, and the link to move or cancel.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Enter an email address such as name@example.org."},
    )

    def clean_phone(self) -> str:
        number = parse_phone(self.cleaned_data["phone"])
        if isinstance(number, Refusal):
            raise ValidationError(number.sentence, code=number.code)
        return number

    def clean_slot(self) -> Slot:
        slot = read_slot(self.cleaned_data["slot"])
        if slot is None:
            raise ValidationError("Choose a time.", code="slot")
        return slot

    def clean_zone(self) -> str:
        return known_zone(self.cleaned_data["zone"], "America/New_York")


class TimeForm(ActForm):
    """Another time for a call."""

    slot = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def clean_slot(self) -> Any:
        slot = read_slot(self.cleaned_data["slot"])
        if slot is None:
            raise ValidationError("Choose a time.", code="slot")
        return slot
