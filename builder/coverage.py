"""Counts how much is told: figures by indicator, by unit and by year, so that questions need not go over them all."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from builder.facts import Coverage
from builder.merging import Sorter
from builder.stating import Stated
from builder.vocabulary import CCHC, SDMX_DIMENSION

AT_ONCE = 1 << 16  # units and pages of indicators that are held at once


def count_coverage(figures: Iterable[Stated], kind: str, folder: Path) -> list[Coverage]:
    """Return how many of some figures there are, in order.

    Args:
        figures: those of one class, in any order; they are not held in memory.
        kind: the IRI of their class.
        folder: where what memory does not hold waits meanwhile.

    """
    dated, units = Counter[tuple[str, str]](), Counter[str]()
    with TemporaryDirectory(dir=folder, prefix=".counting.") as place:
        members, some = Sorter(Path(place)), set[tuple[str, str, str]]()
        for figure in figures:
            dated[figure.indicator, figure.end[:4]] += 1
            units[figure.area] += 1
            some.add((figure.indicator, "unit", figure.area))
            some.add((figure.indicator, "page", figure.page))
            if len(some) >= AT_ONCE:
                members.add(_lines(some))
                some.clear()
        members.add(_lines(some))
        counted = _count_distinct(members)
    indicators, years = Counter[str](), Counter[str]()
    span: dict[str, tuple[str, str]] = {}
    for (name, year), number in dated.items():
        indicators[name] += number
        if year:
            years[year] += number
            first, last = span.get(name, (year, year))
            span[name] = min(first, year), max(last, year)
    of_indicators = (
        Coverage(kind, CCHC.indicator, name, number, counted[name, "unit"], counted[name, "page"], *span.get(name, ()))
        for name, number in sorted(indicators.items())
    )
    of_units = (Coverage(kind, SDMX_DIMENSION.refArea, name, number) for name, number in sorted(units.items()) if name)
    of_years = (Coverage(kind, CCHC.year, year, number) for year, number in sorted(years.items()))
    return [*of_indicators, *of_units, *of_years]


def _lines(members: Iterable[tuple[str, str, str]]) -> Iterator[bytes]:
    """Yield what is counted once however often it is told: the unit, in whatever version, and the page."""
    for name, kind, member in members:
        if counted := member.rpartition("/")[0] if kind == "unit" else member:
            yield f"{name}\t{kind}\t{counted}\n".encode()


def _count_distinct(members: Sorter) -> Counter[tuple[str, str]]:
    counted = Counter[tuple[str, str]]()
    for line, _ in groupby(members.lines()):
        name, kind, _ = line.decode().split("\t")
        counted[name, kind] += 1
    return counted
