"""The style guide: every component in every state on one page."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from euthymia.clinic.look.example_charts import example_charts, example_spark


class ExampleForm(forms.Form):
    """One field of each kind, to be seen and not to be sent."""

    key = forms.CharField(widget=forms.HiddenInput, initial="example")
    name = forms.CharField(label="Full name", max_length=80)
    weight = forms.CharField(
        label="Weight",
        help_text="Measured today, without shoes.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    born_on = forms.DateField(label="Date of birth", help_text="Year-month-day, such as 1984-07-14.")
    location = forms.ChoiceField(label="Location", choices=[("", "Choose one"), ("a", "Harbor"), ("b", "Hillside")])
    nausea = forms.ChoiceField(
        label="Nausea",
        widget=forms.RadioSelect,
        choices=[("0", "None"), ("1", "Mild"), ("2", "Moderate"), ("3", "Severe")],
    )
    treatments = forms.MultipleChoiceField(
        label="Treatments now",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("drug", "An antidepressant"), ("talk", "Talk therapy"), ("other", "Something else")],
    )
    fasted = forms.BooleanField(label="Nothing to eat for 6 h, nothing but water for 2 h")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component in every state."""
    return render(request, "look/styleguide.html", guide_context(datetime.now(tz=UTC)))


def guide_context(now: datetime) -> dict[str, Any]:
    """What the style guide shows."""
    refused = ExampleForm(
        {"key": "example", "name": "Demo Patient 017", "weight": "72,5", "born_on": "14/7/84"},
        auto_id="refused_%s",
    )
    refused.add_error("weight", "Enter the weight in kg, such as 72.5.")
    return {
        "form": ExampleForm(initial={"nausea": "1", "treatments": ["talk"], "weight": "72.5"}),
        "refused": refused,
        "steps": ["Your mood", "Your health", "Your medicines", "Read and send"],
        "facts": [
            ("Born", "14 Jul 1984 (41 years)"),
            ("Weight", "72.5 kg"),
            ("Dose", "0.5 mg/kg over 40 min"),
        ],
        "items": [
            {"title": "Free call", "when": "Mon 2 Mar, 10:20 am", "state": "done"},
            {
                "title": "Screening",
                "when": "Tue 10 Mar, 2:00 pm",
                "state": "done",
                "text": "Nothing that rules ketamine out.",
            },
            {"title": "Infusion 3 of 6", "when": "today, 3:05 pm", "state": "now"},
            {"title": "PHQ-9 not answered", "when": "2 days late", "state": "late"},
            {"title": "Infusion 4 of 6", "when": "Thu 19 Mar, 3:00 pm", "state": ""},
        ],
        "swatches": [
            "paper",
            "surface",
            "sunken",
            "line",
            "line-strong",
            "ink-soft",
            "ink",
            "accent",
            "accent-soft",
            "attention",
            "attention-soft",
            "stop",
            "stop-soft",
            "settled",
            "settled-soft",
        ],
        "soon_at": now + timedelta(minutes=4),
        "late_at": now - timedelta(minutes=12),
        "began_at": now - timedelta(minutes=12, seconds=5),
        "kept": [
            {"words": "3:05 pm Vitals Systolic 131, Diastolic 80"},
            {"words": "3:07 pm Pump paused"},
            {"words": "3:09 pm Event Nausea, Mild"},
        ],
        "not_taken": [
            {"words": "Rate, 3:11 pm New rate 180", "reason": "New rate: At most the ordered 150 mL/h."},
            {"words": "3:12 pm End of the infusion"},
        ],
        "charts": example_charts(),
        "spark": example_spark(),
    }
