"""HTML pages: all visible text, and which of its lines belong to the article."""

import re
from html import unescape
from typing import TYPE_CHECKING

from builder.errors import SourceError
from builder.reader.content import Content, line_key
from builder.reader.rows import Cell, spread, table_lines

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
_DIGITS = 5  # of the number of columns that a cell may cover
_ENTITY = re.compile(r"&#?\w{1,8};")
_VERBATIM_TAGS = frozenset({"pre", "textarea"})
_HIDING = re.compile(  # in a style without spaces
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|font-size:0(?!\.?\d)|(?:text-indent|left|top):-\d{3,})"
)
_COLOURS = re.compile(r"(?:^|;)(color|background(?:-color)?):([^;]*)")
_NAMED = {"white": "#ffffff", "black": "#000000", "rgb(255,255,255)": "#ffffff", "rgb(0,0,0)": "#000000"}
_SHORT = re.compile(r"#(.)(.)(.)")  # #abc is #aabbcc
_NEVER_HIDDEN = frozenset({"html", "body", "main", "article"})  # scripts show what they hide at first
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def extract_html(markup: str, name: str) -> Content:
    """Return all visible text of an HTML page, the lines that belong to its article if one is found, and its title."""
    import trafilatura

    tree = _parse(_DECLARATION.sub("", markup), name)
    _drop_hidden(tree)
    _flatten_tables(tree)
    lines = (" ".join(line.split()) for line in _collect_text(tree).split("\n"))
    text = "\n".join(line for line in lines if line)
    article = trafilatura.extract(markup, fast=True, include_comments=False, include_tables=True) or ""
    main = frozenset(line_key(line) for line in article.split("\n") if line.strip())
    titles = (element.text_content() for tag in ("title", "h1") for element in tree.iter(tag))
    return Content(text, main or None, next((title for title in (" ".join(t.split()) for t in titles) if title), ""))


def with_plain_letters(markup: str) -> str:
    """Return markup with the letters of Latin-1 as they are, not as entities: ``&ordf;`` as ``ª``."""
    return _ENTITY.sub(lambda match: _letter(match.group()), markup)


def _letter(entity: str) -> str:
    letter = unescape(entity)
    return letter if len(letter) == 1 and "\u00a1" <= letter <= "\u00ff" else entity


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


def _drop_hidden(tree: "HtmlElement") -> None:
    """Leave out what its own mark-up hides: a page says what it shows."""
    for element in list(tree.iter()):
        told = isinstance(element.tag, str) and element.tag not in _NEVER_HIDDEN
        if told and ("hidden" in element.attrib or _hides(element.get("style", ""))):
            element.drop_tree()


def _hides(style: str) -> bool:
    """Tell whether a style hides its element: shows nothing, moves it out of sight, or has letters of its own ground.

    Style sheets are not read: what only they hide is read like any text.
    """
    plain = "".join(style.lower().replace("!important", "").split())
    colours = {name[:4]: _colour(value) for name, value in _COLOURS.findall(plain)}
    return _HIDING.search(plain) is not None or ("colo" in colours and colours["colo"] == colours.get("back"))


def _colour(value: str) -> str:
    """Return a colour in six digits, as far as it is given by its digits or is black or white."""
    return _NAMED.get(value) or (_SHORT.sub(r"#\1\1\2\2\3\3", value) if _SHORT.fullmatch(value) else value)


def _flatten_tables(tree: "HtmlElement") -> None:
    """Turn each table of figures into lines, one a row, with bars between its cells; tables for layout stay."""
    for table in list(tree.iter("table")):
        nested = next(table.iterdescendants("table"), None) is not None
        lines = None if nested else table_lines(spread(_rows(table)))
        if lines is None:
            continue
        tail = table.tail
        table.clear()
        table.tag, table.tail = "div", tail
        for line in lines:
            paragraph = table.makeelement("p")
            paragraph.text = line
            table.append(paragraph)


def _rows(table: "HtmlElement") -> list[list[Cell]]:
    return [
        [
            Cell(" ".join(cell.text_content().split()), _number(cell, "colspan"), _number(cell, "rowspan"))
            for cell in row
            if cell.tag in _CELLS
        ]
        for row in table.iter("tr")
    ]


def _number(cell: "HtmlElement", name: str) -> int:
    told = (cell.get(name) or "").strip()
    return int(told) if told.isdecimal() and len(told) < _DIGITS else 1


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
