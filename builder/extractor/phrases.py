"""What a number that no indicator explains counts, in the page's own words: the phrase by which such numbers meet."""

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile

from builder.extractor.frames import Stretch, Zone
from builder.extractor.sentence import Sentence

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_MOST_WORDS_BEHIND = 6
_MOST_WORDS_BEFORE = 8
_MOST_WORDS_OF_MEASURE = 12
_NEAREST = 2  # stretches before a number that may tell what it measures: "Số đại biểu: 45"
_MEASURES = ("percent", "points", "rank")  # what is measured stands before the number rather than behind it


def find_phrase(sentence: Sentence, zone: Zone) -> str:
    """Return what a number counts or measures, folded, without numbers, names of units and periods; "" if untold.

    A count is told by the noun behind it ("312 camera giám sát"), a measured value by the words before it ("tỷ lệ cây
    xanh được tưới đạt 85%").
    """
    before, behind = _before(sentence, zone), _behind(sentence, zone)
    if zone.number.kind in _MEASURES and _opens_measure(sentence, before):
        return before
    return behind or before


def _behind(sentence: Sentence, zone: Zone) -> str:
    """Return the noun right behind a number, up to what ends it."""
    start = cursor = zone.number.after
    stop = min((s for s, _ in _named(sentence) if s >= start), default=sentence.end)
    ends = sentence.lexicon.grammar["phrase-end"]
    words: list[str] = []
    for match in _WORD.finditer(sentence.text, start, stop):
        if sentence.text[cursor : match.start()].strip(" ") or ends.match(sentence.text, match.start()):
            break
        words.append(match.group())
        cursor = match.end()
    phrase = " ".join(_untied(words[:_MOST_WORDS_BEHIND], sentence))
    return "" if sentence.lexicon.grammar["phrase-head"].fullmatch(phrase) else phrase  # "0,66 điểm" counts no points


def _before(sentence: Sentence, zone: Zone) -> str:
    """Return the words before a number: from where a measure opens, else from behind what ends another phrase."""
    heads, ends = (sentence.lexicon.grammar[name] for name in ("phrase-head", "phrase-end"))
    for stretch in zone.left[:_NEAREST]:
        words = _untied(list(_unnamed_words(sentence, stretch)), sentence)
        words = _untied(words[::-1], sentence)[::-1][-_MOST_WORDS_OF_MEASURE:]
        rests = [" ".join(words[i:]) for i in range(len(words))]
        opened = next((i for i, rest in enumerate(rests) if heads.match(rest) and not heads.fullmatch(rest)), None)
        if opened is None:
            opened = max((i + 1 for i, word in enumerate(words) if ends.fullmatch(word)), default=0)
            opened = max(opened, len(words) - _MOST_WORDS_BEFORE)
        if words[opened:] and not heads.fullmatch(rests[opened]):
            return rests[opened]
    return ""


def _opens_measure(sentence: Sentence, phrase: str) -> bool:
    return sentence.lexicon.grammar["phrase-head"].match(phrase) is not None


def _named(sentence: Sentence) -> list[Stretch]:
    """Return where units are named and periods told."""
    return sorted([*((p.start, p.end) for p in sentence.places), *((p.start, p.end) for p in sentence.periods)])


def _unnamed_words(sentence: Sentence, stretch: Stretch) -> Iterator[str]:
    named = _named(sentence)
    for match in _WORD.finditer(sentence.text, *stretch):
        if not any(start <= match.start() < end for start, end in named):
            yield match.group()


def _untied(words: Sequence[str], sentence: Sentence) -> list[str]:
    """Leave out the words at the beginning that only tie: "đạt", "là", "các"."""
    tie = sentence.lexicon.grammar["phrase-tie"]
    return list(dropwhile(tie.fullmatch, words))
