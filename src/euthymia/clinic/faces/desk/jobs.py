"""What the worker does again and again, and how often. A job that fails never stops the others."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from euthymia.clinic.foundation.messages.sending import give_up_on_stuck, send_due_letters
from euthymia.clinic.journey.boosters.jobs import propose_due_boosters
from euthymia.clinic.journey.consults.jobs import remind_of_calls
from euthymia.clinic.journey.infusions.jobs import ask_who_comes
from euthymia.clinic.journey.outcomes.jobs import ask_who_is_due

logger = logging.getLogger("euthymia.jobs")
BOOSTERS_AT_A_TIME = 5
"""Few, for each may need a forecast, and letters are not to wait for them."""


@dataclass(slots=True)
class Job:
    """One job, and when it is next due."""

    name: str
    every: timedelta
    work: Callable[[datetime], int]
    next_at: datetime | None = None

    def run_if_due(self, now: datetime) -> int:
        """Do the job when its time has come. Gives its count; 0 when it was not due, or failed."""
        if self.next_at is not None and now < self.next_at:
            return 0
        self.next_at = now + self.every
        try:
            return self.work(now)
        except Exception as wrong:  # noqa: BLE001 - whatever it is, the other jobs go on
            # Neither the message nor the trace: both may hold what a person typed.
            logger.error("job %s failed: %s", self.name, type(wrong).__name__)
            return 0


@dataclass(slots=True)
class BoosterRound:
    """Goes through the patients at the watch a few at a time, then rests for an hour."""

    rest: timedelta = timedelta(hours=1)
    after_id: int = 0
    begins_at: datetime | None = None

    def __call__(self, now: datetime) -> int:
        if self.begins_at is not None and now < self.begins_at:
            return 0
        looked = propose_due_boosters(now, after_id=self.after_id, limit=BOOSTERS_AT_A_TIME)
        if looked.last_id is None:
            self.after_id, self.begins_at = 0, now + self.rest
        else:
            self.after_id = looked.last_id
        return looked.proposed


@dataclass(slots=True)
class Rounds:
    """All the jobs of the worker."""

    jobs: list[Job] = field(default_factory=lambda: _all_jobs())

    def begin(self, now: datetime) -> None:
        """Settle what a worker before this one left in the middle of sending."""
        Job("letters left", timedelta(), lambda at: give_up_on_stuck(at, at_start=True)).run_if_due(now)

    def once(self, now: datetime) -> dict[str, int]:
        """One round: every job that is due. Gives the counts above 0, which are logged."""
        counts = {job.name: job.run_if_due(now) for job in self.jobs}
        done = {name: count for name, count in counts.items() if count}
        if done:
            logger.info("%s", ", ".join(f"{name}: {count}" for name, count in done.items()))
        return done


def _all_jobs() -> list[Job]:
    return [
        Job("letters sent", timedelta(), send_due_letters),
        Job("letters stuck", timedelta(minutes=1), give_up_on_stuck),
        Job("calls reminded of", timedelta(minutes=5), remind_of_calls),
        Job("patients asked before their visit", timedelta(minutes=15), ask_who_comes),
        Job("patients asked for scores", timedelta(minutes=15), ask_who_is_due),
        Job("boosters proposed", timedelta(), BoosterRound()),
    ]
