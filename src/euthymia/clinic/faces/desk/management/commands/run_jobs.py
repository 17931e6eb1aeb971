"""The worker: sends letters and does what falls due, until it is told to stop."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from euthymia import clock
from euthymia.clinic.faces.desk.jobs import Rounds

PAUSE_S = 1.0


class Command(BaseCommand):
    help = "Send letters and do what falls due, until SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then stop")

    def handle(self, *_: Any, once: bool = False, **__: Any) -> None:
        stop = threading.Event()
        if not once:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stop.set())
        rounds = Rounds()
        rounds.begin(clock.now())
        while True:
            rounds.once(clock.now())
            if once or stop.wait(PAUSE_S):
                break
            close_old_connections()  # one that broke is made anew
