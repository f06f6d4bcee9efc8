"""The characters behind a statement and the sentence around them, as the graph keeps them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

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
