"""Every address x role x {own, other location, unknown} x method answers as the table says."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.people.acts import register_patient
from euthymia.clinic.foundation.people.models import Patient
from euthymia.clinic.foundation.practice.models import Staff
from euthymia.clinic.foundation.practice.people_at_work import actor_of_staff
from tests import visits
from tests.cast import NOW, Cast, make_cast
from tests.house.url_table import ELSEWHERE, LIBRARY_PREFIXES, ROWS, Row

UNKNOWN = 987_654
OF_NOTHING = {"infusions:worker", "infusions:manifest", "infusions:shell", "infusions:chairs", "infusions:look"}
BY_PATIENT = {"infusions:book", "infusions:correct"}


def named_urls() -> Iterator[str]:
    """The name of every address of the house."""

    def walk(patterns: list[Any], prefix: str) -> Iterator[str]:
        for entry in patterns:
            if isinstance(entry, URLResolver):
                inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
                yield from walk(entry.url_patterns, inner)
            elif isinstance(entry, URLPattern):
                yield f"{prefix}{entry.name}"

    yield from walk(get_resolver(settings.ROOT_URLCONF).url_patterns, "")


def test_no_address_is_missing_from_the_table():
    names = {n for n in named_urls() if not n.split(":")[-1].startswith(LIBRARY_PREFIXES)}
    assert names - ELSEWHERE - {"styleguide"} == set(ROWS)


@dataclass(frozen=True)
class Things:
    """One of each thing that an address may name, all of one location."""

    arguments: dict[str, dict[str, Any]]


def things_of(crew: visits.Crew, secret: str) -> Things:
    """A patient on his way with everything that hangs on him."""
    infusion = visits.running(crew, NOW)
    row = infusion.vitals.first()
    assert row is not None
    call_id = visits.a_call(crew.location, NOW, f"{secret}-call")
    score_id, task_id = visits.a_score(crew, NOW), visits.a_task(crew, NOW)
    links = {p: visits.a_link(crew, NOW, p, f"plan:{infusion.plan_id}") for p in ("intake", "agreement", "scores")}
    links |= {p: visits.a_link(crew, NOW, p, f"infusion:{infusion.pk}") for p in ("help", "before", "after")}
    paper = infusion.plan.agreements.first()
    assert paper is not None
    log = visits.drug_things_of(crew, NOW)
    ref, chair = {"ref": crew.patient.ref}, {"ref": infusion.ref}
    return Things(
        {
            "website:call": {"secret": f"{secret}-call"},
            "website:move": {"secret": f"{secret}-call"},
            "website:cancel": {"secret": f"{secret}-call"},
            "website:calendar": {"secret": f"{secret}-call"},
            "portal:intake": {"secret": links["intake"]},
            "portal:intake_check": {"secret": links["intake"]},
            "portal:intake_step": {"secret": links["intake"], "step": "about"},
            "portal:intake_save": {"secret": links["intake"], "step": "about"},
            "portal:agreement": {"secret": links["agreement"]},
            "portal:paper": {"secret": links["agreement"], "agreement_id": paper.pk},
            "portal:scores": {"secret": links["scores"]},
            **{f"portal:{p}": {"secret": links[p]} for p in ("help", "before", "after")},
            **{f"consults:{n}": {"call_id": call_id} for n in ("call", "save", "cancel")},
            **dict.fromkeys(("outcomes:scores", "outcomes:ask", "screening:screening", "screening:run"), ref),
            **dict.fromkeys(("screening:decide", "boosters:booster", "infusions:book", "desk:chart"), ref),
            **dict.fromkeys(("desk:note", "desk:payment", "desk:plan", "exchange:chart", "desk:lookers"), ref),
            "outcomes:enter": {**ref, "code": "phq9"},
            "outcomes:mark_read": {**ref, "score_id": score_id},
            "boosters:sign": {**ref, "booster_id": UNKNOWN},
            "boosters:decline": {**ref, "booster_id": UNKNOWN},
            "desk:sign_plan": {**ref, "plan_id": infusion.plan_id},
            "desk:task": {"task_id": task_id},
            **{n: chair for n in ROWS if n.startswith("infusions:") and n not in BY_PATIENT | OF_NOTHING},
            "infusions:correct": {**chair, "vitals_id": row.pk},
            **{f"stock:{n}": {"vial_id": log.vial_id} for n in ("vial", "open", "dispose", "lose", "send")},
            # A transfer is of both locations: only the own one is asked for.
            **({"stock:transfer": {"transfer_id": log.transfer_id}} if secret == "own" else {}),
            **{f"stock:{n}": {"location_id": crew.location.pk} for n in ("count", "log_csv", "log_pdf")},
            **{f"stock:{n}": {"count_id": log.count_id} for n in ("counted", "count_pdf", "count_csv")},
            **{f"stock:{n}": {"case_id": log.case_id} for n in ("case", "notice", "form", "close")},
        }
    )


def unknown_of(things: Things) -> Things:
    """The same addresses with names of things that are not there."""

    def other(value: Any) -> Any:
        if isinstance(value, uuid.UUID):
            return uuid.uuid4()
        return UNKNOWN if isinstance(value, int) else "no-such-thing"

    return Things({name: {k: other(v) for k, v in given.items()} for name, given in things.arguments.items()})


def test_every_address_answers_as_the_table_says(db):
    cast = make_cast()
    own = things_of(visits.crew_of(cast), "own")
    far = things_of(_far_crew(cast), "far")
    nowhere = unknown_of(own)
    clients = {role: cast.client(who) for role, who in _people(cast).items()} | {"anonymous": Client()}
    wrong = []
    for name, row in ROWS.items():
        for whose, things in (("own", own), ("far", far), ("unknown", nowhere)):
            if name not in things.arguments and whose != "own":
                continue
            url = reverse(name, kwargs=things.arguments.get(name))
            for method in ("get", "post", "delete") if whose == "own" else ("get", "post"):
                for role, client in clients.items():
                    # An empty form is told what is missing; its answer still says that the page is there.
                    status = client.generic(method.upper(), url).status_code
                    if status not in _expected(row, role, method, whose):
                        wrong.append((name, role, method, whose, status))
    assert not wrong


EVERYWHERE = {"biller", "medical_director", "owner"}
ANSWERED = {200, 204, 302, 409, 422}


def _expected(row: Row, role: str, method: str, whose: str) -> set[int]:
    """The statuses that the table allows."""
    may = getattr(row, method, "no")
    if role == "anonymous" and (row.get if row.get != "no" else row.post) is not None:
        # Staff pages: a form is refused, a page leads to the sign-in.
        return {302} if method == "get" else {401}
    if may == "no":
        return {405}
    if may is None:
        return {404} if whose == "unknown" else ANSWERED
    if role not in may or whose == "unknown" or (whose == "far" and role not in EVERYWHERE):
        return {404}
    # What is addressed may be past what is asked for (a plan signed, a booster that is not there).
    return ANSWERED


def _people(cast: Cast) -> dict[str, Actor]:
    return {
        "front_desk": cast.desk,
        "nurse": cast.nurse,
        "physician": cast.physician,
        "biller": cast.biller,
        "medical_director": cast.director,
        "owner": cast.owner,
    }


def _far_crew(cast: Cast) -> visits.Crew:
    def who(slug: str) -> Actor:
        return actor_of_staff(Staff.objects.get(slug=slug).pk, NOW)

    patient_id = register_patient(
        by=cast.stranger,
        now=NOW,
        key=None,
        location_id=cast.elsewhere.pk,
        given_name="Far",
        family_name="Patient",
        email="far.patient@example.org",
    )
    patient = Patient.objects.get(pk=patient_id)
    return visits.Crew(cast.elsewhere, patient, cast.stranger, who("far-nurse"), who("far-second-nurse"))
