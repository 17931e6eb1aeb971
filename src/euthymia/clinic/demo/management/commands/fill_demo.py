"""Fills the demo practice, with progress. Safe to run again."""

import os
import time
from typing import Any

from django.core.management.base import BaseCommand

from euthymia import clock
from euthymia.clinic.demo.fill import PATIENTS, fill


class Command(BaseCommand):
    help = "Fill the demo practice with invented patients."

    def handle(self, *_: Any, **__: Any) -> None:
        began = time.monotonic()
        count = int(os.environ.get("EUTHYMIA_DEMO_PATIENTS", PATIENTS))
        added = fill(clock.now(), count, lambda words: self.stdout.write(f"  {words}"))
        if added:
            self.stdout.write(f"  Demo practice filled: {added} patients in {time.monotonic() - began:.0f} s")
