"""Tables flattened into lines: "Cấp xã | 51.093 | 49.594"; what a number means stands in its column and its row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from builder.extractor.frames import Frame, Stretch, Zone
from builder.extractor.page import Page
from builder.extractor.periods import Calendar, PeriodMention, find_periods
from builder.extractor.quantities import Number
from builder.facts import Block
from builder.lexicon import between

_BAR = "|"
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Header:
    """The row that names the columns of a table, and what was told before it."""

    index: int  # of its block
    cells: tuple[Stretch, ...]
    frame: Frame | None

    def period(self, column: int, page: Page, known: Calendar) -> PeriodMention | None:
        """Return the period that a column is told for."""
        if column >= len(self.cells):
            return None
        calendar = replace(known)  # a heading does not change which year is spoken of
        told = find_periods(page.folded.text, *self.cells[column], page.lexicon, calendar)
        return told[-1] if told and not told[-1].base else None


def row_cells(page: Page, block: Block) -> tuple[Stretch, ...]:
    """Return the cells of a table's row in folded text; none where a block is no row."""
    start, end = page.folded.position(block.span.start), page.folded.position(block.span.end)
    text = page.folded.text
    cells: list[Stretch] = []
    cursor = start
    while (bar := text.find(_BAR, cursor, end)) >= 0:
        cells.append((cursor, bar))
        cursor = bar + 1
    cells.append((cursor, end))
    filled = [cell for cell in cells if text[slice(*cell)].strip()]
    return tuple(filled) if len(filled) > 1 else ()


def is_header(page: Page, cells: Sequence[Stretch]) -> bool:
    """Tell whether a row names columns: its cells hold words, and none but the first begins with a digit."""
    words = [page.folded.text[slice(*cell)].strip() for cell in cells]
    return all(any(c.isalpha() for c in word) and not word[0].isdigit() for word in words[1:])


def column_of(cells: Sequence[Stretch], number: Number) -> int:
    """Return the column a number stands in, from 0."""
    return next((i for i, (start, end) in enumerate(cells) if start <= number.start < end), 0)


def table_zone(page: Page, header: Header, cells: Sequence[Stretch], number: Number) -> Zone:
    """Return the zone of a number in a row: the name of its column, then what the row begins with."""
    column = column_of(cells, number)
    if column == 0 or column >= len(header.cells):
        return Zone(number, (), ())
    named = header.cells[column]
    if number.kind == "plain":
        number = replace(number, kind=_kind(page, (named, cells[0]), number))
    return Zone(number, (named, cells[0]), ((number.after, cells[column][1]),))


def _kind(page: Page, heads: Sequence[Stretch], number: Number) -> str:
    """Return what a bare number is by the names of its column and row: a rank, points, a percentage."""
    if any(h.concept == "rank" for head in heads for h in between(page.hits, *head)):
        return "rank"
    if any(page.lexicon.grammar["points"].search(page.folded.text, *head) for head in heads):
        return "points"
    shares = any("%" in page.folded.text[slice(*head)] for head in heads)
    return "percent" if shares and number.value <= _WHOLE else number.kind
