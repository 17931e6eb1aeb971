"""The writers of the crash harness: browsers without a screen that chart vitals until they are told it stands."""

import http.client
import itertools
import threading
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

ANSWER_WITHIN_S = 10.0
SIGN_INS_ALLOWED = 40
REFUSALS_ALLOWED = 5


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a writer charts, and as whom."""

    ref: str
    email: str
    password: str


@dataclass(slots=True)
class Tally:
    """What all writers sent and were told."""

    acknowledged: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    retried: int = 0
    last_at: float = 0.0
    slowest_s: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def count(self) -> int:
        return len(self.acknowledged)

    def acknowledge(self, key: str, waited_s: float) -> None:
        """A writer was told that its row stands."""
        with self.lock:
            self.acknowledged.append(key)
            self.last_at = time.monotonic()
            self.slowest_s = max(self.slowest_s, waited_s)


class NoAnswer(Exception):
    """The server did not answer, or said that it could not."""


class Browser:
    """Cookies, forms and answers; nothing else of a browser."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> int:
        """Open a page."""
        return self._ask("GET", path)[0]

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        """Send a form. Gives the status and where the answer leads."""
        token = {"csrfmiddlewaretoken": self._cookies.get("csrftoken", "")}
        return self._ask("POST", path, urlencode(fields | token))

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_WITHIN_S)
        headers = {"Cookie": "; ".join(f"{n}={v}" for n, v in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as fault:
            raise NoAnswer(str(fault)) from fault
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        if answer.status >= 500:
            raise NoAnswer(f"status {answer.status}")
        return answer.status, answer.headers.get("Location", "")


class Writer(threading.Thread):
    """A nurse who charts row after row, each with its own key, until told to stop."""

    def __init__(self, name: str, port: int, visit: Visit, tally: Tally, stop: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._browser = Browser(port)
        self._visit = visit
        self._tally = tally
        self._stop_asked = stop
        self.at_work = threading.Event()
        """Set once it has signed in."""

    def run(self) -> None:
        """Chart; the row in hand is brought to its acknowledgement before the end."""
        self._sign_in()
        self.at_work.set()
        number = 0
        while not self._stop_asked.is_set():
            number += 1
            if not self._chart(f"crash {self.name}.{number}", 100 + number % 60):
                return

    def _sign_in(self) -> None:
        fields = {"login": self._visit.email, "password": self._visit.password}
        # While a database comes back a sign-in may be answered by its page once more: tried again, not for ever.
        for attempt in itertools.count():
            try:
                self._browser.get("/accounts/login/")
                status, _ = self._browser.post("/accounts/login/", fields)
            except NoAnswer:
                status = 0
            if status == 302:
                return
            if status and attempt == SIGN_INS_ALLOWED:
                with self._tally.lock:
                    self._tally.faults.append(f"{self._visit.email} could not sign in: status {status}")
            time.sleep(0.3)

    def _chart(self, key: str, systolic_mmhg: int) -> bool:
        """Send one row with one key, again and again until it is acknowledged; False when it is refused."""
        with self._tally.lock:
            self._tally.sent.append(key)
        fields = {"key": key, "systolic_mmhg": str(systolic_mmhg), "diastolic_mmhg": "70", "note": key}
        chair, began, refused = f"/desk/infusions/{self._visit.ref}/", time.monotonic(), 0
        while True:
            try:
                status, leads_to = self._browser.post(f"{chair}vitals/", fields)
            except NoAnswer:
                self._again()
                continue
            if status == 302 and leads_to == chair:
                self._tally.acknowledge(key, time.monotonic() - began)
                return True
            if status == 401:  # an unsafe database loses who is signed in, too
                self._sign_in()
            else:
                refused += 1
            if refused > REFUSALS_ALLOWED:
                with self._tally.lock:
                    self._tally.faults.append(f"{key} was refused: status {status}")
                return False
            self._again()

    def _again(self) -> None:
        with self._tally.lock:
            self._tally.retried += 1
        time.sleep(0.1)
