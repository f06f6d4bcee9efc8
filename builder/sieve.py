"""Regular expressions tried only where they may match: where a word, or a digit, stands that every match begins with.

Most sentences hold nothing of what most patterns look for. One Aho–Corasick pass over a text tells where the words
stand that the patterns begin with, or must hold; the patterns themselves decide there, so what is found stays the same.
"""

import re
import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
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
_ANYTHING = (ops.ANY, None)
_SHORTEST_WORD = 2  # a single letter stands nearly everywhere
_RARE = frozenset("@|")  # signs that do not
_MOST_WORDS = 5  # that are looked for one by one
_MOST_SIGNS = 8  # one of which stands first


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


def _opening_of(parts: Sequence[tuple[Any, Any]], *, apart: bool, least: int = _SHORTEST_WORD) -> Opening | None:
    """Return what things that follow one another begin with; ``apart`` if no digit may stand before them.

    Words have ``least`` letters, or more.
    """
    if not parts:
        return None
    (op, value), rest = parts[0], parts[1:]
    if op in _WIDTHLESS:
        return _opening_of(rest, apart=apart or _bars_digit_before(op, value), least=least)
    if op is ops.SUBPATTERN and not value[1] & _CASELESS:
        return _opening_of([*value[3], *rest], apart=apart, least=least)
    if op is ops.BRANCH:
        return _any_of(_opening_of([*branch, *rest], apart=apart, least=least) for branch in value[1])
    if op in _REPEATS:
        after = rest if value[1] == 1 else [_ANYTHING]  # it may stand there again
        once = _opening_of([*value[2], *after], apart=apart, least=least)
        return once if value[0] else _any_of((once, _opening_of(rest, apart=apart, least=least)))
    word = "".join(chr(letter) for _, letter in takewhile(lambda part: part[0] is ops.LITERAL, parts))
    if len(word) >= least or word in _RARE:
        return Opening(frozenset({word}))
    if _is_digit(op, value):
        return Opening(digit=True, inside=not apart)
    if op is ops.IN and len(value) <= _MOST_SIGNS and all(member is ops.LITERAL for member, _ in value):
        return _any_of(_opening_of([sign, *rest], apart=apart, least=least) for sign in value)
    behind = _opening_of(parts[len(word) :], apart=False, least=least - len(word)) if word else None
    return Opening(frozenset(word + w for w in behind.words)) if behind and not behind.digit else None


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


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a text was seen to hold: where words stand, by the patterns that begin with them, and where digits do."""

    text: str = ""
    places: Mapping[int, list[int]] = field(default_factory=dict)
    words: Set[int] = frozenset()
    numbers: Sequence[int] = ()  # where they begin
    digits: Sequence[int] = ()


class Scan:
    """One pass over a text for every word that some patterns begin with or need."""

    def __init__(self) -> None:
        self._patterns: list[re.Pattern[str]] = []
        self.seen = _Seen()

    def add(self, pattern: re.Pattern[str]) -> int:
        """Look for one more pattern; return its index."""
        self._patterns.append(pattern)
        return len(self._patterns) - 1

    @cached_property
    def _openings(self) -> Sequence[Opening | None]:
        return [find_opening(pattern) for pattern in self._patterns]

    @cached_property
    def _words(self) -> tuple[Sequence[str], Sequence[frozenset[int]]]:
        """Return all words, and for each pattern those that it needs if it does not begin with words alone."""
        needs = [
            frozenset[str]() if opening and not opening.digit else find_need(pattern).words
            for pattern, opening in zip(self._patterns, self._openings, strict=True)
        ]
        words = sorted(frozenset().union(*needs, *(opening.words for opening in self._openings if opening)))
        index = {word: i for i, word in enumerate(words)}
        return words, [frozenset(index[word] for word in need) for need in needs]

    @cached_property
    def _matcher(self) -> tuple[ahocorasick_rs.AhoCorasick, Sequence[Sequence[int]]]:
        """Return what finds the words, and the patterns that begin with each."""
        words, _ = self._words
        begun: dict[str, list[int]] = {word: [] for word in words}
        for index, opening in enumerate(self._openings):
            for word in opening.words if opening else ():
                begun[word].append(index)
        return ahocorasick_rs.AhoCorasick(words), list(begun.values())

    def look_through(self, text: str) -> None:
        """See what a text holds; the patterns know from then on where in it they may begin."""
        if self.seen.text is text:
            return
        matcher, begun = self._matcher
        places: defaultdict[int, list[int]] = defaultdict(list)
        words = set()
        for word, place, _ in matcher.find_matches_as_indexes(text, overlapping=True):
            words.add(word)
            for index in begun[word]:
                places[index].append(place)
        runs = [match.span() for match in _DIGITS_RUN.finditer(text)]
        digits = [place for run in runs for place in range(*run)]
        self.seen = _Seen(text, places, words, [begin for begin, _ in runs], digits)

    def begins(self, index: int, seen: _Seen) -> Sequence[int] | None:
        """Return where in a text a pattern may begin; None: anywhere."""
        opening, needs = self._openings[index], self._words[1][index]
        if needs and needs.isdisjoint(seen.words):
            return ()
        if opening is None:
            return None
        places = seen.places.get(index, ())
        if not opening.digit:
            return sorted(places) if len(places) > 1 else places
        digits = seen.digits if opening.inside else seen.numbers
        return sorted((*places, *digits)) if places else digits


class Construction:
    """A pattern that is tried only where it may begin, in a text looked through; else where it has what it needs."""

    def __init__(self, pattern: re.Pattern[str], scan: Scan | None = None) -> None:
        self.pattern = pattern
        self.match, self.fullmatch = pattern.match, pattern.fullmatch
        self._scan = scan or Scan()
        self._index = self._scan.add(pattern)
        self._known: tuple[str, Sequence[int] | None] = "", None
        self._words: tuple[str, ...] | None = None  # told when first asked for

    def begins(self, text: str) -> Sequence[int] | None:
        """Return where in a text the pattern may begin; None if that is not known."""
        known, begins = self._known
        if known is not text:
            seen = self._scan.seen
            if seen.text is not text:
                return None
            begins = self._scan.begins(self._index, seen)
            self._known = text, begins
        return begins

    def may_stand(self, text: str, start: int = 0, end: int = sys.maxsize) -> bool:
        """Tell whether ``text[start:end]`` holds a beginning of the pattern, or a word that it needs."""
        if (begins := self.begins(text)) is not None:
            first = bisect_left(begins, start)
            return first < len(begins) and begins[first] < end
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
        known, begins = self._known
        if known is not text:
            begins = self.begins(text)
        if begins is None:
            return self.pattern.search(text, start, end) if self.may_stand(text, start, end) else None
        for place in begins[bisect_left(begins, start) :] if begins else ():
            if place >= end:
                break
            if found := self.match(text, place, end):
                return found
        return None

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Return the matches in ``text[start:end]``, one after the other."""
        known, begins = self._known
        if known is not text:
            begins = self.begins(text)
        if begins is None:
            return self.pattern.finditer(text, start, end) if self.may_stand(text, start, end) else iter(())
        places = begins[bisect_left(begins, start) : bisect_left(begins, end)] if begins else ()
        return self._matches(text, places, start, end) if places else iter(())

    def _matches(self, text: str, begins: Sequence[int], start: int, end: int) -> Iterator[re.Match[str]]:
        """Yield the matches in ``text[start:end]`` of a pattern that begins nowhere else."""
        for place in begins:
            if place >= start and (found := self.match(text, place, end)):
                start = found.end()
                yield found

    def findall(self, text: str, start: int = 0, end: int = sys.maxsize) -> list[Any]:
        """Return what the matches in ``text[start:end]``, or their groups, print."""
        groups = self.pattern.groups
        return [m.groups("") if groups > 1 else m[groups] or "" for m in self.finditer(text, start, end)]

    def sub(self, new: str | Callable[[re.Match[str]], str], text: str) -> str:
        """Return a text with something else in place of every match."""
        return self.pattern.sub(new, text) if self.may_stand(text) else text


_Standing = tuple[int, Construction, Sequence[int] | None]


class Sieve:
    """Patterns that are searched for together, each only where it may begin."""

    def __init__(self, patterns: Iterable[re.Pattern[str]], scan: Scan | None = None) -> None:
        self.scan = scan or Scan()
        self.constructions = [Construction(pattern, self.scan) for pattern in patterns]
        self._known: tuple[str, Sequence[_Standing]] = "", ()

    def find(self, text: str, start: int, end: int) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield what each pattern finds in ``text[start:end]``, pattern by pattern, with the index of the pattern."""
        for index, construction, begins in self._standing(text):
            if begins is not None:
                first = bisect_left(begins, start)
                if first == len(begins) or begins[first] >= end:
                    continue
            for match in construction.finditer(text, start, end):
                yield index, match

    def _standing(self, text: str) -> Sequence[_Standing]:
        """Return the patterns that may match in a text, with where they may begin."""
        known, standing = self._known
        if known is not text:
            told = ((i, c, c.begins(text)) for i, c in enumerate(self.constructions))
            standing = [each for each in told if each[2] is None or each[2]]
            if self.scan.seen.text is text:
                self._known = text, standing
        return standing
