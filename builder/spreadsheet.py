"""Cells that a spreadsheet shows and never runs.

A program such as Excel takes a cell for a formula by its first character. What people wrote on a page may begin with
one, so text is led in by an apostrophe where a line of it begins with such a character; numbers stay numbers.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from typing import TextIO

BYTE_ORDER_MARK = "\ufeff"  # without it Excel does not take a file for UTF-8
LINE_END = "\r\n"  # RFC 4180
_BREAK = "\n\r\v\f\x85\u2028\u2029"
_FORMULA = "=+@\t\r＝＋－＠-"
_BLANK = "\u200b\u2060\ufeff"
_DANGER = re.compile(rf"(?:^|(?<=[{_BREAK}]))(?=(?:[^\S\n]|[{_BLANK}])*[{_FORMULA}])")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def safe_text(text: str) -> str:
    r"""Return a text that no spreadsheet takes for a formula, in any of its lines.

    >>> safe_text("=1+1"), safe_text("trên 98%"), safe_text("\xa0-5,2%"), safe_text("a\n@b")
    ("'=1+1", 'trên 98%', "'\xa0-5,2%", "a\n'@b")
    """
    return _DANGER.sub("'", text)


def is_number(text: str) -> bool:
    """Tell whether a cell is a plain decimal number, which every spreadsheet reads as one.

    >>> is_number("-99.4"), is_number("-99,4%"), is_number("-1+1")
    (True, False, False)
    """
    return _NUMBER.fullmatch(text) is not None


def write_csv(file: TextIO, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write lines of cells as RFC 4180 says; return the number of rows without the header."""
    writer = csv.writer(file, lineterminator=LINE_END)
    writer.writerow(header)
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007  the last number is how many there were
        writer.writerow(row)
    return number
