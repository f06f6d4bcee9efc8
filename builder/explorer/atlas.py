"""A graph with what its concepts are called, so that a page needs to ask for them no more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from builder.artefacts import local_name
from builder.sparql import Answering, ask
from builder.vocabulary import NAMESPACES

SCHEMES = NAMESPACES["scheme"]
CONCEPTS = """
SELECT DISTINCT ?concept ?label ?language WHERE {
  ?concept skos:prefLabel ?label . BIND(LANG(?label) AS ?language) FILTER(STRSTARTS(STR(?concept), "SCHEMES"))
}""".replace("SCHEMES", SCHEMES)
LABELS = """
SELECT DISTINCT ?thing ?label ?language WHERE {
  VALUES ?thing { THINGS }
  VALUES ?naming { skos:prefLabel rdfs:label dcterms:title eli:id_local dcterms:identifier }
  ?thing ?naming ?label . BIND(LANG(?label) AS ?language)
  FILTER(?naming != dcterms:identifier || NOT EXISTS { ?thing dcterms:title|rdfs:label ?name })
} ORDER BY ?thing ?label"""

Names = Mapping[str, Mapping[str, str]]  # IRI -> language -> label


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """A graph to look things up in, with the labels of its concepts by IRI and language."""

    store: Answering = field(repr=False)
    concepts: Names = field(repr=False)

    def label(self, concept: str, language: str) -> str:
        """Return what a concept is called in a language, or in another, or the end of its IRI."""
        return choose(self.concepts.get(concept, {}), language) or local_name(concept)

    def labels(self, things: Iterable[str]) -> dict[str, dict[str, str]]:
        """Return what things of any kind are called, by language ("" where the label tells none)."""
        wanted = sorted(set(things))
        found: dict[str, dict[str, str]] = {
            thing: dict(self.concepts[thing]) for thing in wanted if thing in self.concepts
        }
        rest = [thing for thing in wanted if thing not in found]
        if rest:
            for row in ask(self.store, LABELS.replace("THINGS", values(rest))):
                found.setdefault(row["thing"], {}).setdefault(row["language"], row["label"])
        return found


def open_atlas(store: Answering) -> Atlas:
    """Return a graph together with the labels of its concepts."""
    concepts: dict[str, dict[str, str]] = {}
    for row in ask(store, CONCEPTS):
        concepts.setdefault(row["concept"], {})[row["language"]] = row["label"]
    return Atlas(store, concepts)


def choose(labels: Mapping[str, str], language: str) -> str:
    """Return the label of a language, else that without one, else any; "" where there is none.

    >>> choose({"vi": "tỉnh", "en": "province"}, "en"), choose({"vi": "Lấp Vò"}, "en")
    ('province', 'Lấp Vò')
    """
    for wanted in (language, "", "vi", "en"):
        if wanted in labels:
            return labels[wanted]
    return next(iter(labels.values()), "")


def values(things: Iterable[str]) -> str:
    """Write IRIs as the rows of a VALUES clause.

    Raises:
        ValueError: one of them is no IRI.

    """
    import pyoxigraph

    return " ".join(str(pyoxigraph.NamedNode(thing)) for thing in things)
