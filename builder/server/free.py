"""Queries that readers write themselves: prefixes that need not be declared, and errors at the place where they are."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder import queries
from builder.explorer.atlas import Atlas
from builder.server.answering import Limits
from builder.server.answers import MOST_ROWS, lay_out
from builder.server.asking import Answerer
from builder.server.guard import tokens
from builder.server.refusals import Position, Refused
from builder.server.view import View
from builder.vocabulary import NAMESPACES

SHORT = 4_000  # code points of a query that fits into an address
WIDEST = 160  # code points of a line that is shown with an error
TABLES = {"csv": "CSV", "tsv": "TSV", "json": "JSON", "xml": "XML"}
GRAPHS = {"ttl": "Turtle", "nt": "N-Triples", "jsonld": "JSON-LD", "rdf": "RDF/XML"}
EXAMPLES: Mapping[str, tuple[tuple[str, str], str]] = {
    "figures": (
        ("Số liệu, đơn vị và câu chứng minh", "Figures, units and the words that prove them"),
        """SELECT ?name ?label ?value ?words ?figure WHERE {
  ?figure a cchc:Observation ;
    cchc:indicator ?indicator ;
    sdmx-dimension:refArea ?unit ;
    sdmx-measure:obsValue ?value ;
    cchc:evidence/nif:anchorOf ?words .
  ?unit rdfs:label ?name .
  ?indicator skos:prefLabel ?label .
  FILTER(LANG(?label) = "vi")
}
ORDER BY ?name ?label
LIMIT 50
""",
    ),
    "models": (
        ("Sáng kiến theo loại", "Initiatives by kind"),
        """SELECT ?kind ?label (COUNT(DISTINCT ?initiative) AS ?initiatives) WHERE {
  ?initiative a cchc:Initiative ;
    dcterms:type ?kind .
  ?kind skos:prefLabel ?label .
  FILTER(LANG(?label) = "vi")
}
GROUP BY ?kind ?label
ORDER BY DESC(?initiatives) ?label
""",
    ),
    "successors": (
        ("Đơn vị nào nay là đơn vị nào", "Which unit became which"),
        """SELECT ?day ?before ?after WHERE {
  ?change a org:ChangeEvent ;
    prov:startedAtTime ?day ;
    org:originalOrganization/rdfs:label ?before ;
    org:resultingOrganization/rdfs:label ?after .
}
ORDER BY DESC(?day) ?before ?after
LIMIT 100
""",
    ),
    "describe": (
        ("Mọi điều về một chỉ tiêu", "All about one indicator"),
        "DESCRIBE ind:on-time-rate\n",
    ),
    "ask": (
        ("Có số liệu của cấp xã không?", "Are there figures of communes?"),
        "ASK { ?figure a cchc:Observation ; cchc:level level:commune }\n",
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer: where in the reader's text, if the place is known, and the line with a mark under it."""

    refused: Refused
    position: Position | None
    message: str
    excerpt: str
    marker: str


def missing_prefixes(text: str) -> list[tuple[str, str]]:
    """Return the prefixes of the project that a query uses and does not declare, in alphabetical order.

    >>> missing_prefixes("PREFIX cchc: <x:> ASK { ?s a cchc:Issue ; rdfs:label 'skos:x' }")
    [('rdfs', 'http://www.w3.org/2000/01/rdf-schema#')]
    """
    used: set[str] = set()
    declared: set[str] = set()
    last = ""
    for token in tokens(text):
        if token.kind == "name":
            (declared if last == "PREFIX" else used).add(token.text.partition(":")[0])
        last = token.word
    return sorted((prefix, NAMESPACES[prefix]) for prefix in used - declared if prefix in NAMESPACES)


def ask_freely(answerer: Answerer, atlas: Atlas, view: View, text: str) -> dict[str, Any]:
    """Return what the query page shows of a query: its answer, or what is wrong with it and where."""
    added = missing_prefixes(text)
    whole = "".join(f"PREFIX {prefix}: <{space}>\n" for prefix, space in added) + text
    context = {**blank(answerer.limits), "text": text, "whole": whole, "added": added, "short": len(whole) <= SHORT}
    started = time.perf_counter()
    try:
        rows = answerer.answer(whole)
    except Refused as refused:
        problem = _locate(refused, text, len(added), view)
        return {**context, "problem": problem, "status": refused.status}
    context["seconds"] = time.perf_counter() - started
    if rows.kind == "ask":
        return {**context, "truth": rows.rows[0][0].value == "true", "formats": {"json": "JSON", "xml": "XML"}}  # type: ignore[union-attr]
    context["answer"] = lay_out(atlas, view, rows, joined=False)
    if rows.kind == "construct":
        shown = queries.Rows(rows.columns, rows.rows[:MOST_ROWS], rows.kind)
        return {**context, "graph": queries.as_turtle(shown), "formats": GRAPHS}
    return context


def blank(limits: Limits | None) -> dict[str, Any]:
    """Return what the query page shows before anything is asked."""
    return {
        "text": EXAMPLES["figures"][1],
        "whole": "",
        "added": [],
        "short": True,
        "answer": None,
        "graph": None,
        "truth": None,
        "seconds": None,
        "problem": None,
        "formats": TABLES,
        "examples": EXAMPLES,
        "prefixes": NAMESPACES,
        "limits": limits,
        "status": 200,
    }


def _locate(refused: Refused, text: str, lines_before: int, view: View) -> Problem:
    """Find the place of an error in the text of the reader, which stands behind lines that were added."""
    told = view.t(refused.vietnamese, refused.english)
    where = refused.position
    if where is None:
        return Problem(refused, None, told, "", "")
    message = told.partition(": ")[2]  # the place in the whole text is led in with a colon
    lines = text.splitlines() or [""]
    number = min(max(where.line - lines_before, 1), len(lines))
    line = lines[number - 1]
    column = min(where.column, len(line) + 1)
    first = max(0, column - WIDEST // 2)
    marker = "".join("\t" if sign == "\t" else " " for sign in line[first : column - 1]) + "^"
    return Problem(refused, Position(number, column), message, line[first : first + WIDEST], marker)
