"""The call sheet as a form, made from the script."""

from typing import Any

from django import forms

from euthymia.clinic.foundation.audit.forms import ActForm, LineField, TextField
from euthymia.clinic.journey.consults.rules import DISPOSITION_WORDS, SCRIPT, AnswerKind, Disposition

YES_NO = [("yes", "Yes"), ("no", "No")]


class SheetForm(ActForm):
    """Every question of the script, none of them required until the call ends."""

    def __init__(self, *args: Any, sheet: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in SCRIPT:
            self.fields[item.id] = _field(item.kind, item.ask, item.hint)
            self.initial.setdefault(item.id, (sheet or {}).get(item.id, ""))
        self.order_fields(["key", *(item.id for item in SCRIPT)])

    @property
    def sheet(self) -> dict[str, str]:
        """What was answered."""
        return {item.id: self.cleaned_data.get(item.id) or "" for item in SCRIPT}


class FinishForm(SheetForm):
    """The sheet with the call's end."""

    disposition = forms.ChoiceField(
        label="How the call ended",
        choices=[(d, words) for d, words in DISPOSITION_WORDS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how the call ended."},
    )
    given_name = LineField(label="Given name", max_length=100, required=False, help_text="Needed to proceed.")
    family_name = LineField(label="Family name", max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["key", *(i.id for i in SCRIPT), "disposition", "given_name", "family_name"])

    def clean_disposition(self) -> Disposition:
        return Disposition(self.cleaned_data["disposition"])


def _field(kind: AnswerKind, ask: str, hint: str) -> forms.Field:
    if kind == AnswerKind.YES_NO:
        return forms.ChoiceField(label=ask, help_text=hint, choices=YES_NO, required=False, widget=forms.RadioSelect)
    if kind == AnswerKind.LONG_TEXT:
        return TextField(label=ask, help_text=hint, required=False, rows=2, max_length=3000)
    return LineField(label=ask, help_text=hint, required=False, max_length=300)
