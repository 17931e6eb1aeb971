"""Turns a signed-in account into the Actor that the acts know."""

from datetime import datetime
from typing import Any

from euthymia.clinic.foundation.audit.actors import NOBODY, Actor, Post, Role
from euthymia.clinic.foundation.practice.models import Account, PostHeld, Staff


def actor_for(user: Any, now: datetime) -> Actor:
    """The staff member behind this account with the posts he holds today; nobody when not signed in."""
    return actor_of_staff(user.staff_id, now, getattr(user, "held", None)) if user.is_authenticated else NOBODY


def actor_of_staff(staff_id: int, now: datetime, held: list[PostHeld] | None = None) -> Actor:
    """A member of staff with the posts he holds at `now`."""
    today = now.date()
    if held is None:
        held = list(PostHeld.objects.filter(staff_id=staff_id).select_related("staff"))
    posts = frozenset(
        Post(p.location_id, Role(p.role))
        for p in held
        if p.held_from <= today and (p.held_to is None or today < p.held_to)
    )
    name = held[0].staff.name if held else Staff.objects.get(pk=staff_id).name
    return Actor(name=name, posts=posts, staff_id=staff_id)


WITNESS_UNKNOWN = "Email and password of the witness do not match. Try again."


def who_signs(*, email: str, password: str, location_id: int, now: datetime) -> int | None:
    """The second person behind email and password, signed in here as himself, if he works at this location."""
    account = Account.objects.filter(email__iexact=email, is_active=True).first()
    if account is None or not account.check_password(password):
        return None
    return account.staff_id if actor_of_staff(account.staff_id, now).roles_at(location_id) else None
