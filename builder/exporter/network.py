"""Draws the network of localities, initiatives and indicators, for Gephi and for networkx.

Three kinds of node: the *locality*, an administrative unit whatever it was called; the *initiative*, a model that
places share, or the kind of initiative where it follows no model; and the *indicator*. Three kinds of edge: a locality
*runs* an initiative, *reports* an indicator, or is *similar* to another locality.

The similarity of two localities is the share of common initiatives among all that either runs (Jaccard). Communities
are found by the Louvain method with a fixed seed, on what localities run and report.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.artefacts import local_name
from builder.errors import BuilderError
from builder.exporter.files import aside
from builder.sparql import Answering, ask, load_graph

if TYPE_CHECKING:
    import networkx

LEAST_SIMILARITY = 0.2
SEED = 1
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

LOCALITIES = """
SELECT DISTINCT ?locality ?from ?label ?type ?level ?province WHERE {
  { SELECT DISTINCT ?version WHERE {
      { ?figure a cchc:Observation ; sdmx-dimension:refArea ?version . } UNION { ?thing dcterms:spatial ?version . }
  } }
  ?version cchc:versionOf ?locality ; cchc:level ?level ; rdfs:label ?label .
  OPTIONAL { ?version schema:validFrom ?from . }
  OPTIONAL { ?version cchc:unitType ?type . }
  OPTIONAL { ?version dcterms:isPartOf* ?above . ?above cchc:level level:province ; rdfs:label ?province . }
}"""
INITIATIVES = """
SELECT DISTINCT ?initiative ?locality ?type ?label ?issued WHERE {
  ?initiative a cchc:Initiative ; dcterms:type ?type ; prov:wasDerivedFrom ?page ;
    dcterms:spatial/cchc:versionOf ?locality .
  OPTIONAL { ?type skos:prefLabel ?label . FILTER(LANG(?label) = "vi") }
  OPTIONAL { ?page dcterms:issued ?issued . }
}"""
MODELS = """
SELECT DISTINCT ?model ?label WHERE {
  { SELECT DISTINCT ?model WHERE { ?model a cchc:InitiativeModel . } }
  ?model rdfs:label ?label .
}"""
FIGURES = """
SELECT DISTINCT ?figure ?locality ?indicator ?label ?area ?end WHERE {
  ?figure a cchc:Observation ; cchc:indicator ?indicator ; sdmx-dimension:refArea/cchc:versionOf ?locality .
  OPTIONAL { ?indicator cchc:reformArea ?area . }
  OPTIONAL { ?indicator skos:prefLabel ?label . FILTER(LANG(?label) = "vi") }
  OPTIONAL { ?figure cchc:periodEnd ?end . }
}"""


@dataclass(frozen=True, slots=True)
class _Link:
    """One statement that a locality runs or reports something, in a year where that is known."""

    locality: str
    other: str
    label: str
    kind: str  # "initiative", "indicator"
    type: str
    statement: str
    year: str


# ---------------------------------------------------------------- the network


def draw(source: Path | Answering, *, least_similarity: float = LEAST_SIMILARITY) -> "networkx.Graph":
    """Return the network of a store or of a file of N-Quads; nodes and edges come in a fixed order.

    Localities are linked as similar from ``least_similarity`` on.
    """
    import networkx

    store = load_graph(source) if isinstance(source, Path) else source
    localities = _localities(store)
    links = [link for link in (*_initiatives(store), *_figures(store)) if link.locality in localities]
    graph = networkx.Graph(name="cchc")
    linked = {link.locality for link in links}
    nodes = {name: each for name, each in localities.items() if name in linked}
    nodes |= {link.other: _describe(link.label or link.other, link.kind, link.type) for link in links}
    for name in sorted(nodes):
        graph.add_node(name, **nodes[name])
    _add_links(graph, links)
    _add_measures(graph)
    _add_similarities(graph, links, least_similarity)
    return graph


def _describe(label: str, kind: str, type_: str, level: str = "", province: str = "") -> dict[str, str]:
    """Return the attributes of a node; a drawing program takes no attribute without a value."""
    clean = NOT_IN_XML.sub(" ", label)
    return {"label": clean, "kind": kind, "type": type_, "level": level, "province": province}


def _add_links(graph: "networkx.Graph", links: list[_Link]) -> None:
    """Add one edge per locality and thing; it weighs as many statements as say so."""
    statements: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    years: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for link in links:
        key = (link.locality, link.other, "runs" if link.kind == "initiative" else "reports")
        statements[key].add(link.statement)
        years[key] |= {link.year} - {""}
    for locality, other, kind in sorted(statements):
        key = (locality, other, kind)
        graph.add_edge(
            locality, other, kind=kind, weight=float(len(statements[key])), years=" ".join(sorted(years[key])), shared=0
        )


def _add_measures(graph: "networkx.Graph") -> None:
    """Give every node its degree and its community; communities are numbered by size."""
    import networkx

    names = list(graph)
    numbered = networkx.relabel_nodes(graph, {name: number for number, name in enumerate(names)})
    found = networkx.community.louvain_communities(numbered, weight="weight", seed=SEED) if names else []
    for community, members in enumerate(sorted(found, key=lambda each: (-len(each), min(each)))):
        for member in members:
            graph.nodes[names[member]].update(community=community, degree=graph.degree(names[member]))


def _add_similarities(graph: "networkx.Graph", links: list[_Link], least: float) -> None:
    """Link localities that run the same initiatives."""
    runs: dict[str, set[str]] = defaultdict(set)
    run_by: dict[str, set[str]] = defaultdict(set)
    for link in links:
        if link.kind == "initiative":
            runs[link.locality].add(link.other)
            run_by[link.other].add(link.locality)
    pairs = {pair for localities in run_by.values() for pair in combinations(sorted(localities), 2)}
    for one, other in sorted(pairs):
        shared = len(runs[one] & runs[other])
        similarity = shared / len(runs[one] | runs[other])
        if similarity >= least:
            graph.add_edge(one, other, kind="similar", weight=round(similarity, 4), years="", shared=shared)


# ---------------------------------------------------------------- what the graph tells


def _localities(store: Answering) -> dict[str, dict[str, str]]:
    """Return the attributes of each locality, as its latest version that pages speak of tells them."""
    versions = sorted(
        ask(store, LOCALITIES), key=lambda row: (row["locality"], row["from"], row["label"], row["province"])
    )
    return {
        row["locality"]: _describe(
            row["label"], "locality", local_name(row["type"]), local_name(row["level"]), row["province"]
        )
        for row in versions
    }


def _initiatives(store: Answering) -> Iterator[_Link]:
    """Yield what localities run: the shared model where there is one, else the kinds of the initiative."""
    models = {row["model"]: row["label"] for row in sorted(ask(store, MODELS), key=lambda row: row["label"])}
    by_initiative: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in ask(store, INITIATIVES):
        by_initiative[row["initiative"]].append(row)
    for rows in by_initiative.values():
        shared = [row for row in rows if row["type"] in models]
        for row in shared or rows:
            kind = "model" if shared else local_name(row["type"])
            label = models.get(row["type"]) or row["label"] or kind
            yield _Link(row["locality"], row["type"], label, "initiative", kind, row["initiative"], row["issued"][:4])


def _figures(store: Answering) -> Iterator[_Link]:
    """Yield what localities report."""
    for row in ask(store, FIGURES):
        name, label = row["indicator"], row["label"] or local_name(row["indicator"])
        yield _Link(row["locality"], name, label, "indicator", local_name(row["area"]), row["figure"], row["end"][:4])


# ---------------------------------------------------------------- files


def write_network(graph: "networkx.Graph", target: Path) -> None:
    """Write a network as GraphML or GEXF, by the ending of the file's name: same network, same bytes."""
    writers = {".graphml": _write_graphml, ".gexf": _write_gexf}
    if target.suffix not in writers:
        raise BuilderError(f"{target}: the name of a network ends in {' or '.join(writers)}")
    with aside(target) as part, part.open("wb") as file:
        writers[target.suffix](graph, file)


def _write_graphml(graph: "networkx.Graph", file: Any) -> None:
    """Use the writer of the standard library; another one, used where it is installed, writes other bytes."""
    import networkx

    networkx.write_graphml_xml(graph, file)


def _write_gexf(graph: "networkx.Graph", file: Any) -> None:
    """Write GEXF without the date of today."""
    from networkx.readwrite.gexf import GEXFWriter

    writer = GEXFWriter(encoding="utf-8", prettyprint=True, version="1.2draft")
    writer.add_graph(graph)
    for element in writer.xml.iter():
        element.attrib.pop("lastmodifieddate", None)
        if element.tag.endswith("creator"):
            element.text = "cchc-graph"
    writer.write(file)
