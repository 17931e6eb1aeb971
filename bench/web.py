"""A web server of its own for a measurement, and a person with a browser."""

import http.cookiejar
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import psutil

from euthymia.doors import open_doors
from euthymia.serve import how_many_web

PASSWORD = "demo demo demo"
REST_WITHIN_S, QUIET_TIMES, QUIET_CPU_S = 60.0, 12, 0.05


class Server:
    """The web server processes on one address, as `serve` runs them."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env

    def __enter__(self) -> "Server":
        doors = open_doors("127.0.0.1", 0, how_many_web(self.env))
        self.port = doors[0].getsockname()[1]
        self.processes = [self._started(door, number) for number, door in enumerate(doors)]
        for door in doors:
            door.close()
        self.url = f"http://127.0.0.1:{self.port}"
        Client(self.url).get("/up/")
        self._until_they_rest()
        return self

    def _started(self, door: socket.socket, number: int) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "euthymia.web", str(door.fileno()), str(number)]
        return subprocess.Popen(command, env=self.env, pass_fds=[door.fileno()])

    def _until_they_rest(self) -> None:
        """They load the model in their first seconds: that is no part of what is measured."""
        watched = [psutil.Process(process.pid) for process in self.processes]
        quiet, until = 0, time.monotonic() + REST_WITHIN_S
        while quiet < QUIET_TIMES and time.monotonic() < until:
            before = sum(p.cpu_times().user for p in watched)
            time.sleep(0.5)
            quiet = quiet + 1 if sum(p.cpu_times().user for p in watched) - before < QUIET_CPU_S else 0

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(20)


class Client:
    """A person with a browser."""

    def __init__(self, url: str) -> None:
        self.url, self.jar = url, http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> str:
        with self.opener.open(f"{self.url}{path}", timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **fields: str) -> str:
        token = next((c.value for c in self.jar if c.name == "csrftoken"), "") or ""
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, {"Referer": self.url})
        with self.opener.open(request, timeout=60) as answer:
            return str(answer.read().decode())

    def sign_in(self, slug: str) -> "Client":
        self.get("/accounts/login/")
        self.post("/accounts/login/", login=f"{slug}@example.org", password=PASSWORD)
        return self

    @property
    def cookie(self) -> str:
        return "; ".join(f"{c.name}={c.value}" for c in self.jar)
