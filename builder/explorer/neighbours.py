"""What a thing is linked with in the graph, one and two steps away, and which provinces share which models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from builder.explorer.atlas import Atlas, choose, values
from builder.identifiers import BASE
from builder.sparql import ask
from builder.vocabulary import NAMESPACES

# What links a thing with others: the name of the relation, the kind of the other thing, and the pattern that finds it
# as ?node, with ?told for each statement that says so. ?own is a version of a unit.
OWN = "?c cchc:hasVersion ?own . "
OTHER = " FILTER(?node != ?c)"
RELATIONS: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "unit": (
        ("lies-in", "unit", OWN + "?own dcterms:isPartOf/cchc:versionOf ?node BIND(?node AS ?told)"),
        ("reports", "indicator", OWN + "?told sdmx-dimension:refArea ?own ; a cchc:Observation ; cchc:indicator ?node"),
        ("runs", "initiative", OWN + "?node dcterms:spatial ?own ; a cchc:Initiative BIND(?node AS ?told)"),
        ("told-by", "document", OWN + "?node dcterms:spatial ?own ; a cchc:SourceDocument BIND(?node AS ?told)"),
        (
            "contains",
            "unit",
            OWN + "?part dcterms:isPartOf+ ?own ; cchc:versionOf ?node . "
            "{ ?told sdmx-dimension:refArea ?part } UNION { ?told dcterms:spatial ?part }",
        ),
        (
            "became",
            "unit",
            OWN + "?told org:originalOrganization ?own ; org:resultingOrganization/cchc:versionOf ?node" + OTHER,
        ),
        (
            "came-from",
            "unit",
            OWN + "?told org:resultingOrganization ?own ; org:originalOrganization/cchc:versionOf ?node" + OTHER,
        ),
    ),
    "indicator": (
        (
            "reported-by",
            "unit",
            "?told cchc:indicator ?c ; a cchc:Observation ; sdmx-dimension:refArea/cchc:versionOf ?node",
        ),
        ("part-of", "indicator", "?c cchc:partOfCount ?node BIND(?node AS ?told)"),
        ("has-part", "indicator", "?node cchc:partOfCount ?c BIND(?node AS ?told)"),
        ("divides", "indicator", "?c cchc:numerator|cchc:denominator ?node BIND(?node AS ?told)"),
        ("divided-in", "indicator", "?node cchc:numerator|cchc:denominator ?c BIND(?node AS ?told)"),
    ),
    "initiative": (
        ("run-by", "unit", "?c dcterms:spatial/cchc:versionOf ?node BIND(?node AS ?told)"),
        ("of-kind", "thing", "?c dcterms:type ?node BIND(?node AS ?told)"),
        ("carried-out-by", "thing", "?c prov:wasAssociatedWith ?node BIND(?node AS ?told)"),
        ("rests-on", "law", "?c cchc:legalBasis ?node BIND(?node AS ?told)"),
        ("told-by", "document", "?c prov:wasDerivedFrom ?node . ?node a cchc:SourceDocument BIND(?node AS ?told)"),
    ),
    "model": (("run-by", "unit", "?told dcterms:type ?c ; dcterms:spatial/cchc:versionOf ?node"),),
    "legal": (
        ("cited-by", "document", "?node dcterms:references ?c ; a cchc:SourceDocument BIND(?node AS ?told)"),
        ("basis-of", "initiative", "?node cchc:legalBasis ?c ; a cchc:Initiative BIND(?node AS ?told)"),
    ),
    "document": (
        ("about", "unit", "?c dcterms:spatial/cchc:versionOf ?node BIND(?node AS ?told)"),
        ("states", "indicator", "?told prov:wasDerivedFrom ?c ; a cchc:Observation ; cchc:indicator ?node"),
        ("tells-of", "initiative", "?node prov:wasDerivedFrom ?c ; a cchc:Initiative BIND(?node AS ?told)"),
        ("cites", "law", "?c dcterms:references ?node BIND(?node AS ?told)"),
        ("published-by", "thing", "?c dcterms:publisher ?node BIND(?node AS ?told)"),
    ),
    "observation": (
        ("of-unit", "unit", "?c sdmx-dimension:refArea/cchc:versionOf ?node BIND(?node AS ?told)"),
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
            "?other dcterms:type ?model ; dcterms:spatial/cchc:versionOf ?node FILTER(?node != ?c)",
        ),
        (
            "also-reported-by",
            "unit",
            OWN + "?mine sdmx-dimension:refArea ?own ; a cchc:Observation ; cchc:indicator ?via . "
            "{ ?own dcterms:isPartOf ?above . ?sibling dcterms:isPartOf ?above } "
            "UNION { ?own cchc:level level:province . ?sibling cchc:level level:province } "
            "?other sdmx-dimension:refArea ?sibling ; a cchc:Observation ; cchc:indicator ?via . "
            "?sibling cchc:versionOf ?node FILTER(?node != ?c)",
        ),
    ),
    "initiative": (
        (
            "also-run-by",
            "unit",
            "?c dcterms:type ?via . ?via a cchc:InitiativeModel . "
            "?other dcterms:type ?via ; dcterms:spatial/cchc:versionOf ?node FILTER(?other != ?c)",
        ),
    ),
    "legal": (
        ("about", "unit", "?via dcterms:references ?c ; a cchc:SourceDocument ; dcterms:spatial/cchc:versionOf ?node"),
        ("run-by", "unit", "?via cchc:legalBasis ?c ; dcterms:spatial/cchc:versionOf ?node"),
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
  ?version cchc:versionOf ?unit ; dcterms:isPartOf* ?above .
  ?above cchc:level level:province ; cchc:versionOf ?province ; rdfs:label ?provinceLabel .
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
        if row.get("node")
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
    printed = next(ask(atlas.store, PRINTED.replace("ASKED", values([asked]))), {"printed": asked})
    return Neighbourhood(
        asked,
        labels.get(asked, printed["printed"]),
        kind,
        tuple(
            Neighbour(node, labels.get(node, node), k, relation, times)
            for node, k, relation, times in sorted(near, key=lambda n: (-n[3], labels.get(n[0], n[0]), n[0]))
        ),
        tuple(
            Farther(node, labels.get(node, node), k, relation, via)
            for node, k, relation, via in sorted(far, key=lambda f: (labels.get(f[0], f[0]), f))
        ),
    )


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
