"""What a thing is linked with in the graph, one and two steps away, and which provinces share which models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from builder.explorer.atlas import Atlas, choose, values
from builder.identifiers import BASE
from builder.sparql import ask
from builder.vocabulary import NAMESPACES

# What links a thing with others: the name of the relation, the kind of the other thing, and the pattern that finds it
# as ?node, with ?told for each statement that says so. Units are meant as they were: ?own is the version asked for, or
# each version of the unit asked for.
OWN = "{ ?c cchc:hasVersion ?own } UNION { ?c cchc:versionOf ?unit BIND(?c AS ?own) } "
OTHER = " FILTER(?node != ?own)"
RELATIONS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "unit": (
        (
            "lies-in",
            "unit",
            OWN + "?own dcterms:isPartOf ?node BIND(?node AS ?told)",
        ),
        ("reports", "indicator", OWN + "?told sdmx-dimension:refArea ?own ; a cchc:Observation ; cchc:indicator ?node"),
        ("runs", "initiative", OWN + "?node dcterms:spatial ?own ; a cchc:Initiative BIND(?node AS ?told)"),
        ("told-by", "document", OWN + "?node dcterms:spatial ?own ; a cchc:SourceDocument BIND(?node AS ?told)"),
        (
            "contains",
            "unit",
            OWN + "?node dcterms:isPartOf+ ?own . "
            "{ ?told sdmx-dimension:refArea ?node } UNION { ?told dcterms:spatial ?node }",
        ),
        (
            "became",
            "unit",
            OWN + "?told org:originalOrganization ?own ; org:resultingOrganization ?node" + OTHER,
        ),
        (
            "came-from",
            "unit",
            OWN + "?told org:resultingOrganization ?own ; org:originalOrganization ?node" + OTHER,
        ),
    ),
    "indicator": (
        (
            "reported-by",
            "unit",
            "?told cchc:indicator ?c ; a cchc:Observation ; sdmx-dimension:refArea ?node",
        ),
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
            OWN
            + "?via dcterms:spatial ?own ; a cchc:Initiative ; dcterms:type ?model . ?model a cchc:InitiativeModel . "
            "?other dcterms:type ?model ; dcterms:spatial ?node FILTER(?node != ?own)",
        ),
        (
            "also-reported-by",
            "unit",
            OWN + "?mine sdmx-dimension:refArea ?own ; a cchc:Observation ; cchc:indicator ?via . "
            "{ ?own dcterms:isPartOf ?above . ?sibling dcterms:isPartOf ?above } "
            "UNION { ?own cchc:level level:province . ?sibling cchc:level level:province } "
            "?other sdmx-dimension:refArea ?sibling ; a cchc:Observation ; cchc:indicator ?via . "
            "BIND(?sibling AS ?node) FILTER(?node != ?own)",
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
        (
            "about",
            "unit",
            "?via dcterms:references ?c ; a cchc:SourceDocument ; dcterms:spatial ?node",
        ),
        ("run-by", "unit", "?via cchc:legalBasis ?c ; dcterms:spatial ?node"),
    ),
}
QUERY = "SELECT ?node (COUNT(DISTINCT ?told) AS ?times) WHERE { VALUES ?c { ASKED } PATTERN } GROUP BY ?node"
QUERY_BEYOND = "SELECT DISTINCT ?via ?node WHERE { VALUES ?c { ASKED } PATTERN }"
UNIT_LABELS = """
SELECT DISTINCT ?unit ?label ?from WHERE {
  VALUES ?unit { UNITS } ?unit cchc:hasVersion ?version . ?version rdfs:label ?label .
  OPTIONAL { ?version schema:validFrom ?from }
}"""
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
    near = [
        (row["node"], node_kind, relation, int(row["times"]))
        for relation, node_kind, pattern in RELATIONS[kind]
        for row in _rows(atlas, QUERY, asked, pattern)
        if row["node"]
    ]
    known = {node for node, *_ in near}
    far = {
        (row["node"], node_kind, relation, row["via"])
        for relation, node_kind, pattern in BEYOND.get(kind, ())
        for row in _rows(atlas, QUERY_BEYOND, asked, pattern)
        if row["via"] in known and row["node"] not in known
    }
    labels = _labels(atlas, {asked, *known, *(node for node, *_ in far)}, language)
    if not near and asked not in labels:
        return None
    close = [Neighbour(node, labels.get(node, node), k, relation, times) for node, k, relation, times in near]
    beyond = [Farther(node, labels.get(node, node), k, relation, via) for node, k, relation, via in far]
    return Neighbourhood(
        asked,
        labels.get(asked) or _printed(atlas, asked),
        kind,
        tuple(sorted(close, key=lambda n: (-n.times, n.label, n.iri, n.relation))),
        tuple(sorted(beyond, key=lambda f: (f.label, f.iri, f.relation, f.via))),
    )


def _printed(atlas: Atlas, figure: str) -> str:
    """Return the number of a figure as the page prints it; a figure has no other name."""
    return next(ask(atlas.store, PRINTED.replace("ASKED", values([figure]))), {"printed": figure})["printed"]


def _rows(atlas: Atlas, query: str, asked: str, pattern: str) -> list[dict[str, str]]:
    return list(ask(atlas.store, query.replace("ASKED", values([asked])).replace("PATTERN", pattern)))


def _labels(atlas: Atlas, things: set[str], language: str) -> dict[str, str]:
    """Return what things are called; units as their newest version is."""
    found = {iri: choose(labels, language) for iri, labels in atlas.labels(things).items()}
    wanted = values(sorted(thing for thing in things if thing.startswith(f"{BASE}unit/")))
    rows = ask(atlas.store, UNIT_LABELS.replace("UNITS", wanted)) if wanted else iter(())
    for row in sorted(rows, key=lambda r: (r["unit"], r["from"], r["label"])):
        found[row["unit"]] = row["label"]
    return found


def shared_models(atlas: Atlas) -> list[Shared]:
    """Return which models the units of each province run."""
    rows = ask(atlas.store, MODELS)
    found = [Shared(r["model"], r["label"], r["province"], r["provinceLabel"], int(r["units"])) for r in rows]
    return sorted(found, key=lambda s: (s.label, s.model, s.province_label, s.province))
