"""What the graph says of one thing, as triples: for linked data, and for pages about things of any kind."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builder.explorer.atlas import Atlas, values
from builder.quotations import NAMES, PATTERN, Quotation, quote
from builder.sparql import PREFIXES, ask

if TYPE_CHECKING:
    import pyoxigraph

SUBJECT = "CONSTRUCT { ?thing ?p ?o } WHERE { VALUES ?thing { ASKED } ?thing ?p ?o }"
PARTS = """CONSTRUCT { ?part ?p ?o } WHERE {
  VALUES ?thing { ASKED }
  { ?thing cchc:hasVersion ?part } UNION { ?thing cchc:evidence ?part }
  UNION { ?thing cchc:evidence/cchc:context ?part } UNION { ?part nif:sourceUrl ?thing }
  ?part ?p ?o }"""
OBJECTS = """CONSTRUCT { ?o ?naming ?label } WHERE {
  VALUES ?thing { ASKED } VALUES ?naming { rdfs:label skos:prefLabel eli:id_local dcterms:title }
  ?thing ?p ?o . ?o ?naming ?label }"""
INVERSE = """CONSTRUCT { ?s ?p ?thing } WHERE {
  { SELECT DISTINCT ?s ?p ?thing WHERE { VALUES ?thing { ASKED } ?s ?p ?thing } ORDER BY ?p ?s LIMIT MOST } }"""
DOCUMENT = "SELECT ?document WHERE { ASKED prov:wasDerivedFrom ?document . ?document a cchc:SourceDocument } LIMIT 1"
QUOTATIONS = f"SELECT DISTINCT {NAMES} WHERE {{ VALUES ?statement {{ ASKED }} {PATTERN} }}"
MOST = 1000  # statements about other things that name the one asked about


@dataclass(frozen=True, slots=True)
class Statement:
    """A property of a thing with one of its values; ``iri`` is "" where the value is a literal."""

    property: str
    iri: str
    text: str
    language: str


def describe(atlas: Atlas, thing: str) -> "list[pyoxigraph.Triple]":
    """Return the statements about a thing, about its parts, what its objects are called, and which things name it.

    Parts are the versions of a unit and the spans of text behind a statement. Of the statements that name the thing the
    first 1000 are given. Empty where the graph does not know the thing. Sorted.
    """
    asked = values([thing])
    own = _construct(atlas, SUBJECT.replace("ASKED", asked))
    if not own:
        return []
    found = set(own)
    for query in (PARTS, OBJECTS, INVERSE.replace("MOST", str(MOST))):
        found |= set(_construct(atlas, query.replace("ASKED", asked)))
    return sorted(found, key=lambda t: (str(t.subject), str(t.predicate), str(t.object)))


def statements_of(atlas: Atlas, thing: str) -> list[Statement]:
    """Return the properties of a thing, sorted."""
    own = _construct(atlas, SUBJECT.replace("ASKED", values([thing])))
    return sorted({_statement(t.predicate, t.object) for t in own}, key=lambda s: (s.property, s.text, s.language))


def naming(atlas: Atlas, thing: str) -> list[Statement]:
    """Return the things whose statements name a thing, each with the property; the first 1000."""
    asked = INVERSE.replace("MOST", str(MOST)).replace("ASKED", values([thing]))
    found = {_statement(t.predicate, t.subject) for t in _construct(atlas, asked)}
    return sorted(found, key=lambda s: (s.property, s.text))


def document_of(atlas: Atlas, statement: str) -> str:
    """Return the IRI of the page that a statement was read from, "" where none is told."""
    row = next(ask(atlas.store, DOCUMENT.replace("ASKED", values([statement]))), {"document": ""})
    return row["document"]


def quotations_of(atlas: Atlas, statement: str) -> list[Quotation]:
    """Return the characters that prove a statement, in the order of the page."""
    rows = ask(atlas.store, QUOTATIONS.replace("ASKED", values([statement])))
    return sorted((quote(row) for row in rows), key=lambda q: (q.begin, q.end))


def _construct(atlas: Atlas, query: str) -> "list[pyoxigraph.Triple]":
    return list(atlas.store.query(PREFIXES + query))


def _statement(predicate: Any, value: Any) -> Statement:
    is_literal = hasattr(value, "language")
    return Statement(
        predicate.value,
        "" if is_literal else str(value.value),
        str(value.value),
        getattr(value, "language", None) or "",
    )
