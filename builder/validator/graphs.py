"""Graphs for pySHACL; import this late, it brings rdflib."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import pyoxigraph as ox
import rdflib
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Identifier

STRING = "http://www.w3.org/2001/XMLSchema#string"


class PreparedGraph(rdflib.Graph):
    """A graph that reads the text of a question only the first time it is asked.

    pySHACL asks every SPARQL constraint once per node, and rdflib would read its text anew each time.
    """

    def query(self, query_object: str | Query, *args: Any, **options: Any) -> Result:
        """Answer as any graph does."""
        question = _prepare(query_object) if isinstance(query_object, str) else query_object
        return super().query(question, *args, **options)


@lru_cache(maxsize=512)
def _prepare(text: str) -> Query:
    return prepareQuery(text)


def to_graph(quads: Iterable[ox.Quad]) -> PreparedGraph:
    """Put statements into one graph, whatever graph they stood in."""
    graph, terms = PreparedGraph(bind_namespaces="none"), Terms()
    for quad in quads:
        graph.add((terms[quad.subject], terms[quad.predicate], terms[quad.object]))
    return graph


class Terms(dict[Any, Identifier]):
    """The rdflib term for each term of a store, made once; strings lose the datatype that rdflib leaves unsaid."""

    def __missing__(self, term: Any) -> Identifier:
        self[term] = made = self._make(term)
        return made

    def _make(self, term: Any) -> Identifier:
        if isinstance(term, ox.NamedNode):
            return rdflib.URIRef(term.value)
        if isinstance(term, ox.BlankNode):
            return rdflib.BNode(term.value)
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        datatype = None if term.datatype.value == STRING else rdflib.URIRef(term.datatype.value)
        return rdflib.Literal(term.value, datatype=datatype, normalize=False)
