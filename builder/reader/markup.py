"""HTML pages: all visible text, and which of its lines belong to the article."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from builder.errors import SourceError

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCK_TAGS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset"),
        *("figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "li"),
        *("main", "nav", "ol", "option", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead"),
        *("title", "tr", "ul"),
    )
)
_SILENT_TAGS = frozenset({"script", "style", "noscript", "template", "svg", "iframe"})
_CELLS = frozenset({"td", "th"})
_LONGEST_CELL = 160  # characters
_VERBATIM_TAGS = frozenset({"pre", "textarea"})
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def extract_html(markup: str, name: str) -> tuple[str, frozenset[str] | None, str]:
    """Return all visible text of an HTML page, the lines that belong to its article if one is found, and its title."""
    import trafilatura

    tree = _parse(_DECLARATION.sub("", markup), name)
    _flatten_tables(tree)
    lines = (" ".join(line.split()) for line in _collect_text(tree).split("\n"))
    text = "\n".join(line for line in lines if line)
    article = trafilatura.extract(markup, fast=True, include_comments=False, include_tables=True) or ""
    main = frozenset(line_key(line) for line in article.split("\n") if line.strip())
    titles = (element.text_content() for tag in ("title", "h1") for element in tree.iter(tag))
    return text, main or None, next((title for title in (" ".join(t.split()) for t in titles) if title), "")


def _parse(markup: str, name: str) -> "HtmlElement":
    """Read a page's markup, however broken; only what is nested too deep to be read whole is refused."""
    from lxml import etree, html

    parser = html.HTMLParser(huge_tree=True)
    try:
        tree: HtmlElement = html.fromstring(markup, parser=parser)
    except (etree.ParserError, ValueError) as problem:
        raise SourceError(f"{name}: not readable as HTML: {problem}; save the page again") from problem
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise SourceError(f"{name}: its HTML elements are nested too deep to be read; save the page as text")
    return tree


def _flatten_tables(tree: "HtmlElement") -> None:
    """Turn each table of figures into lines, one a row, with bars between its cells; tables for layout stay."""
    for table in list(tree.iter("table")):
        rows = [
            [" ".join(cell.text_content().split()) for cell in row if cell.tag in _CELLS] for row in table.iter("tr")
        ]
        rows = [row for row in rows if any(row)]
        if not _is_data(table, rows):
            continue
        tail = table.tail
        table.clear()
        table.tag, table.tail = "div", tail
        for row in rows:
            line = table.makeelement("p")
            line.text = " | ".join(row)
            table.append(line)


def _is_data(table: "HtmlElement", rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether a table holds figures: rows of several short cells, digits among them, and no table inside."""
    nested = next(table.iterdescendants("table"), None) is not None
    cells = [cell for row in rows for cell in row]
    short = all(len(cell) <= _LONGEST_CELL for cell in cells)
    figures = sum(cell[:1].isdigit() for cell in cells)
    return not nested and len(rows) > 1 and max(map(len, rows)) > 1 and short and figures > 1


def _collect_text(tree: "HtmlElement") -> str:
    """Return the text of an element and all below it, with line breaks around blocks; without recursion."""
    pieces: list[str] = []
    stack: list[tuple[HtmlElement, bool, bool]] = [(tree, False, False)]
    while stack:
        element, verbatim, closing = stack.pop()
        edge = "\n" if element.tag in _BLOCK_TAGS else ""
        if closing:
            pieces += (edge, _spaced(element.tail, verbatim))
            continue
        stack.append((element, verbatim, True))
        if not isinstance(element.tag, str) or element.tag in _SILENT_TAGS:
            continue
        inside = verbatim or element.tag in _VERBATIM_TAGS
        pieces += (edge, _spaced(element.text, inside))
        stack.extend((child, inside, False) for child in reversed(element))
    return "".join(pieces)


def _spaced(text: str | None, verbatim: bool) -> str:
    """Return a stretch of text as a browser shows it: a line break of the markup is a space."""
    return text or "" if verbatim or not text else re.sub(r"[\r\n]+", " ", text)


def line_key(line: str) -> str:
    """Return a line's letters and digits only, to compare two extractions of one page."""
    return re.sub(r"\W+", "", line).lower()
