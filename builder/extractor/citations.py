"""Legal and administrative documents cited by number: "517/KH-UBND", "61/2018/NĐ-CP", "18-NQ/TW"."""

import re
from collections.abc import Iterator
from datetime import date

from builder.extractor.figures import Page
from builder.facts import CitationClaim

_ISSUER = r"[A-ZĐ][A-ZĐa-zđ0-9&.]*"
_KIND = r"(?:[A-ZĐ][A-ZĐa-zđ]{0,8})"
_SYMBOL = re.compile(
    rf"(?<![\w/.-])(?P<number>\d+[a-z]?)\s?(?:/(?P<year>\d{{4}}))?(?:(?P<slash>/)|-)(?P<kind>{_KIND})"
    rf"(?:\s?[-–/]\s?{_ISSUER}(?:[-–.&/]{_ISSUER})*)?(?![\w])"
)
_DATED = re.compile(
    r"[,;(]?\s*(?:ban hành )?(?:ngày\s+)(\d{1,2})(?:\s?[/.-]\s?|\s+tháng\s+)(\d{1,2})(?:\s?[/.-]\s?|\s+năm\s+)(\d{4})"
)
_BY = re.compile(r"\s+(?:của|do)\s+((?:[A-ZĐƯÂÊÔ]\w*)(?:\s+\w+){0,6}?)(?=[,.;:()\n]| về| ban hành| quy định| về việc| sửa đổi|$)")
_NOT_KINDS = frozenset({"TP", "TX", "H", "Q", "P", "T", "CP", "COVID", "A", "B", "C", "D"})


def find_citations(page: Page) -> Iterator[CitationClaim]:
    """Yield every document number of a page, furniture left out."""
    text = page.document.text
    for block in page.document.blocks:
        if block.kind == "furniture":
            continue
        for match in _SYMBOL.finditer(text, block.span.start, block.span.end):
            if not _is_symbol(match):
                continue
            start, end = match.span()
            while text[end - 1] in "-–/.&":
                end -= 1
            dated = _DATED.match(text, end, min(len(text), end + 60))
            by = _BY.match(text, dated.end() if dated else end, min(len(text), end + 140))
            yield CitationClaim(
                number="".join(text[start:end].replace("–", "-").split()),
                span=page.folded.span(page.folded.position(start), page.folded.position(end)) if False else _span(start, end),
                kind=match["kind"],
                issued=_date(dated),
                issuer=" ".join(by[1].split()) if by else "",
            )


def _span(start: int, end: int):  # type: ignore[no-untyped-def]
    from builder.facts import Span

    return Span(start, end)


def _is_symbol(match: re.Match[str]) -> bool:
    """Tell a document symbol from a fraction with a unit: it has a year, or a kind and an issuer in capitals."""
    kind, symbol = match["kind"], match.group()
    if kind in _NOT_KINDS or not kind[0].isupper():
        return False
    capitals = sum(c.isupper() for c in kind)
    joined = re.search(r"[A-ZĐ][\w]*\s?[-–/]\s?[A-ZĐ]", symbol)
    return capitals >= 2 and bool(joined or match["year"])


def _date(match: re.Match[str] | None) -> date | None:
    if match is None:
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None
