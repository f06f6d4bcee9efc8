"""Figures of one indicator side by side: rows, their spread by province, and what there is to choose from."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from statistics import median

from builder.artefacts import local_name
from builder.explorer.atlas import Atlas, values
from builder.explorer.figures import Figure, figures_of_indicator
from builder.sparql import ask
from builder.text import alphabetical
from builder.vocabulary import NAMESPACES

INDICATORS = NAMESPACES["ind"]
UNITS = NAMESPACES["id"] + "unit/"
COUNTS = """
SELECT ?indicator (COUNT(DISTINCT ?figure) AS ?figures) (COUNT(DISTINCT ?unit) AS ?units) WHERE {
  ?figure a cchc:Observation ; cchc:indicator ?indicator ; sdmx-dimension:refArea/cchc:versionOf ?unit .
} GROUP BY ?indicator"""
DAY = "SELECT DISTINCT ?day WHERE { ?figure a cchc:ComparableFigure ; cchc:asOf ?day } ORDER BY DESC(?day) LIMIT 1"
WITHIN = """
SELECT ?indicator ?year (COUNT(DISTINCT ?figure) AS ?figures) WHERE {
  VALUES ?province { ASKED }
  ?version dcterms:isPartOf* ?province .
  ?figure sdmx-dimension:refArea ?version ; a cchc:Observation ; cchc:indicator ?indicator .
  OPTIONAL { ?figure cchc:periodEnd ?end BIND(SUBSTR(STR(?end), 1, 4) AS ?year) }
} GROUP BY ?indicator ?year"""
TOLD = "actual"  # what is compared by itself: results, not targets


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be compared; "" and None are any."""

    indicator: str  # identifier, e.g. on-time-rate
    year: int | None = None
    level: str = ""  # of the units: province, district, commune
    work: str = ""  # whose work is counted: province, district, commune
    province: str = ""  # key of its version, e.g. 87/origin
    units: tuple[str, ...] = ()  # codes
    status: str = TOLD
    carried: bool = False  # on the units of another day


@dataclass(frozen=True, slots=True)
class Spread:
    """How far the figures of a province lie apart."""

    key: str  # of the version of the province
    name: str
    figures: int
    lowest: Decimal
    middle: Decimal
    highest: Decimal


@dataclass(frozen=True, slots=True)
class Option:
    """A value that could be chosen, and how many figures it would leave."""

    value: str
    label: str
    figures: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures that fit a choice, the highest first, and what else could be chosen."""

    choice: Choice
    figures: tuple[Figure, ...]
    spreads: tuple[Spread, ...]
    years: tuple[Option, ...]
    levels: tuple[Option, ...]
    works: tuple[Option, ...]
    provinces: tuple[Option, ...]
    units: tuple[Option, ...]
    statuses: tuple[Option, ...]
    day: str  # of the units that figures were carried to, "" where none were


def compare(atlas: Atlas, choice: Choice, language: str) -> Comparison:
    """Return the figures of an indicator that fit a choice, sorted by value, the highest first."""
    found = figures_of_indicator(atlas, INDICATORS + choice.indicator, carried=choice.carried)
    kept = [figure for figure in found if _fits(figure, choice)]

    def options(part: str, key: str, name: str) -> tuple[Option, ...]:
        return _options(atlas, [f for f in found if _fits(f, choice, leave=part)], key, name, language)

    return Comparison(
        choice=choice,
        figures=tuple(sorted(kept, key=lambda f: (-f.value, f.name, f.iri))),
        spreads=tuple(_spreads(kept)),
        years=tuple(reversed(options("year", "year", ""))),
        levels=options("level", "unit_level", ""),
        works=options("work", "level", ""),
        provinces=options("province", "province", "province_name"),
        units=options("units", "unit", "name"),
        statuses=options("status", "status", ""),
        day=next((row["day"][:10] for row in ask(atlas.store, DAY)), ""),
    )


def unit_key(iri: str) -> str:
    """Return the code of a unit or the key of a version, as they are typed.

    >>> unit_key("https://w3id.org/cchc/id/unit/87/origin")
    '87/origin'
    """
    return iri.removeprefix(UNITS)


def _fits(figure: Figure, choice: Choice, leave: str = "") -> bool:
    """Return whether a figure is among those chosen, one part of the choice left out."""
    told = {
        "year": not choice.year or figure.year == choice.year,
        "level": not choice.level or local_name(figure.unit_level) == choice.level,
        "work": not choice.work or local_name(figure.level) == choice.work,
        "province": not choice.province or unit_key(figure.province) == choice.province,
        "units": not choice.units or unit_key(figure.unit) in choice.units,
        "status": not choice.status or local_name(figure.status) == choice.status,
    }
    return all(fits for part, fits in told.items() if part != leave)


def _options(atlas: Atlas, figures: Iterable[Figure], key: str, name: str, language: str) -> tuple[Option, ...]:
    """Count the values of a part; concepts are called as in a language, units as the figures name them."""
    counts: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for figure in figures:
        value = str(getattr(figure, key) or "")
        if value:
            short = unit_key(value) if value.startswith(UNITS) else local_name(value)
            counts[short] += 1
            labels[short] = getattr(figure, name) if name else atlas.label(value, language)
    return tuple(Option(v, labels[v], counts[v]) for v in sorted(counts, key=lambda v: (alphabetical(labels[v]), v)))


def _spreads(figures: Iterable[Figure]) -> list[Spread]:
    groups: dict[tuple[str, str], list[Decimal]] = {}
    for figure in figures:
        if figure.province:
            groups.setdefault((unit_key(figure.province), figure.province_name), []).append(figure.value)
    return [
        Spread(key, name, len(told), min(told), median(told), max(told))
        for (key, name), told in sorted(groups.items(), key=lambda g: (alphabetical(g[0][1]), g[0][0]))
    ]


@lru_cache(maxsize=4)  # the graph of an atlas does not change
def count_indicators(atlas: Atlas) -> tuple[tuple[str, int, int], ...]:
    """Return every indicator that has figures, with how many and of how many units, the most told first."""
    rows = [(row["indicator"], int(row["figures"]), int(row["units"])) for row in ask(atlas.store, COUNTS)]
    return tuple(sorted(rows, key=lambda r: (-r[1], r[0])))


@dataclass(frozen=True, slots=True)
class Told:
    """How many figures of an indicator a province and the units in it have, by year ("" where no year is told)."""

    indicator: str
    years: tuple[tuple[str, int], ...]

    @property
    def figures(self) -> int:
        """Return the number of figures of all years."""
        return sum(count for _, count in self.years)


def told_within(atlas: Atlas, province: str) -> Sequence[Told]:
    """Return what a version of a province and the units in it report, the most told indicator first."""
    groups: dict[str, list[tuple[str, int]]] = {}
    for row in ask(atlas.store, WITHIN.replace("ASKED", values([province]))):
        groups.setdefault(row["indicator"], []).append((row["year"], int(row["figures"])))
    found = [Told(indicator, tuple(sorted(years, reverse=True))) for indicator, years in groups.items()]
    return sorted(found, key=lambda t: (-t.figures, t.indicator))
