"""A line between tablet and server that can be cut: passes bytes on, or fails in one of three ways."""

import contextlib
import socket
import threading
from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with the line."""

    NONE = "none"
    CUT = "cut"
    """Nobody answers at once: connections are closed."""
    HUNG = "hung"
    """Nothing comes through, and nothing says so: what was sent waits for an answer."""
    DEAF = "deaf"
    """Requests come through, replies do not: the server has done what the tablet never hears of."""


class Line:
    """Listens on a port of its own and passes everything on to the server's."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._fault = Fault.NONE
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._door.getsockname()[1]
        self.replies_lost = 0
        self.instead: tuple[bytes, bytes] | None = None
        """Words of the server that are passed on as others of the same length: another version, to a tablet."""
        threading.Thread(target=self._listen, daemon=True).start()

    def set(self, fault: Fault) -> None:
        """Let the line fail from now on, for the connections that stand too; or let it work again."""
        self._fault = fault
        if fault in (Fault.CUT, Fault.NONE):
            with self._lock:
                standing, self._open = self._open, set()
            for one in standing:
                _close(one)

    def close(self) -> None:
        """Take the line away."""
        self.set(Fault.CUT)
        self._door.close()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            if self._fault is Fault.CUT:
                _close(client)
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._server_port))
            except OSError:
                _close(client)
                continue
            with self._lock:
                self._open |= {client, server}
            for source, target, reply in ((client, server, False), (server, client, True)):
                threading.Thread(target=self._pass_on, args=(source, target, reply), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, reply: bool) -> None:
        """Pass bytes on until one end goes. While hung, what comes is thrown away."""
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self._fault is Fault.CUT:
                    break
                if self._fault is Fault.HUNG:
                    continue
                if self._fault is Fault.DEAF and reply:
                    self.replies_lost += 1
                    continue
                if reply and self.instead is not None:
                    data = data.replace(*self.instead)
                target.sendall(data)
        with self._lock:
            self._open -= {source, target}
        _close(source)
        _close(target)


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
