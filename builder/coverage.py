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


def count_coverage(figures: Iterable[Stated], kind: str, folder: Path) -> list[Coverage]:
    """Return how many of some figures there are, in order.

    Args:
        figures: those of one class, in any order; they are not held in memory.
        kind: the IRI of their class.
        folder: where what memory does not hold waits meanwhile.

    """
    indicators, units, years = Counter[str](), Counter[str](), Counter[str]()
    span: dict[str, tuple[str, str]] = {}
    with TemporaryDirectory(dir=folder, prefix=".counting.") as place:
        members = Sorter(Path(place))
        for figure in figures:
            indicators[figure.indicator] += 1
            units[figure.area] += 1
            if year := figure.end[:4]:
                years[year] += 1
                first, last = span.get(figure.indicator, (year, year))
                span[figure.indicator] = min(first, year), max(last, year)
            members.add(_members(figure))
        counted = _count_distinct(members)
    of_indicators = (
        Coverage(kind, CCHC.indicator, name, number, counted[name, "unit"], counted[name, "page"], *span.get(name, ()))
        for name, number in sorted(indicators.items())
    )
    of_units = (Coverage(kind, SDMX_DIMENSION.refArea, name, number) for name, number in sorted(units.items()) if name)
    of_years = (Coverage(kind, CCHC.year, year, number) for year, number in sorted(years.items()))
    return [*of_indicators, *of_units, *of_years]


def _members(figure: Stated) -> Iterator[bytes]:
    """Yield what is counted once however often it is told: the unit, in whatever version, and the page."""
    unit = figure.area.rpartition("/")[0]
    for kind, member in (("unit", unit), ("page", figure.page)):
        if member:
            yield f"{figure.indicator}\t{kind}\t{member}\n".encode()


def _count_distinct(members: Sorter) -> Counter[tuple[str, str]]:
    counted = Counter[tuple[str, str]]()
    for line, _ in groupby(members.lines()):
        name, kind, _ = line.decode().split("\t")
        counted[name, kind] += 1
    return counted
