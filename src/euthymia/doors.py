"""The listening sockets of one address: one for each web server, so that the system deals connections out evenly.

Web servers that share one socket take from it what they can: of 500 tablets that connected at once one took two thirds,
and those on the fuller server waited. Where the system cannot deal out, they share.
"""

import socket
import sys

BACKLOG = 1024


def open_doors(host: str, port: int, count: int) -> list[socket.socket]:
    """Listen on an address with so many sockets; port 0 finds a free one. OSError where it cannot be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Asked for alone, so that an address that another program holds is refused and not shared with it.
    alone = _bound(family, host, port)
    if count == 1 or not sys.platform.startswith("linux"):
        alone.listen(BACKLOG)
        return [alone] * count
    port = alone.getsockname()[1]
    alone.close()
    doors: list[socket.socket] = []
    try:
        for _ in range(count):
            doors.append(_bound(family, host, port, shared=True))
        for door in doors:
            door.listen(BACKLOG)
    except OSError:
        for door in doors:
            door.close()
        raise
    return doors


def _bound(family: socket.AddressFamily, host: str, port: int, *, shared: bool = False) -> socket.socket:
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        door.bind((host, port))
    except OSError:
        door.close()
        raise
    return door
