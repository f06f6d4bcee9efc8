"""What belongs together on printed sheets: lines, columns, paragraphs, tables, running headers.

Lengths are in points, from the lower left corner of a sheet. A gap wider than a word space parts columns or cells; a
line that leaves room for the first word of the next one ends its paragraph.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from statistics import median
from typing import NamedTuple

from builder.reader.rows import Cell, spread, table_lines

Field = tuple[int, int]  # row and column
Gap = tuple[float, float]  # from left to right

_WORD_GAP, _WIDE_GAP = 0.15, 0.8  # of the size of the letters
_SAME_LINE, _SAME_ROW = 0.3, 0.6  # of the size: how far apart the base lines of a line, or of a row of columns, stand
_SAME_SIZE = 0.1
_LOOSE = 1.35  # of the usual distance of lines: farther apart, another paragraph begins
_INDENT = 0.5  # of the size
_NEAR = 3  # points between lines that meet
_BRIDGED = 0.25  # of the rows of a table
_OUTER = 0.08  # of the height of a sheet: where running headers and footers stand
_TALL, _BROAD = 4, 60  # lines and characters that a column of prose has at least
_WORDS, _MOST = 4, 0.6  # words of its lines, and the share of its text in lines of so many
_MARK = re.compile(r"(?:[-+•*–·▪●o]|\(?(?:\d{1,2}|[a-zđ]|[IVX]{1,5})[.)])")
_ITEM = re.compile(rf"{_MARK.pattern}\s")
_SHEET_NUMBER = re.compile(r"\W*(?:\w{1,6}\W+)?\d{1,4}(?:\s*/\s*\d{1,4})?\W*")
_CLOSED = '.:;!?…”"'
_SLACK = 1.3  # how much wider a word may be than its number of letters tells
_ROOM = 4  # sizes: a line that breaks off in mid-sentence leaves no more
_FAR_APART = 2.2  # sizes: lines of one paragraph never are
_MOST_RULES, _MOST_LINES, _MOST_FIELDS, _MOST_GAPS = 1_000, 2_000, 10_000, 200  # of a sheet; no printed one has more
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
    if bisect(walls, (run[-1].left + run[-1].right) / 2) < bisect(walls, (piece.left + piece.right) / 2):
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
    keys = [{line: _running_key(line, number) for line in lines} for number, lines in enumerate(edges, 1)]
    seen = Counter(key for sheet in keys for key in set(sheet.values()))
    often = max(2, len(sheets) / 3)
    return [
        {line for line, key in told.items() if seen[key] >= often or _SHEET_NUMBER.fullmatch(line.text)}
        for told in keys
    ]


def _running_key(line: Line, number: int) -> tuple[str, int]:
    """Return what is the same on every sheet: the words, the number of the sheet left out, and the height."""
    return re.sub(rf"\b{number}\b", "#", line.text), round(line.base / 10)


# ---------------------------------------------------------------- columns


def _columns(lines: Sequence[Line]) -> Iterator[Column]:
    """Yield the columns that lines make up, in reading order; a column may hold others."""
    ordered = sorted(lines, key=lambda line: (-line.base, line.left))
    reach = max((line.right for line in lines), default=0.0)
    if len(lines) > _MOST_LINES:
        yield Column(tuple(ordered), reach)
        return
    rows = _rows(ordered)
    waiting: list[Line] = []
    while rows:
        count, gutters = _side_by_side(rows)
        block, rows = list(rows[:count]), rows[count:]
        if count < 2 or not gutters:
            waiting += (line for row in block for line in _joined(row))
            continue
        while waiting and waiting[-1].left > gutters[0][0]:  # the first line to the right stands a little higher
            block.insert(0, [waiting.pop()])
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
        if not left or (len(row) == 1 and len(left) < len(gaps)):
            break
        gaps, count = left, count + 1
    gutters = _gutters(rows[:count])
    if not _is_prose([_fields(row, gutters) for row in rows[:count]]):
        count = _table_end(rows[:count], gaps)
        gutters = _gutters(rows[:count])
    return count, gutters


def _table_end(rows: Sequence[Sequence[Line]], gaps: Sequence[Gap]) -> int:
    """Return how many rows a table has before lists or short lines of text below it."""
    other = (i for i, row in enumerate(rows) if row[0].rows or (len(row) == 1 and _ITEM.match(row[0].text)))
    count = max(1, next(other, len(rows)))
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
    found = {(round(low), round(high)) for row in rows for low, high in _gaps(row)}
    for gap in sorted(found, key=lambda gap: (gap[1] - gap[0], gap))[:_MOST_GAPS]:
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
    """Where the columns and rows of a ruled table meet, and the first field of the cell that each field is part of."""

    across: tuple[float, ...]  # from left to right
    down: tuple[float, ...]  # from top to bottom
    cells: Mapping[Field, Field]

    def field(self, line: Line) -> Field | None:
        """Return the row and column that a line of text stands in."""
        middle = (line.left + line.right) / 2
        field = sum(edge > line.base for edge in self.down) - 1, sum(edge < middle for edge in self.across) - 1
        return field if field in self.cells else None


def _grid(rules: Sequence[Rule]) -> _Grid | None:
    """Return the table that lines rule: two columns and two rows at least."""
    across = _distinct(rule.left for rule in rules if not rule.level)
    down = _distinct(rule.bottom for rule in rules if rule.level)[::-1]
    rows, columns = len(down) - 1, len(across) - 1
    if min(rows, columns) < 2 or rows * columns > _MOST_FIELDS:
        return None
    walls = [[r for r in rules if not r.level and abs(r.left - edge) <= _NEAR] for edge in across]
    floors = [[r for r in rules if r.level and abs(r.bottom - edge) <= _NEAR] for edge in down]
    cells: dict[Field, Field] = {}
    for row, column in product(range(rows), range(columns)):
        height, middle = (down[row] + down[row + 1]) / 2, (across[column] + across[column + 1]) / 2
        left, above = (row, column - 1), (row - 1, column)
        if column and not any(rule.bottom <= height <= rule.top for rule in walls[column]):
            cells[row, column] = cells[left]
        elif row and not any(rule.left <= middle <= rule.right for rule in floors[row]):
            cells[row, column] = cells[above]
        else:
            cells[row, column] = (row, column)
    return _Grid(across, down, cells)


def _place_tables(sheet: Sheet, lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a sheet with each ruled table as one of them."""
    left = list(lines)
    placed: list[Line] = []
    for rules in _meeting(_merged(sheet.rules)):
        grid = _grid(rules)
        inside = [line for line in left if grid.field(line) is not None] if grid else []
        if grid and inside:
            left = [line for line in left if grid.field(line) is None]
            placed.append(_ruled_table(grid, inside))
    return left + placed


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
    held: dict[Field, list[Line]] = {}
    for line in sorted(lines, key=lambda line: (-line.base, line.left)):
        if (field := grid.field(line)) is not None:
            held.setdefault(grid.cells[field], []).append(line)
    rows = table_lines(spread(_cells(grid, held)))
    if rows is None:
        cells = [Column(tuple(held[field]), max(line.right for line in held[field])) for field in sorted(held)]
        rows = [text for cell in cells for text in _paragraphs(cell)]
    size = max(line.size for line in lines)
    return Line(grid.across[0], grid.across[-1], grid.down[0], size, "", tuple(rows))


def _cells(grid: _Grid, held: Mapping[Field, Sequence[Line]]) -> Iterator[list[Cell]]:
    """Yield the cells that begin in each row of a ruled table."""
    fields = Counter(grid.cells.values())
    wide = Counter(cell for (row, _), cell in grid.cells.items() if row == cell[0])
    for row in range(len(grid.down) - 1):
        begun = sorted(cell for cell in fields if cell[0] == row)
        texts = (_join(line.text for line in held.get(cell, ())) for cell in begun)
        yield [Cell(text, wide[cell], fields[cell] // wide[cell]) for cell, text in zip(begun, texts, strict=True)]


# ---------------------------------------------------------------- paragraphs


def _join_columns(columns: Sequence[Column]) -> list[str]:
    """Return the paragraphs of columns; one that breaks off at the end of a column goes on in the next."""
    told: list[str] = []
    before: Column | None = None
    for column in columns:
        paragraphs = _paragraphs(column)
        if before is not None and _breaks_off(before, column.lines[0]):
            told[-1] = _join((told[-1], paragraphs.pop(0)))
        told += paragraphs
        before = column
    return told


def _breaks_off(column: Column, following: Line) -> bool:
    """Tell whether a column ends in mid-sentence: in a line that leaves no room."""
    last = column.lines[-1]
    if last.rows or following.rows or last.text[-1] in _CLOSED or _ITEM.match(following.text):
        return False
    left = column.right - last.right
    return left <= _INDENT * last.size or (left <= _ROOM * last.size and not following.text[:1].isupper())


def _paragraphs(column: Column) -> list[str]:
    """Return the paragraphs and table rows of a column."""
    usual = _usual_distance(column.lines)
    told: list[str] = []
    for near in _near(column.lines, usual * _LOOSE):
        reach = _reach(near, column.right)
        for index, line in enumerate(near):
            if line.rows:
                told += line.rows
            elif index and _same_paragraph(near[index - 1], line, reach):
                told[-1] = _join((told[-1], line.text))
            else:
                told.append(line.text)
    return told


def _near(lines: Sequence[Line], farthest: float) -> Iterator[list[Line]]:
    """Yield lines of text that stand close to one another."""
    near: list[Line] = []
    for line in lines:
        apart = (near[-1].base - line.base) / line.size if near else 0.0
        if near and (line.rows or near[-1].rows or not 0 < apart <= farthest):
            yield near
            near = []
        near.append(line)
    yield near


def _reach(lines: Sequence[Line], right: float) -> float:
    """Return how far lines reach: as far as their column, or where most of them end, set flush in a part of it."""
    last = max(line.right for line in lines)
    flush = sum(last - line.right <= _INDENT * line.size for line in lines)
    return last if len(lines) >= _TALL and flush >= _MOST * len(lines) else right


def _usual_distance(lines: Sequence[Line]) -> float:
    """Return how far lines stand apart, told in sizes of their letters."""
    apart = [(a.base - b.base) / b.size for a, b in pairwise(lines) if a.base > b.base and not (a.rows or b.rows)]
    close = [distance for distance in apart if distance < _FAR_APART]
    return min(median(close), _FAR_APART / _LOOSE) if close else 1.2


def _same_paragraph(line: Line, following: Line, reach: float) -> bool:
    """Tell whether a line goes on in the next: no room was left for its first word, and it looks alike."""
    full = line.right + _SLACK * following.first_word + _WORD_GAP * line.size > reach
    alike = (
        abs(line.size - following.size) <= _SAME_SIZE * line.size and line.text.isupper() == following.text.isupper()
    )
    set_in = following.left - line.left > _INDENT * line.size and _ITEM.match(line.text) is None
    full = full or _GLUE.search(line.text) is not None
    return full and alike and not set_in and _ITEM.match(following.text) is None


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
