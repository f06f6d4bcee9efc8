"""Tells what several pages state of one and the same thing, whether they agree, and how many tell it independently.

One thing is one indicator of one unit, period, tier, body and status; figures that are bounds or name no period are
left out. Pages with one and the same text (``builder/syndication.py``) are one source, however many they are: the
longest of those that state a value stands for the others. Pages disagree if they do not all state the same values. The
figures themselves stay as they are.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path

from builder.facts import Corroboration, SharedFact
from builder.merging import Sorter
from builder.stating import Stated
from builder.syndication import count_phrases, find_texts
from builder.vocabulary import NAMESPACES

Key = tuple[str, str, str, str, str, str, str]

SLOTS = 1 << 22  # by the last digits of a number made of a key, whether several figures may have it
_EXACT = NAMESPACES["bound"] + "exact"


@contextmanager
def corroborate(
    figures: Callable[[], Iterable[Stated]], sketches: Iterable[tuple[str, str]], folder: Path
) -> Iterator[Corroboration]:
    """Give what several pages of a graph state, and which of these pages carry the same text, each to be read once.

    Memory grows with the pages that state one thing, not with all; the rest waits on disk.

    Args:
        figures: gives the figures of the graph; asked for twice.
        sketches: pages by their IRIs, each with its sketch as it is written down; one that has none shares its text
            with no other.
        folder: where what memory does not hold waits meanwhile.

    Raises:
        OSError: there is no room.

    """
    try:
        with closing(_Pages()) as pages, (folder / "shared.rows").open("w+b") as shared:
            for _, some in _groups(_sorted(figures, folder)):
                if len({figure.page for figure in some}) > 1:
                    shared.writelines(map(_row, some))
                    pages.enter(figure.page for figure in some)
            pages.compare(sketches)
            shared.seek(0)
            facts = (_fact(key, some, pages) for key, some in _groups(shared))
            yield Corroboration(facts, pages.texts())
    except sqlite3.Error as problem:
        raise OSError(f"pages cannot be compared: {problem}") from problem


def _sorted(figures: Callable[[], Iterable[Stated]], folder: Path) -> Iterator[bytes]:
    """Yield rows of the figures that are not alone in what they tell, and of some others, in the order of keys."""
    once, again = bytearray(SLOTS), bytearray(SLOTS)
    for figure in figures():
        slot = hash(figure[2:9]) % SLOTS
        again[slot] = once[slot]
        once[slot] = 1
    sorter = Sorter(folder)
    exact = (f for f in figures() if f.bound == _EXACT and f.end and f.area and again[hash(f[2:9]) % SLOTS])
    sorter.add(_row(figure) for figure in exact)
    return sorter.lines()


def _row(figure: Stated) -> bytes:
    return "\t".join((*figure[2:9], figure.page, figure.iri, figure.value)).encode() + b"\n"


def _groups(rows: Iterable[bytes]) -> Iterator[tuple[Key, list[Stated]]]:
    """Yield the figures of rows by what they tell of: IRI, page and value."""
    parts = (row[:-1].decode().split("\t") for row in rows)
    for key, some in groupby(parts, lambda each: each[:7]):
        yield tuple(key), [Stated._make((iri, page, *key, "", value)) for *_, page, iri, value in some]


class _Pages:
    """Pages that state what others state, too, by IRI: which text each carries, and how long it is; on disk."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("")
        self._base.executescript("""
            CREATE TABLE page (iri TEXT PRIMARY KEY, size INTEGER, sketch TEXT);
            CREATE TABLE carried (iri TEXT PRIMARY KEY, text TEXT) WITHOUT ROWID;
        """)

    def enter(self, pages: Iterable[str]) -> None:
        """Take in some pages, each once or more often."""
        self._base.executemany("INSERT OR IGNORE INTO page (iri) VALUES (?)", ((page,) for page in pages))

    def compare(self, sketches: Iterable[tuple[str, str]]) -> None:
        """Find out which of the pages carry the same text."""
        told = ((count_phrases(sketch), sketch, page) for page, sketch in sketches)
        self._base.executemany("UPDATE page SET size = ?, sketch = ? WHERE iri = ?", told)
        self._base.execute("CREATE INDEX longest ON page (size DESC, iri)")

        def in_order() -> Iterator[tuple[str, str]]:
            return self._base.execute("SELECT iri, sketch FROM page WHERE size NOTNULL ORDER BY size DESC, iri")

        self._base.executemany("INSERT INTO carried VALUES (?, ?)", find_texts(in_order))

    def text(self, page: str) -> tuple[str, int]:
        """Return the page that stands for the text of a page, and of how many phrases its own sketch is."""
        ask = "SELECT text, size FROM page LEFT JOIN carried USING (iri) WHERE iri = ?"
        text, size = self._base.execute(ask, (page,)).fetchone()
        return text or page, size or 0

    def texts(self) -> Iterator[tuple[str, ...]]:
        """Yield the pages that carry one text, where there are several."""
        rows = self._base.execute("SELECT text, iri FROM carried ORDER BY text, iri")
        for _, some in groupby(rows, lambda row: row[0]):
            if len(pages := tuple(page for _, page in some)) > 1:
                yield pages

    def close(self) -> None:
        """Forget all."""
        self._base.close()


def _fact(key: Key, figures: list[Stated], pages: _Pages) -> SharedFact:
    """Return what pages state of one thing."""
    texts = {page: pages.text(page) for page in {figure.page for figure in figures}}
    values: dict[str, set[str]] = defaultdict(set)
    first: dict[tuple[str, str], Stated] = {}  # text, value -> the figure that stands for the others
    for figure in sorted(figures, key=lambda each: (-texts[each.page][1], each.page, each.iri)):
        values[figure.page].add(figure.value)
        first.setdefault((texts[figure.page][0], figure.value), figure)
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
