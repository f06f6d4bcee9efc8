"""Tells which pages carry one and the same text: an article on two portals, or a press release inside a longer page.

While a page is read, what tells its text from others is kept as a sketch: its phrases of five words, of which one in
four is kept, and its numbers but for years, each with two words before and one behind; headlines, signatures and page
furniture are left out. A page belongs to another that is as long or longer if that holds at least two fifths of its
phrases and of its numbers in their words. So a shortened or quoted copy belongs to its original, and two reports filled
into one template do not belong together. A page belongs to one text only, the one that holds most of it; two long pages
that quote the same release are not the same text. Phrases found in very many different texts tell nothing.

Linear in the number of pages: a page is compared with at most 64 texts a phrase. Memory does not grow with them.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate
from struct import unpack
from zlib import crc32

from builder.facts import Document
from builder.text import fold

TELLING = frozenset({"lead", "heading", "body", "header", "row", "caption"})
PHRASE = 5  # words
KEPT = 4  # one phrase in so many
FEWEST = 8  # phrases kept of a text that is long enough to be known again, some forty words
MOST = 64  # texts in which a phrase may be found that still tells one from another
SHARED_PHRASES, SHARED_NUMBERS = 0.4, 0.4
_WORD = re.compile(r"[^\W_]+(?:[.,/:-][^\W_]+)*")
_COUNTED = re.compile(r"(?!(?:19|20)\d\d$)\d")  # years stay the same from report to report
SLOTS = 1 << 22  # by the last digits of a phrase, whether several pages may have it
HELD = 1 << 16  # phrases held in memory
_HEX = 8
_HOLDING = "SELECT phrase, text FROM found WHERE phrase IN (SELECT value FROM json_each(?)) ORDER BY phrase, text"


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of a text to know it again."""

    phrases: frozenset[int]
    numbers: frozenset[int]

    def __str__(self) -> str:
        return ":".join("".join(f"{each:0{_HEX}x}" for each in sorted(part)) for part in (self.phrases, self.numbers))


def sketch(document: Document) -> Sketch:
    """Return the sketch of a page."""
    folded = fold(document.text)  # as the reader did
    spans = (block.span for block in document.blocks if block.kind in TELLING)
    return _sketch("\n".join(folded.text[folded.position(start) : folded.position(end)] for start, end in spans))


def sketch_text(text: str) -> Sketch:
    """Return the sketch of a text, all of it."""
    return _sketch(fold(text).text)


def _sketch(folded: str) -> Sketch:
    words = _WORD.findall(folded)
    told = " ".join(words).encode()
    ends = list(accumulate(len(word.encode()) + 1 for word in words))  # behind the blank after each word
    begins = [0, *ends]
    phrases = [crc32(told[begin : end - 1]) for begin, end in zip(begins, ends[PHRASE - 1 :], strict=False)]
    counted = (n for n, word in enumerate(words) if _COUNTED.match(word))
    numbers = [crc32(told[begins[max(n - 2, 0)] : ends[min(n + 1, len(ends) - 1)] - 1]) for n in counted]
    return Sketch(frozenset([each for each in phrases if each % KEPT == 0]), frozenset(numbers))


def parse_sketch(told: str) -> Sketch:
    """Read a sketch as it was written down.

    >>> parse_sketch(str(sketch_text("Năm 2023, huyện giải quyết 99,4% hồ sơ."))) == sketch_text(
    ...     "Năm 2023, huyện giải quyết 99,4% hồ sơ."
    ... )
    True
    """
    phrases, _, numbers = told.partition(":")
    return Sketch(_parse_numbers(phrases), _parse_numbers(numbers))


def count_phrases(told: str) -> int:
    """Return how many phrases a sketch has, as it was written down."""
    return told.index(":") // _HEX


def _parse_numbers(told: str) -> frozenset[int]:
    return frozenset(unpack(f">{len(told) // _HEX}I", bytes.fromhex(told)))


def same_texts(sketches: Mapping[str, Sketch]) -> dict[str, str]:
    """Return for every page the one that stands for its text: the longest with that text, often the page itself."""
    ordered = sorted(sketches, key=lambda each: (-len(sketches[each].phrases), each))
    return dict(find_texts(lambda: ((page, str(sketches[page])) for page in ordered)))


def find_texts(in_order: Callable[[], Iterable[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """Yield for every page the one that stands for its text.

    Args:
        in_order: gives the pages with their sketches as written down, those of most phrases first; asked for twice, as
            only phrases of several pages tell which are alike.

    """
    seen = bytearray(SLOTS)
    for _, told in in_order():
        for phrase in parse_sketch(told).phrases:
            seen[phrase % SLOTS] = 1 + (seen[phrase % SLOTS] > 0)
    with closing(_Texts()) as texts:
        for page, told in in_order():
            own = parse_sketch(told)
            if len(own.phrases) < FEWEST:
                yield page, page
                continue
            holders = texts.holding([phrase for phrase in own.phrases if seen[phrase % SLOTS] > 1])
            text = _text_of(own, holders, texts)
            yield page, text or page
            if text is None:
                texts.add(page, own, holders)


class _Texts:
    """Texts that differ, and in which of them a phrase is found; what memory does not hold waits on disk."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("")
        self._base.executescript("""
            CREATE TABLE text (number INTEGER PRIMARY KEY, page TEXT, sketch TEXT);
            CREATE TABLE found (phrase INTEGER, text INTEGER, PRIMARY KEY (phrase, text)) WITHOUT ROWID;
        """)
        self._found: dict[int, list[int]] = {}  # phrase -> texts, of those not on disk
        self._number = 0
        self._waits = False  # whether there is anything on disk

    def holding(self, phrases: Iterable[int]) -> dict[int, list[int]]:
        """Return the texts in which phrases are found, in order."""
        holders = {phrase: self._found.get(phrase, []) for phrase in phrases}
        if self._waits:
            told: dict[int, list[int]] = {}
            for phrase, text in self._base.execute(_HOLDING, (json.dumps([*holders]),)):
                told.setdefault(phrase, []).append(text)
            holders |= {phrase: texts + holders[phrase] for phrase, texts in told.items()}
        return holders

    def add(self, page: str, own: Sketch, holders: Mapping[int, list[int]]) -> None:
        """Take in a text, with the texts in which its phrases are found already."""
        self._base.execute("INSERT INTO text VALUES (?, ?, ?)", (self._number, page, str(own)))
        for phrase, texts in holders.items():
            if len(texts) < MOST:
                self._found.setdefault(phrase, []).append(self._number)
        self._number += 1
        if len(self._found) > HELD:
            rows = ((phrase, text) for phrase, texts in self._found.items() for text in texts)
            self._base.executemany("INSERT INTO found VALUES (?, ?)", rows)
            self._found, self._waits = {}, True

    def text(self, number: int) -> tuple[str, Sketch]:
        """Return the page that stands for a text, and its sketch."""
        page, told = self._base.execute("SELECT page, sketch FROM text WHERE number = ?", (number,)).fetchone()
        return page, parse_sketch(told)

    def close(self) -> None:
        """Forget all."""
        self._base.close()


def _text_of(own: Sketch, holders: Mapping[int, list[int]], texts: _Texts) -> str | None:
    """Return the text that holds most of a page, if one holds enough."""
    telling = [each for each in holders.values() if len(each) < MOST]
    number_of_telling = len(own.phrases) - len(holders) + len(telling)  # a phrase of one page alone is telling, too
    shared = Counter(text for each in telling for text in each)
    for number, common in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if common < SHARED_PHRASES * number_of_telling:
            return None
        page, text = texts.text(number)
        if len(own.numbers & text.numbers) >= SHARED_NUMBERS * len(own.numbers):
            return page
    return None
