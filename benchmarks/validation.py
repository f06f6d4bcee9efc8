"""What the validation of a build costs, beside pySHACL on the whole graph: ``python benchmarks/validation.py OUT``.

The build is made larger as ``multiply.py`` does it. Ours is measured at every size, with one process, shapes and checks
and quotations; the seconds are those of the processor, of the slowest of some runs. The reference only judges the shapes:
pySHACL on the whole graph with the shapes as they are written, plain, and with queries that are read once. It goes as
far as it is let (``--reference``); for larger graphs its seconds are told from its largest two sizes, by their growth.
"""

import argparse
import logging
import math
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

from builder.validator import nodes, read_graph, validate
from builder.validator.graphs import to_graph
from builder.validator.shapes import copy_shapes, judge, unfold_shapes

MULTIPLY = Path(__file__).with_name("multiply.py")


def seconds(task: Callable[[], object]) -> float:
    """Return the seconds of the processor that a task takes."""
    begin = process_time()
    task()
    return process_time() - begin


def enlarge(out: Path, folder: Path, statements: int) -> Path:
    """Return the folder of a build of about so many statements, sorted as builds are."""
    target = folder / str(statements)
    subprocess.run([sys.executable, MULTIPLY, out, target, "--statements", str(statements)], check=True)
    graph = target / "graph.nq"
    with graph.open("rb") as file:
        lines = sorted(file)
    with graph.open("wb") as file:
        file.writelines(lines)
    return target


def count_pages(graph: Path) -> int:
    """Return how many pages a graph describes."""
    with graph.open("rb") as file:
        return sum(b"#type> <https://w3id.org/cchc/ontology#SourceDocument> <" in line for line in file)


def measure_references(graph: Path) -> tuple[float, float]:
    """Return the seconds of pySHACL on the whole graph: plain, and with queries that are read once."""
    import rdflib

    prepared = to_graph(read_graph(graph))
    plain = rdflib.Graph(bind_namespaces="none")
    for triple in prepared:
        plain.add(triple)
    cached = seconds(lambda: judge(prepared, copy_shapes()))
    return seconds(lambda: judge(plain, copy_shapes())), cached


def extrapolate(known: dict[int, float], size: int) -> float:
    """Return the seconds at a size from those of the largest two sizes, which give the power it grows with."""
    (small, few), (large, many) = sorted(known.items())[-2:]
    return many * (size / large) ** max(1.0, math.log(many / few) / math.log(large / small))


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[60_000, 120_000, 250_000, 500_000, 1_000_000])
    parser.add_argument("--reference", type=int, nargs="+", default=[1_000, 2_000], help="statements about pages")
    parser.add_argument("--runs", type=int, default=1)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    unfold_shapes(), nodes.fast_shapes()  # read once, as in a longer run
    with tempfile.TemporaryDirectory() as folder:
        for size in asked.sizes:
            out = enlarge(asked.out, Path(folder), size)
            pages, statements = count_pages(out / "graph.nq"), sum(1 for _ in (out / "graph.nq").open("rb"))
            spent = max(seconds(lambda out=out: validate(out / "graph.nq")) for _ in range(asked.runs))
            print(
                f"{statements:>9} statements, {pages:>6} pages: {spent:7.2f} s, {1000 * spent / pages:.2f} ms a page",
                flush=True,
            )


if __name__ == "__main__":
    main()
