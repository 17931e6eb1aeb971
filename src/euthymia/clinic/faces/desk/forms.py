"""The forms of the desk and the chart."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from euthymia.clinic.foundation.audit.forms import ActForm, DayField, LineField, NumberField, TextField
from euthymia.clinic.foundation.audit.refusals import Refusal
from euthymia.clinic.foundation.people.phones import parse_phone
from euthymia.clinic.foundation.practice.models import CourseTemplate, Location


class TaskForm(ActForm):
    outcome = TextField(label="What was done", required=False, max_length=2000, rows=3)


class NoteForm(ActForm):
    text = TextField(label="Note", max_length=20_000, rows=4, error_messages={"required": "Write the note first."})


class PaymentForm(ActForm):
    amount = NumberField(label="Amount received", unit="USD", least=Decimal("0.01"), most=9999)
    how = forms.ChoiceField(
        label="How", choices=[("card", "Card"), ("cash", "Cash"), ("cheque", "Cheque"), ("transfer", "Transfer")]
    )

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount != amount.quantize(Decimal("0.01")):
            raise ValidationError("Enter dollars and cents, such as 475.00.", code="cents")
        return amount


class NewPatientForm(ActForm):
    given_name = LineField(label="Given name", max_length=100)
    family_name = LineField(label="Family name", max_length=100)
    birth_on = DayField(label="Date of birth", required=False)
    phone = LineField(label="Phone number", max_length=40)
    email = forms.EmailField(
        label="Email address",
        max_length=254,
        required=False,
        error_messages={"invalid": "Enter an email address such as name@example.org."},
    )
    location = forms.ChoiceField(label="Location")

    def __init__(self, *args: Any, places: Iterable[Location], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["location"]
        choices.choices = [(str(p.pk), p.name) for p in places]

    def clean_phone(self) -> str:
        number = parse_phone(self.cleaned_data["phone"])
        if isinstance(number, Refusal):
            raise ValidationError(number.sentence, code=number.code)
        return number

    def arguments(self) -> dict[str, Any]:
        """What the act wants."""
        d = self.cleaned_data
        return {
            "location_id": int(d["location"]),
            "given_name": d["given_name"],
            "family_name": d["family_name"],
            "phone_e164": d["phone"],
            "email": d["email"],
            "birth_on": d["birth_on"],
        }


class PlanForm(ActForm):
    """A course: template, dose, days. Changing the template fills in its dose and days."""

    template = forms.ChoiceField(label="Course template")
    mg_per_kg = NumberField(label="Dose", unit="mg/kg", least=Decimal("0.1"), most=2)
    minutes = NumberField(label="Over", unit="min", least=10, most=600, whole=True)
    schedule_days = LineField(
        label="Days of the infusions", max_length=120, help_text="Counted from the first, such as 0, 2, 4, 7, 9, 11."
    )
    first_on = DayField(label="First infusion on")
    weight_kg = NumberField(
        label="Weight", unit="kg", least=25, most=350, help_text="For the forecast. Measured anew on each day."
    )

    def __init__(self, *args: Any, templates: Iterable[CourseTemplate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["template"]
        choices.choices = [(t.code, t.condition) for t in templates]

    def clean_schedule_days(self) -> list[int]:
        text = self.cleaned_data["schedule_days"]
        parts = [p.strip() for p in text.split(",") if p.strip()]
        if not parts or not all(p.isascii() and p.isdigit() and len(p) <= 3 for p in parts):
            raise ValidationError("Give whole days separated by commas, such as 0, 2, 4, 7, 9, 11.", code="days")
        return [int(p) for p in parts]
