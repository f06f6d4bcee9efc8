"""What a thing is linked with in the graph, one and two steps away, and which provinces share which models."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from builder.explorer.atlas import Atlas, choose, values
from builder.identifiers import BASE
from builder.sparql import ask
from builder.vocabulary import NAMESPACES

# What links a thing with others: the name of the relation, the kind of the other thing, and the pattern that finds it
# as ?node, with ?told for each statement that says so. ?c is the thing; of a unit, which is meant as it was, ?c is each
# of its versions.
RELATIONS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "unit": (
        ("lies-in", "unit", "?c dcterms:isPartOf ?node BIND(?node AS ?told)"),
        ("reports", "indicator", "?told sdmx-dimension:refArea ?c ; a cchc:Observation ; cchc:indicator ?node"),
        ("runs", "initiative", "?node dcterms:spatial ?c ; a cchc:Initiative BIND(?node AS ?told)"),
        ("told-by", "document", "?node dcterms:spatial ?c ; a cchc:SourceDocument BIND(?node AS ?told)"),
        (
            "contains",
            "unit",
            "?node dcterms:isPartOf+ ?c . "
            "{ ?told sdmx-dimension:refArea ?node ; a cchc:Observation } UNION { ?told dcterms:spatial ?node }",
        ),
        ("became", "unit", "?told org:originalOrganization ?c ; org:resultingOrganization ?node FILTER(?node != ?c)"),
        (
            "came-from",
            "unit",
            "?told org:resultingOrganization ?c ; org:originalOrganization ?node FILTER(?node != ?c)",
        ),
    ),
    "indicator": (
        ("reported-by", "unit", "?told cchc:indicator ?c ; a cchc:Observation ; sdmx-dimension:refArea ?node"),
        ("part-of", "indicator", "?c cchc:partOfCount ?node BIND(?node AS ?told)"),
        ("has-part", "indicator", "?node cchc:partOfCount ?c BIND(?node AS ?told)"),
        ("divides", "indicator", "?c cchc:numerator|cchc:denominator ?node BIND(?node AS ?told)"),
        ("divided-in", "indicator", "?node cchc:numerator|cchc:denominator ?c BIND(?node AS ?told)"),
    ),
    "initiative": (
        ("run-by", "unit", "?c dcterms:spatial ?node BIND(?node AS ?told)"),
        ("of-kind", "thing", "?c dcterms:type ?node BIND(?node AS ?told)"),
        ("carried-out-by", "thing", "?c prov:wasAssociatedWith ?node BIND(?node AS ?told)"),
        ("rests-on", "law", "?c cchc:legalBasis ?node BIND(?node AS ?told)"),
        ("told-by", "document", "?c prov:wasDerivedFrom ?node . ?node a cchc:SourceDocument BIND(?node AS ?told)"),
    ),
    "model": (("run-by", "unit", "?told dcterms:type ?c ; dcterms:spatial ?node"),),
    "legal": (
        ("cited-by", "document", "?node dcterms:references ?c ; a cchc:SourceDocument BIND(?node AS ?told)"),
        ("basis-of", "initiative", "?node cchc:legalBasis ?c ; a cchc:Initiative BIND(?node AS ?told)"),
    ),
    "document": (
        ("about", "unit", "?c dcterms:spatial ?node BIND(?node AS ?told)"),
        ("states", "indicator", "?told prov:wasDerivedFrom ?c ; a cchc:Observation ; cchc:indicator ?node"),
        ("tells-of", "initiative", "?node prov:wasDerivedFrom ?c ; a cchc:Initiative BIND(?node AS ?told)"),
        ("cites", "law", "?c dcterms:references ?node BIND(?node AS ?told)"),
        ("published-by", "thing", "?c dcterms:publisher ?node BIND(?node AS ?told)"),
    ),
    "observation": (
        ("of-unit", "unit", "?c sdmx-dimension:refArea ?node BIND(?node AS ?told)"),
        ("of-indicator", "indicator", "?c cchc:indicator ?node BIND(?node AS ?told)"),
        ("told-by", "document", "?c prov:wasDerivedFrom ?node . ?node a cchc:SourceDocument BIND(?node AS ?told)"),
        ("carried-out-by", "thing", "?c cchc:agency ?node BIND(?node AS ?told)"),
    ),
}
# Two steps away: ?via is one of the things one step away.
BEYOND: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "unit": (
        (
            "also-run-by",
            "unit",
            "?via dcterms:spatial ?c ; a cchc:Initiative ; dcterms:type ?model . ?model a cchc:InitiativeModel . "
            "?other dcterms:type ?model ; dcterms:spatial ?node FILTER(?node != ?c)",
        ),
    ),
    "initiative": (
        (
            "also-run-by",
            "unit",
            "?c dcterms:type ?via . ?via a cchc:InitiativeModel . "
            "?other dcterms:type ?via ; dcterms:spatial ?node FILTER(?other != ?c)",
        ),
    ),
    "legal": (
        ("about", "unit", "?via dcterms:references ?c ; a cchc:SourceDocument ; dcterms:spatial ?node"),
        ("run-by", "unit", "?via cchc:legalBasis ?c ; dcterms:spatial ?node"),
    ),
}
QUERY = "SELECT ?node (COUNT(DISTINCT ?told) AS ?times) WHERE { PATTERN } GROUP BY ?node"
QUERY_BEYOND = "SELECT DISTINCT ?via ?node WHERE { PATTERN }"
# Units that lie in the same unit, or are provinces, too; what they report is read once for all units. In one query an
# engine would join the figures of all of them with all figures.
SIBLINGS = """
SELECT DISTINCT ?node WHERE {
  { ?c dcterms:isPartOf ?above . ?node dcterms:isPartOf ?above }
  UNION { ?c cchc:level level:province . ?node cchc:level level:province }
  FILTER(?node != ?c)
}"""
REPORTED = """
SELECT DISTINCT ?via ?node WHERE {
  { SELECT ?told WHERE { ?told a cchc:Observation } }
  { SELECT ?told ?node WHERE { ?told sdmx-dimension:refArea ?node } }
  { SELECT ?told ?via WHERE { ?told cchc:indicator ?via } }
}"""
VERSIONS = "SELECT DISTINCT ?version WHERE { ASKED cchc:hasVersion ?version }"
UNIT_LABELS = """
SELECT DISTINCT ?unit ?label ?from WHERE {
  VALUES ?unit { UNITS } ?unit cchc:hasVersion ?version . ?version rdfs:label ?label .
  OPTIONAL { ?version schema:validFrom ?from }
}"""
ASKED = re.compile(r"\?c\b")
PRINTED = "SELECT ?printed WHERE { ASKED cchc:printedValue ?printed } LIMIT 1"
MODELS = """
SELECT ?model ?label ?province ?provinceLabel (COUNT(DISTINCT ?unit) AS ?units) WHERE {
  ?model a cchc:InitiativeModel ; rdfs:label ?label . ?initiative dcterms:type ?model ; dcterms:spatial ?version .
  ?version cchc:versionOf ?unit ; dcterms:isPartOf* ?province .
  ?province cchc:level level:province ; rdfs:label ?provinceLabel .
} GROUP BY ?model ?label ?province ?provinceLabel"""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A thing one step away; ``times`` is how many statements say so."""

    iri: str
    label: str
    kind: str  # "unit", "indicator", "initiative", "document", "law", "thing"
    relation: str
    times: int


@dataclass(frozen=True, slots=True)
class Farther:
    """A thing two steps away, and the thing that lies between."""

    iri: str
    label: str
    kind: str
    relation: str
    via: str


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What a thing is linked with."""

    iri: str
    label: str
    kind: str
    near: tuple[Neighbour, ...]
    far: tuple[Farther, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """A model that units of a province run."""

    model: str
    label: str
    province: str
    province_label: str
    units: int


def kind_of(iri: str) -> str:
    """Return the kind of a thing by its IRI, "" where nothing is known of such things.

    >>> kind_of("https://w3id.org/cchc/id/unit/94"), kind_of("https://w3id.org/cchc/indicator/on-time-rate")
    ('unit', 'indicator')
    """
    if iri.startswith(NAMESPACES["ind"]):
        return "indicator"
    if iri.startswith(NAMESPACES["initiative-kind"]):
        return "model"
    kind = iri.removeprefix(BASE).split("/", 1)[0] if iri.startswith(BASE) else ""
    kind = "observation" if kind in ("review", "candidate") else kind
    return kind if kind in RELATIONS else ""


def find_neighbours(atlas: Atlas, asked: str, language: str) -> Neighbourhood | None:
    """Return what a thing is linked with, the strongest link of each relation first; None where that is not known."""
    kind = kind_of(asked)
    if not kind:
        return None
    meant = [row["version"] for row in ask(atlas.store, VERSIONS.replace("ASKED", values([asked])))] or [asked]
    near: Counter[tuple[str, str, str]] = Counter()
    for relation, node_kind, pattern in RELATIONS[kind]:
        for row in _rows(atlas, QUERY, meant, pattern):
            near[row["node"], node_kind, relation] += int(row["times"])
    known = {node for node, *_ in near}
    beyond = [
        (row["node"], node_kind, relation, row["via"])
        for relation, node_kind, pattern in BEYOND.get(kind, ())
        for row in _rows(atlas, QUERY_BEYOND, meant, pattern)
    ]
    if kind == "unit":
        beyond += [(row["node"], "unit", "also-reported-by", row["via"]) for row in _alike(atlas, meant)]
    far = {each for each in beyond if each[3] in known and each[0] not in known}
    labels = _labels(atlas, {asked, *known, *(node for node, *_ in far)}, language)
    if not near and asked not in labels:
        return None
    near_things = [
        Neighbour(node, labels.get(node, node), k, relation, times) for (node, k, relation), times in near.items()
    ]
    far_things = [Farther(node, labels.get(node, node), k, relation, via) for node, k, relation, via in far]
    return Neighbourhood(
        asked,
        labels.get(asked) or _printed(atlas, asked),
        kind,
        tuple(sorted(near_things, key=lambda n: (-n.times, n.label, n.iri, n.relation))),
        tuple(sorted(far_things, key=lambda f: (f.label, f.iri, f.relation, f.via))),
    )


def _alike(atlas: Atlas, meant: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield the units beside a unit with the indicators that they report."""
    reported = _reported(atlas)
    siblings = sorted({row["node"] for row in _rows(atlas, SIBLINGS, meant, "")})
    return ({"node": node, "via": via} for node in siblings for via in reported.get(node, ()))


@lru_cache(maxsize=4)  # the graph of an atlas does not change
def _reported(atlas: Atlas) -> Mapping[str, Sequence[str]]:
    """Return the indicators that each unit reports."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in ask(atlas.store, REPORTED):
        found[row["node"]].append(row["via"])
    return found


def _printed(atlas: Atlas, figure: str) -> str:
    """Return the number of a figure as the page prints it; a figure has no other name."""
    return next(ask(atlas.store, PRINTED.replace("ASKED", values([figure]))), {"printed": figure})["printed"]


def _rows(atlas: Atlas, query: str, meant: Iterable[str], pattern: str) -> Iterator[dict[str, str]]:
    for thing in meant:
        asked = ASKED.sub(values([thing]), query.replace("PATTERN", pattern))
        yield from (row for row in ask(atlas.store, asked) if row["node"])


def _labels(atlas: Atlas, things: set[str], language: str) -> dict[str, str]:
    """Return what things are called; units as their newest version is."""
    found = {iri: choose(labels, language) for iri, labels in atlas.labels(things).items()}
    wanted = values(sorted(thing for thing in things if thing.startswith(f"{BASE}unit/")))
    rows = ask(atlas.store, UNIT_LABELS.replace("UNITS", wanted)) if wanted else iter(())
    for row in sorted(rows, key=lambda r: (r["unit"], r["from"], r["label"])):
        found[row["unit"]] = row["label"]
    return found


@lru_cache(maxsize=4)  # the graph of an atlas does not change
def shared_models(atlas: Atlas) -> tuple[Shared, ...]:
    """Return which models the units of each province run."""
    rows = ask(atlas.store, MODELS)
    found = [Shared(r["model"], r["label"], r["province"], r["provinceLabel"], int(r["units"])) for r in rows]
    return tuple(sorted(found, key=lambda s: (s.label, s.model, s.province_label, s.province)))
