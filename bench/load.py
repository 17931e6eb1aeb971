"""`make load`: 500 infusions at once, each charted every five seconds, with 50 boards open, on the real server.

Every post has its time in a schedule that does not wait for the server: a stall makes all that come after it late,
and is counted with them. Posts go as a tablet's journal sends them. Prints figures; exits 1 where one falls short.
Times are this machine's; the ratio to a lone post of the same run counts.
"""

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import time
import urllib.parse
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field

import psutil
import psycopg

from bench.fresh import Fresh, fresh_database
from bench.running import start_visits
from bench.web import Client, Server

VISITS, EVERY_S, BOARDS = 500, 5.0, 50
RATIO_LIMIT, FRESH_LIMIT_S, GROWTH_LIMIT = 8.0, 3.0, 1.05
AIM_P95_MS, AIM_P99_MS = 150, 500
LONE_POSTS = 60
HOUR_POSTS = VISITS * int(3600 / EVERY_S)
ANSWER_WITHIN_S = 30.0
LOCATIONS = 6
STATE_WITHIN = 700
"""How far behind its address a board's row says the state of a visit."""


def main() -> int:
    """Measure, print, answer with the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=VISITS)
    parser.add_argument("--boards", type=int, default=BOARDS)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--posts", type=int, default=HOUR_POSTS // 10, help="for the memory: posts as fast as they go")
    options = parser.parse_args()
    with ExitStack() as stack:
        fresh = stack.enter_context(fresh_database("load"))
        env = filled(fresh)
        visits = start_visits(fresh, options.visits)
        server = stack.enter_context(Server(env))
        tablets = tablets_of(server, visits)
        return asyncio.run(measure(fresh, server, tablets, options))


def say(words: str) -> None:
    """Progress, at once."""
    print(f"  {words}", flush=True)


def filled(fresh: Fresh) -> dict[str, str]:
    """The demo practice with its sign-ins and few patients; gives the environment of its server."""
    env = {**fresh.env("app"), "EUTHYMIA_DEMO": "1", "EUTHYMIA_DEMO_PATIENTS": "14"}
    django = [sys.executable, "-m", "django"]
    subprocess.run([*django, "createcachetable"], env=fresh.env("owner"), check=True)
    with psycopg.connect(fresh.owner_url) as conn:
        conn.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON program_cache TO euthymia_app")
    subprocess.run([*django, "fill_demo"], env=env, check=True, stdout=subprocess.DEVNULL)
    return env


@dataclass
class Tablet:
    """One chair's tablet: where it charts, as whom, over a connection that it keeps."""

    ref: str
    location: int
    port: int
    cookie: str
    token: str
    mark: str
    is_probe: bool = False
    """A probe's pump is paused and resumed instead: that is what a board shows of an entry."""
    sent: list[str] = field(default_factory=list)
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def chart(self, number: int) -> None:
        """Send one entry; it is answered with its own key, or this fails."""
        key, at = uuid.uuid4().hex, int(time.time() * 1000)
        pump = {"rate_ml_per_h": 0 if number % 2 else 150, "reason": "load"}
        row = {
            "systolic_mmhg": 110 + number % 40,
            "diastolic_mmhg": 70 + number % 20,
            "heart_rate_bpm": 60 + number % 30,
            "spo2_pct": 95 + number % 5,
        }
        slip = {
            "slip_device_ms": at,
            "slip_ahead_ms": 0,
            "slip_ahead_now_ms": 0,
            "slip_age_ms": 0,
            "slip_contact_ms": at - 3000,
        }
        self.sent.append(key)
        fields = {"csrfmiddlewaretoken": self.token, "key": key, **slip, **(pump if self.is_probe else row)}
        body = urllib.parse.urlencode(fields)
        lines = (
            f"POST /desk/infusions/{self.ref}/{'rate' if self.is_probe else 'vitals'}/ HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Cookie: {self.cookie}",
            f"X-Journal: {self.mark}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        )
        request = "\r\n".join((*lines, "", body))
        # A tablet sends one entry after the other; what waits for its turn is late all the same.
        async with self.turn:
            answer = await asyncio.wait_for(self._ask(request.encode()), ANSWER_WITHIN_S)
        if json.loads(answer).get("saved") != key:
            raise ValueError(f"not saved: {answer[:200]!r}")

    async def _ask(self, request: bytes) -> bytes:
        try:
            return await self._once(request)
        except (ConnectionError, asyncio.IncompleteReadError):
            # The server lets go of a connection that rests: a browser opens another and sends the same key.
            self.line = None
            return await self._once(request)

    async def _once(self, request: bytes) -> bytes:
        if self.line is None:
            self.line = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.line
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        body = await reader.readexactly(int(length[1]) if length else 0)
        if not head.startswith(b"HTTP/1.1 200"):
            raise ValueError(f"answered {head.splitlines()[0]!r} {body[:200]!r}")
        return body


def tablets_of(server: Server, visits: list[tuple[str, int]]) -> list[Tablet]:
    """A tablet for each visit, in the hands of a nurse of its location."""
    nurses = {n: Client(server.url).sign_in(f"nurse-{2 * n - 1}") for n in range(1, LOCATIONS + 1)}
    marks, tokens = {}, {}
    for location, nurse in nurses.items():
        ref = next(ref for ref, at in visits if at == location)
        page = nurse.get(f"/desk/infusions/{ref}/")
        marks[location] = _found(r'data-person="([^"]+)"', page)
        tokens[location] = _found(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    return [Tablet(ref, at, server.port, nurses[at].cookie, tokens[at], marks[at]) for ref, at in visits]


def _found(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found is not None, f"the page holds no {pattern}"
    return found[1]


@dataclass
class Board:
    """An open board that watches one visit: whether its pump runs or is paused."""

    port: int
    cookie: str
    ref: str
    seen: str = ""
    changed_at: list[tuple[float, str]] = field(default_factory=list)
    welcome: asyncio.Event = field(default_factory=asyncio.Event)

    async def watch(self) -> None:
        """Read until told to stop."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**24)
        writer.write(
            f"GET /desk/stream/ HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n\r\n".encode()
        )
        wanted = self.ref.encode()
        try:
            while line := await reader.readline():
                self.welcome.set()
                row = line.find(wanted)
                if row < 0:
                    continue
                state = "Paused" if line.find(b">Paused<", row, row + STATE_WITHIN) > 0 else "Running"
                if state != self.seen:
                    self.seen = state
                    self.changed_at.append((time.perf_counter(), state))
        finally:
            writer.close()


@dataclass
class Figures:
    """What was measured."""

    lone_ms: list[float] = field(default_factory=list)
    posts_ms: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    fresh_s: list[float] = field(default_factory=list)
    unseen: int = 0
    server_cpu_s: float = 0.0
    driver_cpu_s: float = 0.0
    database_cpu_s: float = 0.0
    seconds: float = 0.0
    memory_mb: tuple[float, float] = (0.0, 0.0)
    memory_posts: int = 0
    missing: int = 0


async def measure(fresh: Fresh, server: Server, tablets: list[Tablet], options: argparse.Namespace) -> int:
    """Lone posts, then the load with its boards, then the memory."""
    figures = Figures()
    probes = {at: next(t for t in tablets if t.location == at) for at in range(1, LOCATIONS + 1)}
    for probe in probes.values():
        probe.is_probe = True
    charted = [tablet for tablet in tablets if not tablet.is_probe]
    say(f"{LONE_POSTS} posts alone")
    for k in range(LONE_POSTS):
        figures.lone_ms.append(1000 * await timed(charted[k % len(charted)], k, time.perf_counter()))
    say(f"{options.boards} boards, then {len(tablets)} infusions charted every {EVERY_S:g} s for {options.seconds:g} s")
    boards = open_boards(server, options.boards, probes)
    watching = [asyncio.create_task(board.watch()) for board in boards]
    await asyncio.gather(*(board.welcome.wait() for board in boards))
    await asyncio.sleep(2)
    await load(fresh, server, tablets, boards, options.seconds, figures)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    if options.posts:
        await flood(fresh, server, tablets, options.posts, figures)
    figures.missing = missing(fresh, tablets)
    return report(figures, len(tablets), len(boards))


async def timed(tablet: Tablet, number: int, due: float) -> float:
    """Seconds from when a post was due until it was answered."""
    await tablet.chart(number)
    return time.perf_counter() - due


def open_boards(server: Server, count: int, probes: dict[int, Tablet]) -> list[Board]:
    """Boards of nurses, each watching one visit of her location."""
    boards = []
    people = {at: Client(server.url).sign_in(f"nurse-{2 * at}") for at in probes}
    for k in range(count):
        at = 1 + k % LOCATIONS
        boards.append(Board(server.port, people[at].cookie, probes[at].ref))
    return boards


async def load(
    fresh: Fresh, server: Server, tablets: list[Tablet], boards: list[Board], seconds: float, figures: Figures
) -> None:
    """Post by the schedule; a board must show the probe of its location soon after it was charted."""
    probed: dict[str, list[tuple[float, str]]] = {board.ref: [] for board in boards}
    tasks: list[asyncio.Task[None]] = []

    async def post(tablet: Tablet, number: int, due: float) -> None:
        try:
            figures.posts_ms.append(1000 * await timed(tablet, number, due))
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is an error and is told
            figures.errors.append(f"{type(fault).__name__}: {fault}")

    for board in boards:
        board.changed_at.clear()
    before, own = cpu_s(fresh, server), psutil.Process().cpu_times()
    began = time.perf_counter()
    gap, number = EVERY_S / len(tablets), 0
    while (due := began + number * gap) < began + seconds:
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tablet, turn = tablets[number % len(tablets)], number // len(tablets)
        if tablet.is_probe and due < began + seconds - EVERY_S:
            probed.setdefault(tablet.ref, []).append((due, "Running" if turn % 2 else "Paused"))
        tasks.append(asyncio.create_task(post(tablet, turn + 1 if tablet.is_probe else number, due)))
        number += 1
    await asyncio.gather(*tasks)
    await asyncio.sleep(FRESH_LIMIT_S)
    figures.seconds = time.perf_counter() - began
    after, spent = cpu_s(fresh, server), psutil.Process().cpu_times()
    figures.server_cpu_s, figures.database_cpu_s = after[0] - before[0], after[1] - before[1]
    figures.driver_cpu_s = spent.user + spent.system - own.user - own.system
    for board in boards:
        for due, state in probed[board.ref]:
            shown = [at for at, now in board.changed_at if at > due and now == state]
            if shown:
                figures.fresh_s.append(shown[0] - due)
            else:
                figures.unseen += 1


async def flood(fresh: Fresh, server: Server, tablets: list[Tablet], posts: int, figures: Figures) -> None:
    """So many posts as quick as they are answered, eight at a time: does the memory grow?"""
    numbers = iter(range(posts))
    samples: list[float] = []

    async def hand(mine: list[Tablet]) -> None:
        for number in numbers:
            try:
                await mine[number % len(mine)].chart(number)
            except Exception as fault:  # noqa: BLE001 - whatever it is, it is an error and is told
                figures.errors.append(f"{type(fault).__name__}: {fault}")
            if number % max(1, posts // 20) == 0:
                samples.append(memory_mb(server))
                say(f"{number:,} of {posts:,} posts, {samples[-1]:.0f} MB")

    charted = [tablet for tablet in tablets if not tablet.is_probe]
    hands = min(8, len(charted))
    await asyncio.gather(*(hand(charted[k::hands]) for k in range(hands)))
    # The first fifth warms it up.
    kept = samples[len(samples) // 5 :]
    half = len(kept) // 2
    figures.memory_mb = (statistics.median(kept[:half]), statistics.median(kept[half:]))
    figures.memory_posts = posts


def memory_mb(server: Server) -> float:
    """What the web servers hold of their own."""
    return float(sum(psutil.Process(one.pid).memory_full_info().uss for one in server.processes) / 2**20)


def cpu_s(fresh: Fresh, server: Server) -> tuple[float, float]:
    """CPU so far of the web servers, and of all of PostgreSQL."""
    web = [psutil.Process(one.pid).cpu_times() for one in server.processes]
    with psycopg.connect(fresh.owner_url) as conn:
        postmaster = psutil.Process(conn.info.backend_pid).parent()
        assert postmaster is not None
        database = 0.0
        for process in (postmaster, *postmaster.children()):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            database += times.user + times.system
    return sum(times.user + times.system for times in web), database


def missing(fresh: Fresh, tablets: list[Tablet]) -> int:
    """How many rows were said to be saved and do not stand exactly once."""
    keys = [key for tablet in tablets for key in tablet.sent]
    with psycopg.connect(fresh.owner_url) as conn:
        row = conn.execute(
            "SELECT count(*) FROM audit_entry WHERE key = ANY(%s) AND act LIKE 'infusions.%%'", [keys]
        ).fetchone()
        rows = conn.execute(
            "SELECT count(*) FROM infusions_vitals v JOIN infusions_infusion i ON i.id = v.infusion_id "
            "JOIN people_patient p ON p.id = i.patient_id WHERE p.given_name = 'Load'"
        ).fetchone()
    assert row is not None
    assert rows is not None
    charted = sum(len(tablet.sent) for tablet in tablets if not tablet.is_probe)
    return abs(len(keys) - int(row[0])) + abs(charted - int(rows[0]))


def report(found: Figures, visits: int, boards: int) -> int:
    """Print the figures last; 1 where one falls short."""
    posts = sorted(found.posts_ms)
    lone = statistics.median(found.lone_ms)
    p50, p95, p99 = (posts[min(len(posts) - 1, int(len(posts) * part))] for part in (0.5, 0.95, 0.99))
    slowest = max(found.fresh_s, default=float("inf"))
    growth = found.memory_mb[1] / found.memory_mb[0] if found.memory_mb[0] else 1.0
    short = [
        *([f"{len(found.errors)} errors, the first: {found.errors[0]}"] if found.errors else []),
        *([f"{found.missing} rows do not stand"] if found.missing else []),
        *(
            [f"p95 is {p95 / lone:.1f} times a lone post, at most {RATIO_LIMIT:g} is wanted"]
            if p95 > RATIO_LIMIT * lone
            else []
        ),
        *([f"a board took {slowest:.1f} s, at most {FRESH_LIMIT_S:g} is wanted"] if slowest > FRESH_LIMIT_S else []),
        *([f"{found.unseen} rows were never seen on a board"] if found.unseen else []),
        *([f"memory grew {growth:.3f} times"] if growth > GROWTH_LIMIT else []),
    ]
    print(f"\n{visits} infusions, {boards} boards, {len(posts):,} posts on schedule in {found.seconds:.0f} s")
    print(f"lone post: median {lone:.1f} ms")
    print(f"under load: p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f} ms; p95 is {p95 / lone:.1f} x a lone post")
    met = p95 <= AIM_P95_MS and p99 <= AIM_P99_MS
    print(f"aims: p95 {AIM_P95_MS} ms, p99 {AIM_P99_MS} ms: {'met' if met else 'not met'}")
    if found.fresh_s:
        fresh = sorted(found.fresh_s)
        half = fresh[len(fresh) // 2]
        print(f"boards: an entry shows within {half:.2f} s (half), {slowest:.2f} s (all of {len(fresh):,})")
    print(
        f"CPU: server {found.server_cpu_s:.1f} s, PostgreSQL {found.database_cpu_s:.1f} s, "
        f"this driver {found.driver_cpu_s:.1f} s of {found.seconds:.0f} s"
    )
    if found.memory_posts:
        first, second = found.memory_mb
        print(f"memory of the server over {found.memory_posts:,} posts: {first:.1f} MB, then {second:.1f} MB")
    for words in short:
        print(f"SHORT: {words}")
    if not short:
        print("Held")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
