"""What "lần lượt" deals out among its numbers: units, years, levels, cues, or whole members of a list."""

import re
from dataclasses import replace
from datetime import date

from builder.extractor.frames import MEASURING, Frame, Stretch, Zone, noun_behind, read_frame
from builder.extractor.sentence import Sentence
from builder.extractor.units import Place
from builder.facts import Period

_DEALT = ("timing", "channel", "index", "opinion")  # dimensions whose cues are dealt out
_BARE_YEAR = re.compile(r"(?<![\d/.-])(?:19|20)\d\d(?!\d)")
_LONGEST_GAP = 6  # between the names of a list: ", và "


class Turns:
    """The numbers of a sentence that are told in turn; empty where nothing is dealt out."""

    def __init__(self, sentence: Sentence) -> None:
        """Find "lần lượt" and the numbers behind it."""
        self.sentence = sentence
        word = next((h for h in sentence.hits() if h.concept == "respectively"), None)
        behind = tuple(n.start for n in sentence.numbers if word is not None and n.start > word.end)
        self.positions = behind if len(behind) > 1 else ()
        self.word = word.start if word is not None else sentence.end  # where "lần lượt" stands

    def _turn(self, zone: Zone) -> int | None:
        return self.positions.index(zone.number.start) if zone.number.start in self.positions else None

    def place(self, zone: Zone) -> Place | None:
        """Return the unit of a number in "A và B lần lượt xếp thứ 2 và 3"."""
        turn = self._turn(zone)
        if turn is None:
            return None
        named = [p for p in self.sentence.places if p.end <= self.word]
        while len(named) > 1 and named[1].start - named[0].end > _LONGEST_GAP:
            named.pop(0)
        fits = 2 <= len(named) <= len(self.positions) and turn < len(named)
        return named[turn] if fits else None

    def period(self, zone: Zone) -> Period | None:
        """Return the year of a number in "năm 2015, 2016, 2017 lần lượt là 95%, 96% và 98%"."""
        turn = self._turn(zone)
        if turn is None:
            return None
        years = _BARE_YEAR.findall(self.sentence.text, self.sentence.start, self.word)
        if len(years) != len(self.positions):
            return None
        year = int(years[turn])
        return Period(date(year, 1, 1), date(year, 12, 31))

    def level(self, zone: Zone) -> str | None:
        """Return the level of a number in "cấp huyện và cấp xã lần lượt là …"."""
        turn = self._turn(zone)
        named = [h.concept for h in self.sentence.hits() if h.dimension == "level"]
        dealt = len(named) == len(set(named)) == len(self.positions)
        return named[turn] if turn is not None and dealt else None

    def frame(self, zone: Zone, frame: Frame, first: Frame | None) -> Frame:
        """Deal out what is named in turn: "trước hạn, đúng hạn và quá hạn lần lượt là 60%, 38,5% và 1,5%".

        A noun that stands only behind the last of the numbers is counted by each. ``first`` is the frame of the first
        number of the sentence, from which the members of a list go on.
        """
        turn = self._turn(zone)
        if turn is None:
            return frame
        sentence = self.sentence
        if members := self._members():
            member = replace(zone, left=(members[turn],), right=())
            return read_frame(sentence.text, member, sentence.page.hits, sentence.lexicon, first)
        cues = dict(frame.cues)
        for dimension in _DEALT:
            named = [h for h in sentence.hits(end=self.positions[0]) if h.dimension == dimension]
            if len(named) == len(self.positions) == len({h.concept for h in named}):
                cues = {c: w for c, w in cues.items() if sentence.lexicon.cues[c].dimension != dimension}
                cues[named[turn].concept] = 1.0
        told = frozenset(h.concept for h in sentence.hits(end=self.positions[0])) & cues.keys()
        if not sentence.lexicon.has(told, MEASURING):
            told = frozenset(cues)
        frame = replace(frame, cues=cues, own=told, before=told)
        if frame.nouns or zone.number.kind != "plain":
            return frame
        last = next(n for n in sentence.numbers if n.start == self.positions[-1])
        nouns, bare = noun_behind(sentence.text, last, sentence.page.hits, sentence.lexicon)
        return replace(frame, cues=cues | dict.fromkeys(nouns, 1.0), own=frame.own | nouns, nouns=nouns, bare=bare)

    def _members(self) -> list[Stretch]:
        """Return the members of a list that differ in kind: "tỷ lệ đúng hạn và mức độ hài lòng lần lượt là …"."""
        sentence, wanted = self.sentence, len(self.positions) - 1
        joint = sentence.lexicon.grammar["list-joint"]
        joints = [m.span() for m in joint.finditer(sentence.text, sentence.start, self.positions[0])]
        if len(joints) < wanted:
            return []
        joints = joints[len(joints) - wanted :]
        starts = [sentence.start, *(b for _, b in joints)]
        members = list(zip(starts, [*(a for a, _ in joints), self.positions[0]], strict=True))
        told = [frozenset(h.dimension for h in sentence.hits(*m) if h.dimension in _DEALT) for m in members]
        return members if all(told) and len(set(told)) > 1 else []
