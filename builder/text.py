"""Vietnamese text: folding that keeps offsets, and sentences.

Folding makes two spellings of one word equal without losing the way back to the page: lower case, NFC, one place for
the tone mark ("hoà" as "hòa", "uỷ" as "ủy"), "y" after a lone consonant as "i" ("tỷ lệ" as "tỉ lệ"), one kind of space.
"""

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from builder.facts import Span

_TONE_PLACES = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "òe": "oè", "óe": "oé", "ỏe": "oẻ"}
_TONE_PLACES |= {"õe": "oẽ", "ọe": "oẹ", "ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ"}
_OLD_TONE = {new: old for old, new in _TONE_PLACES.items()}
_TONE = re.compile(r"(?<!q)(?:" + "|".join(_OLD_TONE) + ")")
_LONE_Y = re.compile(r"(?<=[bcdđghklmnpqrstvx])[yýỳỷỹỵ](?!\w)|(?<=\bq[u])[yýỳỷỹỵ](?!\w)")
_I_FOR_Y = str.maketrans("yýỳỷỹỵ", "iíìỉĩị")
_CHARACTERS = str.maketrans(
    {"\xa0": " ", "\t": " ", "\u2009": " ", "\u202f": " ", "\u3000": " ", "\r": "\n", "ð": "đ", "–": "-", "—": "-", "‐": "-"}
    | {"‑": "-", "−": "-", "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "_": " "}
)
_UNEVEN = re.compile("[\u200b-\u200f\u2060\ufeff\ufe0f\u00adİ]|  | \n|\n |[ \t\xa0]{2}")
_SPACES = re.compile(r"[ ]{2,}")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text, and for every character of it the offset in the text as read (None: the same offset)."""

    text: str
    origin: "array[int] | None" = None

    def span(self, start: int, end: int) -> Span:
        """Return the span of the text as read that the folded characters ``start`` to ``end`` came from."""
        if self.origin is None:
            return Span(start, end)
        if end <= start:
            return Span(self.origin[start], self.origin[start])
        return Span(self.origin[start], self.origin[end - 1] + 1 if end == len(self.text) else self._after(end))

    def _after(self, end: int) -> int:
        """Return the offset just behind folded character ``end - 1``: combining marks belong to their letter."""
        assert self.origin is not None
        return self.origin[end - 1] + 1 if self.text[end].isspace() else self.origin[end]

    def position(self, offset: int) -> int:
        """Return the first folded position that came from ``offset`` of the text as read, or from behind it."""
        return offset if self.origin is None else bisect_right(self.origin, offset - 1)


def fold(text: str) -> Folded:
    """Fold a text for matching.

    >>> fold("UỶ BAN: Tỷ lệ đạt 99%").text
    'ủy ban: tỉ lệ đạt 99%'
    >>> folded = fold("tiếp  nhận\\u200b 12 hồ sơ")
    >>> folded.text, folded.span(10, 12)
    ('tiếp nhận 12 hồ sơ', Span(start=12, end=14))
    """
    if _UNEVEN.search(text) is None and unicodedata.is_normalized("NFC", text):
        return Folded(_fold_evenly(text))
    return _fold_unevenly(text)


def fold_name(name: str) -> str:
    """Fold a word or name that is looked up, not located."""
    return " ".join(fold(name).text.split())


def _fold_evenly(text: str) -> str:
    """Fold what keeps its length."""
    folded = text.lower().translate(_CHARACTERS)
    folded = _TONE.sub(lambda match: _OLD_TONE[match.group()], folded)
    return _LONE_Y.sub(lambda match: match.group().translate(_I_FOR_Y), folded)


_CLUSTER = re.compile(r"[^\W\d_][\u0300-\u036f]+|[ \t\xa0\u2009\u202f]+|[\u200b-\u200f\u2060\ufeff\ufe0f\u00ad]+|.", re.DOTALL)


def _fold_unevenly(text: str) -> Folded:
    """Fold letter by letter where lengths change: NFD, zero-width characters, runs of spaces."""
    letters: list[str] = []
    origin = array("l")
    for match in _CLUSTER.finditer(text):
        cluster = match.group()
        if cluster[0] in "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0f\u00ad":
            continue
        letter = " " if cluster[0] in " \t\xa0\u2009\u202f" else unicodedata.normalize("NFC", cluster)
        for part in letter if len(letter.lower()) == len(letter) else letter[:1]:
            letters.append(part)
            origin.append(match.start())
    return Folded(_fold_evenly("".join(letters).replace("İ", "I")), origin)


_SENTENCE_END = re.compile(r'[.!?…]+["\')\]]*(?=\s)|\n+')
_ABBREVIATION = re.compile(r"(?:\b(?:tp|tx|tt|q|p|h|x|ths|ts|pgs|gs|bs|ks|đ/c|v\.v|tr|no)|\b[^\W\d_])$")


def sentences(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of each sentence of ``folded[start:end]``; a line break ends a sentence.

    >>> text = fold("TP. Nha Trang đạt 98,75%. Tỷ lệ trễ còn 1,25%").text
    >>> [text[a:b] for a, b in sentences(text, 0, len(text))]
    ['tp. nha trang đạt 98,75%.', 'tỉ lệ trễ còn 1,25%']
    """
    begin = start
    for match in _SENTENCE_END.finditer(folded, start, end):
        if match.group()[0] == "." and _ABBREVIATION.search(folded, max(start, match.start() - 5), match.start()):
            continue
        yield from _trimmed(folded, begin, match.end())
        begin = match.end()
    yield from _trimmed(folded, begin, end)


def _trimmed(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and folded[start].isspace():
        start += 1
    while end > start and folded[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
