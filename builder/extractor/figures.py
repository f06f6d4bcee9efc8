"""Figures: every number of a page that states an indicator, with its period, place, level, bound and status."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from builder.extractor.frames import (
    CONTENT,
    Frame,
    Zone,
    carry_over,
    find_zones,
    hand_down,
    read_frame,
    topic_frame,
)
from builder.extractor.periods import Calendar, PeriodMention, find_periods, same_report
from builder.extractor.quantities import Number, find_bound, find_masked, find_numbers
from builder.extractor.reading import ACCEPTED, Choice, rank_indicators
from builder.extractor.scope import (
    Body,
    choose_place,
    find_bodies,
    level_of_body,
    levels_told,
    names_district,
    nearest_body,
    nearest_level,
)
from builder.extractor.units import Place
from builder.facts import Block, Document, Period, Span
from builder.lexicon import Hit, Indicator, Lexicon, between
from builder.text import Folded, sentences

_READ = frozenset({"title", "lead", "heading", "body", "caption"})
_TOTAL = re.compile(r"\s*(?:trong |trên |so với |/ ?)?tổng (?:số )?")
_TOPIC = re.compile(r"(?:[-+*•] ?)?(?:về|đối với|riêng|trong lĩnh vực|công tác) [^,;:.()\d]{3,80}[,:]")
_MEASURING = CONTENT - {"object", "stance", "trend"}
_MOST_POINTS = 1000
_FOREIGN_WORDS = 3  # so many words that the ontology does not know are a topic of their own
_OPENING = 5  # how far into a paragraph its first word may begin
_AHEAD = 0.6
_AGAIN = 0.5
_RIGHT_BEHIND = ("", "vào", "trong", "của", "(", "ở", "từ")  # "80% vào năm 2020"
_LONGEST_GAP = 6  # between the names of a list: ", và "
_ZEROS = frozenset({"dossiers-overdue", "staff-complaints"})
_REDUCED = frozenset({"post", "staff", "commune", "village", "public-service-unit", "specialised-agency"})
_REDUCING = frozenset({"reduced", "streamlined", "simplified"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A number read as an indicator, in offsets of the folded text."""

    indicator: str
    measure: str
    value: Decimal
    bound: str
    start: int
    end: int
    sentence: tuple[int, int]
    period: Period | None
    place: Place | None
    body: Body | None
    national: bool
    level: str | None
    status: str
    rule: str
    confidence: float
    group: int  # figures of one group stand beside one another
    cues: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unread:
    """A number with a counted noun or a percent sign that no indicator explains."""

    start: int
    end: int
    sentence: tuple[int, int]
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A document prepared for reading: folded, with its wordings and places located."""

    document: Document
    folded: Folded
    hits: list[Hit]
    places: list[Place]
    lexicon: Lexicon


@dataclass(frozen=True, slots=True)
class _Item:
    """What a list item hands down to the items below it."""

    index: int  # of its block
    depth: int
    level: str | None
    body: Body | None
    frame: Frame | None


@dataclass
class _Told:
    """What the page has told so far, reading from top to bottom."""

    known: Calendar
    period: PeriodMention | None = None
    main: PeriodMention | None = None  # of the headline
    mentioned: PeriodMention | None = None  # the last year told anywhere, for an index published once a year
    level: str | None = None
    body: Body | None = None
    status: str = "actual"
    frame: Frame | None = None
    rate: Frame | None = None  # of the last percentage that was read
    items: list[_Item] = field(default_factory=list)  # the items that the present one stands under
    group: int = 0  # block index of the paragraph or of the item above: what stands beside one another
    opening: Frame | None = None  # of the first number in the present block
    places: dict[str, Place] = field(default_factory=dict)  # the last unit named with each kind word
    explicit: list[Period] = field(default_factory=list)  # intervals told by their days
    doer: Body | None = None  # the body that the headline is about


def read_figures(page: Page) -> tuple[list[Figure], list[Unread]]:
    """Return the figures a page states, and the numbers that stay unread."""
    told = _Told(Calendar(page.document.published, latest=_latest_year(page.folded.text)))
    figures: list[Figure] = []
    unread: list[Unread] = []
    for index, block in enumerate(page.document.blocks):
        if block.kind not in _READ:
            continue
        depth = _depth(page, index)
        _open_block(page, block, told, depth)
        told.group = told.items[-1].index if depth is not None and told.items else index
        for sentence in _sentences(page, block):
            found, rest = _read_sentence(page, sentence, told, index)
            figures.extend(found)
            unread.extend(rest)
        if depth is not None or _announces(page, block):
            told.items.append(_Item(index, -1 if depth is None else depth, told.level, told.body, told.opening))
    figures = _narrow(figures, page.lexicon)
    return _name_reports(figures, told.explicit), unread


def _points_back(page: Page, block: Block) -> bool:
    """Tell whether a paragraph opens with "trong số hồ sơ trên": it goes on about the same doer."""
    start = page.folded.position(block.span.start)
    return any(h.concept == "those" for h in between(page.hits, start, start + 40) if h.start - start <= _OPENING)


def _latest_year(text: str) -> int | None:
    return max((int(y) for y in re.findall(r"(?<![\d.,/])20[0-3]\d(?![\d.,])", text)), default=None)


_MARKER = re.compile(r"\s*(?:(?P<number>\d{1,2}(?:\.\d{1,2})*[.)])|(?P<letter>[a-zđ]\))|(?P<dash>[-–—*])|(?P<plus>[+•o]))\s")
_DEPTHS = ("number", "letter", "dash", "plus")
_BARE_ITEM = 4
_LONGEST_ITEM = 12


def _depth(page: Page, index: int) -> int | None:
    """Return how deep a block lies in a list, from 0; None for running text."""
    block = page.document.blocks[index]
    text = block.span.of(page.document.text)
    if (marker := _MARKER.match(text)) is not None:
        return next(depth for depth, name in enumerate(_DEPTHS) if marker[name])
    before = page.document.blocks[index - 1].span.of(page.document.text).rstrip() if index else ""
    short = len(text.split()) <= _LONGEST_ITEM and any(c.isdigit() for c in text)
    return _BARE_ITEM if short and (before.endswith(":") or _is_bare_item(page, index - 1)) else None


def _is_bare_item(page: Page, index: int) -> bool:
    text = page.document.blocks[index].span.of(page.document.text)
    return index > 0 and len(text.split()) <= _LONGEST_ITEM and _depth(page, index) is not None


def _announces(page: Page, block: Block) -> bool:
    """Tell whether a paragraph announces a list: it ends with a colon."""
    return block.span.of(page.document.text).rstrip().endswith(":")


def _open_block(page: Page, block: Block, told: _Told, depth: int | None) -> None:
    """Set what governs a block: for a list item what stands above it, for a paragraph what the page told before."""
    told.opening = None
    if depth is None:
        told.items.clear()
        if not _points_back(page, block):
            told.level, told.body = None, None
            told.period = told.main or told.period
        told.frame = _kept_index(told.frame, lexicon=page.lexicon)
        return
    while told.items and told.items[-1].depth >= depth:
        told.items.pop()
    if told.items:
        above = told.items[-1]
        told.level, told.body = above.level, above.body
        told.frame = above.frame or told.frame


def _kept_index(frame: Frame | None, lexicon: Lexicon) -> Frame | None:
    """Return what a paragraph hands on to the next: the index under discussion."""
    if frame is None:
        return None
    return Frame({c: w for c, w in frame.cues.items() if lexicon.cues[c].dimension == "index"})


def _sentences(page: Page, block: Block) -> Iterator[tuple[int, int]]:
    start, end = page.folded.position(block.span.start), page.folded.position(block.span.end)
    return sentences(page.folded.text, start, end)


def _read_sentence(
    page: Page, sentence: tuple[int, int], told: _Told, paragraph: int
) -> tuple[list[Figure], list[Unread]]:
    text, lexicon = page.folded.text, page.lexicon
    periods = find_periods(text, *sentence, lexicon, told.known)
    masked = find_masked(text, *sentence, lexicon)
    masked += [(p.start, p.end) for p in periods]
    masked += [(p.start, p.end) for p in page.places if sentence[0] <= p.start < sentence[1]]
    numbers = [n for n in find_numbers(text, *sentence, masked) if not _is_year(text, n, page.hits)]
    numbers += [*_zeros(page, sentence, numbers), *_ordinals(page, sentence, numbers)]
    numbers.sort(key=lambda n: n.start)
    reader = _SentenceReader(page, sentence, told, paragraph, periods, masked)
    result = reader.read(numbers)
    _remember(page, sentence, told, periods, reader)
    return result


def _is_year(text: str, number: Number, hits: list[Hit]) -> bool:
    """Tell whether a bare number is a year: "SIPAS 2018"."""
    if number.kind != "plain" or number.whole is not None or not re.fullmatch(r"(?:19|20)\d\d", text[number.start : number.end]):
        return False
    behind = between(hits, number.after, number.after + 40)
    return not any(h.dimension == "object" and not text[number.after : h.start].strip() for h in behind)


def _zeros(page: Page, sentence: tuple[int, int], numbers: Sequence[Number]) -> Iterator[Number]:
    """Yield a zero for every "không có hồ sơ quá hạn"."""
    for hit in between(page.hits, *sentence):
        clause = page.folded.text.rfind(",", sentence[0], hit.start), page.folded.text.rfind(";", sentence[0], hit.start)
        if hit.dimension == "zero" and not any(max(*clause, 0) <= n.start < hit.end for n in numbers):
            yield Number(hit.start, hit.end, Decimal(0), "zero")


def _ordinals(page: Page, sentence: tuple[int, int], numbers: Sequence[Number]) -> Iterator[Number]:
    """Yield the ranks told in words: "xếp thứ nhất"."""
    hits = between(page.hits, *sentence)
    text = page.folded.text
    for hit in hits:
        if hit.dimension != "ordinal" or any(n.start < hit.end and hit.start < n.after for n in numbers):
            continue
        if any(h.concept == "rank" and h.end <= hit.start and not text[h.end : hit.start].strip() for h in hits):
            yield Number(hit.start, hit.end, Decimal(page.lexicon.cues[hit.concept].factor), "rank")


def _remember(
    page: Page, sentence: tuple[int, int], told: _Told, periods: Sequence[PeriodMention], reader: "_SentenceReader"
) -> None:
    """Keep what governs the following sentences."""
    told.explicit += [p.period for p in periods if p.explicit and p.period is not None]
    titled = page.document.blocks[reader.paragraph].kind == "title"
    governing = [p for p in periods if (p.governs or (titled and not p.base and not p.span_of_years)) and not (p.bracketed and not p.explicit)]
    if governing and not (governing[-1].to_date and governing[-1].period is None):
        told.period = governing[-1]
        told.main = told.period if titled else told.main
    years = [p for p in periods if not p.base and p.period and p.period.start and not p.to_date]
    told.mentioned = years[-1] if years else told.mentioned
    levels = levels_told(reader.bodies, page.hits, sentence, page.folded.text)
    if levels:
        told.level = levels.pop() if len(levels) == 1 else "all"
    elif names_district(page.folded.text, *sentence):
        told.level = told.level or "named"
    doers = [b for b in reader.bodies if not b.source]
    if doers:
        told.body = doers[-1]
    if titled and doers and doers[0].head not in ("ubnd", "ủy ban nhân dân"):
        told.doer = doers[0]
    told.places.update({p.kind_word: p for p in reader.places if p.kind_word})
    if reader.openers and told.opening is None:
        told.opening = hand_down(reader.openers[0][1], page.lexicon)
    if reader.last is not None:
        told.frame = carry_over(reader.last, page.lexicon)
    else:
        told.frame = topic_frame(between(page.hits, *sentence), told.frame, page.lexicon)


class _SentenceReader:
    """Reads the numbers of one sentence from left to right."""

    def __init__(
        self,
        page: Page,
        sentence: tuple[int, int],
        told: _Told,
        paragraph: int,
        periods: Sequence[PeriodMention],
        masked: Sequence[tuple[int, int]],
    ) -> None:
        self.masked = masked
        self.page, self.sentence, self.told, self.paragraph, self.periods = page, sentence, told, paragraph, periods
        self.text, self.lexicon, self.hits = page.folded.text, page.lexicon, page.hits
        self.places = [p for p in page.places if sentence[0] <= p.start and p.end <= sentence[1]]
        self.bodies = find_bodies(page.document.text, page.folded, *sentence)
        self.last: Frame | None = None
        self.previous: Figure | None = None
        self.place: Place | None = None
        self.openers: list[tuple[Number, Frame]] = []
        self.units_told: dict[str, Place | None] = {}
        self.years: dict[int, PeriodMention] = {}

    def read(self, numbers: Sequence[Number]) -> tuple[list[Figure], list[Unread]]:
        figures: list[Figure] = []
        unread: list[Unread] = []
        zones = find_zones(self.text, *self.sentence, numbers, self.hits, self.masked)
        self.years = self._years_in_turn(zones)
        for i, zone in enumerate(zones):
            before = self._parallel(zone) or self.last or self.told.frame
            frame = read_frame(self.text, zone, self.hits, self.lexicon, before, self._topic(i, zone))
            frame = self._without_far_index(zone, frame)
            frame = self._look_ahead(zone, self._recall(zone, frame))
            self.place = self._place_in_turn(i, zones) or choose_place(
                self.places, zone, self.sentence[0], self.place, self.text, self.told.places
            )
            following = zones[i + 1] if i + 1 < len(zones) else None
            figure = None if self._is_no_result(zone, frame, following) else self._figure(zone, frame)
            if figure is not None:
                figures.append(figure)
                figures.extend(self._wholes(zone, figure))
            elif zone.number.kind != "zero":
                unread.append(Unread(zone.number.start, zone.number.end, self.sentence, ()))
            if figure is not None:
                self.told.status = figure.status
            if figure is not None and figure.measure in ("percent", "points"):
                self.told.rate = frame
            self.previous, self.last = figure, frame
            self.openers.append((zone.number, frame))
        return figures, unread

    def _place_in_turn(self, index: int, zones: Sequence[Zone]) -> Place | None:
        """Return the unit of a number in "A và B lần lượt xếp thứ 2 và 3"."""
        turns = [h for h in between(self.hits, *self.sentence) if h.concept == "respectively"]
        if not turns:
            return None
        turn = turns[0]
        named = [p for p in self.places if p.end <= turn.start]
        while len(named) > 1 and len(self.text[named[0].end : named[1].start]) > _LONGEST_GAP:
            named.pop(0)
        behind = [i for i, z in enumerate(zones) if z.number.start > turn.end]
        if len(named) < 2 or len(behind) < len(named) or index not in behind[: len(named)]:
            return None
        return named[behind.index(index)]

    def _years_in_turn(self, zones: Sequence[Zone]) -> dict[int, PeriodMention]:
        """Return the years of numbers in "năm 2015, 2016, 2017 lần lượt là 95%, 96% và 98%", by position."""
        turn = next((h for h in between(self.hits, *self.sentence) if h.concept == "respectively"), None)
        if turn is None:
            return {}
        years = re.findall(r"(?<![\d/.-])(?:19|20)\d\d(?!\d)", self.text[self.sentence[0] : turn.start])
        behind = [z.number.start for z in zones if z.number.start > turn.end]
        if len(years) < 2 or len(years) != len(behind):
            return {}
        whole = [Period(date(int(y), 1, 1), date(int(y), 12, 31)) for y in years]
        return {start: PeriodMention(start, start, period) for start, period in zip(behind, whole, strict=True)}

    def _recall(self, zone: Zone, frame: Frame) -> Frame:
        """Give a percentage that is told for another unit, or of "tỷ lệ này", the cues of the last percentage read."""
        rate = self.told.rate
        if zone.number.kind != "percent" or rate is None or frame.tells(self.lexicon):
            return frame
        if any(self.lexicon.cues[c].dimension in _MEASURING for c in frame.cues):
            return frame
        start = self.sentence[0]
        pointed = any(h.dimension == "anaphor" for h in between(self.hits, start, zone.number.start))
        told = between(self.hits, zone.start, zone.number.start)
        whose = any(h.dimension in ("level", "scope", "national") for h in told)
        named = any(zone.start <= x.start < zone.number.start for x in (*self.places, *self.bodies))
        if not (pointed or whose or named):
            return frame
        return read_frame(self.text, zone, self.hits, self.lexicon, rate)

    def _parallel(self, zone: Zone) -> Frame | None:
        """Return the frame that opens the clause before, where a new clause begins behind a semicolon.

        In "Sở A tiếp nhận 10 hồ sơ, đúng hạn 99%; Sở B 20 hồ sơ" the last number goes on from the first.
        """
        if self.last is None or not self.openers:
            return None
        last = self.openers[-1][0]
        if ";" not in self.text[last.after : zone.number.start]:
            return None
        clause = self.text.rfind(";", self.sentence[0], last.start)
        share = zone.number.kind == "percent"
        opening = [f for n, f in self.openers if n.start > clause and (n.kind == "percent") == share]
        return opening[0] if opening else None

    def _without_far_index(self, zone: Zone, frame: Frame) -> Frame:
        """Drop an index carried over to a number that is told of something else: a component of the index."""
        if not zone.left or any(self.lexicon.cues[c].dimension == "index" for c in frame.own):
            return frame
        start, end = zone.left[0]
        known = [(h.start, h.end) for h in between(self.hits, start, end)]
        known += [(p.start, p.end) for p in (*self.places, *self.bodies, *self.periods)]
        words = [start + m.start() for m in re.finditer(r"[^\W\d]+", self.text[start:end])]
        unknown = [w for w in words if not any(a <= w < b for a, b in known)]
        indexed = zone.number.kind in ("points", "rank") or self._is_rank(zone)
        other = any(h.dimension in _MEASURING - {"index", "topic"} for h in between(self.hits, start, end))
        if len(unknown) < _FOREIGN_WORDS and not (indexed and other):
            return frame
        return replace(frame, cues={c: w for c, w in frame.cues.items() if self.lexicon.cues[c].dimension != "index"})

    def _look_ahead(self, zone: Zone, frame: Frame) -> Frame:
        """Give a number that nothing before explains the words of the rest of its sentence.

        "Xã A (đạt 99%), xã B (đạt 98%) là những nơi có tỷ lệ đúng hạn cao"; "đạt 85 điểm, xếp thứ 3 về chỉ số CCHC".
        """
        wanted = {"index"} if zone.number.kind in ("points", "rank") or self._is_rank(zone) else _MEASURING
        if zone.number.kind in ("plain", "vnd") and wanted is _MEASURING:
            return frame
        if any(self.lexicon.cues[c].dimension in wanted for c in frame.cues):
            return frame
        behind = between(self.hits, zone.number.after, self.sentence[1])
        found = {h.concept: _AHEAD for h in behind if h.dimension in wanted or h.dimension == "object"}
        return replace(frame, cues={**found, **frame.cues})

    def _topic(self, index: int, zone: Zone) -> list[Hit]:
        """Return the wordings of the topic that opens the sentence: "Về …," or "Đối với …,"."""
        start = self.sentence[0]
        opening = _TOPIC.match(self.text, start, self.sentence[1])
        if opening is None or (index == 0 and zone.number.start < opening.end()):
            return []
        return between(self.hits, start, opening.end())

    # ------------------------------------------------------------ what is no result

    def _is_no_result(self, zone: Zone, frame: Frame, following: Zone | None) -> bool:
        number = zone.number
        if any(h.dimension == "per" for s in (*zone.left[:1], *zone.right[:1]) for h in between(self.hits, *s)):
            return True
        change = self._change_before(zone)
        if change == "compared" or self._steps_behind(number):
            return True
        if change == "increase" or (change == "decrease" and self._compares(zone) and not frame.nouns & _REDUCED):
            return True
        if change == "decrease" and not (frame.near & _REDUCING):
            return True
        if change == "from" and following is not None and self._leads_to(number, following):
            return True
        return self._is_share_of_other(zone) or self._is_total(zone)

    def _change_before(self, zone: Zone) -> str | None:
        """Return the change cue that governs a number: only bounds and small words may stand between."""
        position = zone.number.start
        for hit in reversed(between(self.hits, zone.start, zone.number.start)):
            if hit.dimension == "change" and hit.concept != "to" and self._is_small_talk(hit.end, position):
                return hit.concept
            if hit.concept in ("equals", "to") and hit.end >= position - 8:
                return None
        return None

    def _is_small_talk(self, start: int, end: int) -> bool:
        words = re.findall(r"\w+", self.text[start:end])
        bounds = {w for h in between(self.hits, start, end) if h.dimension == "bound" for w in self.text[h.start : h.end].split()}
        return all(w in bounds or w in ("tới", "đến", "thêm", "được", "từ", "đi", "khoảng", "mức") for w in words)

    def _steps_behind(self, number: Number) -> bool:
        behind = between(self.hits, number.after, number.after + 14)
        return any(h.dimension == "rank-scale" and not self.text[number.after : h.start].strip() for h in behind)

    def _compares(self, zone: Zone) -> bool:
        return bool(zone.right) and any(h.concept == "compared" for h in between(self.hits, *zone.right[0]))

    def _leads_to(self, number: Number, following: Zone) -> bool:
        gap = between(self.hits, number.after, following.number.start)
        return any(h.concept == "to" for h in gap) and following.number.start - number.after < 30

    def _is_share_of_other(self, zone: Zone) -> bool:
        """Tell whether a percentage is a share of a total that itself is something special."""
        if zone.number.kind != "percent" or not zone.right:
            return False
        start, end = zone.right[0]
        total = _TOTAL.match(self.text, start, end)
        return total is not None and any(h.dimension in ("timing", "channel") for h in between(self.hits, total.end(), end))

    def _is_total(self, zone: Zone) -> bool:
        """Tell whether a number is what a share is taken of: "trong tổng số 168.000 hồ sơ"."""
        before = between(self.hits, zone.number.start - 30, zone.number.start)
        if zone.right and any(h.dimension in ("stage", "timing") for h in between(self.hits, *zone.right[0])):
            return False
        return any(h.dimension == "of-total" and not self.text[h.end : zone.number.start].strip() for h in before)

    # ------------------------------------------------------------ what it is

    def _figure(self, zone: Zone, frame: Frame) -> Figure | None:
        number = zone.number
        choice, measure = self._choose(zone, frame)
        inventory = choice is not None and not choice.indicator.levelled and measure == "count"
        if choice is None or (inventory and number.whole is not None) or self._breaks_down(choice):
            return None
        bound, bound_start = find_bound(between(self.hits, zone.start, number.start), self.text, number)
        if re.match(r" ?trở lên", self.text[number.after : number.after + 10]):
            bound = "at-least"
        level, body = self._scope(zone, choice)
        return Figure(
            indicator=choice.indicator.id,
            measure=measure,
            value=number.value,
            bound=bound,
            start=number.start,
            end=number.end,
            sentence=self.sentence,
            period=self._period(zone, choice),
            place=self.place,
            body=body,
            national=self._is_national(zone, body),
            level=level,
            status=self._status(zone),
            rule=choice.rule,
            confidence=min(0.99, 0.5 + choice.score / 6),
            group=self.told.group,
            cues=self.previous.cues if choice.rule == "rate-of-count" and self.previous else frozenset(frame.cues),
        )

    def _breaks_down(self, choice: Choice) -> bool:
        """Tell whether a number of units is a part of the one before: "22 đơn vị hành chính, gồm 20 xã và 2 thị trấn"."""
        same = choice.indicator.id in self.units_told and self.units_told[choice.indicator.id] == self.place
        if not choice.indicator.levelled and choice.indicator.measure == "count":
            self.units_told.setdefault(choice.indicator.id, self.place)
            return same
        return False

    def _choose(self, zone: Zone, frame: Frame) -> tuple[Choice | None, str]:
        for measure in self._measures(zone, frame):
            choices = rank_indicators(frame, measure, self.lexicon)
            choices = self._prefer_previous(measure, frame, choices)
            if measure == "percent":
                choices = self._prefer_rate_of_previous(zone, choices)
            if zone.number.kind == "zero":
                choices = [c for c in choices if frame.nouns and c.indicator.id in _ZEROS]
            if choices and choices[0].score >= ACCEPTED:
                return choices[0], measure
        return None, ""

    def _prefer_previous(self, measure: str, frame: Frame, choices: list[Choice]) -> list[Choice]:
        """In an enumeration that leaves the words out, a number states what the one before it stated."""
        previous, last = self.previous, self.last
        if previous is None or last is None or previous.measure != measure or frame.tells(self.lexicon):
            return choices
        if frame.nouns and frame.nouns != last.nouns:
            return choices
        raised = [replace(c, score=c.score + _AGAIN * (c.indicator.id == previous.indicator)) for c in choices]
        return sorted(raised, key=lambda c: (-c.score, c.indicator.id))

    def _measures(self, zone: Zone, frame: Frame) -> Iterator[str]:
        """Yield the measures a number may be of, likeliest first."""
        number = zone.number
        own = any(self.lexicon.cues[c].dimension == "index" for c in frame.own)
        indexed = own or any(self.lexicon.cues[c].dimension == "index" for c in frame.cues)
        if number.kind in ("vnd", "points", "rank"):
            yield number.kind
        elif number.kind == "percent":
            yield from ("points", "percent") if own else ("percent",)
            if indexed and not own and not frame.tells(self.lexicon) and self._speaks_of_index(zone):
                yield "points"
        elif self._is_rank(zone):
            yield "rank"
        elif number.decimals or (own and frame.bare and number.kind == "plain" and number.value <= _MOST_POINTS):
            if indexed:
                yield "points"
        else:
            yield "count"

    def _speaks_of_index(self, zone: Zone) -> bool:
        """Tell whether a percentage may go on about an index: "với chỉ số …", or no level of dossiers is named."""
        hits = [h for s in zone.left for h in between(self.hits, *s)]
        return any(h.dimension == "anaphor" for h in hits) or not any(h.dimension in ("level", "scope") for h in hits)

    def _is_rank(self, zone: Zone) -> bool:
        if self.previous is not None and self.previous.measure == "rank" and self._joins_previous(zone.number):
            return True
        before = between(self.hits, zone.number.start - 25, zone.number.start)
        return any(h.concept == "rank" and not self.text[h.end : zone.number.start].strip() for h in before)

    def _joins_previous(self, number: Number) -> bool:
        """Tell whether only "và" or a comma stands between a number and the figure before: "thứ 2 và 3"."""
        return self.previous is not None and self.text[self.previous.end : number.start].strip() in ("và", ",")

    def _prefer_rate_of_previous(self, zone: Zone, choices: list[Choice]) -> list[Choice]:
        """Read "N hồ sơ …, đạt M%" as the rate whose numerator the number before was."""
        previous = self.previous
        if previous is None or previous.measure != "count" or self._tells_near(zone):
            return choices
        if zone.number.start - previous.end > 70:
            return choices
        scores = {c.indicator.id: c.score for c in choices}
        rates = [i for i in self.lexicon.by_measure["percent"] if i.numerator == previous.indicator and not i.narrows]
        paired = [Choice(i, 1.5 + scores.get(i.id, 0.0), "rate-of-count") for i in rates]
        return sorted([*paired, *choices], key=lambda c: (-c.score, c.indicator.id))

    def _tells_near(self, zone: Zone) -> bool:
        """Tell whether the stretch before a number, or behind it, says what is measured.

        What stands behind counts only where no verb such as "đạt" ties the number to what is before it.
        """
        near = list(zone.left[:1])
        if not self._is_tied(zone):
            near += zone.right[:1]
        return any(h.dimension in _MEASURING for s in near for h in between(self.hits, *s))

    def _is_tied(self, zone: Zone) -> bool:
        before = between(self.hits, zone.number.start - 25, zone.number.start)
        return any(h.concept == "equals" and self._is_small_talk(h.end, zone.number.start) for h in before)

    def _wholes(self, zone: Zone, figure: Figure) -> Iterator[Figure]:
        """Yield the second number of "566/568 hồ sơ", where the ontology knows what it counts."""
        number = zone.number
        whole = self.lexicon.wholes.get(figure.indicator)
        if number.whole is not None and whole and figure.measure == "count":
            start = number.whole_end - len(re.findall(r"[\d.,]+$", self.text[number.end : number.whole_end])[0])
            yield replace(figure, indicator=whole, value=number.whole, start=start, end=number.whole_end, bound="exact")

    # ------------------------------------------------------------ for whom and when

    def _scope(self, zone: Zone, choice: Choice) -> tuple[str | None, Body | None]:
        """Return whose work a figure counts, and the body that does it."""
        doers = [b for b in self.bodies if not b.source]
        body = nearest_body(doers, self.sentence[0], zone.number.start)
        if not choice.indicator.levelled:
            return None, body
        level, where = nearest_level(self.hits, zone, self.sentence[0], doers, self.text)
        if level is None and body is None:
            level, body = self.told.level, self.told.body or self.told.doer
            if body is not None and level is None:
                level = level_of_body(body, self.text) or "own"
        elif body is not None and (level is None or body.start > where):
            level = level_of_body(body, self.text) or "own"
        if level is None and names_district(self.text, self.sentence[0], zone.number.start):
            level = "named"
        return level, body

    def _is_national(self, zone: Zone, body: Body | None) -> bool:
        told = between(self.hits, zone.start, zone.number.start)
        last = max((h.start for h in told if h.dimension == "national"), default=-1)
        place = self.place.start if self.place else -1
        return (last >= 0 and last > place) or bool(body and body.national and body.start > place)

    def _status(self, zone: Zone) -> str:
        """Return whether a figure is a result, a target or a projection; within a sentence the status goes on."""
        hits = between(self.hits, zone.start, zone.number.start)
        told = {h.concept for h in hits if h.dimension == "status"}
        planned = any(h.concept == "plan" for h in between(self.hits, self.sentence[0], zone.number.start))
        if "target" in told or ("projected" in told and planned):
            return "target"
        if "projected" in told:
            return "projected"
        if self.previous is not None and not any(h.concept == "equals" for h in hits):
            return self.previous.status
        start = self.sentence[0]
        if self.previous is None and any(h.concept == "those" for h in between(self.hits, start, start + 12)):
            return self.told.status
        return "actual"

    def _period(self, zone: Zone, choice: Choice) -> Period | None:
        mention = self._period_mention(zone, choice)
        if mention is not None:
            return mention.period
        return self._year_after_base(choice)

    def _period_mention(self, zone: Zone, choice: Choice) -> PeriodMention | None:
        """Return the period a number is told for: in its brackets, before it, behind it, else the one that governs."""
        number = zone.number
        if number.start in self.years:
            return self.years[number.start]
        if (mention := self._period_in_brackets(number)) is not None:
            return mention
        behind = [p for p in self.periods if number.after <= p.start and not p.base and not p.bracketed]
        if behind and self.text[number.after : behind[0].start].strip() in _RIGHT_BEHIND:
            return behind[0]
        before = [p for p in self.periods if p.end <= number.start and self._reaches(p, number)]
        before = [p for p in before if not (p.to_date and p.period is None)]
        if before:
            return before[-1]
        if behind and zone.right and behind[0].end <= zone.right[0][1]:
            return behind[0]
        told = self.told.period
        if told is None and not choice.indicator.stock and not any(p.period is None for p in self.periods):
            return self.told.mentioned
        return told if told is None or not told.to_date or choice.indicator.stock else None

    def _period_in_brackets(self, number: Number) -> PeriodMention | None:
        """Return the period of a number in brackets: told in them, or right before them ("so với năm 2018 (63,42 điểm)")."""
        opened = self.text.rfind("(", self.sentence[0], number.start)
        if opened < 0 or ")" in self.text[opened : number.start]:
            return None
        inside = [p for p in self.periods if opened < p.start and p.end <= number.start and not p.base]
        if inside:
            return inside[-1]
        based = [p for p in self.periods if p.base and not self.text[p.end : opened].strip()]
        return based[-1] if based else None

    def _reaches(self, mention: PeriodMention, number: Number) -> bool:
        """Tell whether a period before a number governs it: not a base of comparison, not in closed brackets."""
        if mention.base:
            return False
        closed = mention.bracketed and ")" in self.text[mention.end : number.start]
        return mention.explicit or not closed

    def _year_after_base(self, choice: Choice) -> Period | None:
        """Return the year after the one that an annual index is compared with."""
        based = [p.period for p in self.periods if p.base and p.period is not None]
        if choice.indicator.measure not in ("points", "rank") or not based or based[-1].end is None:
            return None
        year = based[-1].end.year + 1
        return Period(date(year, 1, 1), date(year, 12, 31))


def _narrow(figures: list[Figure], lexicon: Lexicon) -> list[Figure]:
    """Read "đúng hạn" as "on the due date" where the same paragraph gives the early ones apart."""
    narrower = {i.narrows: i for i in lexicon.indicators.values() if i.narrows}
    told = {(f.group, f.indicator) for f in figures}
    return [
        replace(f, indicator=n.id)
        if (n := narrower.get(f.indicator)) is not None and _is_narrow(f, n, told, lexicon)
        else f
        for f in figures
    ]


def _is_narrow(figure: Figure, narrower: Indicator, told: set[tuple[int, str]], lexicon: Lexicon) -> bool:
    sisters = {narrower.beside, lexicon.indicators[narrower.beside].numerator}
    beside = any((figure.group, sister) in told for sister in sisters)
    return beside and any(set(r.needs) <= figure.cues for r in narrower.readings)


def _name_reports(figures: list[Figure], explicit: Sequence[Period]) -> list[Figure]:
    """Give figures of "quý I" the explicit interval that the page says its quarter runs over."""
    named = []
    for figure in figures:
        label = figure.period
        meant = next((p for p in explicit if label is not None and label != p and same_report(label, p)), label)
        named.append(replace(figure, period=meant))
    return named
