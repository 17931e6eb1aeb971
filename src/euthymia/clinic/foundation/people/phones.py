"""Reads a phone number as people write it."""

import phonenumbers

from euthymia.clinic.foundation.audit.refusals import Refusal


def parse_phone(text: str, region: str = "US") -> str | Refusal:
    """The number in E.164, or a sentence that says how to write it."""
    wrong = Refusal("not_a_phone", "Enter a phone number with its area code, such as 202-555-0117.")
    if not text.isascii() or len(text) > 40:
        return wrong
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return wrong
    if not phonenumbers.is_possible_number(number):
        return wrong
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spoken_phone(e164: str) -> str:
    """A number as it is read out: (202) 555-0117."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    if number.country_code == 1:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
