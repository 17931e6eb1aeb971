"""`make bench`: the pages with 1,000 and with 100,000 patients, and 1,000 open boards, on the real server.

Two servers stand side by side, on a small and on a large database, and are asked in turns with their empty page: a
machine that slows down slows all alike. Prints ratios; exits 1 where one falls short. Times are this machine's; the
ratios count.
"""

import asyncio
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

import psutil
import psycopg

from bench.filled import SCORES, VITALS, agreed_refs, load, some_refs
from bench.fresh import Fresh, fresh_database
from bench.web import Client, Server

SMALL, LARGE = 1_000, 100_000
CLIENTS, BOARDS = 8, 1_000
ROUNDS, EMPTY_S, PAGE_S = 5, 1.0, 2.0
CPU_LIMIT, P95_LIMIT, BOARD_LIMIT_S = 6.0, 1.3, 1.0


def main() -> int:
    """Measure, print, answer with the exit code."""
    with ExitStack() as stack:
        places = [stack.enter_context(Place(size)) for size in (SMALL, LARGE)]
        return report(measure(places), boards(places[0]))


def say(words: str) -> None:
    """Progress, at once."""
    print(f"  {words}", flush=True)


Ask = Callable[[int, int], object]
"""One request of client `n`, its `k`-th."""


class Place:
    """A practice with so many patients, its server, and eight who have signed in."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __enter__(self) -> "Place":
        with ExitStack() as stack:
            self.fresh = stack.enter_context(fresh_database(f"bench_{self.size}"))
            self._fill()
            self.server = stack.enter_context(Server(self._env))
            self._stack = stack.pop_all()
        url = self.server.url
        self.clients = [Client(url).sign_in(f"physician-{1 + n % 6}") for n in range(CLIENTS)]
        refs = some_refs(self.fresh, 8)
        for place, here in refs.items():
            for ref in here:
                self.clients[place - 1].get(f"/desk/patients/{ref}/")
        agreed, clients = agreed_refs(self.fresh), self.clients
        self.pages: dict[str, Ask] = {
            "chart": lambda n, k: clients[n].get(f"/desk/patients/{refs[1 + n % 6][k % 8]}/"),
            "board": lambda n, k: clients[n].get("/desk/"),
            "booking": lambda n, k: clients[n].get("/book/?location=bethesda"),
            "sessions": lambda n, k: clients[n].get(f"/desk/infusions/book/{agreed[1 + n % 6]}/"),
            "search": lambda n, k: clients[n].post("/desk/search/", q=f"Bulk {k % 900:03d}"),
        }
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _fill(self) -> None:
        say(f"filling a practice with {self.size:,} patients")
        self._env = {**self.fresh.env("app"), "EUTHYMIA_DEMO": "1", "EUTHYMIA_DEMO_PATIENTS": "14"}
        django = [sys.executable, "-m", "django"]
        subprocess.run([*django, "createcachetable"], env=self.fresh.env("owner"), check=True)
        with psycopg.connect(self.fresh.owner_url) as conn:
            conn.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON program_cache TO euthymia_app")
        subprocess.run([*django, "fill_demo"], env=self._env, check=True, stdout=subprocess.DEVNULL)
        load(self.fresh, self.size)

    def empty(self, n: int, k: int) -> object:
        """The empty page."""
        return self.clients[n].get("/up/")


@dataclass
class Measured:
    """One page of one place: what server and database spent on it and on the empty page, and how long it took."""

    cpu_s: float = 0.0
    empty_cpu_s: float = 0.0
    empties: int = 0
    times_s: list[float] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        """CPU a request."""
        return 1000 * self.cpu_s / len(self.times_s)

    @property
    def times_empty(self) -> float:
        """Its CPU against that of the empty page in the same turns."""
        return self.cpu_ms / (1000 * self.empty_cpu_s / self.empties)

    def ms(self, part: float) -> float:
        """A quantile of its times."""
        return 1000 * sorted(self.times_s)[int(len(self.times_s) * part)]


def measure(places: list[Place]) -> dict[str, dict[int, Measured]]:
    """Every page, by the size of the place, turn by turn."""
    found: dict[str, dict[int, Measured]] = {}
    for name in places[0].pages:
        found[name] = {place.size: Measured() for place in places}
        for turn in range(ROUNDS):
            for place in places if turn % 2 else places[::-1]:
                take_turn(place, name, found[name][place.size])
        for size, m in found[name].items():
            say(
                f"{name:8} {size:>7,} patients  {m.cpu_ms:5.1f} ms CPU, {m.times_empty:4.1f} x empty  "
                f"p50 {m.ms(0.5):6.1f}  p95 {m.ms(0.95):6.1f} ms"
            )
    return found


def take_turn(place: Place, name: str, into: Measured) -> None:
    """The empty page for a second, then the page for two."""
    spent, times = run(place, place.empty, EMPTY_S)
    into.empty_cpu_s += spent
    into.empties += len(times)
    spent, times = run(place, place.pages[name], PAGE_S)
    into.cpu_s += spent
    into.times_s += times


def run(place: Place, ask: Ask, seconds: float) -> tuple[float, list[float]]:
    """Eight clients for some seconds: the CPU that server and database spent, and how long each request took."""
    times: list[float] = []
    lock, stop = threading.Lock(), time.monotonic() + seconds

    def client(number: int) -> None:
        own, k = [], number * 7
        while time.monotonic() < stop:
            began = time.perf_counter()
            ask(number, k)
            own.append(time.perf_counter() - began)
            k += 1
        with lock:
            times.extend(own)

    before = cpu_s(place.fresh, place.server)
    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return cpu_s(place.fresh, place.server) - before, times


def cpu_s(fresh: Fresh, server: Server) -> float:
    """CPU so far of the web server and of all of PostgreSQL, ended backends included."""
    with psycopg.connect(fresh.owner_url) as conn:
        own = psutil.Process(conn.info.backend_pid)
        postmaster = own.parent()
        assert postmaster is not None
        total = 0.0
        web = [psutil.Process(process.pid) for process in server.processes]
        for process in (*web, postmaster, *postmaster.children()):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
            if process.pid == postmaster.pid:
                total += times.children_user + times.children_system
    return total


def boards(place: Place) -> float:
    """1,000 open boards: how long until an entry has reached them all, seconds; the slowest of three."""
    say(f"opening {BOARDS:,} boards")
    fresh, server = place.fresh, place.server
    nurse = Client(server.url).sign_in("nurse-1")
    with psycopg.connect(fresh.owner_url) as conn:
        row = conn.execute(
            "SELECT i.ref FROM infusions_infusion i JOIN practice_location l ON l.id = i.location_id "
            "WHERE i.state IN ('running', 'recovery') AND l.slug = 'washington-nw' LIMIT 1"
        ).fetchone()
    assert row is not None, "no visit is under way"
    director = Client(server.url).sign_in("director")
    slowest = 0.0
    for _ in range(3):
        slowest = max(slowest, asyncio.run(_one_entry(server.port, director.cookie, nurse, str(row[0]))))
        say(f"an entry reached {BOARDS:,} boards in {slowest:.2f} s")
    return slowest


async def _one_entry(port: int, cookie: str, nurse: Client, ref: str) -> float:
    readers = []
    for _ in range(BOARDS):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /desk/stream/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
        readers.append((reader, writer))
    await asyncio.gather(*(_until(r, b"welcome") for r, _ in readers))
    await asyncio.sleep(1)
    page = await asyncio.to_thread(nurse.get, f"/desk/infusions/{ref}/")
    key = re.search(r'name="key" value="([0-9a-f]+)"', page)
    assert key is not None
    waiting = asyncio.gather(*(_until(r, b"data: {") for r, _ in readers))
    began = time.perf_counter()
    await asyncio.to_thread(
        nurse.post, f"/desk/infusions/{ref}/vitals/", key=f"{key[1]}b", systolic_mmhg="128", diastolic_mmhg="79"
    )
    await waiting
    spent = time.perf_counter() - began
    for _, writer in readers:
        writer.close()
    return spent


async def _until(reader: asyncio.StreamReader, words: bytes) -> None:
    held = b""
    while words not in held:
        piece = await asyncio.wait_for(reader.read(65536), 60)
        assert piece, "the stream ended"
        held = held[-200:] + piece


def report(found: dict[str, dict[int, Measured]], board_s: float) -> int:
    """Print the figures last; 1 where one falls short."""
    print(f"\n{CLIENTS} clients; {SMALL:,} and {LARGE:,} patients with {SCORES + VITALS} scores and vitals each")
    print(f"{'page':9} {'CPU ms':>8} {'x empty':>8} {'p95 ms':>8} {'p95 large/small':>16}")
    short = 0
    for name, by_size in found.items():
        large = by_size[LARGE]
        p95 = large.ms(0.95) / by_size[SMALL].ms(0.95)
        bad = large.times_empty > CPU_LIMIT or p95 > P95_LIMIT
        short += bad
        print(
            f"{name:9} {large.cpu_ms:8.1f} {large.times_empty:8.1f} {large.ms(0.95):8.1f} {p95:16.2f}"
            f"{'  SHORT' if bad else ''}"
        )
    bad = board_s > BOARD_LIMIT_S
    print(f"{BOARDS:,} boards: an entry reaches all within {board_s:.2f} s{'  SHORT' if bad else ''}")
    print(json.dumps({"cpu_limit": CPU_LIMIT, "p95_limit": P95_LIMIT, "board_limit_s": BOARD_LIMIT_S}))
    return 1 if short or bad else 0


if __name__ == "__main__":
    sys.exit(main())
