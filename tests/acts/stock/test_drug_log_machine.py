"""The drug log under random steps: never a difference from the book; and every planted fault is found.

`make test` runs it shortened, `make soak` in full (bench/soak.py).
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from euthymia.clinic.foundation.stock import acts as stock
from euthymia.clinic.foundation.stock.models import DrugMove, Place
from euthymia.clinic.journey.infusions import leaving_acts
from tests.acts.stock.book import MET, STEPS
from tests.acts.stock.drug_log_machine import DrugLog, make_world

RUNS = 500
"""`make soak` does 10,000."""
FAULT_RUNS = 300
"""Within how many runs a planted fault must be found."""


def run(world: Any, runs: int, *, same_each_time: bool = True) -> None:
    """That many runs of the machine; the first step that goes wrong ends it."""
    run_state_machine_as_test(
        lambda: DrugLog(world),
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=same_each_time,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
def test_no_step_makes_the_log_differ_from_the_book(cast):
    DrugLog.tally.clear()
    run(make_world(cast), RUNS)
    assert DrugLog.tally.keys() >= MET, MET - DrugLog.tally.keys()


def _as_owner(*statements: str) -> None:
    """Change the schema within the test's transaction, as the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("RESET ROLE")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET ROLE euthymia_app")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def no_witness_check(patch: pytest.MonkeyPatch) -> None:
    _as_owner("ALTER TABLE stock_drugmove DROP CONSTRAINT stock_waste_has_other_witness")


def negative_draw(patch: pytest.MonkeyPatch) -> None:
    _as_owner("DROP TRIGGER stock_enough ON stock_drugmove")


def lost_waste(patch: pytest.MonkeyPatch) -> None:
    real = leaving_acts.move

    def move(**given: Any) -> DrugMove:
        # The waste is answered as if it had been written down.
        return DrugMove.objects.latest("id") if given["target"] == Place.WASTED else real(**given)

    patch.setattr(leaving_acts, "move", move)


def edit_allowed(patch: pytest.MonkeyPatch) -> None:
    _as_owner("DROP TRIGGER audit_never ON stock_drugmove", "GRANT UPDATE ON stock_drugmove TO euthymia_app")


def wrong_lot(patch: pytest.MonkeyPatch) -> None:
    _as_owner("DROP TRIGGER stock_ordered_vial ON stock_drugmove")


def shared_beyond_the_setting(patch: pytest.MonkeyPatch) -> None:
    _as_owner("DROP TRIGGER stock_shared ON stock_drugmove")


def no_case_for_a_variance(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stock, "_open_case", lambda *_, **__: None)


def own_shipment_received(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stock.rules, "check_arrival", lambda *_: None)
    _as_owner("DROP TRIGGER stock_enough ON stock_drugmove")


FAULTS: list[Callable[[pytest.MonkeyPatch], None]] = [
    no_witness_check,
    negative_draw,
    lost_waste,
    edit_allowed,
    wrong_lot,
    shared_beyond_the_setting,
    no_case_for_a_variance,
    own_shipment_received,
]


@pytest.mark.parametrize("plant", FAULTS, ids=lambda f: f.__name__)
def test_a_planted_fault_is_found(cast, monkeypatch, plant):
    world = make_world(cast)
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        run(world, FAULT_RUNS)
