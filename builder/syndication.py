"""Tells which pages carry one and the same text: an article on two portals, or a press release inside a longer page.

While a page is read, what tells its text from others is kept as a sketch: its phrases of five words, of which one in
four is kept, and its numbers but for years, each with two words before and one behind; headlines, signatures and page
furniture are left out. A page belongs to another that is as long or longer if that holds at least two fifths of its
phrases and of its numbers in their words. So a shortened or quoted copy belongs to its original, and two reports filled
into one template do not belong together. A page belongs to one text only, the one that holds most of it; two long pages
that quote the same release are not the same text. Phrases found in very many different texts tell nothing.

Linear in the number of pages: a page is compared with at most 64 texts a phrase.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
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
_HEX = 8


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
    return Sketch(*(frozenset(int(p[n : n + _HEX], 16) for n in range(0, len(p), _HEX)) for p in (phrases, numbers)))


def same_texts(sketches: Mapping[str, Sketch]) -> dict[str, str]:
    """Return for every page the one that stands for its text: the longest with that text, often the page itself."""
    texts: list[str] = []
    found_in: dict[int, list[int]] = {}  # phrase -> texts
    stands_for: dict[str, str] = {}
    for page in sorted(sketches, key=lambda each: (-len(sketches[each].phrases), each)):
        own = sketches[page]
        text = _text_of(own, sketches, texts, found_in)
        stands_for[page] = text or page
        if text is None and len(own.phrases) >= FEWEST:
            for phrase in own.phrases:
                holders = found_in.setdefault(phrase, [])
                if len(holders) < MOST:
                    holders.append(len(texts))
            texts.append(page)
    return stands_for


def _text_of(
    own: Sketch, sketches: Mapping[str, Sketch], texts: list[str], found_in: Mapping[int, list[int]]
) -> str | None:
    """Return the text that holds most of a page, if one holds enough."""
    if len(own.phrases) < FEWEST:
        return None
    holders = [found_in.get(phrase, ()) for phrase in own.phrases]
    telling = [each for each in holders if len(each) < MOST]
    shared = Counter(text for each in telling for text in each)
    for text, number in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if number < SHARED_PHRASES * len(telling):
            return None
        numbers = len(own.numbers & sketches[texts[text]].numbers)
        if numbers >= SHARED_NUMBERS * len(own.numbers):
            return texts[text]
    return None
