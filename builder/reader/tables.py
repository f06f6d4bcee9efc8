"""Tables in the text of a page: rows in one line, or flattened into runs of short lines with one cell each.

Either way a row becomes the spans of its cells, its label first; a first column that only counts the rows is left out.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, NamedTuple, Protocol

from builder.facts import Span
from builder.lexicon import Lexicon
from builder.text import fold_name

_LONGEST_CELL = 16  # words
_FEWEST_ROWS = 2  # where no header names the columns
_CLOSED_WORDS = 5  # a longer line that ends like a sentence is no cell
_LONGEST_ROW = 300  # characters of a row in one line without bars
_MOST_COLUMNS = 16
_MOST_NAMES = 2 * _MOST_COLUMNS  # cells above the first row that may name its columns
_FEWEST_BELOW = 2  # names of columns below one that spans them
_LONGEST_COUNT = 5  # characters
_MOSTLY = 0.6  # of the gaps between cells are blank lines
_FIGURE = re.compile(
    r"(?!0\d{3})[-+]?\d+(?:[.,]\d+)*(?: ?/ ?\d+(?:[.,]\d+)*)?(?: ?%)?|[-–—]|…"
)  # none begins like "0912"
_COUNT = re.compile(r"\d{1,3}[.)]")  # of rows
_COLUMN = re.compile(r"\((\d{1,2})\)(?: ?=[^a-zà-ỹđ]+)?")  # the number of a column, also "(3)=(4)+(5)"
_NUMBERING = re.compile(r"(?:\d{1,3}(?:\.\d{1,2})*|[IVX]{1,5}|[a-zđ])?[.)]?")  # of rows and what they are made of
_LETTER = re.compile(r"[A-D]")  # of a column
_INDEX = re.compile(r"\d{1,3}[.)]?(?= )")
_GAP = re.compile(r"\t|[ \u00a0]{2,}")
_RULE = frozenset("|:-+= ")
_BRACKETED = re.compile(r"\([^():]{1,30}\)")
_YEAR = re.compile(r"(?:199|20[0-3])\d")
_CAPITAL = re.compile(r"(?<= )(?=[^\W\d_])")
_PART = re.compile(r"(?<= )(?=[^\W\d_]|\(?%)")
_TOKEN = re.compile(r"\S+")
_LINE_END = re.compile(r"\r\n|\r|\n")
_COMPOSITE = re.compile(r"(t+n+)\1")  # several rows in one
_EMPTY = -1  # in place of a cell: there is none above the labels
_SHORT_ROW = re.compile(r"tn+")

Tells = Callable[[Span], bool]


class Line(Protocol):
    """A visible line of a page, as far as tables need to know of it."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, or the names of its columns, with the lines it fills."""

    first: int
    last: int
    kind: Literal["header", "row"]
    cells: tuple[Span, ...]  # one for each column; a lone one heads the rows below it; none where they are unclear


Table = tuple[Row, ...]


def find_tables(text: str, lines: Sequence[Line], free: Sequence[bool], lexicon: Lexicon, tells: Tells) -> list[Table]:
    """Return the tables of a page; ``free`` says of each line whether it may belong to one.

    ``tells`` says whether a stretch of the page speaks of what the ontology measures: a run of short lines that does
    so nowhere is a menu, a price list or a calendar.
    """
    wide = list(_find_wide(text, lines, free, lexicon))
    left = _untaken(free, wide)
    single = list(_find_single(text, lines, left, tells))
    cells = _read_cells(text, lines, _untaken(left, single), lexicon)
    return [*wide, *single, *_find_tall(cells, lexicon, tells)]


def _untaken(free: Sequence[bool], tables: Sequence[Table]) -> list[bool]:
    """Tell of each line whether it may belong to a table beside those found."""
    taken = {i for table in tables for row in table for i in range(row.first, row.last + 1)}
    return [may and i not in taken for i, may in enumerate(free)]


def _is_year(name: str) -> bool:
    return _YEAR.fullmatch(name) is not None


def _is_figure(cell: str, lexicon: Lexicon) -> bool:
    """Tell whether a cell is a number, one with what it counts behind it ("85,87 điểm", "12 hồ sơ"), or a rating."""
    if _COUNT.fullmatch(cell) or lexicon.grammar["rating"].match(cell):
        return True
    number = _FIGURE.match(cell)
    behind = cell[number.end() :] if number else cell
    words = behind.split()
    counted = behind[:1] == " " and len(words) <= 2 and all(word[0].isalpha() and word.islower() for word in words)
    return number is not None and (not behind or counted)


# ---------------------------------------------------------------- rows in one line


def _find_wide(text: str, lines: Sequence[Line], free: Sequence[bool], lexicon: Lexicon) -> Iterator[Table]:
    split = [_split(text, line, lexicon) if may else () for line, may in zip(lines, free, strict=True)]
    first = 0
    while first < len(lines):
        last = first
        while last < len(lines) and (len(split[last]) > 1 or (last > first and _goes_on(lines, split, last))):
            last += 1
        if last - first > 1 and (table := _read_wide(text, lines, split, range(first, last), lexicon)):
            yield table
        first = max(last, first + 1)


def _goes_on(lines: Sequence[Line], split: Sequence[tuple[Span, ...]], index: int) -> bool:
    """Tell whether a line of one cell belongs to the table it stands in: a rule, or a heading between two rows."""
    if _is_rule(lines[index].text):
        return True
    return index + 1 < len(lines) and len(split[index]) == 1 and 1 < len(split[index - 1]) == len(split[index + 1])


def _is_rule(line: str) -> bool:
    """Tell whether a line only draws: "|---|:--:|"."""
    return "--" in line and _RULE.issuperset(line)


def _split(text: str, line: Line, lexicon: Lexicon) -> tuple[Span, ...]:
    """Return the cells of a line: between bars, tabs or wide gaps, or a label with the figures behind it."""
    begin = text.index(line.text, line.start)
    if _is_rule(line.text):
        return ()
    if "|" in line.text:
        edges = [i for i, c in enumerate(line.text) if c == "|"]
        bordered = len(edges) > 1 and line.text[0] == line.text[-1] == "|"
        cuts = [(i, i + 1) for i in edges]
        stretches = list(pairwise([0, *(edge for cut in cuts for edge in cut), len(line.text)]))[::2]
        stretches = stretches[1:-1] if bordered else stretches
    else:
        cuts = [m.span() for m in _GAP.finditer(line.text[:_LONGEST_ROW])] or _cuts_before_figures(line.text, lexicon)
        stretches = list(pairwise([0, *(edge for cut in cuts for edge in cut), len(line.text)]))[::2]
    return tuple(_trimmed(text, begin + a, begin + b) for a, b in stretches)


def _cuts_before_figures(line: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Return where to cut "1 Huyện A 54,25 31,62"."""
    cuts: list[tuple[int, int]] = []
    end = len(line) if len(line) <= _LONGEST_ROW else 0
    while (space := _space_before_last(line, end, lexicon)) >= 0:
        cuts.insert(0, (space, space + 1))
        end = space
    if len(cuts) < 2 or not any(c.isalpha() for c in line[:end]):
        return []
    index = _INDEX.match(line)
    return [(index.end(), index.end() + 1), *cuts] if index else cuts


def _space_before_last(line: str, end: int, lexicon: Lexicon) -> int:
    """Return where the space before the last figure or rating of a line stands; -1 if it ends with neither."""
    rating = lexicon.grammar["rating"].search(line, 0, end)
    space = rating.start() - 1 if rating else line.rfind(" ", 0, end)
    return space if rating or _FIGURE.fullmatch(line, space + 1, end) else -1


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _read_wide(
    text: str, lines: Sequence[Line], split: Sequence[tuple[Span, ...]], inside: range, lexicon: Lexicon
) -> Table:
    """Return the table that consecutive lines make up; none where no line holds figures or too few are alike."""
    numbering = {i for i in inside if _numbers_columns([cell.of(text) for cell in split[i]])}
    figures = [i for i in inside if any(_is_figure(cell.of(text), lexicon) for cell in split[i][1:])]
    figures = [i for i in figures if i not in numbering]
    if not figures:
        return ()
    width = Counter(len(split[i]) for i in figures).most_common(1)[0][0]
    split = [tuple(_without_notes(text, cells, width, lexicon)) for cells in split]
    alike = [i for i in inside if len(split[i]) == width]
    barred = "|" in lines[figures[0]].text
    figures = [i for i in figures if len(split[i]) == width]
    if len(alike) < _FEWEST_ROWS or (not barred and len(figures) < _FEWEST_ROWS):
        return ()
    first = [split[i][0].of(text) for i in figures]
    numbered = _names_count(split[alike[0]][0].of(text), lexicon) and all(map(_NUMBERING.fullmatch, first))
    indexed = numbered or _counts_rows(first)
    rows = [_wide_row(() if i in numbering else split[i], i, width, indexed=indexed) for i in inside]
    if indexed and alike[0] < figures[0] and _names_rank(split[alike[0]][0].of(text), lexicon):
        rows = [replace(row, cells=(*row.cells, split[row.first][0])) if len(row.cells) > 1 else row for row in rows]
    rows = [_as_header(text, row) if row.first == inside.start or not _holds_digits(text, row) else row for row in rows]
    if rows[0].kind == "row" and inside.start and not barred and len(split[inside.start - 1]) == 1:
        above = inside.start - 1
        header = list(_split_header(text, lines[above], above, width - indexed, lexicon))
        if not header and above and len(split[above - 1]) == 1:
            header = _two_line_header(text, lines, above, width - indexed)
        rows = [*header, *rows]
    return tuple(rows)


def _numbers_columns(cells: Sequence[str]) -> bool:
    """Tell whether a row only numbers the columns: "A | B | 1 | 2", "(1) | (2) | (3)"."""
    told = [_COLUMN.sub(r"\1", cell).strip("(.)") for cell in cells if not _LETTER.fullmatch(cell)]
    return len(told) > 1 and told == [str(number) for number in range(1, len(told) + 1)]


def _names_count(name: str, lexicon: Lexicon) -> bool:
    """Tell whether a column is named for the count of the rows: "STT"."""
    corner = lexicon.grammar["table-corner"].fullmatch(fold_name(name))
    return corner is not None and corner.lastgroup is not None


def _wide_row(cells: tuple[Span, ...], index: int, width: int, *, indexed: bool) -> Row:
    if indexed and len(cells) == width:
        cells = cells[1:]
    elif len(cells) != width - indexed and len(cells) != 1:
        cells = ()
    return Row(index, index, "row", cells)


def _holds_digits(text: str, row: Row) -> bool:
    return any(cell.of(text)[:1].isdigit() for cell in row.cells[1:])


def _as_header(text: str, row: Row) -> Row:
    """Label a row whose cells are words or years as the names of the columns."""
    names = [name for cell in row.cells[1:] if (name := cell.of(text).strip("-–—"))]
    worded = all(any(c.isalpha() for c in name) for name in names)
    if names and (worded or all(_is_year(name) for name in names)):
        return Row(row.first, row.last, "header", row.cells)
    return row


def _split_header(text: str, line: Line, index: int, width: int, lexicon: Lexicon) -> Iterator[Row]:
    """Yield the header in a line that nothing divides: as many words begin with a capital as there are columns."""
    cells = _names(text, line, _CAPITAL)
    cells = cells[1:] if _names_count(cells[0].of(text), lexicon) else cells
    if len(_without_notes(text, cells, width, lexicon)) == width:
        yield Row(index, index, "header", tuple(cells[:width]))


def _without_notes(text: str, cells: Sequence[Span], width: int, lexicon: Lexicon) -> Sequence[Span]:
    """Leave out the name of a last column that no row fills: "Ghi chú"."""
    named = len(cells) == width + 1 and lexicon.grammar["note-column"].fullmatch(fold_name(cells[-1].of(text)))
    return cells[:-1] if named else cells


def _names(text: str, line: Line, divide: re.Pattern[str]) -> list[Span]:
    """Return the names in a line that nothing divides: each begins with a capital, or with what else divides."""
    begin = text.index(line.text, line.start)
    starts = (m.start() for m in divide.finditer(line.text))
    edges = [0, *(i for i in starts if not line.text[i].islower()), len(line.text)]
    return [_trimmed(text, begin + a, begin + b) for a, b in pairwise(edges)]


def _two_line_header(text: str, lines: Sequence[Line], below: int, width: int) -> list[Row]:
    """Return a header whose last names span those in the line below: "Nơi Tổng Trước hạn Quá hạn" over "Số % Số %"."""
    above, parts = _names(text, lines[below - 1], _CAPITAL), _names(text, lines[below], _PART)
    spanning = len(above) + len(parts) - width
    if not 0 < spanning <= len(above) or len(parts) % spanning or len(parts) == spanning:
        return []
    own, each = above[:-spanning], len(parts) // spanning
    over = [name for name in above[-spanning:] for _ in range(each)]
    return [Row(below - 1, below - 1, "header", (*own, *over)), Row(below, below, "header", (*own, *parts))]


def _find_single(text: str, lines: Sequence[Line], free: Sequence[bool], tells: Tells) -> Iterator[Table]:
    """Yield the tables of one row without a label: "Mức độ 2 Mức độ 3" over "758 612"."""
    for i, line in enumerate(lines[1:], start=1):
        words = line.text.split() if free[i] and free[i - 1] else []
        if len(words) < _FEWEST_ROWS or not all(map(_FIGURE.fullmatch, words)) or _counts_rows(words):
            continue
        names = _names(text, lines[i - 1], _CAPITAL)
        if len(names) != len(words) or not all(map(tells, names)):
            continue
        empty = [Span(names[0].start, names[0].start), Span(line.start, line.start)]
        cells = [_trimmed(text, line.start + m.start(), line.start + m.end()) for m in _TOKEN.finditer(line.text)]
        yield Row(i - 1, i - 1, "header", (empty[0], *names)), Row(i, i, "row", (empty[1], *cells))


def _counts_rows(first: Sequence[str]) -> bool:
    """Tell whether the first column only counts the rows: "1", "2", "3"."""
    bare = [cell.strip("(.)") for cell in first if len(cell) < _LONGEST_COUNT]
    numbers = [int(cell) for cell in bare if cell.isdecimal()]
    steps = sum(b == a + 1 for a, b in pairwise(numbers))
    return len(numbers) > 1 and 4 * steps >= 3 * (len(first) - 1)


# ---------------------------------------------------------------- one cell a line


class _Cell(NamedTuple):
    """A cell, with the lines it fills.

    Its kind is "t" for words, "n" for a figure, "l" for a line too long for a cell, "x" for what belongs to no table.
    """

    first: int
    last: int
    kind: str
    span: Span
    text: str


class _Repetition(NamedTuple):
    """A pattern of kinds that comes again: where it does so, and for how many cells, headings between them included."""

    start: int
    width: int
    covered: int  # by rows alone
    whole: int


class _Part(NamedTuple):
    """Some cells of a table that make up a row; ``cells`` tells which of them are its columns."""

    begin: int
    end: int
    cells: tuple[int, ...]


def _read_cells(text: str, lines: Sequence[Line], free: Sequence[bool], lexicon: Lexicon) -> list[_Cell]:
    """Return the lines as cells; a line that goes on in small letters, or a remark in brackets, joins the one above."""
    cells: list[_Cell] = []
    spaced = _blank_between(text, lines)
    airy = _are_airy(lines, free, spaced, lexicon)
    for i, line in enumerate(lines):
        begin = text.index(line.text, line.start)
        kind = "n" if free[i] and _numbers_column(lines, i) else _kind(line.text, lexicon, may=free[i])
        cell = _Cell(i, i, kind, Span(begin, begin + len(line.text)), line.text)
        before = cells[-1] if cells else None
        if before is not None and _joins(before, cell, spaced=spaced[i], airy=airy[i]):
            cells[-1] = _Cell(before.first, i, before.kind, Span(before.span.start, cell.span.end), before.text)
        else:
            cells.append(cell)
    return cells


def _numbers_column(lines: Sequence[Line], index: int) -> bool:
    """Tell whether a line only numbers a column, as the one before or behind it does: "(1)", "(2)"."""
    near = [_COLUMN.fullmatch(line.text) for line in lines[max(0, index - 1) : index + 2]]
    numbers = [int(found[1]) for found in near if found]
    return _COLUMN.fullmatch(lines[index].text) is not None and any(b == a + 1 for a, b in pairwise(numbers))


def _kind(line: str, lexicon: Lexicon, *, may: bool) -> str:
    if not may:
        return "x"
    if _is_figure(line, lexicon):
        return "t" if _is_year(line) else "n"  # a year names a row or column
    words = len(line.split())
    return "l" if words > _LONGEST_CELL or (words > _CLOSED_WORDS and line[-1] in ".:;?") else "t"


def _blank_between(text: str, lines: Sequence[Line]) -> list[bool]:
    """Tell of each line whether a blank one stands before it."""
    gaps = (len(_LINE_END.findall(text, a.end, b.start)) > 1 for a, b in pairwise(lines))
    return [True, *gaps][: len(lines)]


def _are_airy(lines: Sequence[Line], free: Sequence[bool], spaced: Sequence[bool], lexicon: Lexicon) -> list[bool]:
    """Tell of each line whether blank lines part the cells around it; then lines without one between are one cell."""
    airy = [False] * len(lines)
    first = 0
    for i in range(len(lines) + 1):
        if i == len(lines) or _kind(lines[i].text, lexicon, may=free[i]) in "xl":
            gaps = spaced[first + 1 : i]
            airy[first:i] = [bool(gaps) and sum(gaps) >= _MOSTLY * len(gaps)] * (i - first)
            first = i + 1
    return airy


def _joins(before: _Cell, cell: _Cell, *, spaced: bool, airy: bool) -> bool:
    if before.kind not in "tn" or cell.kind != "t":
        return False
    if _BRACKETED.fullmatch(cell.text):
        return True
    return before.kind == "t" and not spaced and (airy or cell.text[0].islower())


def _find_tall(cells: Sequence[_Cell], lexicon: Lexicon, tells: Tells) -> Iterator[Table]:
    """Yield the tables whose rows repeat one pattern of words and figures, those first that count their rows."""
    kinds = "".join(cell.kind for cell in cells)
    used = [False] * len(cells)
    for found in sorted(_find_repetitions(kinds), key=lambda found: not _counts_its_rows(cells, kinds, found, lexicon)):
        if any(used[found.start : found.start + found.covered]):
            continue
        parts = _read_parts(cells, kinds, used, found, lexicon)
        header = _read_header(cells, kinds, used, parts, lexicon) if parts else None
        over = None
        if parts and not header and (two := _read_two_rows(cells, kinds, used, parts, lexicon)):
            over, header = two
        table = _build(cells, header, parts)
        if not table:
            continue
        if over:
            first, last = cells[over.begin].first, cells[over.end - 1].last
            table = (Row(first, last, "header", _spans(cells, over)), *table)
        begin = over.begin if over else header.begin if header else parts[0].begin
        used[begin : parts[-1].end] = [True] * (parts[-1].end - begin)
        if _is_about(cells, header, parts, tells):
            yield table


def _counts_its_rows(cells: Sequence[_Cell], kinds: str, found: _Repetition, lexicon: Lexicon) -> bool:
    """Tell whether the rows of a repetition open with their count; a list of two columns is none."""
    first = _first_cell(cells, kinds, found, lexicon)
    column = [cells[i].text for i in range(first, found.start + found.covered, found.width)]
    return found.width > 2 and kinds[first] == "n" and _counts_rows(column)


def _find_repetitions(kinds: str) -> list[_Repetition]:
    """Return where a pattern of kinds is repeated, those first that go on longest."""
    found = []
    for width in range(2, _MOST_COLUMNS + 1) if "n" in kinds else ():
        run = 0
        for i in range(len(kinds) - width + 1):
            if i + width < len(kinds) and kinds[i] == kinds[i + width] and kinds[i] in "tn":
                run += 1
                continue
            pattern = kinds[i - run : i - run + width]
            if run >= width and "n" in pattern and "t" in pattern:
                rows = _COMPOSITE.search(kinds, i - run, i + width)
                inner = len(rows[1]) if rows and len(rows.group()) <= width else 0
                begin, covered = (rows.start(), 2 * inner) if rows and inner else (i - run, run + width)
                found.append(_Repetition(begin, inner or width, covered, run + width))
            run = 0
    return sorted(found, key=lambda f: (-f.whole, f.width, f.start))


def _read_parts(
    cells: Sequence[_Cell], kinds: str, used: Sequence[bool], found: _Repetition, lexicon: Lexicon
) -> list[_Part]:
    """Read the rows of a repetition, and go on over the headings and odd rows between them."""
    start, width, covered, _ = found
    first = _first_cell(cells, kinds, found, lexicon)
    pattern = kinds[first : first + width]
    column = [cells[i].text for i in range(first, start + covered, width)]
    indexed = pattern[0] == "n" and _counts_rows(column)
    if width == 2 and indexed:
        return []  # a numbered list
    order = tuple(range(1, width)) if indexed else tuple(range(width))
    if indexed and _is_ranked(cells, kinds, used, first, width, lexicon):
        order = (*order, 0)
    elif not indexed and pattern[0] == "n":
        if pattern != "nt":
            return []
        order = (1, 0)  # the label stands behind its figure
    parts: list[_Part] = []
    short = pattern[1:] if indexed else ""
    if short and kinds.endswith(short, 0, first) and not any(used[first - len(short) : first]):
        parts.append(_Part(first - len(short), first, tuple(range(first - len(short), first))))
    i = first
    while (part := _read_part(kinds, i, pattern, order, short)) is not None and not any(used[i : part.end]):
        broken = len(part.cells) == 1 and cells[i].kind == "t" and cells[i].first < cells[i].last
        parts.append(part._replace(cells=()) if broken else part)
        i = part.end
    return parts


def _is_ranked(
    cells: Sequence[_Cell], kinds: str, used: Sequence[bool], first: int, width: int, lexicon: Lexicon
) -> bool:
    """Tell whether the count that opens the rows is named a rank, right above the first row."""
    begin = first - width
    if not kinds.endswith("t" * width, 0, first) or any(used[begin:first]):
        return False
    return _names_rank(cells[begin].text, lexicon)


def _names_rank(name: str, lexicon: Lexicon) -> bool:
    return any(hit.concept == "rank" for hit in lexicon.find(fold_name(name)))


def _read_part(kinds: str, i: int, pattern: str, order: tuple[int, ...], short: str) -> _Part | None:
    if kinds.startswith(pattern, i):
        return _Part(i, i + len(pattern), tuple(i + k for k in order))
    return _read_odd(kinds, i, pattern, short)


def _first_cell(cells: Sequence[_Cell], kinds: str, found: _Repetition, lexicon: Lexicon) -> int:
    """Return where the first row of a repetition begins: at its count, else at words, so that the last row is whole.

    A row of totals may stand before the rows that are counted.
    """
    start, width, covered, _ = found
    if width == 2:
        return start
    total = lexicon.grammar["total-row"].match(fold_name(cells[start].text)) is not None

    def rate(first: int) -> tuple[bool, bool, bool, bool, int]:
        column = [cells[i].text for i in range(first, start + covered, width)]
        skipped = total or "tn" not in kinds[start:first]
        counted = kinds.startswith("nt", first) and skipped and _counts_rows(column)
        whole = (start + covered - first) % width == 0
        return counted, kinds[first] == "t", whole, kinds.startswith("tn", first), -first

    return max(range(start, start + min(width, covered - 2 * width + 1)), key=rate)


def _read_odd(kinds: str, i: int, pattern: str, short: str) -> _Part | None:
    """Read what stands between two rows, or behind the last: a heading, a row without its count, one not understood."""
    width = len(pattern)
    for length in range(1, width + 2):
        between = kinds[i : i + length]
        if "x" in between:
            break
        if not kinds.startswith(pattern, i + length):
            continue
        if between in ("t", "l"):
            return _Part(i, i + 1, (i,))
        known = between == short or (length == width and "l" not in between and between[0] == pattern[0])
        begin = i + (length == width and bool(short))
        return _Part(i, i + length, tuple(range(begin, i + length)) if known else ())
    if short and kinds.startswith(short, i) and not kinds.startswith("n", i + len(short)):
        return _Part(i, i + len(short), tuple(range(i, i + len(short))))
    rest = _SHORT_ROW.match(kinds, i, i + width)
    return _Part(i, rest.end(), ()) if rest else None


def _read_header(
    cells: Sequence[_Cell], kinds: str, used: Sequence[bool], parts: list[_Part], lexicon: Lexicon
) -> _Part | None:
    """Return the cells above the first row that name its columns.

    Where rows stand under headings, the first ones do so too.
    """
    width = max(len(part.cells) for part in parts)
    if width > 2 and parts[0].cells[-1] == parts[0].begin:  # a rank opens the rows
        begin = parts[0].begin - width
        return _Part(begin, parts[0].begin, (*range(begin + 1, parts[0].begin), begin))
    if not any(len(part.cells) == 1 for part in parts):
        return _names_above(cells, kinds, used, parts[0].begin, lexicon, (width,))
    header = _names_above(cells, kinds, used, parts[0].begin, lexicon, (width,), exact=True)
    begin = parts[0].begin - 1
    if header or begin < 0 or used[begin] or kinds[begin] not in "tl":
        return header
    parts.insert(0, _Part(begin, begin + 1, (begin,)))
    return _names_above(cells, kinds, used, begin, lexicon, (width, width + 1))  # they may have a column of their own


def _read_two_rows(
    cells: Sequence[_Cell], kinds: str, used: Sequence[bool], parts: Sequence[_Part], lexicon: Lexicon
) -> tuple[_Part, _Part] | None:
    """Return the names of columns in two rows, those of the first over several of the second: "Kết quả" over two."""
    width, end = max(len(part.cells) for part in parts), parts[0].begin
    first = begin = _above_numbers(cells, kinds, end)
    while begin > 0 and first - begin < _MOST_NAMES and not used[begin - 1] and _may_name(cells[begin - 1]):
        begin -= 1
    folded = {i: fold_name(cells[i].text) for i in range(begin, first)}
    corner = next((i for i in folded if lexicon.grammar["table-corner"].fullmatch(folded[i])), None)
    if corner is None:
        return None
    begin = corner + _names_count(cells[corner].text, lexicon)
    names = [i for i in range(begin, first) if not lexicon.grammar["note-column"].fullmatch(folded[i])]
    spanning = len(names) - width
    for own in range(1, width - 1):
        over, below = names[own : own + spanning], names[own + spanning :]
        groups = _share_out(below, over, folded, lexicon) if spanning > 0 else None
        if groups is None or not all(lexicon.grammar["spanning-name"].search(folded[i]) for i in over):
            continue
        above = (*names[:own], *(i for i, group in zip(over, groups, strict=True) for _ in group))
        return _Part(corner, below[0], above), _Part(below[0], end, (*([_EMPTY] * own), *below))
    return None


def _share_out(
    below: Sequence[int], over: Sequence[int], folded: Mapping[int, str], lexicon: Lexicon
) -> list[Sequence[int]] | None:
    """Share out names among those above them: each group begins with a total, or all are of one size."""
    totals = [k for k, i in enumerate(below) if lexicon.grammar["total-row"].fullmatch(folded[i])]
    if len(totals) == len(over) and totals[0] == 0:
        return [below[a:b] for a, b in pairwise([*totals, len(below)])]
    each, rest = divmod(len(below), len(over)) if over else (0, 1)
    return None if rest or each < _FEWEST_BELOW else [below[k : k + each] for k in range(0, len(below), each)]


def _names_above(
    cells: Sequence[_Cell],
    kinds: str,
    used: Sequence[bool],
    end: int,
    lexicon: Lexicon,
    widths: tuple[int, ...],
    *,
    exact: bool = False,
) -> _Part | None:
    """Return the names of the columns that stand right above ``end``, as many as there are columns.

    They begin with a word such as "Đơn vị"; without one, and unless the number is to be ``exact``, the last ones count.
    """
    first = begin = _above_numbers(cells, kinds, end)
    while begin > 0 and first - begin < _MOST_NAMES and not used[begin - 1] and _may_name(cells[begin - 1]):
        begin -= 1
    folded = {i: fold_name(cells[i].text) for i in range(begin, first)}
    corner = next((m for i in folded if (m := lexicon.grammar["table-corner"].fullmatch(folded[i]))), None)
    if corner is not None:
        begin = next(i for i in folded if folded[i] == corner.string)
    names = list(range(begin + bool(corner and corner.lastgroup), first))
    width = widths[0]
    for unneeded in ("table-span", "note-column"):
        if len(names) > max(widths):
            names = [i for i in names if not lexicon.grammar[unneeded].fullmatch(folded[i])]
    if corner is None and not exact:
        names = [_EMPTY, *names] if len(names) == width - 1 > 1 else names[-width:]
    return _Part(begin, end, tuple(names[-width:])) if len(names) in widths else None


def _above_numbers(cells: Sequence[_Cell], kinds: str, first: int) -> int:
    """Return where the names of the columns end: above a line of numbers that only counts the columns."""
    begin = first
    while begin > 0 and kinds[begin - 1] == "n" and first - begin < _MOST_COLUMNS:
        begin -= 1
    if not _counts_rows([_COLUMN.sub(r"\1", cell.text) for cell in cells[begin:first]]):
        return first
    while begin > 0 and _LETTER.fullmatch(cells[begin - 1].text):
        begin -= 1  # "A", "B", "1", "2"
    return begin


def _may_name(cell: _Cell) -> bool:
    return cell.kind == "t" and cell.text[-1] != ":"


def _build(cells: Sequence[_Cell], header: _Part | None, parts: Sequence[_Part]) -> Table:
    full = [part for part in parts if len(part.cells) > 1]
    listed = (
        header is None and all(len(p.cells) == 2 for p in full) and _counts_rows([cells[p.cells[1]].text for p in full])
    )
    if len(full) < (1 if header else _FEWEST_ROWS) or listed:
        return ()
    rows = [Row(cells[p.begin].first, cells[p.end - 1].last, "row", _spans(cells, p)) for p in parts]
    if header:
        first, last = cells[header.begin].first, cells[header.end - 1].last
        rows.insert(0, Row(first, last, "header", _spans(cells, header)))
    return tuple(rows)


def _spans(cells: Sequence[_Cell], part: _Part) -> tuple[Span, ...]:
    begin = cells[part.begin].span.start
    return tuple(Span(begin, begin) if i == _EMPTY else cells[i].span for i in part.cells)


def _is_about(cells: Sequence[_Cell], header: _Part | None, parts: Sequence[_Part], tells: Tells) -> bool:
    """Tell whether the columns, half of the labels, or the line that announces a table speak of something measured."""
    begin = header.begin if header else parts[0].begin
    above = cells[begin - 1] if begin else None
    if above is not None and above.text[-1] == ":" and tells(above.span):
        return True
    if header and any(tells(cells[i].span) for i in header.cells[1:]):
        return True
    labels = [cells[part.cells[0]].span for part in parts if len(part.cells) > 1]
    return 2 * sum(map(tells, labels)) >= len(labels)
