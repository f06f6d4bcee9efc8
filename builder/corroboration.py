"""Tells what several pages state of one and the same thing, whether they agree, and how many tell it independently.

One thing is one indicator of one unit, period, tier, body and status; figures that are bounds or name no period are
left out. Pages with one and the same text (``builder/syndication.py``) are one source, however many they are: the
longest of those that state a value stands for the others. Pages disagree if they do not all state the same values. The
figures themselves stay as they are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from builder.facts import Corroboration, SharedFact
from builder.stating import Stated
from builder.syndication import parse_sketch, same_texts
from builder.vocabulary import NAMESPACES

Key = tuple[str, str, str, str, str, str, str]

_EXACT = NAMESPACES["bound"] + "exact"


def corroborate(figures: Callable[[], Iterable[Stated]], sketches: Mapping[str, str]) -> Corroboration:
    """Return what several pages of a graph state, and which of these pages carry the same text.

    Args:
        figures: gives the figures of the graph; asked for twice, so that only figures of things that several figures
            tell are held in memory.
        sketches: by the IRI of a page, as they are written down; one that has none shares its text with no other.

    """
    once, again = set[int](), set[int]()  # numbers in place of keys; two keys with one number are told apart below
    for key, _ in _exact(figures()):
        (again if hash(key) in once else once).add(hash(key))
    told: dict[Key, list[Stated]] = defaultdict(list)
    for key, figure in _exact(figures()):
        if hash(key) in again:
            told[key].append(figure)
    shared = {key: figures for key, figures in told.items() if len({figure.page for figure in figures}) > 1}
    pages = {figure.page for figures in shared.values() for figure in figures}
    texts_of = {page: parse_sketch(sketches[page]) for page in pages if page in sketches}
    stands_for = same_texts(texts_of)
    size = {page: len(sketch.phrases) for page, sketch in texts_of.items()}
    facts = tuple(_fact(key, shared[key], stands_for, size) for key in sorted(shared))
    texts: dict[str, list[str]] = defaultdict(list)
    for page in sorted(pages):
        texts[stands_for.get(page, page)].append(page)
    return Corroboration(facts, tuple(sorted(tuple(group) for group in texts.values() if len(group) > 1)))


def _fact(key: Key, figures: list[Stated], stands_for: Mapping[str, str], size: Mapping[str, int]) -> SharedFact:
    """Return what pages state of one thing."""
    values: dict[str, set[str]] = defaultdict(set)
    first: dict[tuple[str, str], Stated] = {}  # text, value -> the figure that stands for the others
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


def _exact(figures: Iterable[Stated]) -> Iterator[tuple[Key, Stated]]:
    """Yield the exact figures with a period, each with what names the thing that it tells of: indicator to status."""
    for f in figures:
        if f.bound == _EXACT and f.end and f.area:
            yield f[2:9], f
