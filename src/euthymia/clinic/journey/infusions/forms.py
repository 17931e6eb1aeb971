"""The forms at the chair: numbers by pad, choices by tap."""

from collections.abc import Mapping
from typing import Any

from django import forms

from euthymia.clinic.foundation.audit.forms import ActForm, DayField, LineField, NumberField
from euthymia.clinic.foundation.stock.models import Vial
from euthymia.clinic.journey.infusions.gate import GATE
from euthymia.clinic.journey.infusions.leaving import CHECKLIST
from euthymia.clinic.journey.infusions.models import EventKind
from euthymia.clinic.journey.infusions.slips import STRENGTHS_MG_PER_ML, Second
from euthymia.clinic.journey.infusions.values import Measured

NEARLY_EMPTY_UL = 1500
"""Vials that hold less are offered last."""
PASSED = [("yes", "Yes"), ("no", "No")]
SEVERITIES = [(1, "Mild"), (2, "Moderate"), (3, "Severe")]


USUAL = {
    "systolic_mmhg": 125,
    "diastolic_mmhg": 78,
    "heart_rate_bpm": 72,
    "spo2_pct": 98,
    "breaths_per_min": 14,
    "sedation_moaas": 5,
    "dissociation_0_10": 0,
    "nausea_0_10": 0,
    "anxiety_0_10": 0,
}
"""Where the offered values begin before anything was charted."""
QUIET = {"sedation_moaas": 5, "dissociation_0_10": 0, "nausea_0_10": 0, "anxiety_0_10": 0}
"""One tap for a patient who is fully awake and feels nothing of it."""
QUIET_WORDS = "Fully awake, no complaints"


class GateForm(ActForm):
    """Every item of the gate. A soft one that fails wants a reason."""

    escort_name = LineField(label="Escort’s name", max_length=200, required=False)
    escort_phone = LineField(label="Escort’s phone", max_length=30, required=False)
    reason = LineField(label="Why go on, if something soft is a no", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in GATE:
            self.fields[item.id] = forms.ChoiceField(
                label=item.ask, choices=PASSED, widget=forms.RadioSelect, required=False
            )
        self.order_fields(["key", *(i.id for i in GATE), "escort_name", "escort_phone", "reason"])

    @property
    def answers(self) -> dict[str, tuple[bool, str]]:
        """What was answered: passed or not, with the reason."""
        reason = self.cleaned_data.get("reason") or ""
        return {
            item.id: (self.cleaned_data[item.id] == "yes", "" if self.cleaned_data[item.id] == "yes" else reason)
            for item in GATE
            if self.cleaned_data.get(item.id)
        }


class OrderForm(ActForm):
    weight_kg = NumberField(label="Weight measured now", unit="kg", least=25, most=350)
    vial = forms.ChoiceField(label="Vial", error_messages={"required": "Choose a vial."})
    reason = LineField(label="Reason, if a question is asked", max_length=300, required=False)

    def __init__(self, *args: Any, vials: list[tuple[Vial, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["vial"]
        field.choices = [
            (str(v.pk), f"Lot {v.lot}, {v.strength_mg_per_ml} mg/mL, {held / 1000:g} mL left")
            for v, held in sorted(vials, key=lambda pair: pair[1] < NEARLY_EMPTY_UL)
        ]


class ConfirmForm(ActForm):
    """What the second person reads and computes, with nothing of the order to lean on."""

    label_mg_per_ml = forms.TypedChoiceField(
        label="Strength on the vial’s label",
        choices=[(s, f"{s} mg/mL") for s in STRENGTHS_MG_PER_ML],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Read the vial’s label and choose its strength."},
    )
    weight_kg = NumberField(label="Weight on the scale", unit="kg", least=25, most=350)
    dose_mg = NumberField(label="Dose: kg times mg/kg", unit="mg")
    volume_ml = NumberField(label="To draw: mg divided by mg/mL", unit="mL")
    rate_ml_per_h = NumberField(label="Pump rate that you computed", unit="mL/h", most=1200)

    @property
    def second(self) -> Second:
        """The numbers."""
        return Second(**{k: v for k, v in self.cleaned_data.items() if k != "key"})


class VitalsForm(ActForm):
    systolic_mmhg = NumberField(label="Systolic", unit="mmHg", least=30, most=300, whole=True, required=False)
    diastolic_mmhg = NumberField(label="Diastolic", unit="mmHg", least=15, most=200, whole=True, required=False)
    heart_rate_bpm = NumberField(label="Heart rate", unit="/min", least=10, most=300, whole=True, required=False)
    spo2_pct = NumberField(label="SpO2", unit="%", least=30, most=100, whole=True, required=False)
    breaths_per_min = NumberField(label="Breathing", unit="/min", most=80, whole=True, required=False)
    sedation_moaas = NumberField(label="Sedation, MOAA/S", unit="0-5", most=5, whole=True, required=False)
    dissociation_0_10 = NumberField(label="Dissociation", unit="0-10", most=10, whole=True, required=False)
    nausea_0_10 = NumberField(label="Nausea", unit="0-10", most=10, whole=True, required=False)
    anxiety_0_10 = NumberField(label="Anxiety", unit="0-10", most=10, whole=True, required=False)
    note = LineField(label="Note", max_length=500, required=False)

    def __init__(self, *args: Any, last: Mapping[str, int | None] | None = None, **kwargs: Any) -> None:
        """Take what was charted last: a touch screen offers the values near it. Nothing is filled in from it."""
        super().__init__(*args, **kwargs)
        for name, usual in USUAL.items():
            field: Any = self.fields[name]
            near = (last or {}).get(name)
            attrs = {"data-near": usual if near is None else near, "data-least": field.least or 0}
            field.widget.attrs |= attrs | {"data-most": field.most}
            if name in QUIET:
                field.widget.attrs["data-quiet"] = QUIET[name]

    @property
    def measured(self) -> Measured:
        """The row."""
        return Measured(**{k: v for k, v in self.cleaned_data.items() if k not in ("key", "reason") and v is not None})


class CorrectionForm(VitalsForm):
    reason = LineField(label="Why it is corrected", max_length=300)


class EventForm(ActForm):
    kind = forms.ChoiceField(
        label="What happened",
        choices=EventKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happened."},
    )
    severity = forms.TypedChoiceField(
        label="How bad", choices=SEVERITIES, coerce=int, widget=forms.RadioSelect, initial=1
    )
    text = LineField(label="More", max_length=500, required=False)


class RateForm(ActForm):
    rate_ml_per_h = NumberField(label="New rate", unit="mL/h", most=1200)
    reason = LineField(label="Why", max_length=200, required=False)


class WasteForm(ActForm):
    """The witness signs in as himself, here."""

    manner = LineField(label="How it was wasted", max_length=200, initial="Into the drug waste, together")
    witness_email = forms.EmailField(label="Witness: email", max_length=254)
    witness_password = forms.CharField(
        label="Witness: password", widget=forms.PasswordInput(attrs={"autocomplete": "off"}), max_length=200
    )


class DischargeForm(ActForm):
    aldrete = NumberField(label="Aldrete", unit="of 10", most=10, whole=True)
    mpadss = NumberField(label="MPADSS", unit="of 10", most=10, whole=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item, words in CHECKLIST:
            self.fields[item] = forms.BooleanField(label=words, required=False)

    @property
    def checked(self) -> dict[str, bool]:
        """Which of the checks were ticked."""
        return {item: bool(self.cleaned_data.get(item)) for item, _ in CHECKLIST}


class MoveDayForm(forms.Form):
    day = DayField(label="Day")


class MoveForm(ActForm):
    """One of the free times of a day. What is offered is made anew for each page."""

    offer = forms.ChoiceField(
        label="Time, chair, nurse",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose a time.",
            "invalid_choice": "That time was taken meanwhile. Choose another.",
        },
    )

    def __init__(self, *args: Any, offers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["offer"]
        field.choices = offers


class CancelForm(ActForm):
    reason = LineField(label="Why the visit is cancelled", max_length=200)
