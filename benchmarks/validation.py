"""What the validation of a build costs, beside pySHACL on the whole graph: ``python benchmarks/validation.py OUT``.

The build is made larger as ``multiply.py`` does it. Ours is measured at every size, with one process: shapes, checks
and quotations; the seconds are those of the processor, of the slowest of some runs. The references judge the shapes as
they are written on the graphs of a few pages alone, for they are slow: pySHACL with queries that are read once, and
plain pySHACL.
"""

import argparse
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

from builder.validator import SHARED_GRAPHS, find_violations, nodes, read_graph, validate
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


def compare_engines(out: Path, pages: int, plain: bool) -> str:
    """Return the seconds of each engine on the graphs of the first pages."""
    import rdflib

    quads = [quad for quad in read_graph(out / "graph.nq") if not quad.graph_name.value.endswith(SHARED_GRAPHS)]
    chosen = sorted({quad.graph_name.value for quad in quads})[:pages]
    some = [quad for quad in quads if quad.graph_name.value in chosen]
    prepared = to_graph(some)
    told = f"{len(some):>9} statements, {pages:>6} pages: ours {seconds(lambda: find_violations(some)):.2f} s"
    told += f", queries read once {seconds(lambda: judge(prepared, copy_shapes())):.2f} s"
    if plain:
        graph = rdflib.Graph(bind_namespaces="none")
        for triple in prepared:
            graph.add(triple)
        told += f", plain {seconds(lambda: judge(graph, copy_shapes())):.2f} s"
    return told


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[60_000, 120_000, 250_000, 500_000, 1_000_000])
    parser.add_argument("--reference", type=int, nargs="*", default=[1, 2, 4], help="pages for the references")
    parser.add_argument("--plain", action="store_true", help="plain pySHACL, too")
    parser.add_argument("--runs", type=int, default=1)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    unfold_shapes(), nodes.fast_engine()  # read once, as in a longer run
    for pages in asked.reference:
        print(compare_engines(asked.out, pages, asked.plain), flush=True)
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
