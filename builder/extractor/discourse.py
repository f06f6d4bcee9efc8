"""Which words bear on each number of a sentence: its own, those before it in the sentence, and what the page told."""

import re
from collections.abc import Sequence, Set
from dataclasses import replace
from functools import lru_cache

from builder.extractor.exclusions import equals_count
from builder.extractor.frames import HAS, MEASURING, TIERS, Frame, Zone, read_frame, recall
from builder.extractor.page import TABULAR
from builder.extractor.quantities import Number
from builder.extractor.reading import ACCEPTED, rank_indicators
from builder.extractor.sentence import Sentence
from builder.extractor.told import Told, index_told
from builder.extractor.turns import Turns
from builder.lexicon import Hit, Hits, Lexicon, between

_FOREIGN_WORDS = 3  # so many words that the ontology does not know are a topic of their own
_FEWEST_STAGES = 2
_DOERS = frozenset({"agency", "one-stop-unit", "structure"})  # who handles dossiers
_HANDLED = frozenset({"stage", "timing", "trend", "change"})
_SHARED = 0.9  # weight of what is said of several units at once
_RATED = frozenset({"agency", "citizen", "province", "opinion", "unit"})  # who is rated by an index, or rates
_TOLD_OF = TIERS | {"agency"}  # of whom something is told
_OUTCOME = frozenset({"result"})  # of which a headline speaks: "kết quả giải quyết TTHC"
_INTAKE = frozenset({"carried-over", "received", "received-and-resolved"})
_DONE, _TAKEN_IN, _CARRIED = "resolved", "received", "carried-over"
_BROUGHT = "put-to-one-stop"
_REWORKED = frozenset({"simplified", "amended", "abolished"})  # of procedures: tells nothing of how many there are
_INSPECTED = "inspected"
_OFTEN = 2  # times a page speaks of reform that is about it
_REFORM = "par"  # the work that points and ranks without an index are given for
_AHEAD = 0.6  # weight of words behind a number that nothing before explains
_WORD = re.compile(r"[^\W\d]+")


@lru_cache(maxsize=4)
def _stages_of_dossiers(lexicon: Lexicon) -> frozenset[str]:
    """Return the stages and times by which the ontology counts dossiers: received, resolved or overdue."""
    readings = [r for i in lexicon.by_measure["count"] for r in i.readings if "dossier" in r.counts]
    needs = {need for reading in readings for need in reading.needs}
    return frozenset(need for need in needs if lexicon.has({need}, {"stage", "timing"}))


class FrameReader:
    """Reads the frames of one sentence from left to right; each number may go on from the ones before."""

    def __init__(self, sentence: Sentence, told: Told, turns: Turns) -> None:
        """Begin a sentence with what the page told before it."""
        self.sentence, self.told, self.turns = sentence, told, turns
        self.text, self.lexicon = sentence.text, sentence.lexicon
        self.read_so_far: list[tuple[Number, Frame]] = []
        bodies = [(b.start, b.end) for b in sentence.bodies if b.start not in sentence.counted]
        named = [h for h in sentence.told if h.concept == "agency" and any(a <= h.start < b for a, b in bodies)]
        self.hits = Hits([h for h in sentence.told if h not in named]) if named else sentence.page.hits
        breaks = self.lexicon.grammar["breaks-down"].finditer(self.text, sentence.start, sentence.end)
        self.breaks = [found.span() for found in breaks]
        self._named = [(p.start, p.end) for p in sentence.places] + [(b.start, b.end) for b in sentence.bodies]
        self._named += [(p.start, p.end) for p in sentence.periods]
        self._whose = [p.start for p in sentence.places] + [b.start for b in sentence.bodies]
        self._whose += [h.start for h in sentence.told if h.dimension in ("level", "scope", "national")]
        self._unknown: dict[tuple[int, int], int] = {}  # words of a stretch, counted so far

    @property
    def last(self) -> Frame | None:
        """Return the frame of the number before."""
        return self.read_so_far[-1][1] if self.read_so_far else None

    def keep(self, number: Number, frame: Frame) -> None:
        """Take a frame as read: the next numbers may go on from it."""
        self.read_so_far.append((number, frame))

    def of(self, position: int) -> Frame | None:
        """Return the frame of the number that begins at a position."""
        return next((frame for number, frame in self.read_so_far if number.start == position), None)

    def read(self, index: int, zone: Zone, *, indexed: bool) -> Frame:
        """Return the frame of the number at an index of the sentence; ``indexed`` if it is a rank or points."""
        before = self._parallel(zone) or self._before(zone) or self._specified(zone) or self.told.frame
        told = self._without_base(zone)
        frame = read_frame(self.text, told, self.hits, self.lexicon, before, self._topic(index, zone))
        if before is not None and self._in_order(zone):
            frame = recall(frame, before, self.lexicon)
        for narrow in (
            self._there_are,
            self._begun_from,
            self._inspected,
            self._resolved,
            self._brought,
            self._newly,
            self._counted_again,
            self._as_part,
        ):
            frame = narrow(zone, frame)
        frame = self.turns.frame(zone, frame, self.read_so_far[0][1] if self.read_so_far else None)
        frame = self._without_far_topic(zone, frame, indexed=indexed)
        frame = self._look_ahead(zone, self._recall(zone, frame), indexed=indexed)
        frame = self.of_dossiers(zone, self._with_noun_ahead(zone, self._counted_by_name(zone, frame)))
        return self._of_headline(zone, self._taken_in(zone, frame), indexed=indexed)

    def _without_base(self, zone: Zone) -> Zone:
        """Leave out what a share that equals a count is taken of: "giảm 312 người, đạt 9,7% so với biên chế giao"."""
        if zone.number.kind != "percent" or not equals_count(self.sentence, zone.number):
            return zone
        compared = (h.start for h in self.sentence.hits(zone.number.after) if h.concept == "compared")
        end = next(compared, None)
        return zone if end is None else replace(zone, right=((zone.number.after, end),))

    def _before(self, zone: Zone) -> Frame | None:
        """Return the frame of the number before, those in brackets that are closed left out."""
        for number, frame in reversed(self.read_so_far):
            opened = self.text.rfind("(", self.sentence.start, number.start)
            inside = opened >= 0 and ")" not in self.text[opened : number.start]
            if not (inside and ")" in self.text[number.after : zone.number.start]):
                return frame
        return self.last

    def _with_noun_ahead(self, zone: Zone, frame: Frame) -> Frame:
        """Give a bare count that tells no indicator the noun of the next: "nhận 2.640, giải quyết 2.497 hồ sơ"."""
        handled = self.lexicon.has(frame.own, {"stage", "timing"})
        onward = self.lexicon.grammar["count-goes-on"].match(self.text, zone.number.after, self.sentence.end)
        if onward is None or zone.number.kind != "plain" or not (frame.bare and handled):
            return frame
        if any(choice.score >= ACCEPTED for choice in rank_indicators(frame, "count", self.lexicon)):
            return frame
        behind = (h for h in self.sentence.hits(onward.end()) if h.start == onward.end())
        nouns = {h.concept: _AHEAD for h in behind if h.dimension == "object"}
        return replace(frame, cues={**frame.cues, **nouns})

    def of_dossiers(self, zone: Zone, frame: Frame) -> Frame:
        """Read bare counts as dossiers where only their stages are told: "tiếp nhận 812, giải quyết 790".

        One stage will do in a list under a heading about dossiers.
        """
        named = frame.cues.keys() - _OUTCOME - TIERS - _DOERS
        if zone.number.kind != "plain" or not frame.bare or self.lexicon.has(named, {"object"}):
            return frame
        stages = _stages_of_dossiers(self.lexicon)
        told = self.sentence.hits()
        counted = {h.concept for h in told if h.dimension == "object"} - TIERS - _DOERS - _OUTCOME
        if counted or not stages & frame.own:
            return frame
        block = self.sentence.paragraph
        item = self.told.depths[block] is not None or self.sentence.page.document.blocks[block].kind in TABULAR
        listed = self.told.handles and item
        if not listed and len(stages.intersection(h.concept for h in told)) < _FEWEST_STAGES:
            return frame
        return replace(frame, cues={"dossier": 1.0, **frame.cues})

    def _counted_by_name(self, zone: Zone, frame: Frame) -> Frame:
        """Read a number as what its name counts: "số văn bản chỉ đạo, điều hành: 41", "cán bộ, công chức: 20 người"."""
        labelled = self.lexicon.grammar["label-of-staff"].search(self.text, zone.start, zone.number.start)
        if labelled and frame.nouns & {"staff", "person"} and not self.lexicon.has(frame.own, MEASURING):
            cues = {**frame.cues, "staff": 1.0, HAS: 1.0}
            told = {"staff", HAS}
            return replace(
                frame, cues=cues, own=frame.own | told, before=frame.before | told, nouns=frozenset({"staff"})
            )
        named = self.lexicon.grammar["counted-before"].search(self.text, zone.start, zone.number.start)
        if named is None or zone.number.kind != "plain":
            return frame
        opening = self.sentence.finds("count-name", named.start(), named.end())
        begin = opening.end() if opening else named.start()
        things = [h for h in self.sentence.hits(begin, named.end()) if h.start == begin and h.dimension == "object"]
        if not things or self.lexicon.has(frame.own - self._told_by(things), MEASURING):
            return frame
        counted = frozenset(h.concept for h in things)
        kept = {c: w for c, w in frame.cues.items() if c in frame.own or not self.lexicon.has({c}, MEASURING)}
        cues = {**kept, **dict.fromkeys((*counted, HAS), 1.0)}
        general = all(self.lexicon.cues[noun].generic for noun in frame.nouns)
        nouns = counted if frame.bare or general else frame.nouns
        return replace(frame, cues=cues, own=frame.own | {HAS}, before=frame.before | {HAS}, nouns=nouns)

    def _told_by(self, nouns: Sequence[Hit]) -> set[str]:
        """Return what the words of some nouns tell besides: "chứng thư số" is a thing and a way of signing."""
        return {h.concept for noun in nouns for h in self.sentence.hits(noun.start, noun.end)}

    def _of_headline(self, zone: Zone, frame: Frame, *, indexed: bool) -> Frame:
        """Give points and ranks that no index explains the index that the page's headline is about.

        So are percentages of those that are ranked, which the sentence before may have told the index of.
        """
        index, number = self.told.headline, zone.number
        scored = indexed or (number.kind == "plain" and number.decimals)
        if number.kind == "percent" and frame.bare and not self.lexicon.has(frame.own, MEASURING):
            ranked = self.lexicon.grammar["ranked-before"].search(self.text, self.sentence.start, number.start)
            index, scored = index_told(self.told, self.lexicon), ranked is not None
        if not (index and scored) or number.whole is not None or self.lexicon.has(frame.cues, {"index"}):
            return frame
        component = any(h.dimension == "index" and h.concept != index for h in self.sentence.hits())
        return frame if component else replace(frame, cues={index: _AHEAD, **frame.cues})

    def _there_are(self, zone: Zone, frame: Frame) -> Frame:
        """Read "toàn tỉnh có 1.853 thủ tục" as how many there are, whatever was done with others before."""
        if self.read_so_far or not self._says_there_are(zone, frame):
            return frame
        return replace(frame, cues={c: w for c, w in frame.cues.items() if c in frame.own or c not in _REWORKED})

    def _says_there_are(self, zone: Zone, frame: Frame) -> bool:
        """Tell whether procedures are said to be there, now or in all of the area: "hiện nay, toàn tỉnh có …"."""
        if HAS not in frame.before & frame.own or frame.nouns != {"procedure"}:
            return False
        whole = self.lexicon.grammar["all-of-unit"].search(self.text, zone.start, zone.number.start)
        return whole is not None or any(p.to_date and p.end <= zone.number.start for p in self.sentence.periods)

    def _inspected(self, zone: Zone, frame: Frame) -> Frame:
        """Read agencies that were inspected, for whatever, as inspected for what the page is about: reform."""
        if _INSPECTED not in frame.before & frame.own or _REFORM in frame.cues or not frame.nouns & _TOLD_OF:
            return frame
        noun = max((h.end for h in self.sentence.hits(zone.number.after) if h.concept in frame.nouns), default=0)
        alone = noun and self.lexicon.grammar["nothing-behind"].match(self.text, noun) is not None
        told = sum(h.concept == _REFORM for h in between(self.sentence.page.hits, 0, len(self.text)))
        return replace(frame, cues={**frame.cues, _REFORM: _AHEAD}) if alone and told >= _OFTEN else frame

    def _begun_from(self, zone: Zone, frame: Frame) -> Frame:
        """Read where a change began as what there was: "giảm từ 782 đơn vị năm 2015 xuống còn 660"."""
        number = zone.number
        year = next((p for p in self.sentence.periods if p.start >= number.after), None)
        if year is None or not year.of_start or number.kind != "plain":
            return frame
        cues = {c: w for c, w in frame.cues.items() if not self.lexicon.has({c}, {"trend"})}
        own, before = frame.own & cues.keys(), frame.before & cues.keys()
        return replace(frame, cues={**cues, HAS: 1.0}, own=own | {HAS}, before=before | {HAS}, near=frame.near & own)

    def _resolved(self, zone: Zone, frame: Frame) -> Frame:
        """Read the result of handling as dossiers resolved: "kết quả giải quyết: 213 hồ sơ"."""
        result = self.lexicon.grammar["result-of-handling"].search(self.text, zone.start, zone.number.start)
        if result is None or frame.nouns != {"dossier"}:
            return frame
        return replace(frame, cues={**frame.cues, _DONE: 1.0}, own=frame.own | {_DONE}, before=frame.before | {_DONE})

    def _taken_in(self, zone: Zone, frame: Frame) -> Frame:
        """Read dossiers that somebody has, of which nothing more is told, as those received: "xã A: 1.206 hồ sơ"."""
        number, grammar = zone.number, self.lexicon.grammar
        if frame.nouns != {"dossier"} or self.lexicon.has(frame.cues, MEASURING):
            return frame
        if not self.names_whose(zone.start, number.start, period=True):
            return frame
        bare = self.sentence.finds("intake-behind", number.after, self.sentence.end)
        if bare is None or not grammar["intake-before"].search(self.text, zone.start, number.start):
            return frame
        if (last := self._ranked_by(zone)) is not None:
            return recall(frame, last, self.lexicon)
        return replace(frame, cues={**frame.cues, _TAKEN_IN: 1.0}, own=frame.own | {_TAKEN_IN})

    def _ranked_by(self, zone: Zone) -> Frame | None:
        """Return what was told before of which some are taken, or by which they are ranked: "nhiều nhất là Sở A"."""
        grammar, told = self.lexicon.grammar, self.told
        if grammar["among-those"].search(self.text, self.sentence.start, zone.number.start):
            return told.rate if told.whole is not None and told.whole.share else told.whole
        ordered = grammar["in-order"].search(self.text, zone.start, zone.number.start)
        return told.count if ordered and not self.read_so_far else None

    def _brought(self, zone: Zone, frame: Frame) -> Frame:
        """Read procedures of somebody as those brought to the one-stop unit: "tiếp nhận 1.297 TTHC của 18 sở"."""
        owned = self.sentence.finds("procedures-of", zone.number.after, self.sentence.end)
        if owned is None or frame.nouns != {"procedure"} or not frame.before & _INTAKE:
            return frame
        kept = {c: w for c, w in frame.cues.items() if c not in _INTAKE}
        own = (frame.own - _INTAKE) | {_BROUGHT}
        return replace(frame, cues={**kept, _BROUGHT: 1.0}, own=own)

    def _newly(self, zone: Zone, frame: Frame) -> Frame:
        """Read "mới" right before a number as what came in anew beside what was carried over, "tổng cộng" as both.

        "Tổng số 1.622 hồ sơ (tồn 115, mới 1.507)" tells both and its two parts.
        """
        stage = self._stage_of_intake(zone)
        if not stage:
            return frame
        kept = {c: w for c, w in frame.cues.items() if not self.lexicon.has({c}, {"stage"})}
        own = frozenset(c for c in frame.own if not self.lexicon.has({c}, {"stage"})) | {stage}
        return replace(frame, cues={**kept, stage: 1.0}, own=own, before=(frame.before & own) | {stage})

    def _stage_of_intake(self, zone: Zone) -> str:
        if self.sentence.finds("total-of-intake", zone.number.after, self.sentence.end):
            return _TAKEN_IN
        told = {c for _, read in self.read_so_far for c in read.own}
        if not told & _INTAKE:
            return ""
        new, over, total = (
            self.lexicon.grammar[name].search(self.text, self.sentence.start, zone.number.start) is not None
            for name in ("new-before", "carried-in-aside", "sum-before")
        )
        if new or over:
            return "newly-received" if new else _CARRIED
        return _TAKEN_IN if total and _CARRIED in told else ""

    def _counted_again(self, zone: Zone, frame: Frame) -> Frame:
        """Let "có" govern each number of a list of the same things: "có 19 bộ phận … và 157 bộ phận …"."""
        last = next((read for read in reversed(self.read_so_far) if read[1].nouns), None)
        if last is None or last[1].nouns != frame.nouns or HAS not in last[1].before:
            return frame
        between = self.sentence.hits(last[0].after, zone.number.start)
        if any(h.dimension in _HANDLED for h in between) or HAS in frame.before:
            return frame
        return replace(frame, cues={HAS: 1.0, **frame.cues}, before=frame.before | {HAS})

    def _as_part(self, zone: Zone, frame: Frame) -> Frame:
        """Hand the stage of a whole down to its parts: "đang giải quyết 750 hồ sơ, gồm 700 trong hạn và 50 quá hạn"."""
        if self._names_only_whose(zone, frame):
            return self._of_whole(zone, frame)
        frame = self._of_agencies(zone, frame)
        staged, timed = self.lexicon.has(frame.cues, {"stage"}), self.lexicon.has(frame.own, {"timing", "channel"})
        if zone.number.kind != "plain" or staged or not timed:
            return frame
        item = self.told.depths[self.sentence.paragraph] is not None
        opening = max((start for start, end in self.breaks if end <= zone.number.start), default=-1)
        clause = -1 if item else self.text.rfind(";", self.sentence.start, zone.number.start)
        for number, whole in reversed(self.read_so_far):
            if number.after <= clause:
                return frame
            if number.after <= opening or (item and (number, whole) == self.read_so_far[0]):
                stages = {c: w for c, w in whole.cues.items() if self.lexicon.has({c}, {"stage"})}
                return replace(frame, cues={**stages, **frame.cues})
        return frame

    def counts_kind(self, zone: Zone, frame: Frame) -> bool:
        """Tell whether a number counts one kind of what was counted before: "74 đơn, gồm 3 đơn khiếu nại"."""
        opening = max((start for start, end in self.breaks if end <= zone.number.start), default=-1)
        whole = next((f for n, f in reversed(self.read_so_far) if n.after <= opening), None)
        told = self.lexicon.has(frame.own, MEASURING | {"trend"})
        if whole is None or told or not frame.nouns or frame.nouns != whole.nouns:
            return False
        if self.read_so_far[-1][1].nouns & _TOLD_OF and not frame.nouns & _TOLD_OF:
            return False  # "cấp thị xã 8.951 hồ sơ và 12 phường, xã 29.821 hồ sơ"
        end = zone.right[0][1] if zone.right else zone.number.after
        block = self.lexicon.grammar["own-bodies"].search(self.text, zone.start, zone.number.start)
        whose = block is not None or self.names_whose(zone.start, end, period=False)
        return not (whose or any(h.concept in _TOLD_OF for h in self.sentence.hits(zone.start, zone.number.start)))

    def _names_only_whose(self, zone: Zone, frame: Frame) -> bool:
        """Tell whether only a kind of agency is told of a bare count: "tinh giản 21 người, trong đó sở, ngành 12"."""
        kinds = [self.lexicon.cues[c] for c in frame.own]
        return zone.number.kind == "plain" and frame.bare and all("agency" in k.wider for k in kinds)

    def _of_whole(self, zone: Zone, frame: Frame) -> Frame:
        """Read a part of a count of people as people, whatever agency it is told of."""
        opening = max((start for start, end in self.breaks if end <= zone.number.start), default=-1)
        before = [whole for number, whole in self.read_so_far if number.after <= opening]
        if not before or not any("person" in self.lexicon.cues[c].wider for c in before[-1].nouns):
            return frame
        whole = {c: w for c, w in before[-1].cues.items() if self.lexicon.has({c}, {"object", "stage", "trend"})}
        return replace(frame, cues=whole, own=frozenset(), nouns=frozenset())

    def _of_agencies(self, zone: Zone, frame: Frame) -> Frame:
        """Read the kinds of agencies that a count of agencies is broken down into as the whole was read.

        "33 cơ quan được cấp chứng nhận ISO, trong đó: 17 sở; 11/11 huyện; 5 chi cục".
        """
        opening = max((start for start, end in self.breaks if end <= zone.number.start), default=-1)
        whole = next((f for n, f in reversed(self.read_so_far) if n.after <= opening), None)
        if whole is None or self.lexicon.has(frame.own, MEASURING) or not self.lexicon.has(whole.own, MEASURING):
            return frame
        kinds = [self.lexicon.cues[c] for c in frame.nouns]
        general = whole.nouns and all(self.lexicon.cues[c].generic for c in whole.nouns)
        if not (general and kinds and all("agency" in k.wider or k.id in TIERS for k in kinds)):
            return frame
        return replace(frame, cues={**frame.cues, **whole.cues}, nouns=whole.nouns)

    def _with_shared_verb(self, zone: Zone, frame: Frame) -> Frame:
        """Give units that are counted side by side what is said of all of them.

        "18/19 sở, ngành; 9/9 huyện và 92/97 xã đã triển khai cơ chế một cửa".
        """
        kinds = [self.lexicon.cues[c] for c in frame.nouns]
        if not kinds or not all("agency" in k.wider for k in kinds):
            return frame
        told = any(choice.score >= ACCEPTED for choice in rank_indicators(frame, "count", self.lexicon))
        if told and zone.number.whole is None:
            return frame
        last = self._last_in_row(zone.number)
        if last is zone.number:
            return frame
        stop = self.lexicon.grammar["clause-end"].search(self.text, last.after, self.sentence.end)
        behind = self.sentence.hits(last.after, stop.start() if stop else self.sentence.end)
        shared = {h.concept: _SHARED for h in behind if h.dimension in MEASURING or h.concept == "one-stop-unit"}
        return replace(frame, cues={**shared, **frame.cues}, own=frame.own | shared.keys())

    def _last_in_row(self, number: Number) -> Number:
        """Return the last of the numbers that stand side by side with a number, each with a kind of unit behind it."""
        for after in self.sentence.numbers:
            if after.start < number.after:
                continue
            between = self.sentence.hits(number.after, after.start)
            gap = self.text[number.after : after.start]
            for h in sorted(between, key=lambda h: h.start - h.end):
                if h.dimension in ("object", "level"):
                    gap = gap.replace(self.text[h.start : h.end], "")
            if self.lexicon.grammar["row-gap"].fullmatch(gap) is None:
                break
            number = after
        return number

    def _specified(self, zone: Zone) -> Frame | None:
        """Return the last frame of the sentence before, where this one breaks it down: "Cụ thể, Sở A có 10 thủ tục".

        A count goes on from the last count: "nhận 96.318 hồ sơ, đúng hạn 96,7%. Trong đó huyện A 21.740 hồ sơ".
        """
        sentence, told = self.sentence, self.told
        if not sentence.finds("specifying", sentence.start, sentence.end):
            return None
        named = any(zone.start <= p.start and p.end <= zone.number.start for p in sentence.places)
        counts = named and zone.number.kind == "plain" and told.whole is not None and told.whole.share
        return told.count if counts and told.count is not None else told.whole

    def _topic(self, index: int, zone: Zone) -> Sequence[Hit]:
        """Return the wordings of the topic that opens the sentence: "Về …," or "Đối với …,"."""
        opening = self.sentence.finds("topic", self.sentence.start, self.sentence.end)
        if opening is None or (index == 0 and zone.number.start < opening.end()):
            return ()
        told = self.sentence.hits(end=opening.end())
        if any(h.dimension == "index" for h in self.sentence.hits(opening.end(), zone.number.start)):
            return [h for h in told if h.dimension != "index"]  # "Về DTI, tỉnh xếp thứ 35; PAR INDEX …"
        return told

    def _parallel(self, zone: Zone) -> Frame | None:
        """Return the frame that opens the clause before, where a new clause begins behind a semicolon.

        In "Sở A tiếp nhận 10 hồ sơ, đúng hạn 99%; Sở B 20 hồ sơ" the last number goes on from the first.
        """
        if not self.read_so_far:
            return None
        last = self.read_so_far[-1][0]
        if ";" not in self.text[last.after : zone.number.start]:
            return None
        clause = self.text.rfind(";", self.sentence.start, last.start)
        share = zone.number.kind == "percent"
        return next((f for n, f in self.read_so_far if n.start > clause and (n.kind == "percent") == share), None)

    def _without_far_topic(self, zone: Zone, frame: Frame, *, indexed: bool) -> Frame:
        """Drop what is carried over to a number that is told of something else.

        That is a component of an index, or a rate of a topic the ontology does not know: "tỷ lệ cây xanh được tưới".
        """
        if not zone.left:
            return frame
        told = self.sentence.hits(*zone.left[0])
        foreign = self._unknown_words(*zone.left[0]) >= _FOREIGN_WORDS
        dropped: Set[str] = set()
        if foreign and any(h.concept == "rate" for h in told) and not self.lexicon.has(frame.own, MEASURING):
            dropped = MEASURING
        elif not self.lexicon.has(frame.own, {"index"}):
            other = any(h.dimension in MEASURING - {"index", "topic"} for h in told)
            dropped = {"index"} if foreign or (other and indexed) or self._names_pillar(told) else set()
        if not self.lexicon.has(frame.cues, dropped):
            return frame
        return replace(frame, cues={c: w for c, w in frame.cues.items() if not self.lexicon.has({c}, dropped)})

    def _names_pillar(self, told: Sequence[Hit]) -> bool:
        """Tell whether the words at a number name a part of an index: "SIPAS …: thủ tục 80,6%, công chức 80,2%"."""
        bodies = [(b.start, b.end) for b in self.sentence.bodies]
        things = (h for h in told if h.dimension == "object" and not any(a <= h.start < b for a, b in bodies))
        whole = any(h.dimension == "anaphor" for h in told)
        return not whole and any(not self.lexicon.cues[h.concept].wider & _RATED for h in things)

    def tells_other(self, zone: Zone) -> bool:
        """Tell whether the words right before a number tell of something that the ontology does not know."""
        return bool(zone.left) and self._unknown_words(*zone.left[0]) >= _FOREIGN_WORDS

    def _unknown_words(self, start: int, end: int) -> int:
        """Return how many words of a stretch the ontology does not know and that name no unit, body or period."""
        if (start, end) not in self._unknown:
            known = [*((h.start, h.end) for h in self.sentence.hits(start, end)), *self._named]
            words = [m.start() for m in _WORD.finditer(self.text, start, end)]
            self._unknown[start, end] = sum(not any(a <= w < b for a, b in known) for w in words)
        return self._unknown[start, end]

    def _recall(self, zone: Zone, frame: Frame) -> Frame:
        """Give a number that is told for another unit, or of "tỷ lệ này", the cues of the last one of its kind read.

        "… đúng hạn 98%. Huyện A 99%"; "… còn 120 hồ sơ trễ hạn. Thị xã B 45, huyện C 30 hồ sơ".
        """
        number = zone.number
        if self.lexicon.grammar["counted-before"].search(self.text, zone.start, number.start):
            return frame  # "tổng số thủ tục … là 1.893" goes on from nothing
        share = number.kind == "percent"
        last = self.told.rate if share else self.told.count if number.kind == "plain" else None
        if last is None or self.lexicon.has(frame.cues, MEASURING):
            return frame
        if self._says_there_are(zone, frame) and not _REWORKED.isdisjoint(last.cues):
            return frame
        if frame.nouns and not share and frame.nouns.isdisjoint(last.cues):
            return frame
        pointed = share and any(h.dimension == "anaphor" for h in self.sentence.hits(end=number.start))
        pointed = pointed or self.sentence.finds("cumulates", self.sentence.start, number.start) is not None
        told = (begin for begin, end in zone.left if self.text[begin:end].strip())
        start = zone.start if share else next(told, number.start)
        aside = share and self.text[: zone.left[0][0]].endswith("(") if zone.left else False
        ranked = self._in_order(zone)
        foreign = not (aside or ranked) and self._unknown_words(start, number.start) >= (_FOREIGN_WORDS if share else 1)
        if not pointed and (foreign or not self.names_whose(start, number.start, period=share)):
            return frame
        told_anew = read_frame(self.text, zone, self.sentence.page.hits, self.lexicon, last)
        return recall(told_anew, last, self.lexicon) if ranked or share else told_anew

    def _in_order(self, zone: Zone) -> bool:
        """Tell whether a number is that of a unit told in order: "kế đến là quận Cái Răng (18.240)"."""
        told = self.lexicon.grammar["in-order"].search(self.text, zone.start, zone.number.start)
        return told is not None and any(
            told.start() <= p.start and p.end <= zone.number.start for p in self.sentence.places
        )

    def _is_explained(self, frame: Frame) -> bool:
        """Tell whether points or a rank are explained without an index: "xếp thứ 16 về CCHC"."""
        return any(rank_indicators(frame, measure, self.lexicon) for measure in ("points", "rank"))

    def names_whose(self, begin: int, position: int, *, period: bool) -> bool:
        """Tell whether a level, a unit, a body or, where one may do, a period is named between two positions."""
        if any(begin <= start < position for start in self._whose):
            return True
        if period and any(begin <= p.start < position for p in self.sentence.periods if not p.base):
            return True
        return self.lexicon.grammar["district-as-doer"].search(self.text, begin, position) is not None

    def _look_ahead(self, zone: Zone, frame: Frame, *, indexed: bool) -> Frame:
        """Give a number that nothing before explains the words of the rest of its sentence.

        "Xã A (đạt 99%), xã B (đạt 98%) là những nơi có tỷ lệ đúng hạn cao"; "đạt 85 điểm, xếp thứ 3 về chỉ số CCHC".
        """
        if zone.number.kind in ("plain", "vnd") and not indexed:
            return self._with_shared_verb(zone, frame)
        wanted = {"index"} if indexed else MEASURING
        if self.lexicon.has(frame.cues, wanted) or (indexed and self._is_explained(frame)):
            return frame
        clause = self.text.find(";", zone.number.after, self.sentence.end)
        end = clause if clause >= 0 and frame.nouns else None  # what has its noun is told by its own clause
        behind = self.sentence.hits(start=zone.number.after, end=end)
        wanted = wanted if frame.nouns else {*wanted, "object"}
        found = {
            h.concept: _AHEAD
            for h in behind
            if h.dimension in wanted or (zone.number.kind == "points" and h.concept == _REFORM)
        }
        return replace(frame, cues={**found, **frame.cues})
