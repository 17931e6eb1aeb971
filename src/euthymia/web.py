"""The web server's process: `python -m euthymia.web FD` serves on a socket that its parent keeps open."""

import gc
import socket
import sys

import uvicorn

STREAMS_END_WITHIN_S = 3
NEW_OBJECTS_BEFORE_A_SWEEP = 20_000
"""A page makes some thousands of objects that live for a moment; Python's 700 would sweep several times a page."""


def main(descriptor: int) -> None:
    """Serve until told to stop. No access log: addresses of pages may hold a link's secret."""
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
    gc.set_threshold(NEW_OBJECTS_BEFORE_A_SWEEP, 20, 20)
    uvicorn.Server(config).run(sockets=[door])


if __name__ == "__main__":
    main(int(sys.argv[1]))
