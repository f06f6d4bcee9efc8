"""Shapes, checks and evidence in one report.

::

    OUT/graph.nq ─┬─ shapes/*.ttl         core, in runs: nodes        ─┐
                  │                       SPARQL, in the store: shapes ┤
                  ├─ queries/checks/*.rq  in the store: checks        ─┼─▶ Report
                  └─ OUT/texts/           builder.evidence            ─┘

What a page itself gets wrong is a Warning, because the graph rightly keeps what is printed. What the builder gets wrong
is a Violation.
"""

from collections.abc import Collection, Iterable
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from builder import evidence
from builder.errors import StoreError
from builder.facts import Report, Violation
from builder.validator.checks import find_answers, leave_out_said
from builder.validator.nodes import begin, cut, judge_run, open_pool, parse, read_sorted, sort
from builder.validator.report import count_severities, report_html, report_json, report_ttl
from builder.validator.shapes import ask_constraints, judge_whole

__all__ = [
    "check_graph",
    "count_severities",
    "find_violations",
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
    jobs: int = 1,
) -> Report:
    """Return what is wrong with a built graph: its shapes, its checks and its quotations.

    The texts are looked for beside the graph unless another folder is given. With the folder of pages, the kept texts
    are compared with the plain-text pages too. Files derived from the graph are judged together with it.

    Args:
        graph: the N-Quads of a build.
        texts: the folder of the kept texts.
        pages: the folder of the pages that were read.
        derived: N-Quads made of the graph later.
        jobs: number of processes.

    Raises:
        StoreError: a file cannot be read as N-Quads.
        ArtefactError: a shape or a check cannot be used.
        BuilderError: a process ended before its time.

    """
    files = (graph, *derived)
    store = _load(files)
    with open_pool(jobs) as pool:
        unproved = begin([partial(_find_unproved, graph, texts or graph.parent / "texts", pages)], pool)
        core = begin((partial(judge_run, run) for run in cut(read_sorted(files), store)), pool, ahead=2 * jobs)
        asked, answers = list(ask_constraints(store)), find_answers(store)
        broken = [*core, *asked]
        return Report(_sorted([*broken, *leave_out_said(answers, broken), *unproved]))


def read_graph(graph: Path) -> list[ox.Quad]:
    """Read the statements of an N-Quads file."""
    return list(parse(graph))


def check_graph(
    quads: Iterable[ox.Quad], documents: Collection[str] | None = None, *, reference: bool = False
) -> tuple[Violation, ...]:
    """Return what the shapes and checks find in a graph, without looking at the texts.

    With ``documents``, the addresses of some documents' graphs, only these and those beside them are judged; what all
    documents share is there to be referred to. Checks that compare documents then see no others. The reference is
    pySHACL on the whole graph: slower, with the same verdicts.
    """
    statements = [quad for quad in quads if documents is None or _belongs(quad, documents)]
    judged = {_name(quad.subject) for quad in statements if documents is None or _home(quad) in documents}
    broken = judge_whole(statements) if reference else find_violations(statements, judged)
    found = [*broken, *leave_out_said(find_answers(_hold(statements)), broken)]
    return _sorted(violation for violation in found if documents is None or violation.focus in judged)


def find_violations(quads: Iterable[ox.Quad], judged: Collection[str] | None = None) -> list[Violation]:
    """Return what the shapes object to in some statements; with ``judged``, only what the core says of these nodes."""
    statements = list(quads)
    store = _hold(statements)
    lines = sort(quad for quad in statements if judged is None or _name(quad.subject) in judged)
    return [*(violation for run in cut(lines, store) for violation in judge_run(run)), *ask_constraints(store)]


def _hold(quads: Iterable[ox.Quad]) -> ox.Store:
    store = ox.Store()
    store.bulk_extend(quads)
    return store


def _load(files: Iterable[Path]) -> ox.Store:
    store = ox.Store()
    for file in files:
        try:
            store.bulk_load(path=file, format=ox.RdfFormat.N_QUADS)
        except (OSError, SyntaxError, ValueError) as problem:
            raise StoreError(f"{file}: cannot be read as N-Quads: {problem}; build it again") from problem
    return store


def _belongs(quad: ox.Quad, documents: Collection[str]) -> bool:
    graph = _home(quad)
    return graph in documents or graph.endswith(SHARED_GRAPHS)


def _home(quad: ox.Quad) -> str:
    """Return the graph of the document that a statement was read from; those beside it have its address and a "#"."""
    return _name(quad.graph_name).partition("#")[0]


def _name(term: object) -> str:
    return str(getattr(term, "value", ""))


def _find_unproved(graph: Path, texts: Path, pages: Path | None) -> list[Violation]:
    try:
        mismatches = evidence.prove(graph, texts, pages).mismatches
    except OSError as problem:
        what = f"its evidence cannot be looked at: {problem.strerror or problem}"
        raise StoreError(f"{graph}: {what}; check the disk and its room for temporary files") from problem
    told = (mismatch.partition(": ") for mismatch in mismatches)
    return [
        Violation(focus, "", "evidence", "Violation", value=reason, messages=EVIDENCE_MESSAGES)
        for focus, _, reason in told
    ]


def _sorted(found: Iterable[Violation]) -> tuple[Violation, ...]:
    rank = {"Violation": 0, "Warning": 1, "Info": 2}
    unique = {(rank[v.severity], v.shape, v.constraint, v.focus, v.path, v.value): v for v in found}
    return tuple(unique[key] for key in sorted(unique))
