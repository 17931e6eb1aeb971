"""What the chair page shows of the patient's button: who calls, the code to scan, and the log."""

from datetime import datetime
from typing import Any

import segno
from django.utils.safestring import SafeString, mark_safe

from euthymia.clinic.foundation.audit.forms import ActForm
from euthymia.clinic.foundation.practice.queries import thresholds_for_page
from euthymia.clinic.journey.infusions.button_forms import AnswerForm, SettleForm
from euthymia.clinic.journey.infusions.button_queries import button_address, calls_of, ring_of
from euthymia.clinic.journey.infusions.models import HelpCall, Infusion
from euthymia.clinic.journey.infusions.states import IN_CHAIR


def ring_part(infusion: Infusion, now: datetime, clinical: bool, **given: Any) -> dict[str, Any]:
    """Who calls from this chair, with the forms that answer him. Drawn on the page, and again when it changes."""
    calls = calls_of(infusion) if infusion.state in IN_CHAIR or clinical else []
    ring = ring_of(infusion, calls, now, thresholds_for_page()) if infusion.state in IN_CHAIR else None
    up_to = {"up_to": ring.last_id} if ring else {}
    return {
        "infusion": infusion,
        "zone": infusion.location.zone,
        "clinical": clinical,
        "now": now,
        "ring": ring,
        "help_calls": calls,
        "well": _well(calls, ring is not None),
        "answer_form": given.get("answer_form") or AnswerForm(initial=up_to),
        "settle_form": given.get("settle_form") or SettleForm(initial=up_to),
    }


def _well(calls: list[HelpCall], ringing: bool) -> HelpCall | None:
    """“I'm all right”, where it is the last thing he said."""
    return calls[-1] if calls and not calls[-1].rings and not ringing else None


def button_part(infusion: Infusion, now: datetime, clinical: bool, **given: Any) -> dict[str, Any]:
    """Everything of the button on the chair page."""
    address = button_address(infusion, now)
    return {
        **ring_part(infusion, now, clinical, **given),
        "in_chair": infusion.state in IN_CHAIR,
        "button_address": address,
        "button_code": code_of(address) if address else "",
        "give_form": given.get("give_form") or ActForm(),
    }


def code_of(address: str) -> SafeString:
    """An address as a QR code: black on white in every theme, or a phone cannot read it."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(omitsize=True, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    # The library draws paths from numbers alone; the address stands nowhere in it as text.
    return mark_safe(drawn)  # noqa: S308 - as said above
