"""What the pages of a graph cost: ``python benchmarks/pages.py OUT`` shows pages of every kind and measures each.

Prints the median and the slowest time of the pages of a kind, asked over HTTP of a server in another process, beside
that of the smallest answer the server gives; and their size as sent. ``benchmarks/multiply.py`` makes a large OUT.
"""

import argparse
import gzip
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx

from builder.cli.steps import prepare_store
from builder.server.addresses import place_of
from builder.sparql import ask
from builder.store import open_store

KINDS = {
    "unit": "SELECT DISTINCT ?x WHERE { ?f a cchc:Observation ; sdmx-dimension:refArea ?x } ORDER BY ?x",
    "province": "SELECT DISTINCT ?x WHERE { ?x cchc:level level:province ; cchc:versionOf ?y } ORDER BY ?x",
    "observation": "SELECT ?x WHERE { ?x a cchc:Observation } ORDER BY ?x LIMIT 2000",
    "document": "SELECT ?x WHERE { ?x a cchc:SourceDocument } ORDER BY ?x LIMIT 2000",
    "initiative": "SELECT ?x WHERE { ?x a cchc:Initiative } ORDER BY ?x LIMIT 2000",
    "legal document": "SELECT DISTINCT ?x WHERE { ?d dcterms:references ?x . ?x a eli:LegalResource } ORDER BY ?x",
    "indicator": "SELECT DISTINCT ?x WHERE { ?f a cchc:Observation ; cchc:indicator ?x } ORDER BY ?x",
}
OTHERS = {"home": ["/"], "comparison": ["/compare/on-time-rate", "/compare/on-time-rate/2021"], "overview": ["/graph"]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pages", type=int, default=20, help="pages of each kind [20]")
    asked = parser.parse_args()
    store = open_store(prepare_store(asked.out), read_only=True)
    choice = random.Random(1)
    paths: dict[str, list[str]] = {"smallest answer": ["/static/icon.svg"] * 5, **OTHERS}
    for kind, query in KINDS.items():
        things = [row["x"] for row in ask(store, query)]
        picked = choice.sample(things, min(asked.pages, len(things)))
        paths[kind] = [f"/{place_of(thing)}.html" for thing in picked]
        if kind in ("unit", "indicator"):
            paths[f"graph of {kind}"] = [path.replace("/doc/", "/graph/").removesuffix(".html") for path in paths[kind]]
    del store
    command = [sys.executable, "-m", "builder", "serve", str(asked.out), "--port", "0", "--lang", "en"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            address = next(line.split()[1] for line in server.stderr if line.startswith("open "))
            _measure(address, paths)
        finally:
            server.terminate()


def _measure(address: str, paths: dict[str, list[str]]) -> None:
    print(f"{'kind':20}{'pages':>6}{'median ms':>11}{'slowest ms':>12}{'largest kB':>12}{'gzipped kB':>12}")
    with httpx.Client(base_url=address, timeout=120) as client:
        for place in ("/", "/compare", "/graph"):  # what a server counts once, after it has started
            client.get(place)
        for kind, asked in paths.items():
            times, sizes = [], []
            for path in asked:
                started = time.perf_counter()
                answer = client.get(path)
                times.append(1000 * (time.perf_counter() - started))
                answer.raise_for_status()
                sizes.append((len(answer.content), len(gzip.compress(answer.content))))
            row = statistics.median(times), max(times), max(s for s, _ in sizes) / 1000, max(g for _, g in sizes) / 1000
            print(f"{kind:20}{len(asked):6}{row[0]:11.1f}{row[1]:12.1f}{row[2]:12.1f}{row[3]:12.1f}", flush=True)


if __name__ == "__main__":
    main()
