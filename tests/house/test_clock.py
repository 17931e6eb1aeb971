"""The program's clock goes on evenly, whatever is done to the machine's."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from euthymia import clock
from tests.cast import NOW

AT_S = NOW.timestamp()


class Machine:
    """A machine's clock, which people set, and its counter, which nobody can."""

    def __init__(self) -> None:
        self.time_s, self.counter_s = AT_S, 1000.0

    def passes(self, seconds: float) -> None:
        self.time_s += seconds
        self.counter_s += seconds


@pytest.fixture
def machine(monkeypatch, tmp_path):
    monkeypatch.undo()  # the cast's hour stands still; here the clock itself is looked at
    machine = Machine()
    monkeypatch.setattr(time, "time", lambda: machine.time_s)
    monkeypatch.setattr(time, "clock_gettime", lambda _: machine.counter_s)
    monkeypatch.setenv(clock.NOTE, str(tmp_path / "clock"))
    return machine


@pytest.fixture
def keeper(machine, tmp_path):
    return clock.Keeper(tmp_path / "clock")


@pytest.mark.parametrize("step_s", [3600, -3600, 86_400, -600])
def test_a_clock_that_is_set_moves_no_time(machine, keeper, step_s):
    machine.passes(600)
    machine.time_s += step_s
    assert clock.now() == NOW + timedelta(seconds=600)
    machine.passes(1800)
    assert keeper.keep() == timedelta(seconds=step_s)
    assert clock.now() == NOW + timedelta(seconds=2400)
    assert clock.set_by() == timedelta(seconds=step_s)


def test_small_corrections_are_followed_and_add_up_to_nothing(machine, keeper):
    for _ in range(100):
        machine.passes(60)
        machine.time_s += 0.5
        assert keeper.keep() == timedelta(0)
    assert clock.now() == datetime.fromtimestamp(machine.time_s, UTC)
    assert clock.set_words(clock.set_by()) == ""


def test_a_clock_that_is_put_right_again_is_followed_again(machine, keeper):
    machine.time_s += 3600
    assert "60 min ahead" in clock.set_words(keeper.keep())
    machine.time_s -= 3600
    machine.passes(20)
    machine.time_s += 1
    assert keeper.keep() == timedelta(0)
    assert clock.now() == NOW + timedelta(seconds=21)


def test_forty_minutes_at_the_pump_are_forty_minutes(machine, keeper):
    began_at = clock.now()
    machine.passes(20 * 60)
    machine.time_s += 3600
    machine.passes(20 * 60)
    minutes = Decimal((clock.now() - began_at) / timedelta(minutes=1))
    assert minutes == 40


def test_without_a_program_that_serves_it_is_the_machines_time(machine, monkeypatch):
    monkeypatch.delenv(clock.NOTE)
    machine.time_s += 7200
    assert clock.now() == NOW + timedelta(hours=2)
    assert clock.set_by() == timedelta(0)


def test_a_clock_that_is_set_signs_nobody_out(cast, machine, keeper):
    nurse = cast.client(cast.nurse)
    assert nurse.get("/desk/").status_code == 200
    machine.passes(120)
    machine.time_s += 3600
    assert nurse.get("/desk/").status_code == 200
    machine.passes(21 * 60)
    assert nurse.get("/desk/").status_code == 302


def test_staff_are_told_and_others_are_not(cast, monkeypatch):
    monkeypatch.setattr("euthymia.clock.set_by", lambda: timedelta(hours=1))
    assert "set 60 min ahead" in cast.client(cast.nurse).get("/desk/").content.decode()
    assert "set 60 min ahead" not in Client().get("/").content.decode()
