"""A questionnaire as a form: every item a row of choices, the wording verbatim."""

from typing import Any

from django import forms

from euthymia.clinic.foundation.audit.forms import ActForm, DayField
from euthymia.clinic.journey.outcomes.instruments import Instrument


class InstrumentForm(ActForm):
    """One questionnaire. Items may be left out: the patient is asked once, and may go on."""

    def __init__(self, *args: Any, instrument: Instrument, answers: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instrument = instrument
        for place, item in enumerate(instrument.items):
            name = f"{instrument.code}_{place + 1}"
            label = f"{place + 1}. {item.text}" if len(instrument.items) > 1 else item.text
            self.fields[name] = forms.TypedChoiceField(
                label=label,
                choices=instrument.choices(place),
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": "Choose one of the answers."},
            )
            if answers and place < len(answers) and answers[place] is not None:
                self.initial[name] = answers[place]

    @property
    def answers(self) -> tuple[int | None, ...]:
        """The answers in the order of the items."""
        code = self.instrument.code
        return tuple(self.cleaned_data.get(f"{code}_{n + 1}") for n in range(len(self.instrument.items)))


class PaperScoreForm(InstrumentForm):
    """A questionnaire answered on paper, entered by staff."""

    taken_on = DayField(label="Answered on")

    def clean(self) -> dict[str, Any]:
        """A sheet without a single answer is no score."""
        cleaned = super().clean() or self.cleaned_data
        first = f"{self.instrument.code}_1"
        if first not in self.errors and all(answer is None for answer in self.answers):
            self.add_error(first, "Enter at least one answer from the sheet.")
        return cleaned
