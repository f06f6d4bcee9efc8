"""The endpoint under queries made to hurt, and workers that die."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pyoxigraph
from serving import Canary, serve, write_store

from builder.artefacts import query_files
from builder.queries import read_query
from builder.server.answering import Limits
from builder.server.guard import look
from builder.server.protocol import endpoint_app
from builder.server.refusals import Refused
from builder.server.workers import Pool
from campaigns.kinds import Attempt, Verdict
from campaigns.subjects import EXAMPLES, build

LIMITS = Limits(seconds=2, memory=1 << 30, rows=10_000, bytes=16 << 20, workers=2)
PIECES = (
    *(
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        '"',
        "'",
        "\\",
        "#",
        ".",
        ";",
        ",",
        "|",
        "/",
        "^",
        "*",
        "+",
        "!",
        "?x",
        "$y",
    ),
    *(
        "SELECT",
        "ASK",
        "CONSTRUCT",
        "DESCRIBE",
        "WHERE",
        "FILTER",
        "OPTIONAL",
        "UNION",
        "MINUS",
        "BIND",
        "VALUES",
        "GRAPH",
    ),
    *(
        "SERVICE",
        "SERVICE SILENT",
        "LOAD",
        "FROM",
        "FROM NAMED",
        "INSERT DATA",
        "DELETE WHERE",
        "CLEAR ALL",
        "\\u0053ERVICE",
    ),
    *(
        "DISTINCT",
        "COUNT(*)",
        "GROUP BY ?s",
        "ORDER BY ?o",
        "LIMIT 99999999999",
        "OFFSET -1",
        "HAVING(?x > 1)",
        "a",
        "1e999",
    ),
    *(
        "?s ?p ?o .",
        "{ ?a ?b ?c . ?d ?e ?f }",
        "<CANARY>",
        "REGEX(?o, '(a+)+$')",
        "CONCAT(?x, ?x)",
        "\x00",
        "\ufeff",
        "ế",
    ),
)


@contextmanager
def standing(folder: Path, limits: Limits = LIMITS) -> Iterator[tuple[Pool, str]]:
    """Workers over the graph of the example pages, and the address of an endpoint before them."""
    build(EXAMPLES, folder / "out")
    store = write_store(folder / "store", folder / "out" / "graph.nq", pyoxigraph.RdfFormat.N_QUADS)
    with Pool(store, limits) as pool, serve(endpoint_app(pool)) as address:
        yield pool, address


def ask(client: httpx.Client, query: str) -> httpx.Response:
    return client.post("/sparql", data={"query": query}, headers={"accept": "application/sparql-results+json"})


# ---------------------------------------------------------------- queries spoiled by chance


def fuzz_queries(number: int, folder: Path) -> Iterator[Attempt]:
    """Send queries spoiled by chance: each is answered whole or refused, the next one answered, nobody visited."""
    chance, seeds = random.Random(9), [read_query(path) for path in query_files()]
    client_of = {"timeout": 60, "trust_env": False}
    with Canary() as canary, standing(folder) as (_, address), httpx.Client(base_url=address, **client_of) as client:  # type: ignore[arg-type]
        for turn in range(number):
            query = _spoil(chance.choice(seeds), chance).replace("CANARY", canary.address)
            begin = time.monotonic()
            answer = ask(client, query)
            late = time.monotonic() - begin > LIMITS.seconds + 10
            whole = answer.status_code == 200 and isinstance(answer.json(), dict)
            refused = answer.status_code in (400, 403, 413, 500, 503) and len(answer.text.splitlines()) == 2
            alive = turn % 20 or ask(client, "ASK {}").json()["boolean"]
            if late or not (whole or refused) or not alive or canary.visits:
                yield Attempt(f"{answer.status_code}, visits {canary.visits}, {query!r}", "broken")
                canary.visits.clear()
            else:
                yield Attempt(query, "harmless" if whole else "detected")


def _spoil(query: str, chance: random.Random) -> str:
    words = query.split(" ")
    for _ in range(chance.choice((1, 1, 2, 4, 9))):
        at = chance.randrange(len(words))
        way = chance.randrange(5)
        if way == 0:
            words.insert(at, chance.choice(PIECES))
        elif way == 1:
            words[at] = chance.choice(PIECES)
        elif way == 2:
            words[at:at] = words[at : at + chance.randrange(9)] * chance.choice((1, 3, 40))
        elif way == 3:
            words[at], words[0] = words[0], words[at]
        elif len(words) > 1:
            del words[at]
    return " ".join(words)


# ---------------------------------------------------------------- workers that die or stand still


def strike_workers(number: int, folder: Path) -> Iterator[Attempt]:
    """Kill, break or stop a worker, idle or at work, or let it run out of memory: the next queries are answered."""
    blows = (signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP, signal.SIGABRT, signal.SIGTERM)
    grow = look(f"SELECT (STRLEN(?x30) AS ?n) {{ BIND('{'a' * 99}' AS ?x0) {_doublings(30)} }}")
    busy = look("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    with standing(folder) as (pool, _):
        for turn in range(number):
            way = turn % 12
            begin = time.monotonic()
            if way < 10:
                worker = pool._all[turn % len(pool._all)]
                at_work = threading.Thread(target=_answer, args=(pool, busy)) if way >= 5 else None
                if at_work:
                    at_work.start()
                    time.sleep(0.05)
                os.kill(worker.pid, blows[way % 5])
                if at_work:
                    at_work.join()
                what = f"{blows[way % 5].name}, {'at work' if at_work else 'idle'}"
            else:
                _answer(pool, grow)
                what = "out of memory"
            answers = [_answer(pool, look("ASK {}")) for _ in range(LIMITS.workers + 1)]
            seconds = time.monotonic() - begin
            hurt = sum(answer == "" for answer in answers)
            fine = (
                hurt <= 1 and answers[-1] and seconds < 20
            )  # the query that the worker has been given is lost, and told
            verdict: Verdict = "broken" if not fine else "detected" if hurt else "harmless"
            yield Attempt(f"{what}: {answers}, {seconds:.1f} s", verdict)


def _doublings(steps: int) -> str:
    return " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(steps))


def _answer(pool: Pool, query: object) -> str:
    """Return the answer to a query, or nothing if it was refused."""
    try:
        return pool.answer(query).body.decode()  # type: ignore[arg-type]
    except Refused:
        return ""
