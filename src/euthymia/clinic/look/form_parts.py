"""Prepares a Django form for the page: each field with its label, hint, unit and error wired together."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

WHEN_EMPTY = {
    "text": "Fill this in.",
    "textarea": "Write something here.",
    "select": "Choose one from the list.",
    "choices": "Choose an answer.",
    "checkbox": "Tick this to go on.",
    "hidden": "This page came back incomplete. Load it again, then send it once more.",
}

LABEL_IN_SUMMARY = 44


@dataclass(frozen=True)
class Choice:
    """One radio button or checkbox of a group."""

    id: str
    label: str
    control: SafeString


@dataclass(frozen=True)
class FieldPart:
    """What look/field.html needs to draw one field."""

    name: str
    kind: str
    id: str
    label: str
    hint: str
    unit: str
    required: bool
    errors: list[str]
    described_by: str
    control: SafeString | str
    choices: list[Choice]


def kind_of(widget: forms.Widget) -> str:
    """Which of the drawings a widget takes."""
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.Textarea):
        return "textarea"
    return "text"


def anchor(bound: BoundField) -> str:
    """The id that an error in the summary links to: for a group, its first choice."""
    grouped = kind_of(bound.field.widget) == "choices"
    return f"{bound.auto_id}_0" if grouped else str(bound.auto_id)


def field_part(bound: BoundField, *, unit: str = "", hint: str = "") -> FieldPart:
    """Gather a bound field for the page. What was typed stays in it, also when it was refused."""
    kind = kind_of(bound.field.widget)
    hint = hint or str(bound.help_text)
    unit = unit or str(getattr(bound.field, "unit", ""))
    errors = sentences(bound)
    ids = [f"{bound.auto_id}_unit"] if unit else []
    ids += [f"{bound.auto_id}_hint"] if hint else []
    ids += [f"{bound.auto_id}_error"] if errors else []
    return FieldPart(
        name=bound.html_name,
        kind=kind,
        id=str(bound.auto_id),
        label=str(bound.label or ""),
        hint=hint,
        unit=unit,
        required=bound.field.required,
        errors=errors,
        described_by=" ".join(ids),
        control="" if kind == "choices" else bound.as_widget(attrs=attributes(bound, kind, ids)),
        choices=choices_of(bound) if kind == "choices" else [],
    )


def attributes(bound: BoundField, kind: str, described_by: list[str]) -> dict[str, Any]:
    """The class and the aria attributes of one control."""
    own = bound.field.widget.attrs
    name = {"checkbox": "choice__control", "textarea": "input input--area", "select": "input input--select"}
    style = name.get(kind, "input")
    if kind == "text" and own.get("inputmode") in {"numeric", "decimal"}:
        style += " input--number"
    found: dict[str, Any] = {"class": f"{style} {own.get('class', '')}".strip()}
    if described_by:
        found["aria-describedby"] = " ".join(described_by)
    if bound.errors:
        found["aria-invalid"] = "true"
    return found


def choices_of(bound: BoundField) -> list[Choice]:
    """Radio buttons or checkboxes, each as a control with its own label."""
    made = []
    for choice in bound:
        choice.data["attrs"]["class"] = "choice__control"
        if bound.errors:
            choice.data["attrs"]["aria-invalid"] = "true"
        made.append(Choice(id=choice.id_for_label, label=choice.choice_label, control=choice.tag()))
    return made


def error_links(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Each error of a form with the id it links to; an empty id for what belongs to no one field."""
    links = [("", str(error)) for error in form.non_field_errors()]
    for bound in form.visible_fields():
        links += [(anchor(bound), named(bound, error)) for error in sentences(bound)]
    for bound in form.hidden_fields():
        links += [("", sentence) for sentence in sentences(bound)]
    return links


def named(bound: BoundField, sentence: str) -> str:
    """Away from its field a sentence needs the field's name; a long question is cut to its first words."""
    label = str(bound.label or "").rstrip("?")
    if len(label) > LABEL_IN_SUMMARY:
        label = label[:LABEL_IN_SUMMARY].rsplit(" ", 1)[0] + "…"
    return f"{label}: {sentence[:1].lower()}{sentence[1:]}" if label else sentence


def sentences(bound: BoundField) -> list[str]:
    """What is wrong with a field. Where Django only says "required", the sentence says what to do."""
    found = []
    for error in bound.errors.as_data():
        plain = error.code == "required" and error.message == forms.Field.default_error_messages["required"]
        kind = "hidden" if bound.is_hidden else kind_of(bound.field.widget)
        found += [WHEN_EMPTY[kind]] if plain else error.messages
    return found
