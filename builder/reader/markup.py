"""HTML pages: all visible text, and which of its lines belong to the article."""

import re

from builder.errors import SourceError

_BLOCK_TAGS = frozenset(
    "address article aside blockquote br center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tbody td tfoot th thead title tr ul".split()
)
_SILENT_TAGS = frozenset({"script", "style", "noscript", "template", "svg", "iframe"})


def extract_html(markup: str, name: str) -> tuple[str, frozenset[str], str]:
    """Return all visible text of an HTML page, the lines that belong to its article, and its title."""
    import trafilatura
    from lxml import etree, html

    try:
        tree = html.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", markup))
    except (etree.ParserError, ValueError) as problem:
        raise SourceError(f"{name}: not readable as HTML: {problem}; save the page again") from problem
    pieces: list[str] = []
    _collect_text(tree, pieces)
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    text = "\n".join(line for line in lines if line)
    article = trafilatura.extract(markup, fast=True, include_comments=False, include_tables=True) or ""
    main = frozenset(line_key(line) for line in article.split("\n") if line.strip())
    return text, main, " ".join((tree.findtext(".//title") or "").split())


def _collect_text(tree: object, pieces: list[str]) -> None:
    """Append the text of an element and all below it, with line breaks around blocks; without recursion."""
    stack: list[tuple[object, bool]] = [(tree, False)]
    while stack:
        element, closing = stack.pop()
        tag = getattr(element, "tag", None)
        block = tag in _BLOCK_TAGS
        if closing:
            pieces.append(("\n" if block else "") + (getattr(element, "tail", None) or ""))
            continue
        stack.append((element, True))
        if not isinstance(tag, str) or tag in _SILENT_TAGS:
            continue
        pieces.append(("\n" if block else "") + (getattr(element, "text", None) or ""))
        stack.extend((child, False) for child in reversed(list(element)))  # type: ignore[call-overload]


def line_key(line: str) -> str:
    """Return a line's letters and digits only, to compare two extractions of one page."""
    return re.sub(r"\W+", "", line).lower()
