"""Tables of figures as lines, one a row: "Cấp xã | 51.093 | 49.594", whatever kind of file they stand in."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

BAR = " | "
NOTHING = "-"  # what stands in an empty cell, so that columns stay in line
_LONGEST_CELL = 160  # characters
_WIDEST, _HIGHEST = 50, 500  # columns and rows that one cell may cover


class Cell(NamedTuple):
    """What a cell of a table holds, and how many columns and rows it covers."""

    text: str
    columns: int = 1
    rows: int = 1


def spread(rows: Iterable[Sequence[Cell]]) -> list[list[str]]:
    """Return the text of every field of a table's grid.

    Words of a cell over several rows or columns are told in each of them, so that every figure stands under all its
    headings; a figure is told once.

    >>> spread([[Cell("Cấp", rows=2), Cell("Hồ sơ", columns=2)], [Cell("nhận"), Cell("trả")]])
    [['Cấp', 'Hồ sơ', 'Hồ sơ'], ['Cấp', 'nhận', 'trả']]
    """
    grid: list[list[str]] = []
    hanging: dict[int, tuple[str, int]] = {}  # column -> what hangs down into it, for how many rows more
    for row in rows:
        fields: list[str] = []
        for cell in row:
            _hang(fields, hanging)
            again = NOTHING if cell.text[:1].isdigit() else cell.text
            columns, below = min(cell.columns, _WIDEST), min(cell.rows, _HIGHEST) - 1
            if below > 0:
                hanging |= {len(fields) + column: (again, below) for column in range(columns)}
            fields += [cell.text, *[again] * (columns - 1)]
        _hang(fields, hanging)
        grid.append(fields)
    return grid


def _hang(fields: list[str], hanging: dict[int, tuple[str, int]]) -> None:
    """Fill the next fields of a row with what hangs down from the rows above."""
    while (column := len(fields)) in hanging:
        text, left = hanging.pop(column)
        if left > 1:
            hanging[column] = (text, left - 1)
        fields.append(text)


def table_lines(grid: Sequence[Sequence[str]]) -> list[str] | None:
    """Return a line for each row of a table of figures, bars between its cells; None where a table is mere layout."""
    rows = [row for row in grid if any(row)]
    return [_line(row) for row in rows] if _is_data(rows) else None


def _is_data(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether a table holds figures: rows of several short cells, and digits among them."""
    cells = [cell for row in rows for cell in row]
    short = all(len(cell) <= _LONGEST_CELL for cell in cells)
    figures = sum(cell[:1].isdigit() for cell in cells)
    return len(rows) > 1 and max(map(len, rows)) > 1 and short and figures > 1


def _line(row: Sequence[str]) -> str:
    told = {cell for cell in row if cell and cell != NOTHING}
    return told.pop() if len(told) == 1 else BAR.join(cell or NOTHING for cell in row)
