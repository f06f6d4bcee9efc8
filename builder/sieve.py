"""Regular expressions tried only where they may match: on a text with a word, or a digit, that a match must hold.

Most sentences hold nothing of what most patterns look for. One Aho–Corasick pass tells which words stand in a text, and
so which patterns are worth the try; the patterns themselves decide, so what is found stays the same.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import ahocorasick_rs

_DIGIT = re.compile(r"\d")
_CASELESS = re.IGNORECASE | re.VERBOSE
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
_MOST_WORDS = 5  # that are looked for one by one
_SHORTEST_WORD = 2  # a single letter stands nearly everywhere


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
    return Need(frozenset({letters}) if len(letters) >= _SHORTEST_WORD else frozenset())


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

    @cached_property
    def _words(self) -> tuple[str, ...]:
        words = find_need(self.pattern).words
        return tuple(sorted(words)) if len(words) <= _MOST_WORDS else ()

    def _may_stand(self, text: str, start: int, end: int) -> bool:
        for word in self._words:
            if text.find(word, max(0, start), end) >= 0:
                return True
        return not self._words

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """Return the first match in ``text[start:end]``."""
        return self.pattern.search(text, start, end) if self._may_stand(text, start, end) else None

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Return the matches in ``text[start:end]``, one after the other."""
        return self.pattern.finditer(text, start, end) if self._may_stand(text, start, end) else iter(())

    def findall(self, text: str, start: int = 0, end: int = sys.maxsize) -> list[Any]:
        """Return what the matches in ``text[start:end]``, or their groups, print."""
        return self.pattern.findall(text, start, end) if self._may_stand(text, start, end) else []

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        """Return a text with something else in place of every match."""
        return self.pattern.sub(new, text) if self._may_stand(text, 0, len(text)) else text


class Sieve:
    """Patterns that are searched for together."""

    def __init__(self, patterns: Iterable[re.Pattern[str]]) -> None:
        self.patterns = tuple(patterns)
        needs = [find_need(pattern) for pattern in self.patterns]
        words = sorted({word for need in needs for word in need.words})
        self._matcher = ahocorasick_rs.AhoCorasick(words)
        self._of_word = [frozenset(i for i, n in enumerate(needs) if word in n.words) for word in words]
        self._wordless = frozenset(i for i, n in enumerate(needs) if not n.words)
        self._digitless = frozenset(i for i, n in enumerate(needs) if not n.digit)

    def find(self, text: str, start: int, end: int) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield what each pattern finds in ``text[start:end]``, pattern by pattern, with the index of the pattern."""
        for index in self._worth_trying(text[start:end]):
            for match in self.patterns[index].finditer(text, start, end):
                yield index, match

    def _worth_trying(self, text: str) -> list[int]:
        found = {word for word, _, _ in self._matcher.find_matches_as_indexes(text, overlapping=True)}
        tried = self._wordless.union(*(self._of_word[word] for word in found))
        return sorted(tried if _DIGIT.search(text) else tried & self._digitless)
