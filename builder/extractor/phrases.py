"""What a number counts in the page's own words, where no indicator explains it: the phrase by which such numbers meet."""

import re
from collections.abc import Iterator, Sequence

from builder.extractor.frames import Stretch, Zone
from builder.extractor.sentence import Sentence

_WORD = re.compile(r"[^\W\d_]+")
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
    return " ".join(_trimmed(words[:_MOST_WORDS_BEHIND], sentence))


def _before(sentence: Sentence, zone: Zone) -> str:
    """Return the words before a number: from where a measure opens, else from behind what ends another phrase."""
    heads, ends = (sentence.lexicon.grammar[name] for name in ("phrase-head", "phrase-end"))
    for stretch in zone.left[:_NEAREST]:
        words = _trimmed(list(_unnamed_words(sentence, stretch)), sentence)[-_MOST_WORDS_OF_MEASURE:]
        rests = [" ".join(words[i:]) for i in range(len(words))]
        opened = next((i for i, rest in enumerate(rests) if heads.match(rest)), None)
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


def _trimmed(words: Sequence[str], sentence: Sentence) -> list[str]:
    """Leave out the words at both ends that only tie: "đạt", "là", "các"."""
    tie = sentence.lexicon.grammar["phrase-tie"]
    kept = list(words)
    while kept and tie.fullmatch(kept[-1]):
        kept.pop()
    while kept and tie.fullmatch(kept[0]):
        kept.pop(0)
    return kept
