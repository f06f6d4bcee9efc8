"""Figures as rows: of a unit, of an indicator, or carried to the units of another day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from builder.explorer.atlas import Atlas, values
from builder.explorer.rows import Row, day
from builder.sparql import ask

# What is asked for stands in the patterns themselves: an engine joins rows of VALUES with all figures there are.
FIGURES = """
SELECT DISTINCT ?figure ?indicator ?value ?printed ?measure ?bound ?status ?level ?agency ?version ?unit ?name
  ?unitLevel ?start ?end ?page ?document ?title ?issued ?confidence WHERE {
  ANCHOR
  ?figure a KIND ; cchc:indicator ?indicator ; sdmx-measure:obsValue ?value ; sdmx-dimension:refArea ?version .
  ?version cchc:versionOf ?unit ; rdfs:label ?name ; cchc:level ?unitLevel .
  OPTIONAL { ?figure cchc:printedValue ?printed }
  OPTIONAL { ?figure sdmx-attribute:unitMeasure ?measure }
  OPTIONAL { ?figure cchc:bound ?bound }
  OPTIONAL { ?figure cchc:status ?status }
  OPTIONAL { ?figure cchc:level ?level }
  OPTIONAL { ?figure cchc:agency/rdfs:label ?agency }
  OPTIONAL { ?figure cchc:periodStart ?start }
  OPTIONAL { ?figure cchc:periodEnd ?end }
  OPTIONAL { ?figure cchc:confidence ?confidence }
  OPTIONAL { ?figure prov:wasDerivedFrom ?document . ?document dcterms:identifier ?page }
  OPTIONAL { ?figure prov:wasDerivedFrom/dcterms:title ?title }
  OPTIONAL { ?figure prov:wasDerivedFrom/dcterms:issued ?issued }
}"""
PROVINCES = """
SELECT DISTINCT ?version ?province ?label WHERE {
  VALUES ?version { VERSIONS }
  ?version dcterms:isPartOf* ?province . ?province cchc:level level:province ; rdfs:label ?label .
}"""
ACCEPTED, CARRIED = "cchc:Observation", "cchc:ComparableFigure"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with all that a table shows of it; "" or None where nothing is told."""

    iri: str
    indicator: str
    value: Decimal
    printed: str
    measure: str
    bound: str
    status: str
    level: str  # whose work is counted
    agency: str
    version: str
    unit: str
    name: str  # of the unit then
    unit_level: str
    province: str  # IRI of its version then, "" of the country
    province_name: str
    start: date | None
    end: date | None
    document: str
    page: str
    title: str
    issued: str
    confidence: str

    @property
    def year(self) -> int | None:
        """Return the year of the last day of the period."""
        return self.end.year if self.end else None


def figures_of_unit(atlas: Atlas, unit: str) -> list[Figure]:
    """Return the accepted figures of a unit under all its versions."""
    return _figures(atlas, f"{values([unit])} cchc:hasVersion ?version .", ACCEPTED)


def figures_of_indicator(atlas: Atlas, indicator: str, *, carried: bool = False) -> list[Figure]:
    """Return the figures of an indicator, as pages state them or carried to the units of another day."""
    return _figures(atlas, f"?figure cchc:indicator {values([indicator])} .", CARRIED if carried else ACCEPTED)


def _figures(atlas: Atlas, anchor: str, kind: str) -> list[Figure]:
    rows = list(ask(atlas.store, FIGURES.replace("KIND", kind).replace("ANCHOR", anchor)))
    provinces = provinces_of(atlas, {row["version"] for row in rows})
    found: dict[str, Figure] = {}
    for row in sorted(rows, key=lambda r: (r["figure"], r["page"], r["title"])):
        found.setdefault(row["figure"], _figure(row, provinces.get(row["version"], ("", ""))))
    return list(found.values())


def provinces_of(atlas: Atlas, versions: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return IRI and name of the version of a province in which each version of a unit lies, or that it is."""
    wanted = sorted(set(versions))
    if not wanted:
        return {}
    rows = ask(atlas.store, PROVINCES.replace("VERSIONS", values(wanted)))
    return {
        row["version"]: (row["province"], row["label"])
        for row in sorted(rows, key=lambda r: (r["province"], r["label"]))
    }


def _figure(row: Row, province: tuple[str, str]) -> Figure:
    return Figure(
        iri=row["figure"],
        value=Decimal(row["value"]),
        unit_level=row["unitLevel"],
        province=province[0],
        province_name=province[1],
        start=day(row["start"]),
        end=day(row["end"]),
        issued=row["issued"][:10],
        **{n: row[n] for n in ("indicator", "printed", "measure", "bound", "status", "level", "agency", "version")},
        **{n: row[n] for n in ("unit", "name", "document", "page", "title", "confidence")},
    )


def newest_first(figure: Figure) -> tuple[int, str, str]:
    """Sort figures of one unit and indicator: the newest period first, those without one last."""
    days = figure.end.toordinal() if figure.end else 0
    return -days, str(figure.start or ""), figure.iri
