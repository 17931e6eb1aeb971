"""Sign-in is for staff whom the practice file names: nobody signs himself up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet
from django.http import HttpRequest

from euthymia.clinic.foundation.practice.models import Account, PostHeld
from euthymia.postgres.prepared import prepared


@prepared
def _posts_of(account_id: Any) -> QuerySet[PostHeld]:
    return PostHeld.objects.filter(staff__account=account_id).select_related("staff__account")


class StaffOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is published without types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class StaffBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is published without types
    """Signs in by email as the library does; reads the account together with its posts, in one query a page."""

    def get_user(self, user_id: Any) -> Account | None:
        held = _posts_of(user_id)
        account = held[0].staff.account if held else Account.objects.filter(pk=user_id).first()
        if account is None or not account.is_active:
            return None
        account.held = held
        return account
