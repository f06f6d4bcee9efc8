"""A crowd that stays: clients that mean well and clients that mean harm, at one server, for as long as is wished.

The server is ``cchc serve`` in a process of its own, which gives each client its share. Calm and stormy spells take
turns, so that a machine that others use, too, slows both alike.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import httpx
from serving import Canary
from test_hostile_queries import CANARY, HOSTILE, VISITS

from builder.sparql import PREFIXES
from campaigns.kinds import Attempt, Verdict
from campaigns.subjects import EXAMPLES, ROOT, build

WELL, ILL = 4, 4  # clients
WORKERS, SECONDS = 4, 2  # processes that answer; what a query may take
SHARE = 6  # seconds of queries per client and minute: together less than half a core
PAUSE, HURRY = 1, 0.05  # seconds between two requests of a client that means well, or ill
SPELL, CALM = 60, 1 / 3  # seconds of a spell of both weathers, and the part of it that is calm
LULL = SECONDS + 1.5  # seconds after a storm that belong to neither
LEAST = 0.03  # seconds; what a good request takes at the 95th percentile where nothing else is done
MOST_SLOWER = 3.0  # at the 95th percentile
ENOUGH = 500  # good requests for a percentile to mean that much; of fewer, one or two that wait decide it
MOST_SLOWER_OF_FEW = 20.0
MOST_REFUSED = 1 / 1000  # of good requests, told by a status: the machine stood still for longer than a query may take
MOST_GROWTH = 1.10  # of the memory of the server and its workers, from the first third of the spells to the last
REFUSED = (400, 403, 404, 413, 429, 500, 503)
SPARQL = "application/sparql-query"


class Wish(NamedTuple):
    """A request: an address, what is sent with it, and whether its answer is the same whenever it is asked."""

    address: str
    query: bytes = b""
    steady: bool = False


GOOD = (
    Wish("/sparql", f"{PREFIXES}SELECT ?s {{ ?s a cchc:Observation }} ORDER BY ?s LIMIT 10".encode(), steady=True),
    Wish("/questions/on-time-rate-by-unit?year=2021"),
    Wish(
        "/sparql",
        f"{PREFIXES}SELECT ?u (COUNT(?s) AS ?n) {{ ?s a cchc:Observation ; sdmx-dimension:refArea ?u }} "
        "GROUP BY ?u ORDER BY ?u".encode(),
        steady=True,
    ),
    Wish("/api/questions/initiatives-in-common", steady=True),
    Wish("/"),
    Wish("/questions/indicator-trend.csv?unit=469&indicator=par-index-score", steady=True),
    Wish("/sparql", b"ASK {}", steady=True),
)


def hostile(canary: str) -> list[Wish]:
    """Return requests that mean harm: to the endpoint, to the page of free queries, to saved questions."""
    queries = [query if isinstance(query, bytes) else query.encode() for query in (*HOSTILE.values(), *VISITS.values())]
    sent = [query.replace(CANARY.encode(), canary.encode()) for query in queries]
    pages = [Wish(f"/query?{httpx.QueryParams(query=query.decode())}") for query in sent if _is_short(query)]
    values = ("1' OR '1'='1", "'} UNION { ?s ?p ?o } #", "9" * 5_000, "\\u0022", "<script>alert(1)</script>")
    odd = [Wish(f"/questions/on-time-rate-by-unit.csv?{httpx.QueryParams(year=value)}") for value in values]
    return [*(Wish("/sparql", query) for query in sent), *pages, *odd]


def _is_short(query: bytes) -> bool:
    return len(query) < 1_000 and query.isascii()


@dataclass
class Weather:
    """Whether there is a storm, and what was noticed: by the clients that mean well how long they waited."""

    end: float
    stormy: bool = False
    lull: bool = False
    waited: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    told: list[Attempt] = field(default_factory=list)
    refused: int = 0  # good requests

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.end


def soak(seconds: int, folder: Path) -> Iterator[Attempt]:
    """Let a crowd ask for so many seconds; compare storm with calm, and the memory of the end with that before."""
    build(EXAMPLES, folder / "out")
    with Canary() as canary, _standing(folder / "out") as (pid, address):
        weather = Weather(time.monotonic() + seconds)
        wishes = hostile(canary.address)
        with ThreadPoolExecutor(WELL + ILL) as crowd:
            asked = [crowd.submit(_mean_well, address, f"127.0.0.{10 + n}", n, weather) for n in range(WELL)]
            asked += [crowd.submit(_mean_ill, address, f"127.0.0.{50 + n}", wishes, n, weather) for n in range(ILL)]
            memory = _change_weather(pid, min(SPELL, seconds / 2), weather)
            for each in asked:
                each.result()
        visits = len(canary.visits)
    yield from weather.told
    good = sum(each.what.startswith("good") for each in weather.told)
    many = weather.refused > MOST_REFUSED * good
    yield Attempt(f"{weather.refused} of {good} good requests are refused", "broken" if many else "harmless")
    slower = _p95(weather.waited[True]) / max(_p95(weather.waited[False]), LEAST)
    bearable = MOST_SLOWER if good >= ENOUGH else MOST_SLOWER_OF_FEW
    yield Attempt(f"good requests are {slower:.1f} times as slow", "harmless" if slower <= bearable else "broken")
    third = max(1, len(memory) // 3)
    early, late = median(memory[:third]), median(memory[-third:])
    yield Attempt(f"memory grows from {early:,} to {late:,}", "harmless" if late <= MOST_GROWTH * early else "broken")
    yield Attempt(f"{visits} visits to an address that queries name", "broken" if visits else "harmless")


def _change_weather(pid: int, spell: float, weather: Weather) -> list[int]:
    """Let calm and storm take turns; return the memory at the end of each calm but the first, when little was asked."""
    memory = list[int]()
    while not weather.is_over:
        time.sleep(spell * CALM)
        memory.append(resident(pid))
        weather.stormy = True
        time.sleep(spell * (1 - CALM))
        weather.stormy, weather.lull = False, True
        time.sleep(LULL)
        weather.lull = False
    return memory[1:] or memory


def _mean_well(address: str, client: str, first: int, weather: Weather) -> None:
    answers: dict[Wish, bytes] = {}
    with _open(address, client) as connection:
        for turn in range(first, 1 << 30):
            if weather.is_over:
                return
            wish, stormy = GOOD[turn % len(GOOD)], weather.stormy
            begin, lull = time.monotonic(), weather.lull
            status, body = _ask(connection, wish)
            if not lull:
                weather.waited[stormy].append(time.monotonic() - begin)
            same = status != 200 or not wish.steady or answers.setdefault(wish, body) == body
            weather.refused += status in REFUSED
            answered: Verdict = "harmless" if same else "silent"
            verdict = answered if status == 200 else "detected" if status in REFUSED else "broken"
            weather.told.append(Attempt(f"good: {wish.address} {status}", verdict))
            time.sleep(PAUSE)


def _mean_ill(address: str, client: str, wishes: Sequence[Wish], first: int, weather: Weather) -> None:
    turn = first * len(wishes) // ILL
    with _open(address, client) as connection:
        while not weather.is_over:
            if weather.stormy:
                wish, turn = wishes[turn % len(wishes)], turn + 1
                status, _ = _ask(connection, wish)
                verdict: Verdict = "detected" if status in REFUSED else "harmless" if status == 200 else "broken"
                weather.told.append(Attempt(f"hostile: {status}, {wish.address} {wish.query[:200]!r}", verdict))
            time.sleep(HURRY)


def _open(address: str, client: str) -> httpx.Client:
    transport = httpx.HTTPTransport(local_address=client)
    return httpx.Client(base_url=address, timeout=60, trust_env=False, transport=transport)


def _ask(connection: httpx.Client, wish: Wish) -> tuple[int, bytes]:
    """Return status and body of an answer; status 0 where there is none."""
    try:
        if wish.query:
            answer = connection.post(wish.address, content=wish.query, headers={"content-type": SPARQL})
        else:
            answer = connection.get(wish.address)
    except httpx.HTTPError as problem:
        return 0, repr(problem).encode()
    return answer.status_code, answer.content


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


# ---------------------------------------------------------------- the server


@contextmanager
def _standing(out: Path) -> Iterator[tuple[int, str]]:
    """Run ``cchc serve`` in a process of its own; yield its number and its address."""
    options = ("--port", "0", "--workers", WORKERS, "--seconds", SECONDS, "--client-seconds", SHARE)
    command = [sys.executable, "-m", "builder", "serve", str(out), *map(str, options)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        told = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", told)):
            told = process.stderr.readline()
            assert told, "the server ends"
        threading.Thread(target=process.stderr.read, daemon=True).start()  # so that it never waits to be read
        try:
            yield process.pid, found[0]
        finally:
            process.terminate()


def resident(pid: int) -> int:
    """Return the bytes that a process and its children hold in memory."""
    pages = 0
    for each in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((each / "stat").read_text().rpartition(")")[2].split()[1])
            if pid in (parent, int(each.name)):
                pages += int((each / "statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return pages * os.sysconf("SC_PAGESIZE")
