"""The base of every form: it carries the act's key, refuses what no text field can hold, and shows a refusal."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from euthymia.clinic.foundation.audit.numbers import parse_number
from euthymia.clinic.foundation.audit.refusals import Refusal, Refused


def new_key() -> str:
    """A key for one act, made with the page that offers it, so that sending it twice does it once."""
    return uuid.uuid4().hex


class ActForm(forms.Form):
    """A form for one act. `form.do(act, ...)` performs it, or puts the refusal beside its field."""

    key = forms.CharField(max_length=80, widget=forms.HiddenInput(attrs={"id": False}), initial=new_key)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the controls after their form: several forms stand on one page, and a label must find its own."""
        kwargs.setdefault("auto_id", f"{type(self).__name__.lower()}_%s")
        super().__init__(*args, **kwargs)

    def do(self, act: Callable[..., int], **arguments: Any) -> int | None:
        """Perform the act with this form's key. None, with the sentence in the form, when refused."""
        try:
            return act(key=self.cleaned_data["key"], **arguments)
        except Refused as refused:
            where = refused.field if refused.field in self.fields else None
            self.add_error(where, refused.refusal.sentence)
            return None


class NumberField(forms.CharField):
    """A number as people write it: digits and at most one point. The unit stands beside the field.

    Unlike Django's DecimalField it takes no sign, exponent, comma, underscore, foreign digit or NaN.
    """

    widget = forms.TextInput

    def __init__(
        self,
        *,
        unit: str = "",
        least: Decimal | int | None = None,
        most: Decimal | int | None = None,
        whole: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.unit, self.least, self.most, self.whole = unit, least, most, whole
        self.widget.attrs.setdefault("inputmode", "numeric" if whole else "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def prepare_value(self, value: Any) -> Any:
        """A kept 81.0 stands in the field as 81."""
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text in (None, ""):
            return None
        number = parse_number(text)
        if isinstance(number, Refusal):
            known = self.least is not None and self.most is not None
            raise ValidationError(self.between(" with digits,") if known else number.sentence, code=number.code)
        if self.whole and number != number.to_integral_value():
            raise ValidationError("Enter a whole number, without a point.", code="not_whole")
        low = self.least is not None and number < self.least
        high = self.most is not None and number > self.most
        if low or high:
            raise ValidationError(self.between(), code="out_of_range")
        return int(number) if self.whole else number

    def between(self, how: str = "") -> str:
        """What the field takes, in a sentence."""
        unit = f" {self.unit}" if self.unit else ""
        return f"Enter a number{how} from {self.least} to {self.most}{unit}."


class LineField(forms.CharField):
    """One line of text. Control characters are refused with a sentence; everything that people write is kept."""

    def __init__(self, *, max_length: int = 200, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.error_messages["max_length"] = "This is too long: %(limit_value)d characters at most."

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if any(ord(c) < 32 and c not in "\r\n\t" for c in text):
            raise ValidationError("This holds a character that cannot be kept. Type it again.", code="control")
        return text


class TextField(LineField):
    """Several lines of text."""

    widget = forms.Textarea

    def __init__(self, *, max_length: int = 5000, rows: int = 4, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.widget.attrs["rows"] = rows


class DayField(forms.DateField):
    """A date. Years in which nobody lived or will live are refused."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(input_formats=["%Y-%m-%d", "%m/%d/%Y"], **kwargs)
        self.error_messages["invalid"] = "Enter a date as year-month-day, such as 1984-05-27."

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and not value.isascii():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            day = super().to_python(value)
        except (ValueError, OverflowError) as wrong:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from wrong
        if day is not None and not 1900 <= day.year <= 2100:
            raise ValidationError("Enter a year from 1900 to 2100.", code="year")
        return day
