"""What there is to choose from in a graph: indicators, units, levels, years, and the day figures were carried to.

A value is written as the saved questions take it: the end of a concept's IRI, the code of a unit, a year.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from builder.artefacts import local_name
from builder.explorer.atlas import Atlas
from builder.explorer.comparison import DAY, INDICATORS, Option, count_indicators
from builder.explorer.figures import provinces_of
from builder.explorer.rows import group
from builder.sparql import ask
from builder.text import alphabetical
from builder.vocabulary import NAMESPACES

UNITS = """
SELECT ?unit ?code ?version ?label (COUNT(DISTINCT ?told) AS ?times) WHERE {
  VALUES ?kind { cchc:Observation cchc:ComparableFigure cchc:Initiative cchc:SourceDocument }
  ?told a ?kind ; sdmx-dimension:refArea|dcterms:spatial ?version .
  ?version cchc:versionOf ?unit ; rdfs:label ?label . ?unit dcterms:identifier ?code .
} GROUP BY ?unit ?code ?version ?label"""
YEARS = """
SELECT ?year (COUNT(DISTINCT ?figure) AS ?times) WHERE {
  ?figure a cchc:Observation ; cchc:periodEnd ?end . BIND(SUBSTR(STR(?end), 1, 4) AS ?year)
} GROUP BY ?year"""
YEARS_OF_CHANGES = """
SELECT ?year (COUNT(DISTINCT ?change) AS ?times) WHERE {
  ?change a org:ChangeEvent ; prov:startedAtTime ?day . BIND(SUBSTR(STR(?day), 1, 4) AS ?year)
} GROUP BY ?year"""
LEVELS = ("province", "district", "commune")


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen; each with the number of things that tell of it, the order that of a pick-list."""

    indicators: tuple[tuple[str, int], ...]  # IRI; the most told first, those that no figure has after them
    units: tuple[Option, ...]  # by name
    years: tuple[Option, ...]  # in which a period ends, newest first
    years_of_changes: tuple[Option, ...]  # in which units became others, newest first
    day: str  # of the units that figures were carried to, "" where none were


def open_choices(atlas: Atlas) -> Choices:
    """Return what can be chosen in a graph."""
    told = {indicator: figures for indicator, figures, _ in count_indicators(atlas)}
    silent = sorted(iri for iri in atlas.concepts if iri.startswith(INDICATORS) and iri not in told)
    return Choices(
        indicators=(*told.items(), *((iri, 0) for iri in silent)),
        units=_units(atlas),
        years=_years(atlas, YEARS),
        years_of_changes=_years(atlas, YEARS_OF_CHANGES),
        day=next((row["day"][:10] for row in ask(atlas.store, DAY)), ""),
    )


def options(atlas: Atlas, choices: Choices, kind: str, language: str) -> Sequence[Option]:
    """Return what a parameter of a type can be: indicator, unit, level or year; nothing for other types."""
    match kind:
        case "indicator":
            named = [Option(local_name(iri), atlas.label(iri, language), n) for iri, n in choices.indicators]
            silent = sorted((each for each in named if not each.figures), key=lambda each: alphabetical(each.label))
            return [each for each in named if each.figures] + silent
        case "level":
            return [Option(level, atlas.label(f"{NAMESPACES['level']}{level}", language), 0) for level in LEVELS]
        case "unit":
            return choices.units
        case "year":
            return choices.years
    return ()


def _units(atlas: Atlas) -> tuple[Option, ...]:
    groups = group(ask(atlas.store, UNITS), "code")
    provinces = provinces_of(atlas, {row["version"] for rows in groups.values() for row in rows})
    found = []
    for code, rows in groups.items():
        best = max(rows, key=lambda row: (int(row["times"]), row["version"]))
        *_, province = provinces.get(best["version"], ("", ""))
        label = f"{best['label']}, {province}" if province and province != best["label"] else best["label"]
        found.append(Option(code, label, sum(int(row["times"]) for row in rows)))
    return tuple(sorted(found, key=lambda each: (*alphabetical(each.label), each.value)))


def _years(atlas: Atlas, query: str) -> tuple[Option, ...]:
    rows = sorted(ask(atlas.store, query), key=lambda row: row["year"], reverse=True)
    return tuple(Option(row["year"], row["year"], int(row["times"])) for row in rows)
