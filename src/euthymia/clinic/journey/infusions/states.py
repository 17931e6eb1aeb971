"""The states of an infusion and its ways between them, as data. No Django."""

from enum import StrEnum


class InfusionState(StrEnum):
    BOOKED = "booked"
    ARRIVED = "arrived"
    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    RECOVERY = "recovery"
    DISCHARGED = "discharged"
    CANCELLED = "cancelled"


INFUSION_STATE_WORDS: dict[InfusionState, str] = {
    InfusionState.BOOKED: "Booked",
    InfusionState.ARRIVED: "Arrived",
    InfusionState.READY: "Ready to start",
    InfusionState.RUNNING: "Running",
    InfusionState.PAUSED: "Paused",
    InfusionState.RECOVERY: "Recovery",
    InfusionState.DISCHARGED: "Discharged",
    InfusionState.CANCELLED: "Cancelled",
}

# From where an infusion may go where. The diagram in the docs is drawn from this table.
INFUSION_MOVES: dict[InfusionState, frozenset[InfusionState]] = {
    InfusionState.BOOKED: frozenset({InfusionState.ARRIVED, InfusionState.CANCELLED}),
    InfusionState.ARRIVED: frozenset({InfusionState.READY, InfusionState.CANCELLED}),
    InfusionState.READY: frozenset({InfusionState.RUNNING, InfusionState.ARRIVED, InfusionState.CANCELLED}),
    InfusionState.RUNNING: frozenset({InfusionState.PAUSED, InfusionState.RECOVERY}),
    InfusionState.PAUSED: frozenset({InfusionState.RUNNING, InfusionState.RECOVERY}),
    InfusionState.RECOVERY: frozenset({InfusionState.DISCHARGED}),
    InfusionState.DISCHARGED: frozenset(),
    InfusionState.CANCELLED: frozenset(),
}

IN_CHAIR = (
    InfusionState.ARRIVED,
    InfusionState.READY,
    InfusionState.RUNNING,
    InfusionState.PAUSED,
    InfusionState.RECOVERY,
)
RUNS = (InfusionState.RUNNING, InfusionState.PAUSED)
CHARTABLE = (InfusionState.ARRIVED, InfusionState.READY, *RUNS, InfusionState.RECOVERY)
