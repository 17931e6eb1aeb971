"""The web server's process: `python -m euthymia.web FD NUMBER` serves on a socket that its parent keeps open.

NUMBER says which of several servers it is, from 0.
"""

import gc
import os
import socket
import sys
import threading

import uvicorn

STREAMS_END_WITHIN_S = 3
MODEL_AFTER_S = 4.0
"""The compiled model takes seconds to load: the first pages come first."""
NEW_OBJECTS_BEFORE_A_SWEEP = 20_000
"""A page makes some thousands of objects that live for a moment; Python's 700 would sweep several times a page."""
TURN_S = 0.0005
"""How long one thread computes while another waits for its turn. An entry at a chair asks the database a dozen times,
and waits for a turn after each answer: Python's 5 ms would hold it up by a tenth of a second while a board is drawn."""


def main(descriptor: int, number: int) -> None:
    """Serve until told to stop. No access log: addresses of pages may hold a link's secret."""
    _keep_to_one_processor(number)
    door = socket.socket(fileno=descriptor)
    config = uvicorn.Config(
        "euthymia.asgi:application",
        access_log=False,
        log_level="warning",
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=STREAMS_END_WITHIN_S,
    )
    config.load()
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(TURN_S)
    gc.set_threshold(NEW_OBJECTS_BEFORE_A_SWEEP, 20, 20)
    once_open = threading.Timer(MODEL_AFTER_S, _warm_model)
    once_open.daemon = True
    once_open.start()
    uvicorn.Server(config).run(sockets=[door])


def _keep_to_one_processor(number: int) -> None:
    """Python's threads take turns, and a turn that begins on another processor finds none of its data there.

    There is a server for each processor anyway. Where the system knows no such choice, it chooses.
    """
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {allowed[number % len(allowed)]})


def _warm_model() -> None:
    """Imported here: Django has to stand before the clinic's modules are read."""
    from euthymia.clinic.foundation.forecasts.service import warm

    warm()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
