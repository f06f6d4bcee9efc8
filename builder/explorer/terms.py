"""The ontology as the graph holds it: classes, properties, and the schemes of concepts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.explorer.atlas import Atlas
from builder.sparql import PREFIXES, ask
from builder.vocabulary import NAMESPACES

if TYPE_CHECKING:
    import pyoxigraph

ONTOLOGY = NAMESPACES["cchc"]
TERMS = """
SELECT DISTINCT ?term ?kind ?label ?labelLanguage ?definition ?definitionLanguage WHERE {
  VALUES ?kind { owl:Class owl:ObjectProperty owl:DatatypeProperty }
  ?term a ?kind ; rdfs:label ?label ; skos:definition ?definition . FILTER(STRSTARTS(STR(?term), STR(cchc:)))
  BIND(LANG(?label) AS ?labelLanguage) BIND(LANG(?definition) AS ?definitionLanguage)
  FILTER(?labelLanguage = ?definitionLanguage)
}"""
RELATIONS = """
SELECT DISTINCT ?term ?relation ?other WHERE {
  VALUES ?relation { rdfs:subClassOf rdfs:domain rdfs:range qb:codeList owl:disjointWith rdfs:seeAlso
    skos:exactMatch skos:closeMatch owl:equivalentClass owl:equivalentProperty rdfs:subPropertyOf }
  ?term ?relation ?other . FILTER(STRSTARTS(STR(?term), STR(cchc:)) && isIRI(?other))
}"""
SCHEMES = """
SELECT DISTINCT ?scheme ?label ?language (COUNT(DISTINCT ?concept) AS ?concepts) WHERE {
  ?scheme a skos:ConceptScheme . ?concept skos:inScheme ?scheme .
  { ?scheme skos:prefLabel ?label } UNION { ?scheme rdfs:label ?label } UNION { ?scheme dcterms:title ?label }
  BIND(LANG(?label) AS ?language)
} GROUP BY ?scheme ?label ?language"""
ALL = """CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <https://w3id.org/cchc/id/graph/ontology> { ?s ?p ?o } }"""


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property of the ontology; labels and definitions by language."""

    iri: str
    name: str
    kind: str  # "Class", "ObjectProperty", "DatatypeProperty"
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    relations: tuple[tuple[str, str], ...]  # IRI of the relation, IRI of the other term


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme of concepts."""

    iri: str
    labels: Mapping[str, str]
    concepts: int


def list_terms(atlas: Atlas) -> list[Term]:
    """Return the classes, then the properties, by name."""
    relations: dict[str, set[tuple[str, str]]] = {}
    for row in ask(atlas.store, RELATIONS):
        relations.setdefault(row["term"], set()).add((row["relation"], row["other"]))
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in ask(atlas.store, TERMS):
        groups.setdefault((row["term"], row["kind"].rsplit("#", 1)[-1]), []).append(row)
    found = [
        Term(
            iri,
            iri.removeprefix(ONTOLOGY),
            kind,
            {row["labelLanguage"]: row["label"] for row in rows},
            {row["definitionLanguage"]: row["definition"] for row in rows},
            tuple(sorted(relations.get(iri, ()))),
        )
        for (iri, kind), rows in groups.items()
    ]
    return sorted(found, key=lambda term: (term.kind != "Class", term.name.casefold()))


def list_schemes(atlas: Atlas) -> list[Scheme]:
    """Return the schemes of concepts, by IRI."""
    labels: dict[str, dict[str, str]] = {}
    sizes: dict[str, int] = {}
    for row in ask(atlas.store, SCHEMES):
        labels.setdefault(row["scheme"], {})[row["language"]] = row["label"]
        sizes[row["scheme"]] = int(row["concepts"])
    return [Scheme(iri, labels[iri], sizes[iri]) for iri in sorted(labels)]


def all_statements(atlas: Atlas) -> "list[pyoxigraph.Triple]":
    """Return every statement of the ontology."""
    return list(atlas.store.query(PREFIXES + ALL))
