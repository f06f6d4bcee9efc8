"""Tells what several pages state of one and the same thing, whether they agree, and how many tell it independently.

One thing is one indicator of one unit, period, tier, body and status; figures that are bounds or name no period are
left out. Pages with one and the same text (``builder/syndication.py``) are one source, however many they are: the
longest of those that state a value stands for the others. Pages disagree if they do not all state the same values. The
figures themselves stay as they are.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from builder.facts import Corroboration, SharedFact
from builder.syndication import Sketch, same_texts
from builder.vocabulary import CCHC, NAMESPACES, PROV, SDMX_DIMENSION, SDMX_MEASURE

Lines = Callable[[], Iterable[str]]
Key = tuple[str, ...]

KEY = (CCHC.indicator, SDMX_DIMENSION.refArea, CCHC.periodStart, CCHC.periodEnd, CCHC.level, CCHC.agency, CCHC.status)
_TOLD = frozenset({*KEY, CCHC.bound, SDMX_MEASURE.obsValue, PROV.wasDerivedFrom})
_FIGURE = f"<{NAMESPACES['id']}observation/"
_LINE = re.compile(r'<([^>]*)> <([^>]*)> (?:<([^>]*)>|"([^"]*)")')
_EXACT = NAMESPACES["bound"] + "exact"


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure with what it tells, each as the graph writes it."""

    iri: str
    page: str
    key: Key
    value: str


def corroborate(lines: Lines, sketches: Mapping[str, Sketch]) -> Corroboration:
    """Return what several pages of a graph state, and which of these pages carry the same text.

    Args:
        lines: gives the statements of the graph as N-Quads, those of a figure one after another; asked for twice, so
            that only figures of things that several figures tell are held in memory.
        sketches: by the IRI of a page; one that has none shares its text with no other.

    """
    once, again = set[Key](), set[Key]()
    for figure in _figures(lines()):
        (again if figure.key in once else once).add(figure.key)
    told: dict[Key, list[_Figure]] = defaultdict(list)
    for figure in _figures(lines()):
        if figure.key in again:
            told[figure.key].append(figure)
    shared = {key: figures for key, figures in told.items() if len({figure.page for figure in figures}) > 1}
    pages = {figure.page for figures in shared.values() for figure in figures}
    stands_for = same_texts({page: sketches[page] for page in pages if page in sketches})
    size = {page: len(sketch.phrases) for page, sketch in sketches.items()}
    facts = tuple(_fact(key, shared[key], stands_for, size) for key in sorted(shared))
    texts: dict[str, list[str]] = defaultdict(list)
    for page in sorted(pages):
        texts[stands_for.get(page, page)].append(page)
    return Corroboration(facts, tuple(sorted(tuple(group) for group in texts.values() if len(group) > 1)))


def _fact(key: Key, figures: list[_Figure], stands_for: Mapping[str, str], size: Mapping[str, int]) -> SharedFact:
    """Return what pages state of one thing."""
    values: dict[str, set[str]] = defaultdict(set)
    first: dict[tuple[str, str], _Figure] = {}  # text, value -> the figure that stands for the others
    for figure in sorted(figures, key=lambda each: (-size.get(each.page, 0), each.page, each.iri)):
        values[figure.page].add(figure.value)
        first.setdefault((stands_for.get(figure.page, figure.page), figure.value), figure)
    indicator, area, start, end, level, agency, status = key
    return SharedFact(
        indicator=indicator,
        area=area,
        start=start,
        end=end,
        level=level,
        agency=agency,
        status=status,
        values=tuple(sorted({value for _, value in first})),
        figures=tuple(sorted(figure.iri for figure in figures)),
        sources=tuple(sorted(figure.iri for figure in first.values())),
        pages=len(values),
        independent=len({text for text, _ in first}),
        agree=len({frozenset(each) for each in values.values()}) == 1,
    )


def _figures(lines: Iterable[str]) -> Iterator[_Figure]:
    """Yield the exact figures with a period."""
    about = (line for line in lines if line.startswith(_FIGURE))
    for _, group in groupby(about, key=lambda line: line[: line.index(">")]):
        told: dict[str, str] = {}
        iri = ""
        for line in group:
            if (match := _LINE.match(line)) and match[2] in _TOLD:
                iri, told[match[2]] = match[1], match[3] or match[4]
        if told.get(CCHC.bound) == _EXACT and CCHC.periodEnd in told and SDMX_DIMENSION.refArea in told:
            key = tuple(told.get(name, "") for name in KEY)
            yield _Figure(iri, told.get(PROV.wasDerivedFrom, ""), key, told.get(SDMX_MEASURE.obsValue, ""))
