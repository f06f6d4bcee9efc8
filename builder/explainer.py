"""Tells where a figure comes from: the sentence, the page, how it was read, and the arithmetic it takes part in."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from builder.artefacts import local_name
from builder.errors import QueryError
from builder.quotations import NAMES, PATTERN, Quotation, quote
from builder.sparql import Answering, ask, name_concepts
from builder.states import CLASSES, KINDS
from builder.vocabulary import NAMESPACES

DATA = NAMESPACES["id"]
IDENTIFIER = re.compile(r"(?:(observation|review|candidate)/)?([0-9a-f]{1,16})")

PLACES = f"""
SELECT DISTINCT ?figure ?page ?begin ?end WHERE {{
  VALUES ?kind {{ {KINDS} }}
  ?figure a ?kind ; cchc:evidence ?span ; prov:wasDerivedFrom/dcterms:identifier ?page .
  ?span nif:beginIndex ?begin ; nif:endIndex ?end .
}}"""
FIGURE = """
SELECT DISTINCT ?kind ?page ?title ?address ?issued ?indicator ?phrase ?value ?printed ?measure ?version ?unit
  ?start ?end ?level ?bound ?status ?agency ?rule ?confidence WHERE {
  <FIGURE> a ?kind FILTER(?kind IN (KINDS))
  <FIGURE> sdmx-measure:obsValue ?value ; prov:wasDerivedFrom ?document .
  OPTIONAL { <FIGURE> cchc:indicator ?indicator }
  OPTIONAL { <FIGURE> cchc:phrase ?phrase }
  ?document dcterms:identifier ?page .
  OPTIONAL { ?document dcterms:title ?title }
  OPTIONAL { ?document dcterms:source ?address }
  OPTIONAL { ?document dcterms:issued ?issued }
  OPTIONAL { <FIGURE> cchc:printedValue ?printed }
  OPTIONAL { <FIGURE> sdmx-attribute:unitMeasure ?measure }
  OPTIONAL { <FIGURE> sdmx-dimension:refArea ?version . ?version rdfs:label ?unit }
  OPTIONAL { <FIGURE> cchc:periodStart ?start }
  OPTIONAL { <FIGURE> cchc:periodEnd ?end }
  OPTIONAL { <FIGURE> cchc:level ?level }
  OPTIONAL { <FIGURE> cchc:bound ?bound }
  OPTIONAL { <FIGURE> cchc:status ?status }
  OPTIONAL { <FIGURE> cchc:agency/rdfs:label ?agency }
  OPTIONAL { <FIGURE> cchc:rule ?rule }
  OPTIONAL { <FIGURE> cchc:confidence ?confidence }
} ORDER BY ?address ?version LIMIT 1""".replace("KINDS", KINDS.replace(" ", ", "))
PROVINCE = """
SELECT DISTINCT ?province WHERE {
  <VERSION> dcterms:isPartOf+ ?above . ?above cchc:level level:province ; rdfs:label ?province
} ORDER BY ?province LIMIT 1"""
QUOTATIONS = f"SELECT DISTINCT {NAMES} WHERE {{ VALUES ?statement {{ <FIGURE> }} {PATTERN} }} ORDER BY ?begin ?end"
SIBLINGS = """
SELECT DISTINCT ?figure ?indicator ?value ?printed ?bound ?key WHERE {
  <FIGURE> prov:wasDerivedFrom ?document ; sdmx-dimension:refArea ?unit ; cchc:status ?status .
  ?figure prov:wasDerivedFrom ?document ; sdmx-dimension:refArea ?unit ; cchc:status ?status ;
    cchc:indicator ?indicator ; sdmx-measure:obsValue ?value ; cchc:printedValue ?printed ; cchc:bound ?bound .
  OPTIONAL { ?figure sdmx-dimension:refPeriod ?period }
  OPTIONAL { ?figure cchc:level ?level }
  OPTIONAL { ?figure cchc:agency ?agency }
  BIND(CONCAT(COALESCE(STR(?period), ""), " ", COALESCE(STR(?level), ""), " ", COALESCE(STR(?agency), "")) AS ?key)
} ORDER BY STR(?figure)"""
RETOLD = """
SELECT DISTINCT ?sources ?pages ?agree ?figure ?printed ?document ?page ?title ?counts WHERE {
  ?fact prov:wasDerivedFrom <FIGURE> ; cchc:independentSources ?sources ; cchc:statingPages ?pages ;
    cchc:pagesAgree ?agree ; prov:wasDerivedFrom ?figure .
  ?figure cchc:printedValue ?printed ; prov:wasDerivedFrom ?document .
  ?document dcterms:identifier ?page .
  OPTIONAL { ?document dcterms:title ?title }
  BIND(EXISTS { ?fact prov:hadPrimarySource ?figure } AS ?counts)
} ORDER BY DESC(?counts) STR(?page) STR(?figure) LIMIT MOST"""
MOST = 50  # figures of other pages that are named
RATES = (
    "SELECT DISTINCT ?rate ?part ?whole WHERE { ?rate cchc:numerator ?part ; cchc:denominator ?whole } ORDER BY ?rate"
)
PARTS = "SELECT DISTINCT ?part ?whole WHERE { ?part cchc:partOfCount ?whole } ORDER BY ?part ?whole"


@dataclass(frozen=True, slots=True)
class Check:
    """An arithmetic relation that a figure takes part in, and whether it holds."""

    kind: str  # "rate": part divided by whole; "part": part not larger than whole
    part: str  # as printed
    part_indicator: str
    whole: str
    whole_indicator: str
    rate: str  # as printed, "" for parts
    computed: str  # what the division gives, "" for parts
    agrees: bool


@dataclass(frozen=True, slots=True)
class Retelling:
    """The figure of a page for something that several pages state."""

    figure: str
    printed: str
    document: str  # IRI
    page: str
    title: str
    counts: bool  # it is no other page's text over again


@dataclass(frozen=True, slots=True)
class Shared:
    """What several pages state, a figure among them."""

    sources: int  # independent ones
    pages: int
    agree: bool
    retellings: tuple[Retelling, ...]  # those that count first, the first 50


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that stands behind one figure; "" where nothing is told."""

    figure: str
    state: str  # "accepted", "review", "candidate"
    value: str
    printed: str
    measure: str
    indicator: str
    phrase: str  # of a candidate: what it counts
    labels: Mapping[str, str]  # of the indicator, by language
    unit: str
    version: str
    province: str
    start: str
    end: str
    level: str
    bound: str
    status: str
    agency: str
    page: str
    title: str
    address: str
    issued: str
    rule: str
    confidence: str
    quotations: tuple[Quotation, ...]
    checks: tuple[Check, ...]
    shared: Shared | None  # what other pages state of the same thing
    concepts: Mapping[str, Mapping[str, str]]  # what the words above are called: concept -> language -> label

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation for JSON."""
        return asdict(self)


# ---------------------------------------------------------------- which figure is meant


def find_figure(store: Answering, given: str) -> str:
    """Return the address of the figure that is meant.

    A figure is given by its address, by the identifier that ends it or the beginning of that, or by page and offset:
    ``dong-hoi-2023.txt:425``.
    """
    places = list(ask(store, PLACES))
    figures = sorted({row["figure"] for row in places})
    found = [figure for figure in figures if figure == given] or _by_prefix(figures, given) or _by_place(places, given)
    if not found:
        raise QueryError(
            f"no figure “{given}”; give its address, the beginning of its identifier, or PAGE:BEGIN "
            "as the query evidence-of-figure shows them"
        )
    if len(found) > 1:
        names = ", ".join(figure.removeprefix(DATA) for figure in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise QueryError(f"“{given}” is ambiguous: {names}{more}; give more of the identifier")
    return found[0]


def _by_prefix(figures: Iterable[str], given: str) -> list[str]:
    named = IDENTIFIER.fullmatch(given.removeprefix(DATA).lower())
    if named is None:
        return []
    kind, identifier = named.groups()
    parts = ((figure, figure.rsplit("/", 2)[-2:]) for figure in figures)
    return [figure for figure, (its, name) in parts if name.startswith(identifier) and kind in (None, its)]


def _by_place(places: Iterable[Mapping[str, str]], given: str) -> list[str]:
    """Return the figures whose number covers an offset of a page; those that begin there come before all others.

    A number may be a figure for review to one engine and a candidate to the other; the surer state is meant.
    """
    page, _, offset = given.rpartition(":")
    if not page or not offset.isdecimal():
        return []
    spans = [(row["figure"], int(row["begin"]), int(row["end"])) for row in places if row["page"] == page]
    beginning = {figure for figure, begin, _ in spans if begin == int(offset)}
    covering = {figure for figure, begin, end in spans if begin <= int(offset) < end}
    kinds = {figure: figure.rsplit("/", 2)[-2] for figure in beginning or covering}
    surest = next((kind for kind in ("observation", "review") if kind in kinds.values()), None)
    return sorted(figure for figure, kind in kinds.items() if surest in (None, kind))


# ---------------------------------------------------------------- what stands behind it


def explain(store: Answering, figure: str) -> Explanation:
    """Return what stands behind the figure of an address that :func:`find_figure` returned."""
    row = next(ask(store, FIGURE.replace("FIGURE", figure)), None)
    if row is None:
        raise QueryError(f"{figure}: has no value or no page; validate the graph")
    above = ask(store, PROVINCE.replace("VERSION", row["version"])) if row["version"] else iter(())
    checks = tuple(find_checks(store, figure))
    concepts = {row[name] for name in ("indicator", "measure", "level", "bound", "status") if row[name]}
    concepts |= {each for check in checks for each in (check.part_indicator, check.whole_indicator)}
    labels = name_concepts(store, concepts)
    state = CLASSES[local_name(row.pop("kind"))]
    return Explanation(
        figure=figure,
        state=state,
        labels=labels.get(row["indicator"], {}),
        province=next(above, {"province": ""})["province"],
        quotations=tuple(quote(each) for each in ask(store, QUOTATIONS.replace("FIGURE", figure))),
        checks=checks,
        shared=find_shared(store, figure),
        concepts=labels,
        **row,
    )


def find_shared(store: Answering, figure: str) -> Shared | None:
    """Return what other pages state of the same thing as a figure, if there are any."""
    rows = list(ask(store, RETOLD.replace("FIGURE", figure).replace("MOST", str(MOST))))
    if not rows:
        return None
    told = tuple(
        Retelling(r["figure"], r["printed"], r["document"], r["page"], r["title"], r["counts"] == "true") for r in rows
    )
    return Shared(int(rows[0]["sources"]), int(rows[0]["pages"]), rows[0]["agree"] == "true", told)


# ---------------------------------------------------------------- arithmetic


def find_checks(store: Answering, figure: str) -> Iterator[Check]:
    """Yield the relations between the figure and others of its page that are told of the same unit, period and body."""
    told = list(ask(store, SIBLINGS.replace("FIGURE", figure)))
    here = {row["key"] for row in told if row["figure"] == figure}
    same = [row for row in told if row["key"] in here and local_name(row["bound"]) == "exact"]
    for relation in (*ask(store, RATES), *ask(store, PARTS)):
        yield from _check(figure, relation, same)


def _check(figure: str, relation: Mapping[str, str], told: Iterable[Mapping[str, str]]) -> Iterator[Check]:
    """Yield what one relation says about figures of a page, if the figure asked about is among them."""
    by_indicator: dict[str, list[Mapping[str, str]]] = {}
    for row in told:
        by_indicator.setdefault(row["indicator"], []).append(row)
    for part in by_indicator.get(relation["part"], ()):
        for whole in by_indicator.get(relation["whole"], ()):
            if "rate" not in relation:
                if figure in (part["figure"], whole["figure"]):
                    yield _compare_counts(part, whole)
                continue
            for rate in by_indicator.get(relation["rate"], ()):
                if figure in (part["figure"], whole["figure"], rate["figure"]) and Decimal(whole["value"]):
                    yield _divide(part, whole, rate)


def _compare_counts(part: Mapping[str, str], whole: Mapping[str, str]) -> Check:
    agrees = Decimal(part["value"]) <= Decimal(whole["value"])
    return Check("part", part["printed"], part["indicator"], whole["printed"], whole["indicator"], "", "", agrees)


def _divide(part: Mapping[str, str], whole: Mapping[str, str], rate: Mapping[str, str]) -> Check:
    """Divide part by whole; pages round or cut off, so one unit of the last printed digit is allowed for."""
    exact = 100 * Decimal(part["value"]) / Decimal(whole["value"])
    tolerance = Decimal(1).scaleb(-_printed_digits(rate["printed"]))
    computed = f"{exact:.{_printed_digits(rate['printed']) + 2}f}".replace(".", ",") + "%"
    agrees = abs(Decimal(rate["value"]) - exact) <= tolerance
    told = (part["printed"], part["indicator"], whole["printed"], whole["indicator"], rate["printed"])
    return Check("rate", *told, computed, agrees)


def _printed_digits(printed: str) -> int:
    """Return how many digits stand behind the decimal sign.

    >>> _printed_digits("99,97%"), _printed_digits("trên 98%")
    (2, 0)
    """
    match = re.search(r"\d+[.,](\d+)", printed)
    return len(match[1]) if match else 0
