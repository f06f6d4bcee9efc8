"""Word documents: paragraphs, lists and tables in their order, running headers and footers behind them.

Nothing in a document is run or fetched. Its dates are those of a file, not of a publication, and are left aside.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from builder.errors import SourceError
from builder.facts import Source
from builder.reader.content import Content, line_key, needs_extra
from builder.reader.rows import Cell, spread, table_lines

if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element as Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT, _PARAGRAPH, _TABLE, _ROW, _CELL = (f"{_W}{tag}" for tag in ("t", "p", "tbl", "tr", "tc"))
_SIGNS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-", f"{_W}softHyphen": ""}
_SILENT = {f"{_W}{tag}" for tag in ("del", "moveFrom", "delText", "instrText", "pPr", "rPr")} | {_FALLBACK}
_BOX = f"{_W}txbxContent"
Styles = Mapping[str, str]  # identifier -> "heading", "list"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LARGEST_PACKAGE = 200_000_000  # bytes, unpacked
_MOST_PARTS = 5_000
_DIGITS = 5
_ASIDE = ("/header", "/footer")
_NOTES = ("/footnotes", "/endnotes")


def read_word(source: Source) -> Content:
    """Return the text of a Word document.

    Raises:
        SourceError: it is damaged, protected, holds macros or is of the format before 2007.

    """
    _check_package(source)
    document = _open(source)
    styles = _styles(document)
    lines = list(_lines(_body(document, source), styles))
    for part in _related(document, _NOTES):
        lines += _lines(part, styles)
    aside = dict.fromkeys(line for part in _related(document, _ASIDE) for line in _lines(part, styles))
    return Content("\n".join(lines), title=_title(document, lines), margin="\n".join(aside))


# ---------------------------------------------------------------- the file


def _check_package(source: Source) -> None:
    """Refuse what is no Word document of today, or would fill the memory when unpacked."""
    if source.data.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in source.data
        what = "the document is protected by a password" if locked else "a Word document of the format before 2007"
        raise SourceError(f"{source.id}: {what}; save it as .docx" + (" without protection" if locked else ""))
    try:
        parts = zipfile.ZipFile(io.BytesIO(source.data)).infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise SourceError(f"{source.id}: no Word document, or a damaged one; save it again as .docx") from problem
    size = sum(part.file_size for part in parts)
    if size > _LARGEST_PACKAGE or len(parts) > _MOST_PARTS:
        much = f"unpacks to {size / 1e6:,.0f} MB in {len(parts):,} parts, more than any document needs"
        raise SourceError(f"{source.id}: {much}; leave it out")
    if any(part.filename.rsplit("/", 1)[-1].lower() == "vbaproject.bin" for part in parts):
        raise SourceError(f"{source.id}: a Word document with macros; save it as .docx without them")


def _open(source: Source) -> "Document":
    try:
        from docx import Document
        from docx.opc.exceptions import OpcError
    except ModuleNotFoundError as problem:
        raise needs_extra(source.id, "Word documents") from problem
    from lxml.etree import LxmlError

    try:
        return Document(io.BytesIO(source.data))
    except (
        *(OpcError, LxmlError, zipfile.BadZipFile, zlib.error, OSError, EOFError),
        *(AttributeError, LookupError, NotImplementedError, RuntimeError, TypeError, ValueError),
    ) as problem:
        raise SourceError(f"{source.id}: no Word document, or a damaged one; save it again as .docx") from problem


def _body(document: "Document", source: Source) -> "Element":
    body = getattr(document.element, "body", None)
    if body is None:
        raise SourceError(f"{source.id}: no Word document, or a damaged one; save it again as .docx")
    return body


def _related(document: "Document", kinds: tuple[str, ...]) -> "Iterator[Element]":
    """Yield the roots of parts beside the body: headers, footers, notes."""
    from docx.oxml.parser import parse_xml

    parts = {r.target_part.partname: r for r in document.part.rels.values() if not r.is_external}
    for name in sorted(parts):
        if parts[name].reltype.endswith(kinds):
            yield parse_xml(parts[name].target_part.blob)


def _title(document: "Document", lines: list[str]) -> str:
    """Return the title told in the file, if the text shows it: many files carry that of a template."""
    title = " ".join((document.core_properties.title or "").split())
    key = line_key(title)
    return title if key and any(key == line_key(line) for line in lines) else ""


# ---------------------------------------------------------------- paragraphs and tables


def _lines(container: "Element", styles: Styles) -> Iterator[str]:
    """Yield the lines of a body, header, cell or text box, in order."""
    waiting = list(reversed(container))
    while waiting:
        element = waiting.pop()
        if element.tag == _PARAGRAPH:
            yield from _paragraph_lines(element, styles)
        elif element.tag == _TABLE:
            yield from _table_lines(element, styles)
        elif isinstance(element.tag, str) and element.tag not in _SILENT:
            waiting += reversed(element)


def _paragraph_lines(paragraph: "Element", styles: Styles) -> Iterator[str]:
    text, boxes = _text(paragraph)
    lines = [line for line in (" ".join(line.split()) for line in text.split("\n")) if line]
    if lines and _is_item(paragraph, styles):
        lines[0] = f"- {lines[0]}"
    yield from lines
    for box in boxes:
        yield from _lines(box, styles)


def _text(paragraph: "Element") -> "tuple[str, list[Element]]":
    """Return the text of a paragraph as it is shown, changes accepted, and the text boxes anchored in it."""
    pieces: list[str] = []
    boxes: list[Element] = []
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        if element.tag == _TEXT:
            pieces.append(element.text or "")
        elif element.tag in _SIGNS:
            pieces.append(_SIGNS[element.tag])
        elif element.tag == _BOX:
            boxes.append(element)
        elif isinstance(element.tag, str) and element.tag not in _SILENT:
            waiting += reversed(element)
    return "".join(pieces), boxes


def _is_item(paragraph: "Element", styles: Styles) -> bool:
    """Tell whether Word shows a mark or number before a paragraph that is no text of it; headings do not count."""
    name = paragraph.find(f"{_W}pPr/{_W}pStyle")
    kind = None if name is None else styles.get(name.get(f"{_W}val", ""))
    own = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    return kind == "list" if own is None else kind != "heading" and own.get(f"{_W}val") != "0"


def _styles(document: "Document") -> Styles:
    """Return which styles of a document make headings and which make list items."""
    kinds = {}
    for style in document.styles.element.iterfind(f"{_W}style"):
        heading, listed = (style.find(f"{_W}pPr/{_W}{tag}") is not None for tag in ("outlineLvl", "numPr"))
        if heading or listed:
            kinds[style.get(f"{_W}styleId", "")] = "heading" if heading else "list"
    return kinds


def _table_lines(table: "Element", styles: Styles) -> Iterator[str]:
    """Yield a line for each row of a table of figures; of any other table what its cells hold, cell by cell."""
    nested = table.find(f".//{_TABLE}") is not None
    lines = None if nested else table_lines(spread(_rows(table, styles)))
    yield from _lines(table, styles) if lines is None else lines


def _rows(table: "Element", styles: Styles) -> list[list[Cell]]:
    """Return the cells of a table; Word tells cell by cell which go on from the row above."""
    rows: list[list[Cell]] = []
    above: dict[int, str] = {}  # column -> what goes on below it
    for row in table.iter(_ROW):
        cells: list[Cell] = []
        column = 0
        for cell in row.iter(_CELL):
            text, columns = " ".join(_lines(cell, styles)), _number(cell, "gridSpan")
            if _goes_on(cell):
                text = above.get(column, "")
            else:
                above[column] = "" if text[:1].isdigit() else text
            cells.append(Cell(text, columns))
            column += columns
        rows.append(cells)
    return rows


def _number(cell: "Element", name: str) -> int:
    told = cell.find(f"{_W}tcPr/{_W}{name}")
    value = "" if told is None else told.get(f"{_W}val", "")
    return int(value) if value.isdecimal() and len(value) < _DIGITS else 1


def _goes_on(cell: "Element") -> bool:
    merge = cell.find(f"{_W}tcPr/{_W}vMerge")
    return merge is not None and merge.get(f"{_W}val", "continue") == "continue"
