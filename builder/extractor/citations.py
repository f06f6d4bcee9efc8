"""Legal and administrative documents cited by number: "517/KH-UBND", "61/2018/NĐ-CP", "18-NQ/TW"."""

import re
from collections.abc import Iterator
from datetime import date

from builder.extractor.page import Page
from builder.facts import CitationClaim, Span
from builder.lexicon import Lexicon

_ISSUER = r"[A-ZĐ][A-ZĐa-zđ0-9&.]*"
_KIND = r"(?:QH\d{1,2}|[A-ZĐ][A-ZĐa-zđ]{0,8})"
_SYMBOL = re.compile(
    rf"(?<![\w/.-])(?P<number>\d+[a-z]?)\s?(?:[/-](?P<year>\d{{4}}))?(?:(?P<slash>/)|-)(?P<kind>{_KIND})"
    rf"(?:\s?[-–/]\s?{_ISSUER}(?:[-–.&/]{_ISSUER})*)?(?![\w])"
)
_PARTS = re.compile(r"[A-ZĐ][\w]*\s?[-–/]\s?[A-ZĐ]")


def find_citations(page: Page) -> Iterator[CitationClaim]:
    """Yield every document number of a page, furniture left out."""
    text, grammar = page.document.text, page.lexicon.grammar
    for block in page.document.blocks:
        if block.kind == "furniture":
            continue
        for match in _SYMBOL.finditer(text, block.span.start, block.span.end):
            if not _is_symbol(match, page.lexicon):
                continue
            start, end = match.span()
            while text[end - 1] in "-–/.&":
                end -= 1
            dated = grammar["issued-on"].match(text, end, min(len(text), end + 60))
            by = grammar["issued-by"].match(text, dated.end() if dated else end, min(len(text), end + 140))
            yield CitationClaim(
                number="".join(text[start:end].replace("–", "-").split()),
                span=Span(start, end),
                kind=match["kind"],
                issued=_date(dated),
                issuer=" ".join(by["issuer"].split()) if by else "",
            )


def _is_symbol(match: re.Match[str], lexicon: Lexicon) -> bool:
    """Tell a document symbol from a fraction with a unit: it has a year, or a kind and an issuer in capitals."""
    kind, symbol = match["kind"], match.group()
    if lexicon.grammar["no-document-kind"].fullmatch(kind) or not kind[0].isupper():
        return False
    capitals = sum(c.isupper() for c in kind)
    joined = _PARTS.search(symbol)
    return capitals >= 2 and bool(joined or match["year"])


def _date(match: re.Match[str] | None) -> date | None:
    if match is None:
        return None
    try:
        return date(*(int(match[part]) for part in ("year", "month", "day")))
    except ValueError:
        return None
