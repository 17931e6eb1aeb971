"""The forms of the public site."""

import functools
import re
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError

from euthymia.clinic.foundation.audit.forms import ActForm, LineField, NumberField
from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.foundation.forecasts.explorer import Setting
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


# Asked for once: each asking walks through some six hundred files.
_every_zone = functools.cache(available_timezones)


def known_zone(name: str, otherwise: str) -> str:
    """The zone named, if there is such a zone."""
    return name if name in _every_zone() else otherwise


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


class ExploreForm(forms.Form):
    """A course as a visitor sets it. The bounds are those of what was studied, not of what is wise."""

    dose = NumberField(label="Dose", unit="mg/kg", least=Decimal("0.1"), most=1)
    minutes = NumberField(label="Given over", unit="min", least=10, most=120, whole=True)
    infusions = NumberField(label="Infusions", unit="in the course", least=1, most=12, whole=True)
    between = NumberField(label="Days from one to the next", unit="days", least=1, most=14, whole=True)
    boosters = NumberField(label="Then a booster every", unit="weeks, 0 for none", least=0, most=12, whole=True)
    weight = NumberField(label="Body weight", unit="kg", least=40, most=160, whole=True)

    STEPS = MappingProxyType({"dose": "0.05", "minutes": "5"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            assert isinstance(field, NumberField)
            field.widget.attrs |= {
                "data-slider-least": field.least,
                "data-slider-most": field.most,
                "data-slider-step": self.STEPS.get(name, "1"),
            }

    @staticmethod
    def usual() -> dict[str, str]:
        """The course that most studies of several infusions gave."""
        return {"dose": "0.5", "minutes": "40", "infusions": "6", "between": "2", "boosters": "0", "weight": "75"}

    @property
    def setting(self) -> Setting:
        """The course, rounded so that near ones share their pictures."""
        got = self.cleaned_data
        return Setting(
            dose_mg_per_kg=float(round(got["dose"], 2)),
            minutes=got["minutes"],
            infusions=got["infusions"],
            days_between=got["between"],
            booster_weeks=got["boosters"],
            weight_kg=float(got["weight"]),
        )
