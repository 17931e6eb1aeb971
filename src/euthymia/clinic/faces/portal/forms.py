"""The patient's forms: one group of questions a page, plain words, nothing lost."""

from collections.abc import Mapping
from typing import Any

from django import forms

from euthymia.clinic.foundation.audit.forms import ActForm, DayField, LineField, NumberField, TextField
from euthymia.clinic.journey.infusions.beforehand import Question
from euthymia.clinic.journey.infusions.button import SAID_WORDS, Said
from euthymia.clinic.journey.infusions.models import GateClaim
from euthymia.clinic.journey.outcomes.forms import InstrumentForm
from euthymia.clinic.journey.outcomes.instruments import instrument
from euthymia.clinic.journey.screening.rules import questions

YES_NO = [("yes", "Yes"), ("no", "No"), ("not_sure", "Not sure")]
TRIALS = 4
"""How many antidepressants a page offers room for."""


class StepForm(ActForm):
    """One page of the intake. `typed()` is what is kept, whether or not all of it can be used yet."""

    def answers(self) -> dict[str, Any]:
        """What this page answered, as it is kept."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class AboutForm(StepForm):
    birth_on = DayField(label="Your date of birth", help_text="Year-month-day, such as 1984-05-27.")
    condition = forms.ChoiceField(
        label="What would you like help with most?",
        choices=[
            ("depression", "Depression"),
            ("anxiety", "Anxiety"),
            ("ptsd", "PTSD"),
            ("pain", "Pain"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )

    def answers(self) -> dict[str, Any]:
        return {"birth_on": self.cleaned_data["birth_on"].isoformat(), "condition": self.cleaned_data["condition"]}


class QuestionsForm(StepForm):
    """Yes, no, or not sure."""

    page = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions():
            if question.page == self.page:
                self.fields[question.id] = forms.ChoiceField(
                    label=question.text,
                    help_text=question.hint,
                    choices=YES_NO,
                    widget=forms.RadioSelect,
                    error_messages={"required": "Choose an answer. “Not sure” is fine."},
                )


class HistoryForm(QuestionsForm):
    page = "history"


class BodyForm(QuestionsForm):
    page = "body"


class TrialsForm(StepForm):
    """Antidepressants tried before. Rows left empty are left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        trials = kwargs.pop("trials", [])
        super().__init__(*args, **kwargs)
        for n in range(1, TRIALS + 1):
            known = trials[n - 1] if len(trials) >= n else {}
            self.fields[f"name_{n}"] = LineField(
                label=f"Antidepressant {n}", max_length=100, required=False, initial=known.get("name")
            )
            self.fields[f"dose_{n}"] = LineField(
                label="Highest dose a day", max_length=60, required=False, initial=known.get("dose")
            )
            self.fields[f"weeks_{n}"] = NumberField(
                label="For how many weeks",
                unit="weeks",
                most=2000,
                whole=True,
                required=False,
                initial=known.get("weeks"),
            )
            self.fields[f"helped_{n}"] = forms.ChoiceField(
                label="Did it help?",
                choices=[("", "Choose"), ("no", "No"), ("a little", "A little"), ("for a while", "For a while")],
                required=False,
                initial=known.get("helped"),
            )

    def clean(self) -> dict[str, Any]:
        """A row without a name would be left out: better said than lost."""
        cleaned = super().clean() or self.cleaned_data
        for n in range(1, TRIALS + 1):
            filled = [f"{part}_{n}" for part in ("dose", "weeks", "helped") if cleaned.get(f"{part}_{n}")]
            if filled and not cleaned.get(f"name_{n}") and f"name_{n}" not in self.errors:
                self.add_error(filled[0], f"Write the name of antidepressant {n} above, or leave its row empty.")
        return cleaned

    def answers(self) -> dict[str, Any]:
        rows = []
        for n in range(1, TRIALS + 1):
            row = {part: self.cleaned_data.get(f"{part}_{n}") or "" for part in ("name", "dose", "weeks", "helped")}
            if row["name"]:
                rows.append(row)
        return {"trials": rows, "trials_seen": True}


class MedicinesForm(StepForm):
    medicines = TextField(
        label="Which medicines do you take now?",
        help_text="One on each line, with the dose if you know it. Write “none” if you take none.",
        max_length=3000,
        rows=5,
        error_messages={"required": "Write your medicines, or “none”."},
    )
    psychiatrist_name = LineField(label="Who treats you for this now?", max_length=200, required=False)
    psychiatrist_contact = LineField(
        label="How can we reach them?", help_text="Phone, email or address.", max_length=300, required=False
    )


class Phq9Form(InstrumentForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, instrument=instrument("phq9"), **kwargs)


class Gad7Form(InstrumentForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, instrument=instrument("gad7"), **kwargs)


class SignForm(ActForm):
    """The patient's signature."""

    fingerprints = forms.CharField(widget=forms.HiddenInput, max_length=400)
    read = forms.BooleanField(
        label="I have read both texts, and my questions were answered.",
        error_messages={"required": "Tick this when you have read both texts. Call us with any question."},
    )
    typed_name = LineField(
        label="Your full name",
        help_text="Typing your name here signs both texts.",
        max_length=200,
        error_messages={"required": "Type your full name to sign."},
    )


class HelpForm(ActForm):
    """One press of the patient's button."""

    said = forms.TypedChoiceField(choices=list(SAID_WORDS.items()), coerce=Said)


class BeforehandForm(ActForm):
    """The questions before a visit. A yes to the escort wants his name and phone, a new medicine its name."""

    escort_name = LineField(label="Who takes you home?", max_length=200, required=False)
    escort_phone = LineField(label="Phone number of that person", max_length=30, required=False)
    which = LineField(label="What was it, and when?", max_length=300, required=False)

    def __init__(self, *args: Any, asked: tuple[Question, ...], said: Mapping[str, GateClaim], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for question in asked:
            self.fields[question.item] = forms.ChoiceField(
                label=question.ask,
                choices=list(question.answers),
                widget=forms.RadioSelect,
                initial=said[question.item].answer if question.item in said else None,
                error_messages={"required": "Choose an answer."},
            )
        escort, substances = said.get("escort"), said.get("substances")
        if escort is not None:
            self.initial["escort_name"], self.initial["escort_phone"] = escort.escort_name, escort.escort_phone
        if substances is not None:
            self.initial["which"] = substances.words
        order = ["key", "fasting", "escort", "escort_name", "escort_phone", "substances", "which", "pregnancy"]
        self.order_fields(order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("escort") == "yes":
            for name in ("escort_name", "escort_phone"):
                if not cleaned.get(name):
                    self.add_error(name, "Tell us, so that we can reach that person.")
        if cleaned.get("substances") == "yes" and not cleaned.get("which"):
            self.add_error("which", "Tell us what it was.")
        return cleaned

    @property
    def answers(self) -> dict[str, dict[str, Any]]:
        """What was answered, by item."""
        typed = self.cleaned_data
        said: dict[str, dict[str, Any]] = {q.item: {"answer": typed[q.item]} for q in self.asked if typed.get(q.item)}
        if typed.get("escort") == "yes":
            said["escort"] |= {"escort_name": typed["escort_name"], "escort_phone": typed["escort_phone"]}
        if typed.get("substances") == "yes":
            said["substances"]["words"] = typed["which"]
        return said
