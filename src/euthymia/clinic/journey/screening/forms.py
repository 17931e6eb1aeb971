"""What the clinician measures, and what the physician decides."""

from typing import Any

from django import forms

from euthymia.clinic.foundation.audit.forms import ActForm, LineField, NumberField, TextField
from euthymia.clinic.journey.screening.models import EligibilityOutcome, Screening


class MeasuredForm(ActForm):
    systolic_mmhg = NumberField(label="Systolic pressure", unit="mmHg", least=50, most=260, whole=True, required=False)
    diastolic_mmhg = NumberField(
        label="Diastolic pressure", unit="mmHg", least=25, most=160, whole=True, required=False
    )
    weight_kg = NumberField(label="Weight", unit="kg", least=25, most=350, required=False)
    height_cm = NumberField(label="Height", unit="cm", least=100, most=250, required=False)

    @property
    def measured(self) -> dict[str, float]:
        """What was measured; nothing for what was left open."""
        names = ("systolic_mmhg", "diastolic_mmhg", "weight_kg", "height_cm")
        return {n: float(self.cleaned_data[n]) for n in names if self.cleaned_data.get(n) is not None}


class DecisionForm(ActForm):
    """The decision, with a reason beside each rule that spoke."""

    def __init__(self, *args: Any, screening: Screening, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for finding in screening.findings:
            if finding["severity"] == "absolute" and finding["known"]:
                continue
            label = (
                f"Why go on: {finding['sentence']}" if finding["known"] else f"What you found: {finding['sentence']}"
            )
            self.fields[f"override_{finding['rule']}"] = LineField(label=label, max_length=300, required=False)
        self.fields["outcome"] = forms.ChoiceField(
            label="Decision",
            choices=EligibilityOutcome.choices,
            widget=forms.RadioSelect,
            error_messages={"required": "Choose a decision."},
        )
        self.fields["reason"] = TextField(
            label="Reason", max_length=3000, rows=3, error_messages={"required": "Write the reason for your decision."}
        )

    @property
    def overrides(self) -> dict[str, str]:
        """Rule -> the reason given for going on."""
        return {
            name.removeprefix("override_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("override_")
        }
