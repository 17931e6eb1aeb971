"""The controls of forms, written directly.

Django makes each `<input>` from three templates, which takes longer than all the rest of its field; a chair's page has
thirty-five. What is written here is the same, but for the blank lines between the options of a list. Any other widget
is left to Django.
"""

from collections.abc import Callable
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

Widget = dict[str, Any]


class Controls(DjangoTemplates):
    """Renders the usual controls without templates (`FORM_RENDERER`)."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """Return a control, or whatever else a form asks to be rendered."""
        write = _WRITTEN.get(template_name)
        if write is None or context["widget"].get("wrap_label"):
            return super().render(template_name, context, request)
        # Every value and every name in it is escaped where it is put in.
        return mark_safe(write(context["widget"]))  # noqa: S308 - as said above


def _text(value: object) -> str:
    return conditional_escape(value if isinstance(value, str) else str(value))


def _attributes(widget: Widget) -> str:
    shown = ((name, value) for name, value in widget["attrs"].items() if value is not False)
    return "".join(f" {_text(name)}" if value is True else f' {_text(name)}="{_text(value)}"' for name, value in shown)


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    return f'<input type="{_text(widget["type"])}" name="{_text(widget["name"])}"{value}{_attributes(widget)}>'


def _textarea(widget: Widget) -> str:
    value = _text(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_text(widget["name"])}"{_attributes(widget)}>\n{value}</textarea>'


def _option(widget: Widget) -> str:
    return f'<option value="{_text(widget["value"])}"{_attributes(widget)}>{_text(widget["label"])}</option>'


def _select(widget: Widget) -> str:
    parts = [f'<select name="{_text(widget["name"])}"{_attributes(widget)}>']
    for group, options, _ in widget["optgroups"]:
        parts += [f'  <optgroup label="{_text(group)}">'] if group else []
        parts += [f"  {_option(option)}" for option in options]
        parts += ["  </optgroup>"] if group else []
    return "\n".join([*parts, "</select>"])


_INPUTS = "checkbox checkbox_option color date email hidden input number password radio_option search tel text time url"
_WRITTEN: dict[str, Callable[[Widget], str]] = {f"django/forms/widgets/{name}.html": _input for name in _INPUTS.split()}
_WRITTEN |= {"django/forms/widgets/textarea.html": _textarea, "django/forms/widgets/select.html": _select}
