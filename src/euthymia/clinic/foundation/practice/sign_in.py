"""Sign-in is for staff whom the practice file names: nobody signs himself up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is published without types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
