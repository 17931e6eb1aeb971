"""`euthymia check`: looks over durability, laws, chain, rows, ledger and drug log; a line each with its count."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from euthymia.clinic.foundation.audit import checks
from euthymia.clinic.foundation.billing.checks import check_ledger
from euthymia.clinic.foundation.stock.checks import check_closed_infusions, check_drug_balance


class Command(BaseCommand):
    help = "Look for faults: settings, laws, audit chain, every watched row, ledger and drug log."

    def handle(self, *_: Any, **__: Any) -> None:
        faults = 0
        # One snapshot for everything: what is written meanwhile is not taken for a fault.
        with transaction.atomic():
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            for line in _lines():
                mark = "ok" if not line.faults else f"{len(line.faults)} at fault"
                self.stdout.write(f"{line.what:44} {line.count:>9,}  {mark}")
                for fault in line.faults:
                    self.stdout.write(f"    {fault}")
                faults += len(line.faults)
        if faults:
            self.stdout.write(f"{faults} faults found.")
            raise SystemExit(1)
        self.stdout.write("No fault found.")


def _lines() -> Iterator[checks.Line]:
    yield checks.check_durability()
    yield checks.check_guards()
    yield checks.check_chain()
    yield from checks.check_rows()
    yield check_ledger()
    yield check_drug_balance()
    yield check_closed_infusions()
