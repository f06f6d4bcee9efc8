"""What belongs together on printed sheets: lines, columns, paragraphs, tables, running headers.

Lengths are in points, from the lower left corner of a sheet. A gap wider than a word space parts columns or cells; a
line that leaves room for the first word of the next one ends its paragraph.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from builder.reader.rows import Cell, spread, table_lines

Gap = tuple[float, float]  # from left to right

_WORD_GAP, _WIDE_GAP = 0.15, 0.8  # of the size of the letters
_SAME_LINE, _SAME_ROW = 0.3, 0.6  # of the size: how far apart the base lines of a line, or of a row of columns, stand
_SAME_SIZE = 0.1
_LOOSE = 1.35  # of the usual distance of lines: farther apart, another paragraph begins
_INDENT = 0.5  # of the size
_NEAR = 3  # points between lines that meet
_BRIDGED = 0.25  # of the rows of a table
_OUTER = 0.12  # of the height of a sheet: where running headers and footers stand
_TALL, _BROAD = 4, 60  # lines and characters that a column of prose has at least
_WORDS, _MOST = 4, 0.6  # words of its lines, and the share of its text in lines of so many
_MARK = re.compile(r"(?:[-+•*–·▪●o]|\(?(?:\d{1,2}|[a-zđ]|[IVX]{1,5})[.)])")
_ITEM = re.compile(rf"{_MARK.pattern}\s")
_SHEET_NUMBER = re.compile(r"\W*(?:\w{1,6}\W+)?\d{1,4}(?:\s*/\s*\d{1,4})?\W*")
_CLOSED = '.:;!?…”"'
_FAR_APART = 2.2  # sizes: lines of one paragraph never are
_MOST_RULES = 2_000
_GLUE = re.compile(r"[^\W_][-/]$")


class Piece(NamedTuple):
    """Some characters drawn in one go."""

    left: float
    right: float
    base: float
    size: float
    text: str


class Rule(NamedTuple):
    """A straight line drawn on a sheet."""

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def between(cls, here: tuple[float, float], there: tuple[float, float]) -> "Rule":
        """Return the line from one point to another."""
        return cls(min(here[0], there[0]), min(here[1], there[1]), max(here[0], there[0]), max(here[1], there[1]))

    def is_straight(self) -> bool:
        """Tell whether it stands upright or lies level, and is long enough for the side of a cell."""
        thin, long = sorted((self.right - self.left, self.top - self.bottom))
        return thin <= _NEAR < long

    @property
    def level(self) -> bool:
        """Tell whether it lies level."""
        return self.right - self.left > self.top - self.bottom


class Sheet(NamedTuple):
    """What stands on a sheet."""

    width: float
    height: float
    pieces: tuple[Piece, ...]
    rules: tuple[Rule, ...] = ()
    aside: tuple[str, ...] = ()  # turned text, such as stamps


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, or a table that stands between lines."""

    left: float
    right: float
    base: float
    size: float
    text: str
    rows: tuple[str, ...] = ()  # of a table

    @property
    def first_word(self) -> float:
        """Return how wide its first word is."""
        words = self.text.split(maxsplit=1)
        return (self.right - self.left) * len(words[0]) / len(self.text) if words else 0.0


@dataclass(frozen=True, slots=True)
class Column:
    """Lines that are read one after another, and how far they reach."""

    lines: tuple[Line, ...]
    right: float


Fields = tuple[tuple[Line, ...], ...]  # the lines of a row, by column


def lay_out(sheets: Sequence[Sheet]) -> tuple[list[str], list[str]]:
    """Return the paragraphs and rows of some sheets in reading order, and what stands in their margins."""
    lined = [_lines(sheet) for sheet in sheets]
    running = _running(sheets, lined)
    margin = [line.text for lines, out in zip(lined, running, strict=True) for line in lines if line in out]
    margin += [text for sheet in sheets for text in sheet.aside]
    columns: list[Column] = []
    for sheet, lines, out in zip(sheets, lined, running, strict=True):
        columns += _columns(_place_tables(sheet, [line for line in lines if line not in out]))
    return _join_columns(columns), list(dict.fromkeys(" ".join(text.split()) for text in margin if text.strip()))


# ---------------------------------------------------------------- lines


def _lines(sheet: Sheet) -> list[Line]:
    """Return the lines of a sheet from top to bottom, parted where a gap is wide."""
    ordered = sorted(sheet.pieces, key=lambda p: (-p.base, p.left))
    rows: list[list[Piece]] = []
    for piece in ordered:
        row = rows[-1] if rows else None
        if row is not None and row[0].base - piece.base <= _SAME_LINE * max(piece.size, row[0].size):
            row.append(piece)
        else:
            rows.append([piece])
    upright = [rule for rule in sheet.rules if not rule.level]
    return [line for row in rows for line in _part(sorted(row, key=lambda p: (p.left, p.right)), upright)]


def _part(row: Sequence[Piece], upright: Sequence[Rule]) -> Iterator[Line]:
    """Yield the lines of a row of pieces: they end at wide gaps and at lines that rule a table."""
    walls = sorted(rule.left for rule in upright if rule.bottom <= row[0].base <= rule.top)
    run: list[Piece] = []
    for piece in row:
        if run and _drawn_twice(run[-1], piece):
            continue
        if run and _is_parted(run, piece, walls):
            yield _line(run)
            run = []
        run.append(piece)
    if run:
        yield _line(run)


def _is_parted(run: Sequence[Piece], piece: Piece, walls: Sequence[float]) -> bool:
    middle = (run[-1].left + run[-1].right) / 2
    if any(middle < wall < (piece.left + piece.right) / 2 for wall in walls):
        return True
    wide = piece.left - run[-1].right > _WIDE_GAP * max(piece.size, run[-1].size)
    return wide and not _MARK.fullmatch(_text(run))


def _drawn_twice(one: Piece, other: Piece) -> bool:
    """Tell whether a piece is drawn again a hair's breadth off, which makes it look bold."""
    return one.text == other.text and other.left - one.left < _SAME_LINE * one.size


def _line(run: Sequence[Piece]) -> Line:
    size = max(run, key=lambda p: len(p.text)).size
    return Line(run[0].left, max(p.right for p in run), run[0].base, size, _text(run))


def _text(run: Sequence[Piece]) -> str:
    text = run[0].text
    for before, piece in pairwise(run):
        gap = piece.left - before.right > _WORD_GAP * max(piece.size, before.size)
        text += (" " if gap and not text.endswith(" ") else "") + piece.text
    return " ".join(text.split())


# ---------------------------------------------------------------- running headers and footers


def _running(sheets: Sequence[Sheet], lined: Sequence[Sequence[Line]]) -> list[set[Line]]:
    """Return the lines of each sheet that repeat at the edge of others, or number it."""
    edges = [
        [line for line in lines if not _OUTER * sheet.height < line.base < (1 - _OUTER) * sheet.height]
        for sheet, lines in zip(sheets, lined, strict=True)
    ]
    seen = Counter(key for lines in edges for key in {_running_key(line) for line in lines})
    often = max(2, len(sheets) / 3)
    return [
        {line for line in lines if seen[_running_key(line)] >= often or _is_number(line, sheet)}
        for sheet, lines in zip(sheets, edges, strict=True)
    ]


def _running_key(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.base / 10)


def _is_number(line: Line, sheet: Sheet) -> bool:
    edge = not _OUTER * 2 / 3 * sheet.height < line.base < (1 - _OUTER * 2 / 3) * sheet.height
    return edge and _SHEET_NUMBER.fullmatch(line.text) is not None


# ---------------------------------------------------------------- columns


def _columns(lines: Sequence[Line]) -> Iterator[Column]:
    """Yield the columns that lines make up, in reading order; a column may hold others."""
    rows = _rows(sorted(lines, key=lambda line: (-line.base, line.left)))
    reach = max((line.right for line in lines), default=0.0)
    waiting: list[Line] = []
    while rows:
        count, gutters = _side_by_side(rows)
        block, rows = rows[:count], rows[count:]
        if count < 2 or not gutters:
            waiting += (line for row in block for line in _joined(row))
            continue
        yield from _told(waiting, reach)
        waiting = []
        yield from _block(block, gutters)
    yield from _told(waiting, reach)


def _told(lines: Sequence[Line], reach: float) -> Iterator[Column]:
    if lines:
        yield Column(tuple(lines), reach)


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Group lines that stand side by side."""
    rows: list[list[Line]] = []
    for line in lines:
        row = rows[-1] if rows else None
        beside = row is not None and not any(line.left < o.right and o.left < line.right for o in row)
        if row is not None and beside and row[0].base - line.base <= _SAME_ROW * line.size and not line.rows:
            row.append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _joined(row: Sequence[Line]) -> list[Line]:
    """Return a row of which nothing stands in columns as one line: a heading with tabs, a line spread wide."""
    if len(row) == 1 or any(line.rows for line in row):
        return list(row)
    text = " ".join(line.text for line in row)
    return [replace(row[0], right=row[-1].right, text=text)]


def _side_by_side(rows: Sequence[Sequence[Line]]) -> tuple[int, list[Gap]]:
    """Return how many rows from the first on are parted by the same gaps, and where most of them are parted."""
    gaps = _gaps(rows[0])
    count = 1
    for row in rows[1:]:
        left = _free(gaps, row)
        if not left or row[0].rows or (len(row) == 1 and len(left) < len(gaps)):
            break
        gaps, count = left, count + 1
    gutters = _gutters(rows[:count])
    if not _is_prose([_fields(row, gutters) for row in rows[:count]]):
        count = _table_end(rows[:count], gaps)
        gutters = _gutters(rows[:count])
    return count, gutters


def _table_end(rows: Sequence[Sequence[Line]], gaps: Sequence[Gap]) -> int:
    """Return how many rows a table has before lists or short lines of text below it."""
    item = next((i for i, row in enumerate(rows) if len(row) == 1 and _ITEM.match(row[0].text)), len(rows))
    count = max(1, item)
    while count > 1 and len(rows[count - 1]) == 1 and rows[count - 1][0].right <= min(gaps)[0] + _NEAR:
        if rows[count - 2][0].base - rows[count - 1][0].base <= _LOOSE * rows[count - 1][0].size:
            break
        count -= 1
    return count


def _gaps(row: Sequence[Line]) -> list[Gap]:
    return [(one.right, other.left) for one, other in pairwise(row)]


def _gutters(rows: Sequence[Sequence[Line]]) -> list[Gap]:
    """Return the gaps that hardly any row bridges; a heading over several columns may."""
    gutters: list[Gap] = []
    for gap in sorted({gap for row in rows for gap in _gaps(row)}, key=lambda gap: (gap[1] - gap[0], gap)):
        middle = (gap[0] + gap[1]) / 2
        bridged = sum(line.left < middle < line.right for row in rows for line in row)
        if bridged <= _BRIDGED * len(rows) and not any(low < gap[1] and gap[0] < high for low, high in gutters):
            gutters.append(gap)
    return sorted(gutters)


def _free(gaps: Sequence[Gap], row: Sequence[Line]) -> list[Gap]:
    """Return what of some gaps a row leaves free, where that is wide enough."""
    left = []
    for low, high in gaps:
        inside = [line for line in row if line.left < high and line.right > low]
        starts = [line.left for line in inside if line.left > low]
        ends = [line.right for line in inside if line.right < high]
        if any(line.left <= low and line.right >= high for line in inside):
            continue
        begin, end = max([low, *ends]), min([high, *starts])
        if end - begin >= _WIDE_GAP * min(line.size for line in row):
            left.append((begin, end))
    return left


def _block(rows: Sequence[Sequence[Line]], gutters: Sequence[Gap]) -> Iterator[Column]:
    """Yield the rows of a table of figures that no lines rule, or else column after column."""
    parted = [_fields(row, gutters) for row in rows]
    lines = table_lines([[_cell_text(field) for field in row] for row in _with_wrapped(parted)])
    if lines is not None and not _is_prose(parted):
        yield Column((replace(rows[0][0], text="", rows=tuple(lines)),), rows[0][0].right)
        return
    for column in range(len(gutters) + 1):
        yield from _columns([line for row in parted for line in row[column]])


def _fields(row: Sequence[Line], gutters: Sequence[Gap]) -> Fields:
    """Return the lines of a row by the column that their middle stands in."""
    fields: list[list[Line]] = [[] for _ in range(len(gutters) + 1)]
    for line in row:
        fields[sum(low + high < line.left + line.right for low, high in gutters)].append(line)
    return tuple(map(tuple, fields))


def _cell_text(field: Sequence[Line]) -> str:
    return " ".join(line.text for line in field)


def _with_wrapped(rows: Sequence[Fields]) -> Iterator[Fields]:
    """Yield the rows of a table, lines of one cell put together: those close to the one row with figures near them."""
    near: list[Fields] = []
    for row in rows:
        if near and _distance(near[-1], row) > _LOOSE:
            yield from _wrapped(near)
            near = []
        near.append(row)
    yield from _wrapped(near)


def _wrapped(near: Sequence[Fields]) -> list[Fields]:
    """Put rows that only go on with words to the one before them, or to the first that stands alone."""
    whole: list[Fields] = []
    ahead: list[Fields] = []
    for row in near:
        if not _is_part(row):
            whole.append(_stacked([*ahead, row]))
            ahead = []
        elif whole:
            whole[-1] = _stacked([whole[-1], row])
        else:
            ahead.append(row)
    return whole + ahead


def _is_part(row: Fields) -> bool:
    """Tell whether a row leaves cells empty and begins none with a figure."""
    return not all(row) and not any(line.text[:1].isdigit() for field in row for line in field)


def _stacked(rows: Sequence[Fields]) -> Fields:
    return tuple(tuple(line for field in column for line in field) for column in zip(*rows, strict=True))


def _distance(above: Fields, below: Fields) -> float:
    """Return how far apart the base lines of two rows stand, in sizes of their letters."""
    low = min(line.base for field in above for line in field)
    high = max((line for field in below for line in field), key=lambda line: line.base)
    return (low - high.base) / high.size


def _is_prose(rows: Sequence[Fields]) -> bool:
    """Tell whether columns hold running text: each is tall, and most of it stands in lines of several words."""
    for column in zip(*rows, strict=True):
        lines = [line for field in column for line in field]
        length = sum(len(line.text) for line in lines)
        wordy = sum(len(line.text) for line in lines if len(line.text.split()) >= _WORDS)
        if len(lines) < _TALL or length < _BROAD or wordy < _MOST * length:
            return False
    return True


# ---------------------------------------------------------------- ruled tables


@dataclass(frozen=True, slots=True)
class _Grid:
    """The lines that rule a table: where columns and rows meet, and which of these meeting lines are drawn."""

    rules: tuple[Rule, ...]
    across: tuple[float, ...]  # from left to right
    down: tuple[float, ...]  # from top to bottom

    def field(self, line: Line) -> tuple[int, int] | None:
        """Return the row and column that a line of text stands in."""
        middle = (line.left + line.right) / 2
        row = sum(edge > line.base for edge in self.down) - 1
        column = sum(edge < middle for edge in self.across) - 1
        inside = 0 <= row < len(self.down) - 1 and 0 <= column < len(self.across) - 1
        return (row, column) if inside else None

    def cell(self, row: int, column: int) -> tuple[int, int]:
        """Return the first field, from the upper left, of the cell that a field is part of."""
        first_row, first_column = row, column
        while first_column > 0 and not self._wall(row, first_column):
            first_column -= 1
        while first_row > 0 and not self._floor(first_row, column):
            first_row -= 1
        return first_row, first_column

    def _wall(self, row: int, column: int) -> bool:
        height = (self.down[row] + self.down[row + 1]) / 2
        upright = (rule for rule in self.rules if not rule.level and rule.bottom <= height <= rule.top)
        return any(abs(rule.left - self.across[column]) <= _NEAR for rule in upright)

    def _floor(self, row: int, column: int) -> bool:
        middle = (self.across[column] + self.across[column + 1]) / 2
        level = (rule for rule in self.rules if rule.level and rule.left <= middle <= rule.right)
        return any(abs(rule.bottom - self.down[row]) <= _NEAR for rule in level)


def _place_tables(sheet: Sheet, lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a sheet with each ruled table as one of them."""
    left = list(lines)
    placed: list[Line] = []
    for grid in _grids(sheet.rules):
        inside = [line for line in left if grid.field(line) is not None]
        if inside:
            left = [line for line in left if grid.field(line) is None]
            placed.append(_ruled_table(grid, inside))
    return left + placed


def _grids(rules: Sequence[Rule]) -> Iterator[_Grid]:
    """Yield the tables that lines rule: two columns and rows at least, one of them to be words."""
    for together in _meeting(_merged(rules)):
        across = _distinct(rule.left for rule in together if not rule.level)
        down = _distinct(rule.bottom for rule in together if rule.level)[::-1]
        if len(across) > 2 and len(down) > 2:
            yield _Grid(tuple(together), across, down)


def _merged(rules: Sequence[Rule]) -> list[Rule]:
    """Join lines that lie on one another or go on from one another."""
    merged: list[Rule] = []
    for rule in sorted(set(rules), key=_along):
        last = merged[-1] if merged else None
        if last is not None and last.level == rule.level and _meet(last, rule):
            merged[-1] = Rule(
                *(min(last.left, rule.left), min(last.bottom, rule.bottom)),
                *(max(last.right, rule.right), max(last.top, rule.top)),
            )
        else:
            merged.append(rule)
    return merged


def _along(rule: Rule) -> tuple[bool, float, float]:
    """Order lines by the line that they lie on, then along it."""
    return (True, round(rule.bottom), rule.left) if rule.level else (False, round(rule.left), rule.bottom)


def _meet(one: Rule, other: Rule) -> bool:
    return (
        one.left <= other.right + _NEAR
        and other.left <= one.right + _NEAR
        and one.bottom <= other.top + _NEAR
        and other.bottom <= one.top + _NEAR
    )


def _meeting(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Group lines that meet, directly or through others."""
    groups: list[list[Rule]] = []
    for rule in rules[:_MOST_RULES]:
        met = [group for group in groups if any(_meet(rule, other) for other in group)]
        groups = [group for group in groups if group not in met]
        groups.append([rule, *(other for group in met for other in group)])
    return groups


def _distinct(values: Iterable[float]) -> tuple[float, ...]:
    """Return values in order, those that are nearly the same once."""
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > _NEAR:
            kept.append(value)
    return tuple(kept)


def _ruled_table(grid: _Grid, lines: Sequence[Line]) -> Line:
    """Return a table as one line: a row for each of its rows, or what its cells hold where it is mere layout."""
    held: dict[tuple[int, int], list[Line]] = {}
    for line in sorted(lines, key=lambda line: (-line.base, line.left)):
        if (field := grid.field(line)) is not None:
            held.setdefault(grid.cell(*field), []).append(line)
    rows = table_lines(spread(_cells(grid, held)))
    if rows is None:
        rows = [text for cell in sorted(held) for text in _paragraphs(Column(tuple(held[cell]), _reach(held[cell])))]
    size = max(line.size for line in lines)
    return Line(grid.across[0], grid.across[-1], grid.down[0], size, "", tuple(rows))


def _reach(lines: Sequence[Line]) -> float:
    return max(line.right for line in lines)


def _cells(grid: _Grid, held: Mapping[tuple[int, int], Sequence[Line]]) -> Iterator[list[Cell]]:
    """Yield the cells that begin in each row of a ruled table."""
    columns, rows = range(len(grid.across) - 1), range(len(grid.down) - 1)
    parts = Counter(grid.cell(row, column) for row in rows for column in columns)
    for row in rows:
        begun = []
        for column in columns:
            if grid.cell(row, column) == (row, column):
                wide = sum(grid.cell(row, other) == (row, column) for other in columns)
                text = _join(line.text for line in held.get((row, column), ()))
                begun.append(Cell(text, wide, parts[row, column] // wide))
        yield begun


# ---------------------------------------------------------------- paragraphs


def _join_columns(columns: Sequence[Column]) -> list[str]:
    """Return the paragraphs of columns; one that breaks off at the end of a column goes on in the next."""
    told: list[str] = []
    open_end = False
    for column in columns:
        paragraphs = _paragraphs(column)
        first = column.lines[0]
        if told and paragraphs and open_end and not first.rows and _goes_on(paragraphs[0]):
            told[-1] = _join((told[-1], paragraphs.pop(0)))
        told += paragraphs
        last = column.lines[-1]
        open_end = not last.rows and last.text[-1] not in _CLOSED and last.right > column.right - 4 * last.size
    return told


def _goes_on(text: str) -> bool:
    return text[:1].islower() or (text[:1].isdigit() and _ITEM.match(text) is None)


def _paragraphs(column: Column) -> list[str]:
    """Return the paragraphs and table rows of a column."""
    usual = _usual_distance(column.lines)
    told: list[str] = []
    before: Line | None = None
    for line in column.lines:
        if line.rows:
            told += line.rows
        elif before is not None and not before.rows and _same_paragraph(before, line, column.right, usual):
            told[-1] = _join((told[-1], line.text))
        else:
            told.append(line.text)
        before = line
    return told


def _usual_distance(lines: Sequence[Line]) -> float:
    """Return how far lines stand apart, told in sizes of their letters."""
    apart = [(a.base - b.base) / b.size for a, b in pairwise(lines) if a.base > b.base and not (a.rows or b.rows)]
    close = [distance for distance in apart if distance < _FAR_APART]
    return min(median(close), _FAR_APART / _LOOSE) if close else 1.2


def _same_paragraph(line: Line, following: Line, right: float, usual: float) -> bool:
    """Tell whether a line goes on in the next: no room was left for its first word, and it looks alike."""
    distance = (line.base - following.base) / following.size
    full = line.right + following.first_word + _WORD_GAP * line.size > right
    alike = (
        abs(line.size - following.size) <= _SAME_SIZE * line.size and line.text.isupper() == following.text.isupper()
    )
    set_in = following.left - line.left > _INDENT * line.size and _ITEM.match(line.text) is None
    return 0 < distance <= usual * _LOOSE and full and alike and not set_in and _ITEM.match(following.text) is None


def _join(texts: Iterable[str]) -> str:
    """Join lines of a paragraph: with a space, without one behind a hyphen or slash inside a word or number.

    >>> _join(["Kế hoạch số 12/KH-", "UBND của huy\u00ad", "ện, giai đoạn 2016 -", "2020"])
    'Kế hoạch số 12/KH-UBND của huyện, giai đoạn 2016 - 2020'
    """
    told = ""
    for text in texts:
        if told.endswith("\u00ad"):
            told = told[:-1] + text
        elif _GLUE.search(told[-2:]):
            told += text
        else:
            told = f"{told} {text}" if told else text
    return told
