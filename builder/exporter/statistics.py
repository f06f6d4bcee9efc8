"""Counts what a graph holds, in the terms in which VoID describes a data set."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox

from builder.exporter.rdf import read_quads
from builder.vocabulary import NAMESPACES, RDF

OURS = NAMESPACES["scheme"]  # where the addresses of all things begin that this project names
LINKS = ("owl:sameAs", "rdfs:seeAlso", "skos:closeMatch", "skos:exactMatch", "skos:relatedMatch")


@dataclass(frozen=True, slots=True)
class Links:
    """Statements that tie our things to those of another host by one property."""

    property: str
    host: str  # "http://publications.europa.eu/"
    triples: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """How much there is in a graph: of the statements of all named graphs together, each counted once."""

    quads: int  # statements with their graphs
    triples: int
    subjects: int
    objects: int
    entities: int  # things that this project names and says something about
    classes: tuple[tuple[str, int], ...]  # class, number of its members
    properties: tuple[tuple[str, int], ...]  # property, number of its statements
    vocabularies: tuple[str, ...]  # namespaces of the classes and properties, as far as they have a prefix
    links: tuple[Links, ...]


def count_statements(graph_nq: Path) -> Statistics:
    """Count what the graph in a file of N-Quads holds.

    Raises:
        StoreError: the file cannot be read or is damaged.

    """
    quads = read_quads(graph_nq)
    triples = {quad.triple for quad in quads}
    subjects = {_address(triple.subject) for triple in triples}
    classes = Counter(_address(t.object) for t in triples if t.predicate.value == RDF.type)
    properties = Counter(t.predicate.value for t in triples)
    return Statistics(
        quads=len(quads),
        triples=len(triples),
        subjects=len(subjects),
        objects=len({triple.object for triple in triples}),
        entities=sum(subject.startswith(OURS) for subject in subjects),
        classes=tuple(sorted(classes.items())),
        properties=tuple(sorted(properties.items())),
        vocabularies=_vocabularies({*classes, *properties}),
        links=_links(triples),
    )


def _vocabularies(terms: Iterable[str]) -> tuple[str, ...]:
    """Return the namespaces of some terms: the longest known beginning of each."""
    spaces = sorted(NAMESPACES.values(), key=len, reverse=True)
    found = {next((space for space in spaces if term.startswith(space)), "") for term in terms}
    return tuple(sorted(found - {""}))


def _links(triples: Iterable[ox.Triple]) -> tuple[Links, ...]:
    """Count the statements that link one of our things to one of another host."""
    wanted = {NAMESPACES[prefix] + local for prefix, local in (link.split(":") for link in LINKS)}
    found: Counter[tuple[str, str]] = Counter()
    for triple in triples:
        target = _address(triple.object)
        if triple.predicate.value in wanted and _address(triple.subject).startswith(OURS) and "://" in target:
            parts = urlsplit(target)
            found[triple.predicate.value, f"{parts.scheme}://{parts.netloc}/"] += not target.startswith(OURS)
    return tuple(Links(word, host, number) for (word, host), number in sorted(found.items()) if number)


def _address(term: object) -> str:
    """Return the address of a named thing; nothing for others."""
    return term.value if isinstance(term, ox.NamedNode) else ""
