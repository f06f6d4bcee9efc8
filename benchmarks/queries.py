"""What the saved questions cost on a large graph: ``python benchmarks/queries.py OUT [NAME …]``.

Each is asked of the embedded store of a build as it stands and at its widest, everything optional left open; a unit
that has to be chosen is the one with the most figures. Prints the median of the seconds of CPU to the first row and to
the whole answer, in a process of its own that is stopped after a time limit. With ``--small`` each is asked of the
small world of the tests instead, of the embedded store and of rdflib, and the answers must be equal.
``benchmarks/multiply.py`` makes a large OUT.
"""

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from multiprocessing.connection import Connection
from pathlib import Path

from builder import queries
from builder.cli.steps import prepare_store
from builder.sparql import ask
from builder.store import open_store

WORLD = Path(__file__).parents[1] / "tests" / "queries" / "world.trig"
BUSIEST = """
SELECT ?unit (COUNT(*) AS ?n) WHERE { ?f a cchc:Observation ; sdmx-dimension:refArea ?unit }
GROUP BY ?unit ORDER BY DESC(?n) ?unit LIMIT 1"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("names", nargs="*", help="of questions [all]")
    parser.add_argument("--small", action="store_true", help="compare with rdflib on the small world")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--limit", type=float, default=60, help="seconds for one question")
    asked = parser.parse_args()
    if asked.small:
        _compare(asked.repeat)
        return
    folder = prepare_store(asked.out)
    store = open_store(folder, read_only=True)
    unit = next(ask(store, BUSIEST))["unit"]
    statements = len(store.inner)  # type: ignore[attr-defined]
    del store
    print(f"{statements} statements; the unit is {unit}")
    print(f"{'question':38}{'asked':>9}{'rows':>9}{'first row':>13}{'whole':>9}{'peak MB':>9}")
    for query in queries.catalogue():
        if not asked.names or query.name in asked.names:
            for how, values in _ways(query, unit).items():
                told = _stopped_after(asked.limit, folder, queries.bind(query, values), asked.repeat)
                print(f"{query.name:38}{how:>9}{told}", flush=True)


def _ways(query: queries.SavedQuery, unit: str) -> dict[str, Mapping[str, str]]:
    """Return the values to ask with: those of the question itself, and those that leave all open that may be."""
    must = {p.name: unit for p in query.parameters if p.type == "unit" and not p.optional}
    open_ = {p.name: queries.ANY for p in query.parameters if p.optional and p.default != queries.ANY}
    return {"default": must} | ({"widest": must | open_} if open_ else {})


def _stopped_after(limit: float, folder: Path, text: str, repeat: int) -> str:
    """Ask in another process; one that takes too long is stopped."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_measure, args=(there, folder, text, repeat))
    process.start()
    there.close()
    told = f"{'':>9}{'':>13}{f'> {limit:g}':>9}"
    try:
        if here.poll(limit * repeat):
            rows, first, whole, peak = here.recv()
            told = f"{rows:9}{first:13.3f}{whole:9.3f}{peak:9.0f}"
    except EOFError:
        told = f"{'':>9}{'':>13}{'died':>9}"
    process.kill()
    process.join()
    return told


def _measure(told: Connection, folder: Path, text: str, repeat: int) -> None:
    store = open_store(folder, read_only=True)
    rows, firsts, wholes = 0, [], []
    for _ in range(repeat):
        started = time.process_time()
        answer = iter(store.query(text))
        rows = int(next(answer, None) is not None)
        firsts.append(time.process_time() - started)
        rows += sum(1 for _ in answer)
        wholes.append(time.process_time() - started)
    told.send((rows, statistics.median(firsts), statistics.median(wholes), _peak()))


def _peak() -> float:
    """Return the most memory this process has held, in MB."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.partition("VmHWM:")[2].split()[0]) / 1000


# ---------------------------------------------------------------- beside rdflib


def _compare(repeat: int) -> None:
    import pyoxigraph
    import rdflib

    store = open_store("memory:")
    store.inner.bulk_load(path=WORLD, format=pyoxigraph.RdfFormat.TRIG)  # type: ignore[attr-defined]
    dataset = rdflib.Dataset(default_union=True).parse(WORLD, format="trig")
    print(f"{'question':38}{'embedded ms':>13}{'rdflib ms':>11}{'times':>7}  rows alike")
    for query in queries.catalogue():
        ours, theirs, alike = [], [], True
        for _ in range(repeat):
            started = time.process_time()
            rows = queries.as_cells(queries.run(store, query.text))
            ours.append(1000 * (time.process_time() - started))
            started = time.process_time()
            others = [["" if term is None else str(term) for term in row] for row in dataset.query(query.text)]
            theirs.append(1000 * (time.process_time() - started))
            alike &= [[_plain(c) for c in row] for row in rows] == [[_plain(c) for c in row] for row in others]
        a, b = statistics.median(ours), statistics.median(theirs)
        print(f"{query.name:38}{a:13.1f}{b:11.1f}{b / a:7.0f}  {'yes' if alike else 'NO'}", flush=True)


def _plain(cell: str) -> str:
    """Write a number in one way: the engines write 99.40 and 1.8E0 as they please."""
    try:
        return str(Decimal(cell).normalize())
    except InvalidOperation:
        return cell


if __name__ == "__main__":
    main()
