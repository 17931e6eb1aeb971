"""`euthymia adopt practice.toml`: the practice file becomes the practice; new staff get a first password."""

import secrets
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from euthymia import clock
from euthymia.clinic.foundation.audit.actors import SYSTEM
from euthymia.clinic.foundation.practice.acts import adopt_practice, open_account
from euthymia.clinic.foundation.practice.file import load_file
from euthymia.clinic.foundation.practice.models import Staff


class Command(BaseCommand):
    help = "Take a practice file over into the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_: Any, file: Path, **__: Any) -> None:
        practice = load_file(file)
        if isinstance(practice, list):
            raise CommandError("; ".join(f"line {m.line}: {m.sentence}" for m in practice))
        now = clock.now()
        adopt_practice(by=SYSTEM, now=now, key=None, practice=practice)
        self.stdout.write(f"{practice.name}: {len(practice.locations)} locations, {len(practice.staff)} staff.")
        new = list(Staff.objects.filter(account=None))
        if new:
            self.stdout.write("First passwords, shown once. Each person changes his own at /accounts/password/change/:")
        for staff in new:
            password = secrets.token_urlsafe(12)
            open_account(by=SYSTEM, now=now, key=None, staff_id=staff.pk, password=password)
            self.stdout.write(f"  {staff.email:40} {password}")
