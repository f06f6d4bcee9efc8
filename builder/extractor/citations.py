"""Legal and administrative documents cited by number: "517/KH-UBND", "61/2018/NĐ-CP", "18-NQ/TW"."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from builder.extractor.page import READ, Page
from builder.facts import Block, CitationClaim, Span
from builder.lexicon import Lexicon

_CAPITALS = r"[A-ZĐÐ]{2,}(?:[gri](?![a-zà-ỹ])[A-ZĐÐ]*)?\d{0,2}"  # "UBND", "TTg", "CTr", "QH13"
_WORD = r"[A-ZĐÐ][a-zđ]{1,3}(?!\w)"  # "Ttr", "Ttg"
_ISSUER = rf"(?:{_CAPITALS}|{_WORD}|[A-ZĐÐ](?!\w))"
_SYMBOL = re.compile(
    rf"(?:(?<![\w/.-])|(?<=\b[Ss][6o0]))(?P<number>\d+[a-z]?)(?:\s?[/-]\s?(?P<year>\d{{4}})(?!\d))?"
    rf"(?P<joint>\s?[/–-]\s?|\s?)(?P<kind>{_CAPITALS}|{_WORD})"
    rf"(?:(?:[-–/]{_ISSUER}|\.{_CAPITALS})(?:[-–/]{_ISSUER}|[.&]{_CAPITALS})*|\s?[-–/]\s?{_CAPITALS}(?!\w))?"
    r"(?![A-ZĐÐ\d])"
)
_PARTS = re.compile(r"[A-ZĐÐ]\w*\s?[-–/.]\s?[A-ZĐÐ]")
_INTRODUCED_WITHIN = 24  # characters before a number in which the word for a document stands
_ONE_SPELLING = str.maketrans("–Ð", "-Đ")


def find_citations(page: Page) -> Iterator[CitationClaim]:
    """Yield every document number of a page; of the furniture only the page's own number: "Số: 158/KH-UBND"."""
    text, grammar = page.document.text, page.lexicon.grammar
    for span, is_furniture in _stretches(page.document.blocks):
        for match in _SYMBOL.finditer(text, span.start, span.end):
            if not _is_symbol(match, page.lexicon) or (is_furniture and not _is_own_number(match, page.lexicon)):
                continue
            start, end = match.span()
            dated = grammar["issued-on"].match(text, end, min(len(text), end + 60))
            by = grammar["issued-by"].match(text, dated.end() if dated else end, min(len(text), end + 140))
            yield CitationClaim(
                number="".join(match.group().translate(_ONE_SPELLING).split()),
                span=Span(start, end),
                kind=_kind(match, page.lexicon),
                issued=_date(dated),
                issuer=" ".join(by["issuer"].split()) if by else "",
            )


def _stretches(blocks: Iterable[Block]) -> Iterator[tuple[Span, bool]]:
    """Yield the blocks of a page joined between furniture, as a line may break inside a number.

    The furniture ahead of them, where an official document has its number, is told by True.
    """
    in_head = True
    for is_furniture, group in groupby(blocks, key=lambda block: block.kind == "furniture"):
        members = list(group)
        in_head = in_head and not any(block.kind in READ for block in members)
        if in_head or not is_furniture:
            yield Span(members[0].span.start, members[-1].span.end), is_furniture


def _is_own_number(match: re.Match[str], lexicon: Lexicon) -> bool:
    line = match.string.rfind("\n", 0, match.start()) + 1
    return lexicon.grammar["number-of-page"].fullmatch(match.string, line, match.start()) is not None


def _is_symbol(match: re.Match[str], lexicon: Lexicon) -> bool:
    """Tell a document symbol from a fraction with a unit: it has a year, or a kind and an issuer in capitals.

    A symbol with blanks before its kind counts only behind a word for a document, as a number of them reads the same.
    """
    kind = match["kind"]
    if lexicon.grammar["no-document-kind"].fullmatch(kind):
        return False
    if not (kind.isupper() or sum(c.isupper() for c in kind) > 1 or kind.casefold() in _known_kinds(lexicon)):
        return False
    head = match.string[match.start() : match.start("kind")]
    is_loose = len(head.split()) > 1 or head[-1].isspace() or not (match["joint"] or match["year"])
    if is_loose and not _is_introduced(match, lexicon):
        return False
    return bool(match["year"] or _PARTS.search(match.group()) or lexicon.grammar["kind-with-issuer"].fullmatch(kind))


def _is_introduced(match: re.Match[str], lexicon: Lexicon) -> bool:
    before = max(0, match.start() - _INTRODUCED_WITHIN)
    return lexicon.grammar["cited-before"].search(match.string, before, match.start()) is not None


def _known_kinds(lexicon: Lexicon) -> set[str]:
    return {sign.casefold() for sign in lexicon.document_kinds}


def _kind(match: re.Match[str], lexicon: Lexicon) -> str:
    """Return the sign of the kind of document, the issuer left out where both are one word: "QĐTTg"."""
    kind = match["kind"].translate(_ONE_SPELLING)
    joined = lexicon.grammar["kind-with-issuer"].fullmatch(kind)
    return joined["kind"] if joined else kind


def _date(match: re.Match[str] | None) -> date | None:
    if match is None:
        return None
    try:
        return date(*(int(match[part]) for part in ("year", "month", "day")))
    except ValueError:
        return None
