"""Regular expressions tried only where they may match: on a text with a word, or a digit, that a match must hold.

Most sentences hold nothing of what most patterns look for. One Aho–Corasick pass tells which words stand in a text, and
so which patterns are worth the try; the patterns themselves decide, so what is found stays the same.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import ahocorasick_rs

_DIGITS_RUN = re.compile(r"\d+")
_CASELESS = re.IGNORECASE | re.VERBOSE
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
_WIDTHLESS = (ops.AT, ops.ASSERT, ops.ASSERT_NOT)
_DIGITS = (ops.CATEGORY, ops.CATEGORY_DIGIT)
_MOST_WORDS = 5  # that are looked for one by one
_SHORTEST_WORD = 2  # a single letter stands nearly everywhere
_RARE = frozenset("@")  # signs that do not


@dataclass(frozen=True, slots=True)
class Need:
    """What every match of a pattern holds: one of some words (none known: empty), and a digit or not."""

    words: frozenset[str] = frozenset()
    digit: bool = False


def find_need(pattern: re.Pattern[str]) -> Need:
    r"""Return what a text must hold for a pattern to match in it; for a pattern that tells nothing, nothing.

    >>> sorted(find_need(re.compile(r"(?:quý|tháng) \d+(?: năm)?")).words)
    ['quý', 'tháng']
    """
    if pattern.flags & _CASELESS:
        return Need()
    return _of_sequence(_parser.parse(pattern.pattern))


def _of_sequence(parts: Iterable[tuple[Any, Any]]) -> Need:
    """Return the strictest need of things that follow one another; letters in a row are one word."""
    needs, letters = [], ""
    for op, value in parts:
        if op is ops.LITERAL:
            letters += chr(value)
            continue
        needs += [_of_word(letters), _of_part(op, value)]
        letters = ""
    needs.append(_of_word(letters))
    return Need(max((n.words for n in needs), key=_strictness), any(n.digit for n in needs))


def _of_word(letters: str) -> Need:
    return Need(frozenset({letters}) if len(letters) >= _SHORTEST_WORD or letters in _RARE else frozenset())


def _of_part(op: Any, value: Any) -> Need:
    if op is ops.SUBPATTERN:
        _, added, _, inside = value
        return Need() if added & _CASELESS else _of_sequence(inside)
    if op is ops.BRANCH:
        return _of_choice([_of_sequence(branch) for branch in value[1]])
    if op in _REPEATS and value[0] > 0:
        return _of_sequence(value[2])
    if op is ops.ATOMIC_GROUP:
        return _of_sequence(value)
    if op is ops.IN:
        return Need(digit=all(member == (ops.CATEGORY, ops.CATEGORY_DIGIT) for member in value))
    return Need()


def _of_choice(needs: Sequence[Need]) -> Need:
    """Return what any of some alternatives needs: their words, if each has some."""
    words = frozenset().union(*(n.words for n in needs)) if all(n.words for n in needs) else frozenset()
    shortest = frozenset(w for w in words if not any(other != w and other in w for other in words))
    return Need(shortest, all(n.digit for n in needs))


def _strictness(words: frozenset[str]) -> tuple[int, int]:
    """Rank sets of words by how seldom a text holds one of them: long words first, then few."""
    return min((len(w) for w in words), default=0), -len(words)


class Construction:
    """A pattern that is searched for only in a stretch that holds one of the words it needs, where these are few."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.match, self.fullmatch = pattern.match, pattern.fullmatch
        self._words: tuple[str, ...] | None = None  # told when first asked for

    def may_stand(self, text: str, start: int = 0, end: int = sys.maxsize) -> bool:
        """Tell whether ``text[start:end]`` holds one of the words that the pattern needs."""
        if self._words is None:
            words = find_need(self.pattern).words
            self._words = tuple(sorted(words)) if len(words) <= _MOST_WORDS else ()
        start = max(0, start)
        for word in self._words:
            if text.find(word, start, end) >= 0:
                return True
        return not self._words

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the first match in ``text[start:end]``."""
        return self.pattern.search(text, start, end) if self.may_stand(text, start, end) else None

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Return the matches in ``text[start:end]``, one after the other."""
        return self.pattern.finditer(text, start, end) if self.may_stand(text, start, end) else iter(())

    def findall(self, text: str, start: int = 0, end: int = sys.maxsize) -> list[Any]:
        """Return what the matches in ``text[start:end]``, or their groups, print."""
        return self.pattern.findall(text, start, end) if self.may_stand(text, start, end) else []

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        """Return a text with something else in place of every match."""
        return self.pattern.sub(new, text) if self.may_stand(text) else text


@dataclass(frozen=True, slots=True)
class Opening:
    """What every match of a pattern begins with: one of some words, or a digit."""

    words: frozenset[str] = frozenset()
    digit: bool = False
    inside: bool = False  # that digit may have another before it


def find_opening(pattern: re.Pattern[str]) -> Opening | None:
    r"""Return what the matches of a pattern begin with; None for a pattern that may begin with anything.

    >>> opening = find_opening(re.compile(r"(?<!\w)(?:ngày )?\d+/\d+"))
    >>> sorted(opening.words), opening.digit, opening.inside
    (['ngày '], True, False)
    """
    if pattern.flags & _CASELESS:
        return None
    parts = _parser.parse(pattern.pattern)
    return _opening_of(list(parts), apart=False) if parts.getwidth()[0] > 0 else None


def _opening_of(parts: Sequence[tuple[Any, Any]], *, apart: bool) -> Opening | None:
    """Return what things that follow one another begin with; ``apart`` if no digit may stand before them."""
    if not parts:
        return None
    (op, value), rest = parts[0], parts[1:]
    if op in _WIDTHLESS:
        return _opening_of(rest, apart=apart or _bars_digit_before(op, value))
    if op is ops.SUBPATTERN and not value[1] & _CASELESS:
        return _opening_of([*value[3], *rest], apart=apart)
    if op is ops.BRANCH:
        return _any_of(_opening_of([*branch, *rest], apart=apart) for branch in value[1])
    if op in _REPEATS:
        once = _opening_of([*value[2], *rest], apart=apart)
        return once if value[0] else _any_of((once, _opening_of(rest, apart=apart)))
    if _is_digit(op, value):
        return Opening(digit=True, inside=not apart)
    word = "".join(chr(letter) for _, letter in takewhile(lambda part: part[0] is ops.LITERAL, parts))
    return Opening(frozenset({word})) if len(word) >= _SHORTEST_WORD else None


def _any_of(openings: Iterable[Opening | None]) -> Opening | None:
    known = []
    for opening in openings:
        if opening is None:
            return None
        known.append(opening)
    words = frozenset().union(*(o.words for o in known))
    return Opening(words, any(o.digit for o in known), any(o.inside for o in known))


def _is_digit(op: Any, value: Any) -> bool:
    if op is ops.LITERAL:
        return chr(value).isdigit()
    return op is ops.IN and all(
        member == _DIGITS
        or (member[0] is ops.LITERAL and chr(member[1]).isdigit())
        or (member[0] is ops.RANGE and chr(member[1][0]).isdigit() and chr(member[1][1]).isdigit())
        for member in value
    )


def _bars_digit_before(op: Any, value: Any) -> bool:
    """Tell whether a look behind forbids a digit, by itself or as one of several signs."""
    if op is not ops.ASSERT_NOT or value[0] > 0 or len(value[1]) != 1:
        return False
    inside, signs = value[1][0]
    return inside is ops.IN and (_DIGITS in signs or (ops.CATEGORY, ops.CATEGORY_WORD) in signs)


class Sieve:
    """Patterns that are searched for together, each only where it may begin."""

    def __init__(self, patterns: Iterable[re.Pattern[str]]) -> None:
        self.patterns = tuple(patterns)
        needs = [find_need(pattern) for pattern in self.patterns]
        self._openings = [find_opening(pattern) for pattern in self.patterns]
        opening = [frozenset[str]() if o is None else o.words for o in self._openings]
        words = sorted({word for n in needs for word in n.words}.union(*opening))
        self._matcher = ahocorasick_rs.AhoCorasick(words)
        self._needing = [tuple(i for i, n in enumerate(needs) if word in n.words) for word in words]
        self._opened = [tuple(i for i, own in enumerate(opening) if word in own) for word in words]
        self._wordless = [i for i, n in enumerate(needs) if not n.words]
        self._digitless = frozenset(i for i, n in enumerate(needs) if not n.digit)

    def find(self, text: str, start: int, end: int) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield what each pattern finds in ``text[start:end]``, pattern by pattern, with the index of the pattern."""
        tried = set(self._wordless)
        begins: dict[int, list[int]] = {}
        for word, begin, _ in self._matcher.find_matches_as_indexes(text[start:end], overlapping=True):
            tried.update(self._needing[word])
            for index in self._opened[word]:
                begins.setdefault(index, []).append(start + begin)
        runs = [match.span() for match in _DIGITS_RUN.finditer(text, start, end)]
        if not runs:
            tried &= self._digitless
        firsts = [begin for begin, _ in runs]
        for index in sorted(tried):
            pattern, opening = self.patterns[index], self._openings[index]
            if opening is None:
                for match in pattern.finditer(text, start, end):
                    yield index, match
                continue
            places = begins.get(index, [])
            if opening.digit:
                digits = [place for run in runs for place in range(*run)] if opening.inside else firsts
                places = sorted({*places, *digits}) if places else digits
            elif len(places) > 1:
                places = sorted(set(places))
            cursor = start
            for place in places:
                if place >= cursor and (found := pattern.match(text, place, end)) is not None:
                    cursor = found.end()
                    yield index, found
