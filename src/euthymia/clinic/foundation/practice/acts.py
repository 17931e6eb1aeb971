"""The practice file taken over into the database, and sign-ins opened for its staff."""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime

from euthymia.clinic.foundation.audit.actors import Actor
from euthymia.clinic.foundation.audit.acts import act, permit
from euthymia.clinic.foundation.practice import file_values as values
from euthymia.clinic.foundation.practice.models import (
    Account,
    Chair,
    CourseTemplate,
    Location,
    Package,
    PostHeld,
    Practice,
    Price,
    Staff,
    Threshold,
    Wording,
)


@act
def adopt_practice(*, by: Actor, now: datetime, key: str | None, practice: values.Practice) -> int:
    """Make the database say what the practice file says. What the file no longer names stays, but is not offered."""
    permit(location_id=None)
    text = json.dumps(asdict(practice), sort_keys=True, default=str)
    Practice.objects.update_or_create(
        pk=1,
        defaults={
            "name": practice.name,
            "phone": practice.phone,
            "email": practice.email,
            "call_settings": asdict(practice.call),
            "file_sha256": hashlib.sha256(text.encode()).hexdigest(),
        },
    )
    for location in practice.locations:
        _adopt_location(location)
    for staff in practice.staff:
        _adopt_staff(staff, now)
    _adopt_offers(practice)
    for wording in practice.wordings:
        _adopt_wording(wording)
    return 1


def _adopt_location(entry: values.LocationEntry) -> None:
    location, _ = Location.objects.update_or_create(
        slug=entry.slug,
        defaults={
            "name": entry.name,
            "address": entry.address,
            "zone": entry.zone,
            "phone": entry.phone,
            "registration_number": entry.registration_number,
            "hours": entry.hours,
            "holidays": list(entry.holidays),
        },
    )
    for chair in entry.chairs:
        Chair.objects.get_or_create(location=location, name=chair)


def _adopt_staff(entry: values.StaffEntry, now: datetime) -> None:
    staff, _ = Staff.objects.update_or_create(
        slug=entry.slug,
        defaults={
            "name": entry.name,
            "email": entry.email.lower(),
            "credential": entry.credential,
            "npi": entry.npi,
            "call_hours": entry.call_hours,
        },
    )
    wanted = {
        (location, post.role)
        for post in entry.posts
        for location in Location.objects.all()
        if "all" in post.locations or location.slug in post.locations
    }
    for location, role in sorted(wanted, key=lambda w: (w[0].pk, w[1])):
        held, _ = PostHeld.objects.get_or_create(
            staff=staff, location=location, role=role, defaults={"held_from": now.date()}
        )
        if held.held_to is not None:  # a post taken up again
            held.held_to = None
            held.save(update_fields=["held_to"])
    for held in PostHeld.objects.filter(staff=staff, held_to=None).select_related("location"):
        if (held.location, held.role) not in wanted and held.held_from < now.date():
            held.held_to = now.date()
            held.save(update_fields=["held_to"])


def _adopt_offers(practice: values.Practice) -> None:
    for price in practice.prices:
        Price.objects.update_or_create(
            code=price.code,
            defaults={"what": price.what, "service_code": price.service_code, "amount_cents": price.amount_cents},
        )
    for package in practice.packages:
        Package.objects.update_or_create(
            code=package.code,
            defaults={"what": package.what, "sessions": package.sessions, "amount_cents": package.amount_cents},
        )
    for course in practice.courses:
        fields = asdict(course)
        code = fields.pop("code")
        lists = {name: list(value) for name, value in fields.items() if isinstance(value, tuple)}
        CourseTemplate.objects.update_or_create(code=code, defaults={**fields, **lists})
    for threshold in practice.thresholds:
        fields = asdict(threshold)
        Threshold.objects.update_or_create(code=fields.pop("code"), defaults=fields)


def _adopt_wording(entry: values.WordingEntry) -> None:
    digest = hashlib.sha256(entry.text.encode()).hexdigest()
    if Wording.objects.filter(kind=entry.kind, version=entry.version, sha256=digest, in_force=True).exists():
        return
    for old in Wording.objects.filter(kind=entry.kind, in_force=True):
        old.in_force = False
        old.save(update_fields=["in_force"])
    Wording.objects.create(
        kind=entry.kind,
        version=entry.version,
        title=entry.title,
        text=entry.text,
        sha256=digest,
        data=entry.data,
    )


@act
def open_account(*, by: Actor, now: datetime, key: str | None, staff_id: int, password: str) -> int:
    """Give a member of staff a sign-in with this password."""
    staff = Staff.objects.get(pk=staff_id)
    permit(location_id=None, subject=staff)
    account = Account.objects.filter(staff=staff).first() or Account(staff=staff)
    account.email = staff.email
    account.set_password(password)
    account.save()
    return account.pk
