"""Shapes, checks and evidence in one report.

::

    OUT/graph.nq ─┬─ shapes/*.ttl         pySHACL            ─┐
                  ├─ queries/checks/*.rq  pyoxigraph         ─┼─▶ Report
                  └─ OUT/texts/           builder.evidence   ─┘

What a page itself gets wrong is a Warning, because the graph rightly keeps what is printed. What the builder gets wrong
is a Violation.
"""

from collections.abc import Collection, Iterable
from pathlib import Path

import pyoxigraph as ox

from builder import evidence
from builder.errors import StoreError
from builder.facts import Report, Violation
from builder.validator.checks import find_answers
from builder.validator.report import count_severities, report_html, report_json, report_ttl
from builder.validator.shapes import find_violations

__all__ = [
    "check_graph",
    "count_severities",
    "read_graph",
    "report_html",
    "report_json",
    "report_ttl",
    "validate",
]

SHARED_GRAPHS = ("/graph/register", "/graph/ontology")
EVIDENCE_MESSAGES = {
    "en": "The quotation does not stand in the text where the graph says.",
    "vi": "Đoạn trích dẫn không nằm ở vị trí mà đồ thị ghi trong văn bản.",
}


def validate(
    graph: Path,
    texts: Path | None = None,
    pages: Path | None = None,
    *,
    derived: Iterable[Path] = (),
    reference: bool = False,
) -> Report:
    """Return what is wrong with a built graph: its shapes, its checks and its quotations.

    The texts are looked for beside the graph unless another folder is given. With the folder of pages, the kept texts
    are compared with the plain-text pages too. Files derived from the graph are judged together with it.
    """
    kept = texts or graph.parent / "texts"
    quads = [quad for file in (graph, *derived) for quad in read_graph(file)]
    found = [*check_graph(quads, reference=reference), *_unproved(graph, kept, pages)]
    return Report(_sorted(found))


def read_graph(graph: Path) -> list[ox.Quad]:
    """Read the statements of an N-Quads file."""
    try:
        return list(ox.parse(path=graph, format=ox.RdfFormat.N_QUADS))
    except (OSError, SyntaxError, ValueError) as problem:
        raise StoreError(f"{graph}: cannot be read as N-Quads: {problem}; build it again") from problem


def check_graph(
    quads: Iterable[ox.Quad], documents: Collection[str] | None = None, *, reference: bool = False
) -> tuple[Violation, ...]:
    """Return what the shapes and checks find in a graph, without looking at the texts.

    With ``documents``, the addresses of some documents' graphs, only these and those beside them are judged; what all
    documents share is there to be referred to. Checks that compare documents then see no others.
    """
    statements = [quad for quad in quads if documents is None or _belongs(quad, documents)]
    judged = None if documents is None else {_name(q.subject) for q in statements if _home(q) in documents}
    store = ox.Store()
    store.bulk_extend(statements)
    broken = find_violations(statements, store, judged, reference=reference)
    return _sorted([*broken, *find_answers(store, broken, judged)])


def _belongs(quad: ox.Quad, documents: Collection[str]) -> bool:
    graph = _home(quad)
    return graph in documents or graph.endswith(SHARED_GRAPHS)


def _home(quad: ox.Quad) -> str:
    """Return the graph of the document that a statement was read from; those beside it have its address and a "#"."""
    return _name(quad.graph_name).partition("#")[0]


def _name(term: object) -> str:
    return str(getattr(term, "value", ""))


def _unproved(graph: Path, texts: Path, pages: Path | None) -> Iterable[Violation]:
    for mismatch in evidence.prove(graph, texts, pages).mismatches:
        focus, _, reason = mismatch.partition(": ")
        yield Violation(focus, "", "evidence", "Violation", value=reason, messages=EVIDENCE_MESSAGES)


def _sorted(found: Iterable[Violation]) -> tuple[Violation, ...]:
    rank = {"Violation": 0, "Warning": 1, "Info": 2}
    unique = {(rank[v.severity], v.shape, v.constraint, v.focus, v.path, v.value): v for v in found}
    return tuple(unique[key] for key in sorted(unique))
