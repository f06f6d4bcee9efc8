"""The whole graph at a glance: how much there is, where it comes from, and all that can be searched for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from builder.explorer.atlas import Atlas
from builder.sparql import ask
from builder.text import alphabetical, without_marks

COUNTS = """
SELECT ?kind (COUNT(DISTINCT ?thing) AS ?things) WHERE {
  VALUES ?kind {
    cchc:Observation cchc:Initiative cchc:SourceDocument cchc:ReviewFigure cchc:CandidateObservation cchc:Issue }
  ?thing a ?kind } GROUP BY ?kind"""
LOCALITIES = """
SELECT ?version ?label ?level ?province ?provinceLabel (COUNT(DISTINCT ?figure) AS ?figures)
  (COUNT(DISTINCT ?initiative) AS ?initiatives) WHERE {
  { ?figure sdmx-dimension:refArea ?version ; a cchc:Observation }
  UNION { ?initiative dcterms:spatial ?version ; a cchc:Initiative }
  ?version rdfs:label ?label ; cchc:level ?level .
  OPTIONAL { ?version dcterms:isPartOf* ?province . ?province cchc:level level:province ; rdfs:label ?provinceLabel }
} GROUP BY ?version ?label ?level ?province ?provinceLabel"""
THINGS = """
SELECT DISTINCT ?thing ?label ?kind WHERE {
  { VALUES (?class ?kind) { (cchc:InitiativeModel "model") (cchc:Indicator "indicator") (org:Organization "publisher") }
    ?thing a ?class . { ?thing rdfs:label ?label } UNION { ?thing skos:prefLabel ?label } }
  UNION { ?thing a cchc:Initiative ; rdfs:label ?label BIND("initiative" AS ?kind) }
  UNION { ?thing a eli:LegalResource ; eli:id_local ?label BIND("legal" AS ?kind) }
  UNION { ?thing a cchc:SourceDocument ; dcterms:title ?label BIND("document" AS ?kind) }
  UNION { ?thing cchc:hasVersion/rdfs:label ?label BIND("unit" AS ?kind) }
}"""
RANK = {
    kind: rank
    for rank, kind in enumerate(("unit", "indicator", "model", "initiative", "legal", "document", "publisher"))
}


@dataclass(frozen=True, slots=True)
class Locality:
    """A unit as it was when pages told of it, with how much they tell."""

    iri: str  # of its version
    label: str
    level: str
    province: str  # its version then
    province_label: str
    figures: int
    initiatives: int


@dataclass(frozen=True, slots=True)
class Province:
    """A province as it was, with all that pages tell of it and of the units in it."""

    iri: str  # of its version
    label: str
    localities: tuple[Locality, ...]

    @property
    def figures(self) -> int:
        """Return how many figures there are."""
        return sum(each.figures for each in self.localities)

    @property
    def initiatives(self) -> int:
        """Return how many initiatives there are."""
        return sum(each.initiatives for each in self.localities)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be searched for; ``folded`` is its label without diacritics, in lower case."""

    iri: str
    label: str
    kind: str
    folded: str


@lru_cache(maxsize=4)  # the graph of an atlas does not change
def count_things(atlas: Atlas) -> dict[str, int]:
    """Return how many things of each class there are."""
    return {row["kind"].rsplit("#", 1)[-1]: int(row["things"]) for row in ask(atlas.store, COUNTS)}


@lru_cache(maxsize=4)  # the graph of an atlas does not change
def localities(atlas: Atlas) -> tuple[Locality, ...]:
    """Return every unit of which pages tell, as it was then, by name."""
    found = {
        row["version"]: Locality(
            row["version"],
            row["label"],
            row["level"],
            row["province"],
            row["provinceLabel"],
            int(row["figures"]),
            int(row["initiatives"]),
        )
        for row in sorted(ask(atlas.store, LOCALITIES), key=lambda r: (r["version"], r["province"], r["label"]))
    }
    return tuple(sorted(found.values(), key=lambda each: (*alphabetical(each.label), each.iri)))


def provinces(atlas: Atlas) -> list[Province]:
    """Return every province of which pages tell, by name; what is told of the country stands under no province."""
    groups: dict[tuple[str, str], list[Locality]] = {}
    for each in localities(atlas):
        groups.setdefault((each.province, each.province_label), []).append(each)
    found = [Province(iri, label, tuple(told)) for (iri, label), told in groups.items() if iri]
    return sorted(found, key=lambda p: (*alphabetical(p.label), p.iri))


def list_entries(atlas: Atlas) -> list[Entry]:
    """Return everything that can be searched for, units first, then by label."""
    found = {(row["thing"], row["label"]): row["kind"] for row in ask(atlas.store, THINGS)}
    entries = [Entry(thing, label, kind, without_marks(label)) for (thing, label), kind in found.items()]
    return sorted(entries, key=lambda e: (RANK[e.kind], e.folded, e.label, e.iri))


def search(entries: Sequence[Entry], text: str, limit: int = 50) -> list[Entry]:
    """Return the entries that hold every word of a text, with or without diacritics; those that begin with it first.

    Words are looked for as they are typed, without diacritics on either side: "lap vo" finds "Huyện Lấp Vò".
    """
    words = without_marks(text).split()
    if not words:
        return []
    whole = " ".join(words)
    found: dict[str, tuple[int, int, Entry]] = {}
    for place, entry in enumerate(entries):
        if all(word in entry.folded for word in words):
            near = (
                0 if entry.folded == whole or entry.folded.endswith(f" {whole}") else 1 if whole in entry.folded else 2
            )
            known = found.get(entry.iri)
            if known is None or (near, place) < known[:2]:
                found[entry.iri] = (near, place, entry)
    return [entry for *_, entry in sorted(found.values(), key=lambda f: f[:2])[:limit]]
