"""Vietnamese text: folding that keeps offsets, and sentences.

Folding makes two spellings of one word equal without losing the way back to the page: lower case, NFC, one place for
the tone mark ("hoà" as "hòa", "uỷ" as "ủy"), "y" after a lone consonant as "i" ("tỷ lệ" as "tỉ lệ"), one kind of space.
"""

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from builder.facts import Span

_TONE_PLACES = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "òe": "oè", "óe": "oé", "ỏe": "oẻ"}
_TONE_PLACES |= {"õe": "oẽ", "ọe": "oẹ", "ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ"}
_OLD_TONE = {new: old for old, new in _TONE_PLACES.items()}
_MARK = "\u0300-\u036f"
# These begin with letters, and look at what is before them only then: so the search leaps from one to the next.
_TONE = re.compile(rf"(?:o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])(?<!q..)(?![{_MARK}])")
_LONE_Y = re.compile(rf"[yýỳỷỹỵ](?:(?<=[bcdđghklmnpqrstvx].)|(?<=\bqu.))(?![\w{_MARK}])")
_I_FOR_Y = str.maketrans("yýỳỷỹỵ", "iíìỉĩị")
_SPACE = " \t\xa0\u2009\u202f\u3000_"
_CHARACTERS = (
    dict.fromkeys(_SPACE[1:], " ")
    | dict.fromkeys("–—‐‑−", "-")
    | dict.fromkeys("“”„‟«»", '"')
    | {"’": "'", "‘": "'", "\r": "\n", "ð": "đ", "ς": "σ"}
)
_CHARACTER = re.compile(f"[{''.join(_CHARACTERS)}]")
_NO_WIDTH = "\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufe0f\u00ad"
_EVEN = "!-^`-~\n\u00c0-\u012f\u0131-\u024f\u1e00-\u1eff"  # what keeps its length, whatever it stands beside
_UNEVEN = re.compile(f"[{_NO_WIDTH}İ{_SPACE}](?:(?<![{_SPACE}])|[{_SPACE}])")
_CLUSTER = re.compile(
    rf"(?P<even>(?:[{_EVEN}]+| (?![{_SPACE}{_NO_WIDTH}]))+(?![{_NO_WIDTH}{_MARK}]))"
    rf"|(?P<space>[{_SPACE}](?:[{_NO_WIDTH}]*[{_SPACE}])*)"
    rf"|(?P<letter>[^\W\d_](?:[{_NO_WIDTH}]*[{_MARK}])*)|(?P<nothing>[{_NO_WIDTH}]+)|.",
    re.DOTALL,
)
_ADDRESS_WORD = re.compile(r"[a-z]+|\d+")
_HEADLINE = 5  # words of a part of an address that is the headline of the page
_NOT_SEEN = re.compile(f"[{_NO_WIDTH}]")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text, and for every character of it where it stands in the text as read (None: at the same offset)."""

    text: str
    origin: "array[int] | None" = None
    ends: "array[int] | None" = None  # behind the letter and the marks that belong to it

    def span(self, start: int, end: int) -> Span:
        """Return the span of the text as read that the folded characters ``start`` to ``end`` came from."""
        if self.origin is None or self.ends is None:
            return Span(start, end)
        first = self.origin[start] if start < len(self.origin) else self.ends[-1] if self.ends else 0
        return Span(first, self.ends[end - 1] if end > start else first)

    def position(self, offset: int) -> int:
        """Return the first folded position that came from ``offset`` of the text as read, or from behind it."""
        return offset if self.origin is None else bisect_right(self.origin, offset - 1)


@lru_cache(maxsize=16)  # reader and extractor fold the same page
def fold(text: str) -> Folded:
    r"""Fold a text for matching.

    >>> fold("UỶ BAN: Tỷ lệ đạt 99%").text
    'ủy ban: tỉ lệ đạt 99%'
    >>> folded = fold("tiếp  nhận\u200b 12 hồ sơ")
    >>> folded.text, folded.span(10, 12)
    ('tiếp nhận 12 hồ sơ', Span(start=12, end=14))
    """
    lowered = text.lower()
    if _UNEVEN.search(text) is None and all(unicodedata.is_normalized("NFC", each) for each in (text, lowered)):
        return Folded(_fold_evenly(lowered))
    return _fold_unevenly(text)


def fold_name(name: str) -> str:
    """Fold a word or name that is looked up, not located."""
    return " ".join(fold(name).text.split())


def fold_pattern(pattern: str) -> str:
    r"""Fold the words of a regular expression that is to match folded text; its signs and group names stay.

    >>> fold_pattern(r"(?P<year>kỳ|giai đoạn) \d")
    '(?P<year>kì|giai đọan) \\d'
    """
    return _LONE_Y.sub(
        lambda match: match.group().translate(_I_FOR_Y),
        _TONE.sub(lambda match: _OLD_TONE[match.group()], pattern),
    )


def without_marks(text: str) -> str:
    """Return a text in lower-case letters without diacritics, as addresses spell it.

    >>> without_marks("Đồng Tháp")
    'dong thap'
    """
    plain = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(c for c in plain if not unicodedata.combining(c))


def address_words(part: str) -> list[str]:
    """Return the words and numbers of a part of an address, or of a name as an address would spell it.

    >>> address_words("chi-so-cchc-nam-2022.html"), address_words("Chỉ số CCHC")
    (['chi', 'so', 'cchc', 'nam', '2022', 'html'], ['chi', 'so', 'cchc'])
    """
    return _ADDRESS_WORD.findall(without_marks(part))


def address_headline(url: str) -> list[str]:
    """Return the words of the headline that an address ends with; none where it holds no headline.

    >>> address_headline("https://example.vn/tin-tuc/cong-bo-chi-so-cchc-nam-2022-17.html")[:4]
    ['cong', 'bo', 'chi', 'so']
    """
    parts = (address_words(part) for part in reversed(urlsplit(url).path.split("/")))
    return next((words for words in parts if len(words) >= _HEADLINE), [])


def alphabetical(name: str) -> tuple[str, str]:
    """Return what to sort a Vietnamese name by: letters first, marks where letters are the same.

    >>> sorted(["Sóc Trăng", "Đồng Tháp", "An Giang", "Đắk Nông"], key=alphabetical)
    ['An Giang', 'Đắk Nông', 'Đồng Tháp', 'Sóc Trăng']
    """
    return without_marks(name), name


def _fold_evenly(lowered: str) -> str:
    """Fold what keeps its length."""
    return fold_pattern(_CHARACTER.sub(lambda match: _CHARACTERS[match.group()], lowered))


def _fold_unevenly(text: str) -> Folded:
    """Fold piece by piece where lengths change: NFD, zero-width characters, runs of spaces."""
    pieces: list[str] = []
    origin, ends = array("l"), array("l")
    for match in _CLUSTER.finditer(text):
        start, end = match.span()
        if match.lastgroup == "even":
            pieces.append(match.group().lower())
            origin.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            piece = _fold_cluster(match)
            pieces.append(piece)
            origin.extend([start] * len(piece))
            ends.extend([end] * len(piece))
    return Folded(_fold_evenly("".join(pieces)), origin, ends)


def _fold_cluster(match: re.Match[str]) -> str:
    """Fold a run of spaces, what has no width, or a letter with its marks."""
    if match.lastgroup == "space":
        return " "
    if match.lastgroup == "nothing":
        return ""
    seen = unicodedata.normalize("NFC", _NOT_SEEN.sub("", match.group()))
    return unicodedata.normalize("NFC", seen.replace("İ", "i").lower())


LONGEST_SENTENCE = 3000  # characters
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
        yield from _pieces(folded, begin, match.end())
        begin = match.end()
    yield from _pieces(folded, begin, end)


def _pieces(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a sentence, or the pieces of what is far too long to be one: a table or page without any full stop."""
    while end - start > LONGEST_SENTENCE:
        space = folded.rfind(" ", start + 1, start + LONGEST_SENTENCE)
        cut = space if space > start else start + LONGEST_SENTENCE
        yield from _trimmed(folded, start, cut)
        start = cut
    yield from _trimmed(folded, start, end)


def _trimmed(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and folded[start].isspace():
        start += 1
    while end > start and folded[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
