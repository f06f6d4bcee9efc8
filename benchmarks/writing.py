"""What writing costs beside peers: ``python benchmarks/writing.py PAGES [--peers PYTHON] [--copies 40] [--rounds 3]``.

Two comparisons, each in one run, in seconds of the processor, the least of some rounds. First all that our writer
makes of the facts of the pages, against those who are given the finished statements: plain templates that only print
them, pyoxigraph and rdflib that add and serialise them. Then a table of figures, ten columns each, that is turned into
statements: by plain templates, by pyoxigraph, and by maplib and Morph-KGC, where ``PYTHON``, the interpreter of an
environment of its own, has them: ``pip install maplib polars morph-kgc``. Peers are no dependencies.
"""

import argparse
import csv
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

NAMESPACE = "https://w3id.org/cchc/"
LINKS = ("indicator", "measure", "area", "bound", "status", "page")  # columns that hold IRIs
VALUES = ("value", "printed", "confidence", "rule")
MAPPING = "[CONFIGURATION]\nlogging_level=ERROR\nnumber_of_processes=1\n[figures]\nmappings={mapping}\n"
LINK = 'rr:predicateObjectMap [ rr:predicate <{n}{c}> ; rr:objectMap [ rml:reference "{c}" ; rr:termType rr:IRI ] ]'
VALUE = 'rr:predicateObjectMap [ rr:predicate <{n}{c}> ; rr:objectMap [ rml:reference "{c}" ] ]'


def least(work: Callable[[], Any], rounds: int) -> float:
    """Return the least seconds of the processor that some work takes."""
    spent = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return min(spent)


# ---------------------------------------------------------------- in the environment of the peers


def serve_peers(table: Path, rounds: int) -> None:
    """Print the seconds that each peer takes to turn a table into statements."""
    told = {}
    for name, prepare in (("maplib", with_maplib), ("Morph-KGC", with_morph)):
        try:
            told[name] = least(prepare(table), rounds)
        except ImportError as problem:
            print(f"{name} is left out: {problem}", file=sys.stderr)
    print(json.dumps(told))


def with_maplib(table: Path) -> Callable[[], Any]:
    """Map a data frame by a template and write N-Triples."""
    import polars
    from maplib import Model

    frame = polars.read_csv(table, infer_schema_length=0)
    variables = ", ".join(f"ottr:IRI ?{c}" if c in ("figure", *LINKS) else f"xsd:string ?{c}" for c in frame.columns)
    lines = ", ".join(f"ottr:Triple(?figure, f:{column}, ?{column})" for column in (*LINKS, *VALUES))
    template = f"@prefix f: <{NAMESPACE}> . f:Figure [{variables}] :: {{ {lines} }} ."

    def work() -> str:
        model = Model()
        model.add_template(template)
        model.map(NAMESPACE + "Figure", frame)
        written: str = model.writes(format="ntriples")
        return written

    return work


def with_morph(table: Path) -> Callable[[], Any]:
    """Materialise an RML mapping as N-Triples."""
    import morph_kgc

    maps = [LINK.format(n=NAMESPACE, c=c) for c in LINKS] + [VALUE.format(n=NAMESPACE, c=c) for c in VALUES]
    mapping = table.with_suffix(".ttl")
    mapping.write_text(
        "@prefix rr: <http://www.w3.org/ns/r2rml#> . @prefix rml: <http://semweb.mmlab.be/ns/rml#> .\n"
        "@prefix ql: <http://semweb.mmlab.be/ns/ql#> .\n"
        f'<#figures> rml:logicalSource [ rml:source "{table}" ; rml:referenceFormulation ql:CSV ] ;\n'
        'rr:subjectMap [ rml:reference "figure" ; rr:termType rr:IRI ] ;\n' + " ;\n".join(maps) + " .\n"
    )
    return lambda: morph_kgc.materialize_set(MAPPING.format(mapping=mapping))


# ---------------------------------------------------------------- in ours


def compare_documents(linked: Sequence[Any], rounds: int) -> None:
    """Compare what writes all statements about pages."""
    import pyoxigraph as ox
    from rdflib import Dataset

    from builder.lexicon import load_lexicon
    from builder.writer import write_document

    lexicon = load_lexicon()
    text = "".join(line for page in linked for line in write_document(page, lexicon))
    quads = list(ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS))
    parts = [tuple(map(str, (q.subject, q.predicate, q.object, q.graph_name))) for q in quads]
    source = Dataset()
    source.parse(data=text, format="nquads")
    rdflib_quads = list(source.quads())

    def with_oxigraph() -> bytes | None:
        store = ox.Store()
        store.extend(quads)
        return store.dump(format=ox.RdfFormat.N_QUADS)

    def with_rdflib() -> str:
        dataset = Dataset()
        for s, p, o, g in rdflib_quads:
            dataset.graph(g).add((s, p, o))
        return dataset.serialize(format="nquads")

    def ours() -> list[str]:
        return [line for page in linked for line in write_document(page, lexicon)]

    ways: dict[str, Callable[[], Any]] = {
        "plain templates, terms given": lambda: "".join(sorted([f"{s} {p} {o} {g} .\n" for s, p, o, g in parts])),
        "ours, from facts": ours,
        "pyoxigraph, terms given": with_oxigraph,
        "rdflib, terms given": with_rdflib,
    }
    show(f"{len(linked)} pages", len(quads), {name: least(work, rounds) for name, work in ways.items()})


def compare_tables(linked: Sequence[Any], copies: int, rounds: int, python: str) -> None:
    """Compare what turns a table of figures into statements."""
    import pyoxigraph as ox

    from builder.writer import literal

    rows = [row for copy in range(copies) for page in linked for row in figures_of(page, copy)]
    node, predicates = ox.NamedNode, {column: ox.NamedNode(NAMESPACE + column) for column in (*LINKS, *VALUES)}

    def with_oxigraph() -> bytes | None:
        store = ox.Store()
        for row in rows:
            figure = node(row["figure"])
            store.extend(ox.Quad(figure, predicates[c], node(row[c])) for c in LINKS)
            store.extend(ox.Quad(figure, predicates[c], ox.Literal(row[c])) for c in VALUES)
        return store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())

    def with_templates() -> str:
        lines = [f"<{r['figure']}> <{NAMESPACE}{c}> <{r[c]}> .\n" for r in rows for c in LINKS]
        lines += [f"<{r['figure']}> <{NAMESPACE}{c}> {literal(r[c])} .\n" for r in rows for c in VALUES]
        return "".join(sorted(lines))

    told = {"plain templates": least(with_templates, rounds), "pyoxigraph": least(with_oxigraph, rounds)}
    with TemporaryDirectory() as folder:
        table = Path(folder) / "figures.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["figure", *LINKS, *VALUES])
            writer.writeheader()
            writer.writerows(rows)
        serve = [python, __file__, "--serve", str(table), "--rounds", str(rounds)]
        answer = subprocess.run(serve, stdout=subprocess.PIPE, text=True, check=True).stdout
        told |= json.loads(answer.splitlines()[-1])
    show(f"a table of {len(rows)} figures", len(rows) * len(LINKS + VALUES), told)


def figures_of(page: Any, copy: int) -> Iterator[dict[str, str]]:
    """Yield the figures of a page as rows of a table."""
    from builder.facts import Observation
    from builder.identifiers import document_iri, observation_iri

    for fact in page.facts:
        if isinstance(fact, Observation):
            yield {
                "figure": f"{observation_iri(page.document.id, fact)}-{copy}",
                "indicator": f"{NAMESPACE}indicator/{fact.indicator}",
                "measure": f"{NAMESPACE}measure/{fact.measure}",
                "area": f"{NAMESPACE}id/unit/{fact.area}",
                "bound": f"{NAMESPACE}bound/{fact.bound}",
                "status": f"{NAMESPACE}status/{fact.status}",
                "page": document_iri(page.document.id),
                "value": str(fact.value),
                "printed": fact.printed,
                "confidence": str(fact.confidence),
                "rule": fact.rule,
            }


def show(what: str, statements: int, seconds: dict[str, float]) -> None:
    """Print a table whose first row all others are compared with."""
    print(f"{what}, {statements} statements")
    first = next(iter(seconds.values()))
    for name, spent in seconds.items():
        print(f"  {name:30} {1e6 * spent / statements:8.2f} µs a statement, {spent / first:7.2f} times the templates")


def main() -> None:
    """Measure, or serve the peers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path, nargs="*")
    parser.add_argument("--peers", default=sys.executable, help="interpreter with maplib, polars and morph-kgc")
    parser.add_argument("--copies", type=int, default=40, help="how often the figures are told in the table")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve_peers(asked.serve, asked.rounds)
        return
    from builder.extractor import extract
    from builder.gazetteer import load_gazetteer
    from builder.lexicon import load_lexicon
    from builder.linker import link_document
    from builder.reader import list_sources, load_source, read

    lexicon, gazetteer = load_lexicon(), load_gazetteer()
    documents = [read(load_source(place), lexicon) for place in list_sources(asked.pages)[0]]
    linked = [link_document(d, extract(d, lexicon, gazetteer), gazetteer, lexicon) for d in documents]
    compare_documents(linked, asked.rounds)
    compare_tables(linked, asked.copies, asked.rounds, asked.peers)


if __name__ == "__main__":
    main()
