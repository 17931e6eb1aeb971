"""Whatever is typed into whatever field: never a fault of the program, a sentence by the field, the typed text kept.

Each bad text goes into each text field of each form, the other fields filled well. A refusal leaves nothing behind.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django import forms
from django.db import transaction
from django.test import Client
from django.utils.html import escape

from euthymia.clinic.foundation.audit.models import Entry
from euthymia.clinic.foundation.people.acts import send_link
from euthymia.clinic.foundation.people.links import new_secret
from euthymia.clinic.foundation.people.models import LinkPurpose
from euthymia.clinic.foundation.people.rules import Stage
from euthymia.clinic.journey.boosters.models import Booster
from euthymia.clinic.journey.infusions.acts import arrive
from euthymia.clinic.journey.infusions.dose_acts import order_dose
from euthymia.clinic.journey.infusions.models import Infusion
from euthymia.clinic.journey.plans.acts import sign_plan
from euthymia.clinic.journey.plans.queries import wordings_to_sign
from euthymia.clinic.journey.screening.models import Screening
from tests import visits
from tests.acts.steps import ALL_NO, a_booster, a_call, a_plan, a_screening, a_slot, to_stage
from tests.cast import PASSWORD, Cast

BAD = {
    "NUL": "a\0b",
    "control": "a\x07b",
    "emoji": "🙂👩‍👩‍👧",
    "right to left": "\u202eمرحبا\u200f abc",
    "underscored number": "1_0",
    "foreign digits": "١٢٣",
    "NaN": "NaN",
    "infinity": "1e999",
    "year 0": "0000-01-01",
    "year 1": "0001-01-01",
    "no such day": "2026-02-30",
    "over-long": "x" * 20_000,
    "markup": "<script>alert(1)</script>\"'",
    "half a surrogate": "\\ud800",
}


@dataclass
class Page:
    """One form: where it is posted to, by whom, and what is typed when all is well."""

    url: str
    client: Client = field(default_factory=Client)
    good: dict[str, str] = field(default_factory=dict)


def book(cast: Cast) -> Page:
    good = {"slot": a_slot(cast).code, "zone": "America/Chicago", "name": "Demo Caller", "phone": "202-555-0123"}
    return Page("/book/details/", good=good | {"email": "caller@example.org"})


def move(cast: Cast) -> Page:
    a_call(cast)
    return Page("/book/secret0/move/", good={"slot": a_slot(cast).code})


def call_sheet(cast: Cast) -> Page:
    good = {"safe_now": "no", "disposition": "proceed", "given_name": "Demo", "family_name": "Caller"}
    return Page(f"/desk/calls/{a_call(cast)}/", cast.client(cast.desk), good)


def saved_sheet(cast: Cast) -> Page:
    return Page(f"/desk/calls/{a_call(cast)}/save/", cast.client(cast.desk), {"safe_now": "no"})


def paper_score(cast: Cast) -> Page:
    good = {"taken_on": "2026-11-20", "phq9_1": "1"}
    return Page(f"/desk/patients/{cast.patient.ref}/scores/enter/phq9/", cast.client(cast.nurse), good)


def measured(cast: Cast) -> Page:
    a_screening(cast)
    return Page(f"/desk/patients/{cast.patient.ref}/screening/run/", cast.client(cast.nurse), {"weight_kg": "70"})


def decision(cast: Cast) -> Page:
    made = a_screening(cast, substances="yes")
    good = {f"override_{f['rule']}": "seen" for f in Screening.objects.get(pk=made).findings}
    url = f"/desk/patients/{cast.patient.ref}/screening/decide/"
    return Page(url, cast.client(cast.physician), good | {"outcome": "eligible", "reason": "fits"})


def booster_signed(cast: Cast) -> Page:
    a_booster(cast)
    url = f"/desk/patients/{cast.patient.ref}/boosters/{Booster.objects.get().pk}/sign/"
    return Page(url, cast.client(cast.physician), {"mg_per_kg": "0.5", "minutes": "40", "on": "2026-12-02"})


def booster_declined(cast: Cast) -> Page:
    a_booster(cast)
    url = f"/desk/patients/{cast.patient.ref}/boosters/{Booster.objects.get().pk}/decline/"
    return Page(url, cast.client(cast.physician), {"reason": "Scores are good."})


def by_link(cast: Cast, purpose: LinkPurpose, rest: str, good: dict[str, str], about: str = "") -> Page:
    secret = new_secret(purpose, cast.now)
    send_link(
        by=cast.desk,
        now=cast.now,
        key=None,
        patient_id=cast.patient.pk,
        purpose=purpose,
        secret=secret,
        about=about,
    )
    return Page(f"/p/{purpose}/{secret}/{rest}", good=good)


def intake(step: str, **good: str) -> Callable[[Cast], Page]:
    def page(cast: Cast) -> Page:
        to_stage(cast, Stage.INTAKE_SENT)
        return by_link(cast, LinkPurpose.INTAKE, f"{step}/", good)

    return page


def agreement(cast: Cast) -> Page:
    plan_id = a_plan(cast)
    sign_plan(by=cast.physician, now=cast.now, key=None, plan_id=plan_id)
    prints = " ".join(w.sha256 for w in wordings_to_sign())
    good = {"fingerprints": prints, "read": "on", "typed_name": "Demo Patient"}
    return by_link(cast, LinkPurpose.AGREEMENT, "", good, about=f"plan:{plan_id}")


def scores(cast: Cast) -> Page:
    return by_link(cast, LinkPurpose.SCORES, "", {"mood_1": "1"})


def on_chart(what: str, **good: str) -> Callable[[Cast], Page]:
    def page(cast: Cast) -> Page:
        return Page(f"/desk/patients/{cast.patient.ref}/{what}/", cast.client(cast.physician), good)

    return page


def new_patient(cast: Cast) -> Page:
    good = {"given_name": "Demo", "family_name": "New", "phone": "202-555-0123", "location": str(cast.here.pk)}
    return Page("/desk/patients/new/", cast.client(cast.desk), good)


def task(cast: Cast) -> Page:
    made = visits.a_task(visits.crew_of(cast), cast.now)
    return Page(f"/desk/tasks/{made}/", cast.client(cast.desk), {"outcome": "called"})


def vial(cast: Cast) -> Page:
    good = {"location": str(cast.here.pk), "lot": "L1", "strength_mg_per_ml": "50", "volume_ml": "10"}
    good |= {"supplier": "S", "supplier_registration": "R", "expires_on": "2027-12-01"}
    return Page("/desk/drug-log/", cast.client(cast.nurse), good)


def at_chair(what: str, bring: Callable[..., Infusion], **good: str) -> Callable[[Cast], Page]:
    def page(cast: Cast) -> Page:
        infusion = bring(visits.crew_of(cast), cast.now)
        return Page(f"/desk/infusions/{infusion.ref}/{what}/", cast.client(cast.nurse), good)

    return page


def payment(cast: Cast) -> Page:
    url = f"/desk/patients/{cast.patient.ref}/payment/"
    return Page(url, cast.client(cast.desk), {"amount": "475", "how": "card"})


def waste(cast: Cast) -> Page:
    infusion = visits.recovering(visits.crew_of(cast), cast.now, after_min=20)
    good = {"manner": "sink", "witness_email": "second-nurse@example.org", "witness_password": PASSWORD}
    return Page(f"/desk/infusions/{infusion.ref}/waste/", cast.client(cast.nurse), good)


def ordered(cast: Cast) -> Page:
    crew = visits.crew_of(cast)
    infusion = visits.booked(crew, cast.now)
    arrive(by=crew.nurse, now=cast.now, key=None, infusion_id=infusion.pk)
    good = {"weight_kg": "80", "vial": str(visits.a_vial(crew, cast.now)), "reason": "seen"}
    return Page(f"/desk/infusions/{infusion.ref}/order/", cast.client(cast.nurse), good)


def confirmed(cast: Cast) -> Page:
    page = ordered(cast)
    infusion = Infusion.objects.get()
    crew = visits.crew_of(cast)
    vial_id = visits.a_vial(crew, cast.now)
    order_dose(by=crew.nurse, now=cast.now, key=None, infusion_id=infusion.pk, weight_kg=Decimal(80), vial_id=vial_id)
    good = {"label_mg_per_ml": "50", "weight_kg": "80", "dose_mg": "40", "volume_ml": "0.8", "rate_ml_per_h": "150"}
    return Page(page.url.replace("/order/", "/confirm/"), cast.client(cast.second_nurse), good)


PAGES: dict[str, Callable[[Cast], Page]] = {
    "a new patient": new_patient,
    "a task finished": task,
    "a note": on_chart("note", text="A note."),
    "a payment": payment,
    "the plan": on_chart(
        "plan",
        template="depression",
        mg_per_kg="0.5",
        minutes="40",
        schedule_days="0, 2",
        first_on="2026-11-30",
        weight_kg="80",
    ),
    "a vial taken in": vial,
    "the gate": at_chair("gate", visits.ready, identity="yes", escort_name="E", escort_phone="1"),
    "a dose ordered": ordered,
    "a dose confirmed": confirmed,
    "vitals": at_chair("vitals", visits.running, systolic_mmhg="120", diastolic_mmhg="80", note="fine"),
    "an event": at_chair("event", visits.running, kind="nausea", severity="1", text="a little"),
    "a rate": at_chair("rate", visits.running, rate_ml_per_h="100", reason="dizzy"),
    "a waste": waste,
    "a discharge": at_chair("discharge", visits.recovering, aldrete="10", mpadss="10"),
    "a visit cancelled": at_chair("cancel", visits.booked, reason="ill"),
    "a call booked": book,
    "a call moved": move,
    "the call sheet": call_sheet,
    "the call sheet saved": saved_sheet,
    "a score from paper": paper_score,
    "measurements": measured,
    "the decision": decision,
    "a booster signed": booster_signed,
    "a booster declined": booster_declined,
    "intake: about": intake("about", birth_on="1984-05-27", condition="depression"),
    "intake: history": intake("history", **ALL_NO),
    "intake: body": intake("body", **ALL_NO),
    "intake: trials": intake("trials", name_1="sertraline", weeks_1="8"),
    "intake: medicines": intake("medicines", medicines="none"),
    "intake: PHQ-9": intake("phq9", phq9_1="1"),
    "the agreement": agreement,
    "scores by link": scores,
}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens within is taken back, so that every try begins alike."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


@pytest.fixture
def page(request, cast) -> Page:
    made = PAGES[request.param](cast)
    made.client.raise_request_exception = False
    return made


def form_of(response, name: str | None = None) -> forms.BaseForm:
    """The bound form on the answered page, the one with this field where one is named."""
    found = [
        value
        for layer in response.context or []
        for value in (layer.flatten() if hasattr(layer, "flatten") else layer).values()
        if isinstance(value, forms.BaseForm) and value.is_bound and (name is None or name in value.fields)
    ]
    assert found, f"no form with {name} on the page"
    return found[0]


def fields_of(page: Page) -> dict[str, bool]:
    """Name -> whether it is seen, of every field of the form that takes text."""
    with undone():
        response = page.client.post(page.url, {})
    assert response.status_code == 422, response.status_code
    form = form_of(response)
    return {n: not form[n].is_hidden for n in form.fields}


def fault(page: Page, name: str, bad: str, seen: bool) -> str:
    """What is wrong with the answer to one bad text; empty when nothing is."""
    before = Entry.objects.exclude(changes=[]).count()
    with undone():
        response = page.client.post(page.url, {"key": "a key"} | page.good | {name: bad})
        left = Entry.objects.exclude(changes=[]).count() - before
    if response.status_code in (204, 302):
        return ""
    if response.status_code != 422:
        return f"answered {response.status_code}"
    if left:
        return "refused, yet something was written"
    form = form_of(response, name)
    if not form.errors:
        return "refused without a sentence"
    if name not in form.errors and seen and not form.non_field_errors():
        return f"the sentence stands by {list(form.errors)}"
    is_choice = isinstance(form.fields[name], forms.ChoiceField | forms.BooleanField)
    # A password is never sent back.
    is_secret = isinstance(form.fields[name].widget, forms.PasswordInput)
    if seen and not is_choice and not is_secret and escape(bad) not in response.content.decode():
        return "the typed text is gone"
    return ""


@pytest.mark.parametrize("page", PAGES, indirect=True)
def test_bad_text_is_answered_with_a_sentence_and_kept(page):
    faults = [
        f"{name} <- {words}: {wrong}"
        for name, seen in fields_of(page).items()
        for words, bad in BAD.items()
        if (wrong := fault(page, name, bad, seen))
    ]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("page", PAGES, indirect=True)
def test_ten_megabytes_are_refused(page):
    with undone():
        response = page.client.post(page.url, page.good | {"key": "a key", "anything": "x" * 10_000_000})
    assert response.status_code == 400
