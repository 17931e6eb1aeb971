"""Prints one sign-in for each role of the demo practice."""

from typing import Any

from django.core.management.base import BaseCommand

from euthymia.clinic.demo.fill import PASSWORD
from euthymia.clinic.foundation.practice.models import ROLE_NAMES, PostHeld


class Command(BaseCommand):
    help = "Print one sign-in for each role."

    def handle(self, *_: Any, **__: Any) -> None:
        self.stdout.write(f"Sign in at /desk/ with the password “{PASSWORD}”:")
        for role, name in ROLE_NAMES.items():
            post = PostHeld.objects.filter(role=role).select_related("staff").order_by("staff_id").first()
            if post is not None:
                self.stdout.write(f"  {name:18} {post.staff.email}")
