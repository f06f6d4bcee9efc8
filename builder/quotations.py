"""The characters behind a statement and the sentence around them, as the graph keeps them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

# What a query asks of the quotations of ?statement, and which names it gives them.
NAMES = "?begin ?end ?quotation ?sentence ?sentenceBegin"
PATTERN = """
  ?statement cchc:evidence ?span .
  ?span nif:beginIndex ?begin ; nif:endIndex ?end ; nif:anchorOf ?quotation .
  OPTIONAL { ?span cchc:context ?context . ?context nif:anchorOf ?sentence ; nif:beginIndex ?sentenceBegin }"""


@dataclass(frozen=True, slots=True)
class Quotation:
    """The characters behind a statement and the sentence around them, with their offsets in the page's text."""

    begin: int
    end: int
    text: str
    sentence: str
    sentence_begin: int

    def parts(self) -> tuple[str, str, str]:
        """Return the sentence before the number, the number, and the sentence after it, each on one line."""
        if not self.sentence:
            return "", self.text, ""
        at = self.begin - self.sentence_begin
        pieces = self.sentence[:at], self.text, self.sentence[at + self.end - self.begin :]
        before, number, after = (re.sub(r"\s+", " ", piece) for piece in pieces)
        return before, number, after


def quote(row: Mapping[str, str]) -> Quotation:
    """Return the quotation in a row of an answer."""
    begin, end = int(row["begin"]), int(row["end"])
    return Quotation(begin, end, row["quotation"], row["sentence"], int(row["sentenceBegin"] or begin))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: one of the spans asked for, with those that begin inside it, or what lies between them."""

    text: str
    span: tuple[int, int] | None
    inner: tuple[tuple[int, int], ...] = ()


def cut(text: str, spans: Iterable[tuple[int, int]]) -> list[Piece]:
    """Cut a text at spans of characters; a span that begins inside another is kept with that.

    >>> [(p.text, p.span, p.inner) for p in cut("đạt 99,97% trong năm", [(4, 10), (4, 6)])]
    [('đạt ', None, ()), ('99,97%', (4, 10), ((4, 6),)), (' trong năm', None, ())]
    """
    pieces: list[Piece] = []
    cursor = 0
    for span in sorted(set(spans), key=lambda s: (s[0], -s[1])):
        if span[0] < cursor:
            pieces[-1] = replace(pieces[-1], inner=(*pieces[-1].inner, span))
            continue
        if span[0] > cursor:
            pieces.append(Piece(text[cursor : span[0]], None))
        pieces.append(Piece(text[span[0] : span[1]], span))
        cursor = span[1]
    return [*pieces, Piece(text[cursor:], None)] if cursor < len(text) else pieces
