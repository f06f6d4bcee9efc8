"""Counts how much is told: figures by indicator, by unit and by year, so that questions need not go over them all."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from builder.facts import Coverage
from builder.merging import Distinct, batches
from builder.stating import Stated
from builder.vocabulary import CCHC, SDMX_DIMENSION

AT_ONCE = 1 << 8  # figures that are held at once; of more, the garbage collector goes over all again and again


def count_coverage(figures: Iterable[Stated], kind: str, folder: Path) -> list[Coverage]:
    """Return how many of some figures there are, in order.

    Args:
        figures: those of one class, in any order; neither they nor their pages are held in memory, only their units.
        kind: the IRI of their class.
        folder: where what memory does not hold waits meanwhile.

    """
    dated, placed = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    with TemporaryDirectory(dir=folder, prefix=".counting.") as place:
        pages = Distinct(Path(place))
        for some in batches(figures, AT_ONCE):
            _, told_by, named, places, _, ends, *_ = zip(*some, strict=True)
            dated.update(zip(named, (day[:4] for day in ends), strict=True))
            placed.update(zip(named, places, strict=True))
            pages.add(f"{name}\t{page}\n".encode() for name, page in {*zip(named, told_by, strict=True)} if page)
        pages_of = Counter(line.partition(b"\t")[0].decode() for line in pages.lines())
    units_of = Counter(name for name, unit in {(name, area.rpartition("/")[0]) for name, area in placed} if unit)
    areas, indicators, years = Counter[str](), Counter[str](), Counter[str]()
    for (_, area), number in placed.items():
        areas[area] += number
    span: dict[str, tuple[str, str]] = {}
    for (name, year), number in dated.items():
        indicators[name] += number
        if year:
            years[year] += number
            first, last = span.get(name, (year, year))
            span[name] = min(first, year), max(last, year)
    of_indicators = (
        Coverage(kind, CCHC.indicator, name, number, units_of[name], pages_of[name], *span.get(name, ()))
        for name, number in sorted(indicators.items())
    )
    of_units = (Coverage(kind, SDMX_DIMENSION.refArea, name, number) for name, number in sorted(areas.items()) if name)
    of_years = (Coverage(kind, CCHC.year, year, number) for year, number in sorted(years.items()))
    return [*of_indicators, *of_units, *of_years]
