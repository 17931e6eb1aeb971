"""The tags of the look: fields, form_errors, icon, status, and the words of money and time."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from django import forms, template
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from euthymia.clinic.look import words
from euthymia.clinic.look.form_parts import error_links, field_part

register = template.Library()

SPRITE = Path(__file__).resolve().parents[1] / "static" / "look" / "icons.svg"

# The state of a thing in a word and a shape: the colour only repeats what the shape says.
STATUS_SHAPES = {
    "settled": "circle-check",
    "attention": "triangle-alert",
    "stop": "octagon-x",
    "moving": "circle-dot",
    "waiting": "circle",
    "closed": "minus",
}


@lru_cache(maxsize=1)
def icon_names() -> frozenset[str]:
    """The icons that the sprite holds."""
    root = ElementTree.parse(SPRITE).getroot()  # noqa: S314 - our own file
    return frozenset(symbol.attrib["id"] for symbol in root)


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, label: str = "") -> SafeString:
    """An icon from the sprite. Without a label it is decoration, and screen readers skip it."""
    if name not in icon_names():
        raise ValueError(f"There is no icon named {name!r} in look/icons.svg.")
    link = f"{static('look/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, link)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', link)


@register.simple_tag
@lru_cache(maxsize=512)
def status(kind: str, word: str) -> SafeString:
    """The state of a thing: a shape and a word."""
    if kind not in STATUS_SHAPES:
        raise ValueError(f"A status is one of {', '.join(STATUS_SHAPES)}, not {kind!r}.")
    return format_html(
        '<span class="status status--{}">{}<span>{}</span></span>', kind, icon(STATUS_SHAPES[kind]), word
    )


@register.simple_tag
def options(choices: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """The options of a select, each a value and its words; the chosen one is marked."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, mark_safe(" selected") if value == chosen else "", word) for value, word in choices),
    )


@register.simple_tag
def two_clocks(device_at: datetime, received_at: datetime, zone: str) -> str:
    """The tablet's time of a row, and the server's."""
    return words.two_clocks(device_at, received_at, zone)


@register.inclusion_tag("look/field.html")
def field(
    bound: BoundField,
    unit: str = "",
    hint: str = "",
    pad: bool = False,
    chips: bool = False,
    heading: bool = False,
    optional_word: str = "optional",
) -> dict[str, Any]:
    """One field of a form. `pad` offers a number pad, `chips` lays choices side by side.

    `heading` makes the label the heading of a page that asks one question.
    """
    return {
        "part": field_part(bound, unit=unit, hint=hint),
        "pad": pad,
        "chips": chips,
        "heading": heading,
        "optional_word": optional_word,
    }


@register.inclusion_tag("look/fields.html")
def fields(form: forms.BaseForm, summary: bool = True, pad: bool = False, chips: bool = False) -> dict[str, Any]:
    """Every field of a form: errors first, then the hidden ones (the key among them), then the others."""
    return {"form": form, "summary": summary, "pad": pad, "chips": chips}


@register.inclusion_tag("look/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """What has to be put right, on top of the form, each sentence a link to its field."""
    return {"links": error_links(form)}


@register.filter
def act_words(act: str) -> str:
    """An entry of the audit in plain words."""
    return words.act_words(act)


@register.filter
def trial_name(short: str) -> str:
    """A trial's short name as people write it."""
    return words.trial_name(short)


@register.filter
def dollars(cents: int | None) -> str:
    """Cents as $1,234.00; nothing for None."""
    return "" if cents is None else words.dollars(cents)


@register.filter
def local(instant: datetime | None, zone: str) -> str:
    """An instant as people of that zone say it; nothing for None."""
    return "" if instant is None else words.wall_time(instant, zone)


@register.filter
def local_clock(instant: datetime | None, zone: str) -> str:
    """Only the hour and minute of an instant in that zone; nothing for None."""
    if instant is None:
        return ""
    return words.clock(instant.astimezone(ZoneInfo(zone)))


@register.filter
def iso(instant: datetime | None) -> str:
    """An instant as machines read it; nothing for None."""
    return "" if instant is None else instant.isoformat()


@register.filter
def ago(instant: datetime | None, now: datetime | None = None) -> str:
    """How far an instant is from now, in words; nothing for None."""
    return "" if instant is None else words.from_now(instant, now or timezone.now())


@register.filter
def milli(amount: int | None) -> str:
    """A thousandth of a whole number, exactly: 800 microlitres as 0.8, 40000 micrograms as 40."""
    if amount is None:
        return ""
    whole, part = divmod(abs(amount), 1000)
    digits = f"{whole}.{part:03d}".rstrip("0").rstrip(".")
    return f"\u2212{digits}" if amount < 0 else digits


@register.filter
def plain(number: Decimal | None) -> str:
    """A number as people write it: 0.5 for 0.500, 150 for 150.00; nothing for None."""
    return "" if number is None else f"{number.normalize():f}"
