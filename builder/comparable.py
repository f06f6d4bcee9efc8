"""Carries figures to the administrative units of another day, where that is valid; the figures themselves stay.

A unit that has the same territory on both days keeps its figure. Where a unit of the chosen day is made of several
former units, all of them whole, their counts are added: same indicator, period, level and status, all exact. A rate
follows from the sums of its numerator and denominator, never from other rates. Whatever else is in the way is told as
an obstacle, one of ``ontology/comparability.ttl``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from builder.artefacts import local_name, ontology_store
from builder.facts import Comparable, Comparison, Obstacle, Period
from builder.gazetteer import Gazetteer, UnitVersion
from builder.lineage import Share, compose, descend, home
from builder.sparql import Answering, ask

KNOWN_SINCE = date(2018, 1, 1)  # from this day on, every change of territory ends a version or names a successor
RATE_DIGITS = Decimal("0.0001")
ADDED = frozenset({"count", "vnd"})

FIGURES = """
SELECT DISTINCT ?figure ?indicator ?area ?value ?printed ?measure ?bound ?status ?level ?agency ?start ?end ?page
WHERE {
  ?figure a cchc:Observation ; cchc:indicator ?indicator ; sdmx-dimension:refArea ?area ; sdmx-measure:obsValue ?value ;
    cchc:printedValue ?printed ; sdmx-attribute:unitMeasure ?measure ; cchc:bound ?bound ; cchc:status ?status ;
    prov:wasDerivedFrom ?page .
  OPTIONAL { ?figure cchc:level ?level }
  OPTIONAL { ?figure cchc:agency ?agency }
  OPTIONAL { ?figure cchc:periodStart ?start }
  OPTIONAL { ?figure cchc:periodEnd ?end }
} ORDER BY ?figure"""
UNITS = "SELECT DISTINCT ?unit WHERE { ?unit a cchc:AdministrativeUnitVersion } ORDER BY ?unit"
RELATIONS = """
SELECT ?rate ?part ?whole ?never WHERE {
  { ?rate cchc:numerator ?part ; cchc:denominator ?whole } UNION { ?never cchc:addsUp false }
}"""

Kind = tuple[str, date | None, date | None, str, str]  # indicator, first and last day, level, status


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as the graph tells it; what belongs to a scheme by its identifier."""

    iri: str
    indicator: str
    area: str
    value: Decimal
    printed: str
    measure: str
    bound: str
    status: str
    level: str
    agency: str
    start: date | None
    end: date | None
    page: str

    @property
    def kind(self) -> Kind:
        """Return what must be the same in figures that are added."""
        return self.indicator, self.start, self.end, self.level, self.status


@dataclass(frozen=True, slots=True)
class Relations:
    """What the ontology says about adding: the two counts of a rate, and counts that do not add up."""

    counts: Mapping[str, tuple[str, str]]
    never: frozenset[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures, those of a unit at hand by what they tell."""

    every: tuple[Figure, ...]
    told: Mapping[tuple[Kind, str], tuple[Figure, ...]]

    def of(self, indicator: str, figure: Figure, area: str) -> tuple[Figure, ...]:
        """Return the figures of a unit that agree with another in all but unit and indicator."""
        return self.told.get(((indicator, *figure.kind[1:]), area), ())


@dataclass(frozen=True, slots=True)
class Geography:
    """The units of a day."""

    day: date
    gazetteer: Gazetteer
    levels: frozenset[str]  # those of which there are units on the day


class _Obstructed(Exception):  # noqa: N818  it is no error of the program
    """Stops the carrying of a figure; the message is the identifier of the obstacle."""


def compare(store: Answering, day: date, gazetteer: Gazetteer) -> Comparison:
    """Carry all figures of a graph to the units of a day.

    Args:
        store: answers about the graph.
        day: whose units are meant.
        gazetteer: the register of units.

    """
    figures = _read_figures(store)
    levels = frozenset(unit.level for unit in gazetteer.versions.values() if unit.in_force(day))
    geography = Geography(day, gazetteer, levels)
    carried: dict[Comparable, None] = {}
    obstacles = []
    for figure in figures.every:
        try:
            carried[_carry(figure, figures, geography)] = None
        except _Obstructed as obstacle:
            obstacles.append(Obstacle(figure.iri, str(obstacle)))
    return Comparison(day, tuple(carried), tuple(obstacles), tuple(_homes(store, day, gazetteer)))


def _read_figures(store: Answering) -> Figures:
    every = tuple(_read_figure(row) for row in ask(store, FIGURES))
    told: dict[tuple[Kind, str], list[Figure]] = defaultdict(list)
    for figure in every:
        told[figure.kind, figure.area].append(figure)
    return Figures(every, {key: tuple(found) for key, found in told.items()})


def _read_figure(row: Mapping[str, str]) -> Figure:
    """Read a row of the answer."""
    scheme = {name: local_name(row[name]) for name in ("indicator", "measure", "bound", "status", "level")}
    return Figure(
        iri=row["figure"],
        area=row["area"].partition("/id/unit/")[2],
        value=Decimal(row["value"]),
        printed=row["printed"],
        agency=row["agency"],
        start=_day(row["start"]),
        end=_day(row["end"]),
        page=row["page"],
        **scheme,
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@lru_cache(maxsize=2)
def _relations() -> Relations:
    rows = list(ask(ontology_store(), RELATIONS))
    counts = {local_name(r["rate"]): (local_name(r["part"]), local_name(r["whole"])) for r in rows if r["rate"]}
    return Relations(counts, frozenset(local_name(r["never"]) for r in rows if r["never"]))


# ---------------------------------------------------------------- one figure


def _carry(figure: Figure, figures: Figures, geography: Geography) -> Comparable:
    """Return a figure carried to the units of a day."""
    day, gazetteer = geography.day, geography.gazetteer
    unit = gazetteer.versions.get(figure.area)
    if unit is None or unit.level == "country":
        return _unchanged(figure, figure.area)
    then = _territory(figure, unit, gazetteer)
    if day < then:
        if not _same(unit, day, then, gazetteer):
            raise _Obstructed("after-day")
        return _unchanged(figure, figure.area)
    target = _target(unit, geography)
    parts = compose(target, day, then, gazetteer)
    if [part.unit.key for part in parts] == [unit.key]:
        return _unchanged(figure, target.key)
    if not all(part.whole for part in parts):
        raise _Obstructed("divided")
    return _joined(figure, figures, target, parts)


def _territory(figure: Figure, unit: UnitVersion, gazetteer: Gazetteer) -> date:
    """Return the day whose territory a figure is about: the last of its period, if it did not change within it."""
    if figure.end is None:
        raise _Obstructed("no-period")
    start = figure.start or figure.end
    if start < KNOWN_SINCE:
        raise _Obstructed("territory-unknown")
    if not unit.in_force(figure.end) or not _same(unit, start, figure.end, gazetteer):
        raise _Obstructed("changed-within-period")
    return figure.end


def _same(unit: UnitVersion, first: date, last: date, gazetteer: Gazetteer) -> bool:
    """Tell whether a unit had one and the same territory on two days."""
    earlier, later = gazetteer.at(unit.code, first), gazetteer.at(unit.code, last)
    if earlier is None or later is None:
        return False
    return descend(earlier, last, gazetteer) == [Share(later, whole=True)] and compose(
        later, last, first, gazetteer
    ) == [Share(earlier, whole=True)]


def _target(unit: UnitVersion, geography: Geography) -> UnitVersion:
    """Return the unit of a day in which all of a unit lies."""
    shares = descend(unit, geography.day, geography.gazetteer)
    if len(shares) == 1 and shares[0].whole:
        return shares[0].unit
    if shares:
        raise _Obstructed("divided")
    raise _Obstructed("territory-unknown" if unit.level in geography.levels else "level-abolished")


def _unchanged(figure: Figure, area: str) -> Comparable:
    """Return a figure as it is, about the unit of the chosen day."""
    return Comparable(
        indicator=figure.indicator,
        area=area,
        value=figure.value,
        measure=figure.measure,
        bound=figure.bound,
        status=figure.status,
        level=figure.level,
        period=Period(figure.start, figure.end) if figure.start or figure.end else None,
        derivation="unchanged",
        sources=(figure.iri,),
        pages=(figure.page,),
        printed=figure.printed,
        agency=figure.agency,
    )


# ---------------------------------------------------------------- several units that became one


def _joined(figure: Figure, figures: Figures, target: UnitVersion, parts: Sequence[Share]) -> Comparable:
    """Return the figure of a unit made of several: a sum of counts, or the rate of two sums."""
    areas = [part.unit.key for part in parts]
    relations = _relations()
    if figure.agency:
        raise _Obstructed("narrower-body")
    if figure.indicator in relations.counts:
        return _rate(figure, figures, target.key, areas, relations.counts[figure.indicator])
    if figure.measure == "percent":
        raise _Obstructed("weights-missing")
    if figure.measure not in ADDED or figure.indicator in relations.never:
        raise _Obstructed("not-additive")
    if figure.bound != "exact":
        raise _Obstructed("not-exact")
    added = [figures.of(figure.indicator, figure, area) for area in areas]
    return _derived(figure, target.key, sum(map(_value, added), Decimal(0)), "sum", added)


def _rate(figure: Figure, figures: Figures, area: str, areas: Sequence[str], counts: tuple[str, str]) -> Comparable:
    """Return the rate of the sums of two counts."""
    told = [[figures.of(count, figure, each) for each in areas] for count in counts]
    try:
        part, whole = (sum(map(_value, each), Decimal(0)) for each in told)
    except _Obstructed as obstacle:
        missing = str(obstacle) in ("part-missing", "not-exact")
        raise _Obstructed("weights-missing" if missing else str(obstacle)) from None
    if not 0 <= part <= whole or whole == 0:
        raise _Obstructed("contradiction")
    value = (100 * part / whole).quantize(RATE_DIGITS)
    return _derived(figure, area, value, "weighted", [*told[0], *told[1]])


def _value(figures: Sequence[Figure]) -> Decimal:
    """Return the one exact value that the figures of a part agree on."""
    whole_unit = [figure for figure in figures if not figure.agency]
    exact = {figure.value for figure in whole_unit if figure.bound == "exact"}
    if not exact:
        raise _Obstructed("not-exact" if whole_unit else "part-missing")
    if len(exact) > 1:
        raise _Obstructed("contradiction")
    return exact.pop()


def _derived(
    figure: Figure, area: str, value: Decimal, derivation: Literal["sum", "weighted"], added: Iterable[Sequence[Figure]]
) -> Comparable:
    sources = [each for found in added for each in found if each.bound == "exact" and not each.agency]
    return Comparable(
        indicator=figure.indicator,
        area=area,
        value=value,
        measure=figure.measure,
        bound="exact",
        status=figure.status,
        level=figure.level,
        period=Period(figure.start, figure.end),
        derivation=derivation,
        sources=tuple(sorted({each.iri for each in sources})),
        pages=tuple(sorted({each.page for each in sources})),
    )


def _homes(store: Answering, day: date, gazetteer: Gazetteer) -> Iterable[tuple[str, str]]:
    """Yield for every unit of a graph the smallest unit of the day in which all of it lies."""
    for row in ask(store, UNITS):
        unit = gazetteer.versions.get(row["unit"].partition("/id/unit/")[2])
        if unit is not None and (unit.valid_from is None or unit.valid_from <= day):
            found = home(unit, day, gazetteer)
            if found is not None:
                yield unit.key, found.key
