"""Writes a graph as N-Quads, TriG, Turtle, JSON-LD, RDF/XML or N-Triples: same graph, same bytes.

N-Quads, TriG and JSON-LD keep the named graphs; the others hold the union of their statements. Statements are read and
written one by one and never pass through a store, which would rewrite numbers. N-Quads and N-Triples need no more
memory for a large graph than for a small one; the other formats hold all of it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from builder.artefacts import artefact_root
from builder.errors import BuilderError, StoreError
from builder.exporter.files import aside
from builder.merging import Sorter
from builder.turtle import with_sorted_prefixes, write_turtle
from builder.vocabulary import NAMESPACES

if TYPE_CHECKING:
    import pyoxigraph

    Quads = list[pyoxigraph.Quad]

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
XML_NAME = re.compile(r"(?![-.\d])[-.\w]+$")


def export(graph_nq: Path, format: str, target: Path) -> int:  # noqa: A002  the word on the command line
    """Write the graph in a file of N-Quads to another file and return the number of its statements.

    The format is one of :data:`FORMATS`. The target is written aside and put in place whole.
    """
    if format not in WRITERS:
        raise BuilderError(f"unknown format “{format}”; choose one of {', '.join(FORMATS)}")
    if format in LINES:
        return _write_lines(graph_nq, format, target)
    quads = read_quads(graph_nq)
    body = WRITERS[format](quads)
    with aside(target) as part:
        part.write_bytes(body)
    return len(quads)


def _write_lines(graph_nq: Path, format: str, target: Path) -> int:  # noqa: A002
    """Write a line a statement, sorted by line, each once; return how many there are with their graphs."""
    with aside(target) as part, TemporaryDirectory(dir=target.parent, prefix=".sorting.") as folder:
        sorter = Sorter(Path(folder))
        lines = (f"{LINES[format](quad)} .\t{quad.graph_name}\n".encode() for quad in _parse(graph_nq))
        while batch := list(islice(lines, BATCH)):
            sorter.add(batch)
        number = 0
        with part.open("wb") as file:
            for line, graphs in groupby(sorter.lines(), key=lambda each: each.rpartition(b"\t")[0]):
                file.write(line + b"\n")
                number += sum(1 for _ in groupby(graphs))
    return number


def write_triples(triples: "Iterable[pyoxigraph.Triple]", format: str) -> bytes:  # noqa: A002
    """Return some triples in a format, sorted.

    Raises:
        BuilderError: the format is unknown, or cannot hold one of them.

    """
    import pyoxigraph

    if format not in WRITERS:
        raise BuilderError(f"unknown format “{format}”; choose one of {', '.join(FORMATS)}")
    return WRITERS[format]([pyoxigraph.Quad(t.subject, t.predicate, t.object) for t in triples])


def read_quads(graph_nq: Path) -> "Quads":
    """Return the statements of a file, each once, in the order of graph, subject, predicate and object."""
    quads = set(_parse(graph_nq))
    return sorted(quads, key=lambda q: (str(q.graph_name), str(q.subject), str(q.predicate), str(q.object)))


def _parse(graph_nq: Path) -> "Iterator[pyoxigraph.Quad]":
    """Yield the statements of a file.

    Raises:
        StoreError: it cannot be read, or is no N-Quads.

    """
    import pyoxigraph

    try:
        yield from pyoxigraph.parse(path=graph_nq, format=pyoxigraph.RdfFormat.N_QUADS)
    except SyntaxError as problem:
        raise StoreError(f"{graph_nq}, line {problem.lineno}: not valid N-Quads: {problem.msg}") from problem
    except OSError as problem:
        raise StoreError(
            f"{graph_nq}: cannot be read: {problem.strerror or problem}; build the graph first"
        ) from problem


def _triples(quads: "Quads") -> "list[pyoxigraph.Triple]":
    """Return the statements without their graphs, each once."""
    return sorted({quad.triple for quad in quads}, key=lambda t: (str(t.subject), str(t.predicate), str(t.object)))


def _serialize(statements: Iterable[Any], form: Any, prefixes: Mapping[str, str] | None = None) -> str:
    import pyoxigraph

    body = pyoxigraph.serialize(statements, format=form, prefixes=dict(prefixes) if prefixes else None)
    return (body or b"").decode()


# ---------------------------------------------------------------- formats


def _write_nquads(quads: "Quads") -> bytes:
    """Sort by line, as the writer of graph.nq does."""
    import pyoxigraph

    return _with_sorted_lines(_serialize(quads, pyoxigraph.RdfFormat.N_QUADS))


def _write_ntriples(quads: "Quads") -> bytes:
    import pyoxigraph

    return _with_sorted_lines(_serialize(_triples(quads), pyoxigraph.RdfFormat.N_TRIPLES))


def _with_sorted_lines(text: str) -> bytes:
    """Sort by line; only a line feed ends one, for a quotation may hold other line breaks."""
    return "".join(f"{line}\n" for line in sorted(text.split("\n")) if line).encode()


def _write_trig(quads: "Quads") -> bytes:
    import pyoxigraph

    return with_sorted_prefixes(_serialize(quads, pyoxigraph.RdfFormat.TRIG, NAMESPACES)).encode()


def _write_turtle(quads: "Quads") -> bytes:
    return write_turtle(_triples(quads)).encode()


def _write_rdfxml(quads: "Quads") -> bytes:
    """Write XML; what XML cannot hold is refused, for no reader would take it."""
    import pyoxigraph

    triples = _triples(quads)
    for triple in triples:
        if NOT_IN_XML.search(getattr(triple.object, "value", "")) or not XML_NAME.search(triple.predicate.value):
            raise BuilderError(f"XML cannot hold the statement {triple}; choose another format")
    text = _serialize(triples, pyoxigraph.RdfFormat.RDF_XML, NAMESPACES).replace("\r", "&#xD;")
    head = re.search(r"<rdf:RDF([^>]*)>", text)
    if head is None:
        return text.encode()
    names = "".join(f" {name}" for name in sorted(head[1].split()))
    return (text[: head.start()] + f"<rdf:RDF{names}>" + text[head.end() :]).encode()


def _write_jsonld(quads: "Quads") -> bytes:
    """Write compact JSON-LD with the context of the ontology inside."""
    import pyoxigraph
    import rdflib

    dataset = rdflib.Dataset()
    dataset.parse(data=_serialize(quads, pyoxigraph.RdfFormat.N_QUADS), format="nquads")
    text = dataset.serialize(format="json-ld", context=_context(), sort_keys=True)
    return (json.dumps(_sorted(json.loads(text)), ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _context() -> dict[str, Any]:
    """Return the context of the ontology, or the bare prefixes where there is none."""
    path = artefact_root() / "ontology" / "context.jsonld"
    try:
        context = json.loads(path.read_text(encoding="utf-8"))["@context"]
    except FileNotFoundError:
        return dict(NAMESPACES)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise BuilderError(f"{path}: not a JSON-LD context: {problem}; run python -m builder.generate") from problem
    return dict(context)


def _sorted(value: Any) -> Any:
    """Put the members of every JSON array in order; in JSON-LD they have none unless they stand in a list."""
    if isinstance(value, dict):
        return {key: each if key in {"@context", "@list"} else _sorted(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted((_sorted(each) for each in value), key=_order)
    return value


def _order(value: Any) -> tuple[str, str]:
    name = value.get("@id", "") if isinstance(value, dict) else ""
    return str(name), json.dumps(value, ensure_ascii=False, sort_keys=True)


BATCH = 10_000  # statements
LINES: "Mapping[str, Callable[[pyoxigraph.Quad], object]]" = {"nq": lambda quad: quad, "nt": lambda quad: quad.triple}
WRITERS: "Mapping[str, Callable[[Quads], bytes]]" = {
    "nq": _write_nquads,
    "trig": _write_trig,
    "ttl": _write_turtle,
    "jsonld": _write_jsonld,
    "rdfxml": _write_rdfxml,
    "nt": _write_ntriples,
}
FORMATS = tuple(WRITERS)
