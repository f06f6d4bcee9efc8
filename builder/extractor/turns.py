"""What "lần lượt" deals out among its numbers: units, years, levels, cues, or whole members of a list."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import TypeVar

from builder.extractor.frames import MEASURING, Frame, Stretch, Zone, noun_behind, read_frame
from builder.extractor.quantities import Number
from builder.extractor.sentence import Sentence
from builder.extractor.units import Place
from builder.facts import Period

_DEALT = ("timing", "channel", "index", "opinion")  # dimensions whose cues are dealt out
_BARE_YEAR = re.compile(r"(?<![\d/.-])(?:19|20)\d\d(?!\d)")
T = TypeVar("T")
_NEAR = 40  # how far behind the names of units their numbers may begin
_LONGEST_GAP = 6  # between the names of a list: ", và "


@dataclass(frozen=True, slots=True)
class _Run:
    """The numbers that one "lần lượt" deals out."""

    start: int  # where what is dealt out begins: behind the run before
    word: int  # where "lần lượt" stands
    positions: tuple[int, ...]  # of the numbers behind it

    def turn(self, number: Number) -> int:
        return self.positions.index(number.start)


def _listed(items: Sequence[T], goes_on: Callable[[T, T], object]) -> Iterator[list[T]]:
    """Yield what stands together in lists of two and more; ``goes_on`` tells whether one item leads to the next."""
    run: list[T] = []
    for item in items:
        if run and not goes_on(run[-1], item):
            if len(run) > 1:
                yield run
            run = []
        run.append(item)
    if len(run) > 1:
        yield run


class Turns:
    """The numbers of a sentence that are told in turn; empty where nothing is dealt out."""

    def __init__(self, sentence: Sentence) -> None:
        """Find each "lần lượt" and the numbers behind it."""
        self.sentence = sentence
        self._runs: list[_Run] = []
        words = [h.start for h in sentence.hits() if h.concept == "respectively"]
        for word, stop in pairwise([*words, sentence.end]):
            behind = tuple(n.start for n in sentence.numbers if word < n.start < stop)
            start = self._runs[-1].positions[-1] if self._runs else sentence.start
            if len(behind) > 1:
                self._runs.append(_Run(start, word, behind))
        if not words:
            self._runs += self._as_many()

    def _as_many(self) -> Iterator[_Run]:
        """Yield as many numbers as units stand before them: "các huyện A và B chỉ đạt 1,9% và 2,3%"."""
        sentence, joint = self.sentence, self.sentence.lexicon.grammar["list-gap"]
        for named in _listed(sentence.places, lambda a, b: joint.fullmatch(sentence.text[a.end : b.start].strip())):
            behind = [n for n in sentence.numbers if n.start >= named[-1].end][: len(named) + 1]
            told = behind[: len(named)]
            if len(told) < len(named) or len({n.kind for n in told}) > 1 or told[0].start - named[-1].end > _NEAR:
                continue
            run = next(iter(_listed(told, lambda a, b: joint.fullmatch(sentence.text[a.after : b.start].strip()))), [])
            if len(run) == len(named) and not any(named[-1].end < p.start < run[-1].start for p in sentence.places):
                yield _Run(named[0].start, named[-1].end, tuple(n.start for n in run))

    def _run(self, zone: Zone) -> _Run | None:
        return next((run for run in self._runs if zone.number.start in run.positions), None)

    def place(self, zone: Zone) -> Place | None:
        """Return the unit of a number in "A và B lần lượt xếp thứ 2 và 3"."""
        run = self._run(zone)
        if run is None:
            return None
        named = [p for p in self.sentence.places if p.end <= run.word]
        while len(named) > 1 and named[1].start - named[0].end > _LONGEST_GAP:
            named.pop(0)
        fits = 2 <= len(named) <= len(run.positions) and run.turn(zone.number) < len(named)
        return named[run.turn(zone.number)] if fits else None

    def period(self, zone: Zone) -> Period | None:
        """Return the year of a number in "năm 2015, 2016, 2017 lần lượt là 95%, 96% và 98%"."""
        run = self._run(zone)
        if run is None:
            return None
        years = _BARE_YEAR.findall(self.sentence.text, run.start, run.word)
        if len(years) != len(run.positions):
            return None
        year = int(years[run.turn(zone.number)])
        return Period(date(year, 1, 1), date(year, 12, 31))

    def level(self, zone: Zone) -> str | None:
        """Return the level of a number in "cấp huyện và cấp xã lần lượt là …" or "lần lượt cấp tỉnh, xã là …"."""
        run = self._run(zone)
        if run is None:
            return None
        sentence = self.sentence
        listed = sentence.lexicon.grammar["levels-listed"].search(sentence.text, run.word, run.positions[0])
        if listed is not None:
            bare = sentence.lexicon.grammar["level-in-list"].finditer(sentence.text, *listed.span())
            named = [m.lastgroup for m in bare]
        else:
            named = [h.concept for h in sentence.hits(run.start) if h.dimension == "level"]
        dealt = len(named) == len(set(named)) == len(run.positions)
        return named[run.turn(zone.number)] if dealt else None

    def frame(self, zone: Zone, frame: Frame, first: Frame | None) -> Frame:
        """Deal out what is named in turn: "trước hạn, đúng hạn và quá hạn lần lượt là 60%, 38,5% và 1,5%".

        A noun that stands only behind the last of the numbers is counted by each. ``first`` is the frame of the first
        number of the sentence, from which the members of a list go on.
        """
        run = self._run(zone)
        if run is None:
            return frame
        sentence, turn, first_number = self.sentence, run.turn(zone.number), run.positions[0]
        if members := self._members(run):
            member = replace(zone, left=(members[turn],), right=())
            return read_frame(sentence.text, member, sentence.page.hits, sentence.lexicon, first)
        cues = dict(frame.cues)
        for dimension in _DEALT:
            named = [h for h in sentence.hits(run.start, first_number) if h.dimension == dimension]
            if len(named) == len(run.positions) == len({h.concept for h in named}):
                cues = {c: w for c, w in cues.items() if sentence.lexicon.cues[c].dimension != dimension}
                cues[named[turn].concept] = 1.0
        told = frozenset(h.concept for h in sentence.hits(run.start, first_number)) & cues.keys()
        if not sentence.lexicon.has(told, MEASURING):
            told = frozenset(cues)
        frame = replace(frame, cues=cues, own=told, before=told)
        if frame.nouns or zone.number.kind != "plain":
            return frame
        last = next(n for n in sentence.numbers if n.start == run.positions[-1])
        nouns, bare = noun_behind(sentence.text, last, sentence.page.hits, sentence.lexicon)
        return replace(frame, cues=cues | dict.fromkeys(nouns, 1.0), own=frame.own | nouns, nouns=nouns, bare=bare)

    def _members(self, run: _Run) -> list[Stretch]:
        """Return the members of a list that differ in kind: "tỷ lệ đúng hạn và mức độ hài lòng lần lượt là …"."""
        sentence, wanted, first_number = self.sentence, len(run.positions) - 1, run.positions[0]
        joint = sentence.lexicon.grammar["list-joint"]
        joints = [m.span() for m in joint.finditer(sentence.text, run.start, first_number)]
        if len(joints) < wanted:
            return []
        joints = joints[len(joints) - wanted :]
        starts = [run.start, *(b for _, b in joints)]
        members = list(zip(starts, [*(a for a, _ in joints), first_number], strict=True))
        told = [frozenset(h.dimension for h in sentence.hits(*m) if h.dimension in _DEALT) for m in members]
        return members if all(told) and len(set(told)) > 1 else []
