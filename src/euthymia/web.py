"""The web server's process: `python -m euthymia.web FD` serves on a socket that its parent keeps open."""

import socket
import sys

import uvicorn

STREAMS_END_WITHIN_S = 3


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
    uvicorn.Server(config).run(sockets=[door])


if __name__ == "__main__":
    main(int(sys.argv[1]))
