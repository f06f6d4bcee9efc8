"""Triples in the formats of linked data: same triples, same bytes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from builder.exporter import rdf

if TYPE_CHECKING:
    import pyoxigraph


def serialize(triples: "Sequence[pyoxigraph.Triple]", ending: str) -> bytes:
    """Return triples as Turtle, N-Triples, RDF/XML or compact JSON-LD, by the ending of their file."""
    return rdf.write_triples(triples, {"rdf": "rdfxml"}.get(ending, ending))
