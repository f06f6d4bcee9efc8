"""Shapes: what pySHACL makes of them, and what the store answers where they speak SPARQL.

pySHACL judges a property shape node by node and asks a SPARQL constraint once per node. Two things make that fast and
change no verdict: every property shape gets the targets of its node shape, so that pySHACL judges all its nodes at
once; and the store answers a SPARQL constraint for all nodes at once. The reference leaves SPARQL to pySHACL too.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, cast

import pyoxigraph as ox

from builder.artefacts import load_prefixes, load_shapes
from builder.errors import ShapeError
from builder.facts import Violation

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

Severity = Literal["Violation", "Warning", "Info"]


def judge_whole(quads: Iterable[ox.Quad]) -> list[Violation]:
    """Return what pySHACL says of a whole graph, SPARQL included: the reference, which is slow."""
    from builder.validator.graphs import to_graph

    return list(read_report(judge(to_graph(quads), unfold_shapes(with_sparql=True))))


# ---------------------------------------------------------------- what pySHACL judges


def judge(data: "rdflib.Graph", shapes: "rdflib.Graph") -> "rdflib.Graph":
    """Return pySHACL's report on a graph."""
    import pyshacl
    import rdflib

    try:
        _, report, text = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    except Exception as problem:
        raise ShapeError(f"shapes/: a shape cannot be used: {problem}") from problem
    if not isinstance(report, rdflib.Graph):
        raise ShapeError(f"shapes/: a constraint cannot be used: {text}")
    return report


def read_report(report: "rdflib.Graph") -> Iterator[Violation]:
    """Turn a SHACL report into values; the messages are the shapes', for pySHACL loses the language of some."""
    from rdflib import SH, URIRef

    for result in report.objects(None, SH.result):
        told = {term: str(value) for term, value in report.predicate_objects(result)}
        yield Violation(
            focus=told[SH.focusNode],
            shape=told[SH.sourceShape],
            constraint=told[SH.sourceConstraintComponent].rpartition("#")[2],
            severity=cast("Severity", told[SH.resultSeverity].rpartition("#")[2]),
            path=told.get(SH.resultPath, ""),
            value=told.get(SH.value, ""),
            messages=_messages(URIRef(told[SH.sourceShape])),
        )


def _messages(shape: "Node") -> dict[str, str]:
    from rdflib import SH

    found = {message.language or "": str(message) for message in cast("Any", load_shapes().objects(shape, SH.message))}
    return dict(sorted(found.items()))


@lru_cache(maxsize=2)
def unfold_shapes(*, with_sparql: bool = False) -> "rdflib.Graph":
    """Return the shapes, every property shape with the targets of its node shape; SPARQL is left out or kept."""
    from rdflib import SH

    shapes = copy_shapes()
    for node, promise in list(shapes.subject_objects(SH.property)):
        shapes.remove((node, SH.property, promise))
        for target in (SH.targetClass, SH.targetSubjectsOf):
            for value in shapes.objects(node, target):
                shapes.add((promise, target, value))
    for promise in [] if with_sparql else list(shapes.subjects(SH.sparql)):
        shapes.remove((promise, None, None))
    return shapes


def copy_shapes() -> "rdflib.Graph":
    """Return a copy of the shapes that may be changed, as pySHACL does."""
    import rdflib

    copy = rdflib.Graph(bind_namespaces="none")
    for triple in load_shapes():
        copy.add(triple)
    return copy


# ---------------------------------------------------------------- what the store answers


def ask_constraints(store: ox.Store) -> Iterator[Violation]:
    """Ask every SPARQL constraint once for all nodes; return a violation per answer about a target."""
    from rdflib import SH, Graph, URIRef

    shapes: Graph = load_shapes()
    for promise, constraint in shapes.subject_objects(SH.sparql):
        targets = find_targets(store, shapes, promise)
        query = prefixes() + str(shapes.value(constraint, SH.select))
        for focus, value in answers(store, query, str(promise)):
            if focus in targets:
                yield Violation(
                    focus=focus,
                    shape=str(promise),
                    constraint="SPARQLConstraintComponent",
                    severity=cast("Severity", str(shapes.value(promise, SH.severity)).rpartition("#")[2]),
                    path=str(shapes.value(promise, URIRef(SH.path)) or ""),
                    value=value,
                    messages=_messages(promise),
                )


def answers(store: ox.Store, query: str, shape: str) -> Iterator[tuple[str, str]]:
    """Return the nodes and values that a SPARQL constraint objects to."""
    try:
        found = store.query(query, use_default_graph_as_union=True)
    except (SyntaxError, ValueError) as problem:
        raise ShapeError(f"shapes/: the query of {shape} cannot be used: {problem}") from problem
    assert isinstance(found, ox.QuerySolutions)
    has_value = "value" in [variable.value for variable in found.variables]
    for answer in found:
        value: Any = answer["value"] if has_value else None
        yield cast("Any", answer["this"]).value, "" if value is None else value.value


def find_targets(store: ox.Store, shapes: "rdflib.Graph", promise: "Node") -> set[str]:
    """Return the nodes that a property shape is about, through the node shapes that have it."""
    from rdflib import SH

    patterns = []
    for node in shapes.subjects(SH.property, promise):
        patterns += [f"?this a/rdfs:subClassOf* <{kind}>" for kind in shapes.objects(node, SH.targetClass)]
        patterns += [f"?this <{p}> ?any" for p in shapes.objects(node, SH.targetSubjectsOf)]
    found: set[str] = set()
    for pattern in patterns:
        found |= {focus for focus, _ in answers(store, f"{prefixes()} SELECT ?this {{ {pattern} }}", str(promise))}
    return found


@lru_cache(maxsize=1)
def prefixes() -> str:
    """Return every prefix of the project in the words of SPARQL."""
    return "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in load_prefixes().items())
