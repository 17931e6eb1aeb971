"""The forms of the drug log. The second person signs in within the form, as himself."""

from datetime import date
from typing import Any

from django import forms

from euthymia.clinic.foundation.audit.forms import ActForm, DayField, LineField, NumberField
from euthymia.clinic.foundation.practice.models import Location
from euthymia.clinic.foundation.stock.models import CountMoment, Vial


class VialForm(ActForm):
    """A vial as its label says."""

    location = forms.ChoiceField(label="Location")
    lot = LineField(label="Lot", max_length=40)
    strength_mg_per_ml = forms.TypedChoiceField(
        label="Strength", choices=[(10, "10 mg/mL"), (50, "50 mg/mL"), (100, "100 mg/mL")], coerce=int
    )
    volume_ml = NumberField(label="Volume", unit="mL", least=1, most=100)
    supplier = LineField(label="Supplier", max_length=200)
    supplier_registration = LineField(label="Supplier’s registration number", max_length=40)
    expires_on = DayField(label="Expires on")
    cabinet = LineField(label="Cabinet", max_length=40, required=False)

    def __init__(self, *args: Any, places: list[Location], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["location"]
        field.choices = [(str(p.pk), p.name) for p in places]


class BeforeWitnessForm(ActForm):
    """A form that a second person signs, here and as himself."""

    witness_email = forms.EmailField(label="Second person: email", max_length=254)
    witness_password = forms.CharField(
        label="Second person: password", widget=forms.PasswordInput(attrs={"autocomplete": "off"}), max_length=200
    )


class DisposeForm(BeforeWitnessForm):
    """Waste, or destroy, before a second person."""

    target = forms.ChoiceField(
        label="What is done",
        choices=[("wasted", "Waste what is left over"), ("destroyed", "Destroy: expired or spoilt")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is done."},
    )
    amount_ml = NumberField(label="Amount", unit="mL", least=0, most=100)
    manner = LineField(label="How it is done", max_length=200)
    field_order = ("key", "target", "amount_ml", "manner", "witness_email", "witness_password")


class LossForm(ActForm):
    amount_ml = NumberField(label="Amount lost", unit="mL", least=0, most=100)
    reason = LineField(label="What is known of it", max_length=300)


class SendForm(ActForm):
    to_location = forms.ChoiceField(label="To")
    to_cabinet = LineField(label="Cabinet there", max_length=40, required=False)
    reason = LineField(label="Why", max_length=300, required=False)

    def __init__(self, *args: Any, places: list[Location], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to_location"]
        field.choices = [(str(p.pk), p.name) for p in places]


class ReceiveForm(ActForm):
    seen_ml = NumberField(label="What you see in it", unit="mL", least=0, most=100)


class CountForm(BeforeWitnessForm):
    """A blind count: one number for every vial, and nothing of what the log says."""

    moment = forms.ChoiceField(label="When", choices=CountMoment.choices, widget=forms.RadioSelect)
    inventory = forms.BooleanField(label="This is the inventory that the law asks for", required=False)
    note = LineField(label="Note", max_length=300, required=False)

    def __init__(self, *args: Any, vials: list[Vial], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vials = vials
        for vial in vials:
            cabinet = f", cabinet {vial.cabinet}" if vial.cabinet else ""
            self.fields[f"vial_{vial.pk}"] = NumberField(
                label=f"Lot {vial.lot}, {vial.strength_mg_per_ml} mg/mL{cabinet}, vial {vial.pk}",
                unit="mL",
                least=0,
                most=100,
            )
        names = [f"vial_{v.pk}" for v in vials]
        self.order_fields(["key", "moment", *names, "inventory", "note", "witness_email", "witness_password"])

    @property
    def seen_ul(self) -> dict[int, int]:
        """What was seen, by vial."""
        return {v.pk: int(self.cleaned_data[f"vial_{v.pk}"] * 1000) for v in self.vials}


class HowForm(ActForm):
    how = LineField(label="How, to whom, under which number; or why none is owed", max_length=200)


class CloseCaseForm(ActForm):
    reason = LineField(label="How the difference was explained", max_length=300)
    write_off = forms.BooleanField(label="Take what is missing off the log, as lost", required=False)


class PeriodForm(forms.Form):
    """A location's log from one day to another, both counted in."""

    since = DayField(label="From")
    until = DayField(label="To")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if isinstance(since, date) and isinstance(until, date) and since > until:
            self.add_error("until", "The last day must not lie before the first.")
        return data
