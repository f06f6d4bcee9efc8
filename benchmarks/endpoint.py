"""What the endpoint costs: ``python benchmarks/endpoint.py GRAPH.nq`` measures workers, the guard and recovery.

Prints the time of a small query in a worker against one in the same process, with and without the guard; how long a
worker takes to start; and for a query that never ends and one that takes all memory, how long after its limit it is
stopped and when the next query is answered.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph

from builder.server.guard import MAX_BYTES, look
from builder.server.refusals import LimitHit, Refused
from builder.server.workers import Limits, Pool

SMALL = "SELECT ?o { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?o } LIMIT 10"
NEVER_ENDING = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
STEPS = " ".join(f"BIND(CONCAT(?x{step}, ?x{step}) AS ?x{step + 1})" for step in range(30))
DOUBLING = f"SELECT (STRLEN(?x30) AS ?n) {{ BIND('aaaa' AS ?x0) {STEPS} }}"
REPEATS, ROUNDS = 500, 9


def time_each(work: Callable[[], object]) -> float:
    """Return the milliseconds of one of many calls."""
    started = time.perf_counter()
    for _ in range(REPEATS):
        work()
    return (time.perf_counter() - started) / REPEATS * 1e3


def measure_small(store: pyoxigraph.Store, pool: Pool) -> None:
    """Compare a small query in this process and in a worker, in turn; medians, for other programs run too."""
    query = look(SMALL)

    def here() -> bytes | None:
        answer = store.query(SMALL, use_default_graph_as_union=True)
        return answer.serialize(format=pyoxigraph.QueryResultsFormat.JSON)

    rounds = [
        (time_each(here), time_each(lambda: pool.answer(query)), time_each(lambda: look(SMALL))) for _ in range(ROUNDS)
    ]
    inside, outside, seen = map(statistics.median, zip(*rounds, strict=True))
    ratio = statistics.median(worker / own for own, worker, _ in rounds)
    print(f"small query: in this process {inside:.3f} ms, in a worker {outside:.3f} ms, ratio {ratio:.2f}")
    print(f"guard: {seen:.3f} ms for it, {time_largest():.1f} ms for the largest query that is let in")


def time_largest() -> float:
    """Return the milliseconds that the guard needs for a query as large as may be."""
    text = "ASK { VALUES ?x { " + "<http://ex.org/abc> 'abc' " * 1_200
    text += "} } #" + "x" * (MAX_BYTES - len(text) - 5)
    started = time.perf_counter()
    look(text)
    return (time.perf_counter() - started) * 1e3


def measure_recovery(pool: Pool, name: str, text: str) -> None:
    """Time how long a query runs until it is stopped, and when its only worker answers again."""
    started = time.perf_counter()
    try:
        pool.answer(look(text))
        outcome = "answered"
    except LimitHit as hit:
        outcome = f"limit {hit.limit}"
    except Refused as refused:
        outcome = type(refused).__name__
    stopped = time.perf_counter()
    pool.answer(look("ASK {}"))
    print(f"{name}: {outcome} after {stopped - started:.2f} s, next answer {time.perf_counter() - stopped:.2f} s later")


def main(graph: Path) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        writing = pyoxigraph.Store(folder)
        writing.bulk_load(path=graph, format=pyoxigraph.RdfFormat.N_QUADS)
        writing.flush()
        print(f"{len(writing)} statements, pyoxigraph {pyoxigraph.__version__}, Python {sys.version.split()[0]}")
        del writing
        started = time.perf_counter()
        with Pool(Path(folder), Limits(workers=1)) as pool:
            print(f"start of a worker: {time.perf_counter() - started:.2f} s")
            measure_small(pyoxigraph.Store.read_only(folder), pool)
            for _ in range(3):
                measure_recovery(pool, "a query that takes all memory, limit 1 GiB", DOUBLING)
        with Pool(Path(folder), Limits(workers=1, seconds=2)) as pool:
            for _ in range(3):
                measure_recovery(pool, "a query that never ends, limit 2 s", NEVER_ENDING)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
