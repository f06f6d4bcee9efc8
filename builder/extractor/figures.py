"""Figures: every number of a page that states an indicator, with its period, place, level, bound and status."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from builder.extractor.discourse import FrameReader
from builder.extractor.exclusions import is_no_result, leads_on, only_small_words
from builder.extractor.frames import MEASURING, Frame, Zone, find_zones, hand_down
from builder.extractor.page import READ, TABULAR, Page
from builder.extractor.periods import PeriodMention, same_report
from builder.extractor.phrases import find_phrase
from builder.extractor.quantities import find_bound
from builder.extractor.reading import ACCEPTED, Choice, rank_indicators
from builder.extractor.scope import (
    LEVELS,
    VENUE_REACH,
    Body,
    choose_place,
    holding_alike,
    is_of_several,
    names_district,
    nearest_body,
    nearest_level,
)
from builder.extractor.sentence import Sentence, locate, opens_with
from builder.extractor.signs import find_period_source, mark_agreement, resettle, tell_grounds, weigh
from builder.extractor.tables import (
    Cell,
    cell_frame,
    is_clear,
    is_planned,
    level_in,
    names_no_result,
    period_in,
    places_in,
    read_cells,
)
from builder.extractor.timing import choose_period
from builder.extractor.told import Told, begin, close_block, note_section, open_block, remember
from builder.extractor.turns import Turns
from builder.extractor.units import Place
from builder.facts import Grounds, Period, Signs
from builder.lexicon import Hit, Indicator, Lexicon

_MOST_POINTS = 1000
_WHOLE = 100  # percent
_LAST_RANK = 100  # no list of units or agencies that is ranked is longer
_VERB_REACH = 25  # how far before a number "đạt" or "xếp thứ" may stand
_PAIR_REACH = 70  # "N hồ sơ …, đạt M%"
_AGAIN = 0.5  # what an enumeration adds to the indicator read before
_PAIRED = 1.5  # score of the rate whose numerator the number before was
_STAFF_AREA = "civil-service"
_TRAINED = "trained"
_LAST_DIGITS = re.compile(r"[\d.,]+$")


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
    dated: bool  # its own sentence tells the period
    place: Place | None
    whole: Place | None  # all of the area of the page's unit of its kind, else of this one, the last told of the kind
    body: Body | None
    national: bool
    level: str | None
    status: str
    rule: str
    signs: Signs
    grounds: Grounds
    group: int  # figures of one group stand beside one another
    cues: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unread:
    """A number that no indicator explains, told like a figure."""

    figure: Figure  # without an indicator
    phrase: str  # what the words beside it say it counts; "" where they say nothing


def read_figures(page: Page) -> tuple[list[Figure], list[Unread]]:
    """Return the figures a page states, and the numbers that stay unread."""
    told = begin(page)
    figures: list[Figure] = []
    unread: list[Unread] = []
    for index, block in enumerate(page.document.blocks):
        note_section(page, index, told)
        if block.kind not in READ:
            continue
        open_block(page, index, told)
        for start, end in page.sentences(block):
            year, until = told.known.year, told.known.until
            sentence = locate(page, start, end, index, told.known)
            if not sentence.numbers and block.kind not in TABULAR:
                remember(sentence, told, None)
                continue
            reader = _SentenceReader(sentence, told)
            if block.kind in TABULAR:
                reader.read_row()
            else:
                reader.read()
                if told.period is not None and _tells_index_only(reader.figures):
                    told.known.year, told.known.until = year, until
                    years = [p for p in sentence.periods if p.period is not None and not p.base]
                    told.of_index = years[-1] if years else told.of_index
                    sentence = replace(sentence, periods=())  # last year's index moves the time of nothing else
                remember(sentence, told, reader.frames.last, reader.idle_units())
            figures.extend(reader.figures)
            unread.extend(reader.unread)
        close_block(page, index, told)
    figures = _narrow(figures, page.lexicon)
    named = _name_reports([u.figure for u in unread], told)
    dated = _name_reports(_date_headlines(page, figures, told), told)
    figures = mark_agreement([resettle(*pair) for pair in zip(figures, dated, strict=True)], page.lexicon)
    return figures, [Unread(f, u.phrase) for f, u in zip(named, unread, strict=True)]


def _tells_index_only(figures: Sequence[Figure]) -> bool:
    """Tell whether a sentence is about an index that is published once a year."""
    return bool(figures) and all(figure.measure in ("points", "rank") for figure in figures)


def _date_headlines(page: Page, figures: Sequence[Figure], told: Told) -> list[Figure]:
    """Give figures of a headline that tells no period the first one that governs the text."""
    if told.main is not None:
        return list(figures)
    spans = [b.span for b in page.document.blocks if b.kind == "title"]
    titles = [(page.folded.position(s.start), page.folded.position(s.end)) for s in spans]

    def dated(figure: Figure) -> Figure:
        stock = page.lexicon.indicators[figure.indicator].stock
        mention = told.first or (told.now if stock else None)
        day, period = page.document.published, mention.period if mention else None
        if day and period and period.start and period.start > day:
            mention = None  # what is aimed at below the headline
        headed = figure.period is None and any(a <= figure.start < b for a, b in titles)
        return replace(figure, period=mention.period) if headed and mention is not None else figure

    return [dated(f) for f in figures]


class _SentenceReader:
    """Reads the numbers of one sentence from left to right; each may go on from the one before."""

    def __init__(self, sentence: Sentence, told: Told) -> None:
        self.sentence, self.told = sentence, told
        self.text, self.lexicon = sentence.text, sentence.lexicon
        self.figures: list[Figure] = []
        self.unread: list[Unread] = []
        self.previous: Figure | None = None
        self.place: Place | None = told.subject
        self.whole: Place | None = None  # whose whole area is told of
        self.units_told: dict[str, Place | None] = {}
        self.excluded = False  # the number before is no result
        self.shared = False  # it is told for several units at once
        self.unknown = False  # no indicator explains the number
        self.rivals: list[Choice] = []  # indicators that the number might state as well, best first
        self.status = ""  # of the number, read or not
        self.told_so_far: list[tuple[int, str]] = []  # where the numbers before stand, and their status
        self.turns = Turns(sentence)
        self.frames = FrameReader(sentence, told, self.turns)
        self.column_period: PeriodMention | None = None  # of a table's column
        self._rank: tuple[Zone | None, Figure | None, bool] = None, None, False  # whether it is one, behind the other

    def read(self) -> None:
        """Read all numbers of the sentence."""
        sentence = self.sentence
        page = sentence.page
        zones = find_zones(
            self.text, sentence.start, sentence.end, sentence.numbers, page.hits, self.lexicon, sentence.masked
        )
        for i, zone in enumerate(zones):
            frame = self.frames.read(i, zone, indexed=self._is_indexed(zone))
            self.place = (
                self.turns.place(zone)
                or self._ranked(zone)
                or choose_place(page, sentence.places, zone, sentence.start, self.place, self.told.places)
            )
            if self._is_of_parts(frame):
                self.place = None
            self._note_whole(zone)
            self.excluded = (
                is_no_result(sentence, zone, frame)
                or self.frames.counts_kind(zone, frame)
                or self._goes_on_excluded(zone)
                or self._is_of_several(zone)
            )
            self.unknown = False
            self.status = self._status(zone, self._status_before(zone))
            self.told_so_far.append((zone.number.start, self.status))
            self._keep(zone, frame, None if self.excluded else self._figure(zone, frame))

    def _note_whole(self, zone: Zone) -> None:
        """Notice the kind of unit whose whole area numbers are told of, until something else is named."""
        told = list(self.lexicon.grammar["all-of-unit"].finditer(self.text, zone.start, zone.number.start))
        if told:
            start, end, kind = *told[-1].span(), told[-1]["kind"]
            named = [p for p in self.sentence.places if p.end <= start and p.kind == kind]
            last = named[-1] if named else self.told.places.get(kind)
            self.whole = Place(start, end, kind, last.candidates if last else ())
            if self.place is not None and self.place.end <= told[-1].start():
                self.place = None
        elif self.frames.names_whose(zone.start, zone.number.start, period=False):
            self.whole = None

    def _is_of_several(self, zone: Zone) -> bool:
        """Tell whether a number is told for several units at once; what follows is, too, unless it names another."""
        sentence = self.sentence
        if self.turns.place(zone) is not None:
            return False
        if is_of_several(sentence.page, sentence.places, zone):
            self.shared = True
        elif self.place is not None or self.frames.names_whose(zone.start, zone.number.start, period=False):
            self.shared = False
        return self.shared

    def idle_units(self) -> set[int]:
        """Return where units begin that do nothing: they are only counted, or where something takes place.

        Units that are counted act where a figure of their level follows: "14 xã phải giải quyết 24.386 hồ sơ".
        """
        venue = self.lexicon.grammar["venue-of-units"]
        levels = [h for h in self.sentence.hits() if h.dimension == "level"]
        counted = {h for h in levels if h.start in self.sentence.counted}
        acting = {h for h in counted if any(f.start > h.end and self._is_work(f, h.concept) for f in self.figures)}
        visited = {h for h in levels if venue.search(self.text, max(0, h.start - VENUE_REACH), h.start)}
        return {h.start for h in (counted - acting) | visited}

    def _is_work(self, figure: Figure, level: str) -> bool:
        return figure.level in (level, "all", None) and self.lexicon.indicators[figure.indicator].levelled

    def read_row(self) -> None:
        """Read a row of a table: each number by the words of its column and of its row."""
        page, header = self.sentence.page, self.told.header
        block = page.document.blocks[self.sentence.paragraph]
        if header is None or block.kind == "header":
            return
        for cell in read_cells(page, header, self.told.heading, block):
            frame = cell_frame(page, header, cell, self.frames.last, [(b.start, b.end) for b in self.sentence.bodies])
            frame = self.frames.of_dossiers(cell.zone, frame)
            self.place = self._place_of(cell)
            self.status = "target" if is_planned(page, cell) else "actual"
            self.column_period = self._period_of(cell)
            self.previous, self.unknown, self.rivals = None, False, []
            self._keep(cell.zone, frame, self._figure_of(cell, frame))

    def _figure_of(self, cell: Cell, frame: Frame) -> Figure | None:
        """Read a number of a row, unless its names narrow it in a way that no indicator tells."""
        page, sentence = self.sentence.page, self.sentence
        known = [(p.start, p.end) for p in sentence.places]
        known += [(b.start, b.end) for b in sentence.bodies] + [(p.start, p.end) for p in sentence.periods]
        inherits = self.lexicon.has(frame.cues, {"index"}) and not self.lexicon.has(frame.own, {"index"})
        if names_no_result(page, cell):
            return None
        if not (frame.cues or frame.names) or not is_clear(page, cell, known, inherits=inherits):
            self.unknown = True
            return None
        figure = self._figure(cell.zone, frame)
        if figure is not None and self.status == "target":
            figure = replace(figure, status="target")  # the table itself tells targets from results
        if figure is None or not self.lexicon.indicators[figure.indicator].levelled:
            return figure
        if level_in(page, cell.label) or sentence.doers:
            return figure
        named = (level_in(page, name) for name in cell.names)
        return replace(figure, level=next((level for level in named if level), figure.level))

    def _place_of(self, cell: Cell) -> Place | None:
        """Return the unit of a row, else of its column or of the heading above it."""
        end = cell.label[1]
        label = Zone(replace(cell.zone.number, start=end, end=end), (cell.label,), ())
        place = choose_place(
            self.sentence.page, self.sentence.places, label, self.sentence.start, None, self.told.places
        )
        others = (places_in(self.sentence.page, name) for name in cell.names if name != cell.label)
        return place or next((named[-1] for named in others if named), None)

    def _period_of(self, cell: Cell) -> PeriodMention | None:
        """Return the period of a column, else of a row, else of the heading above it."""
        page, known = self.sentence.page, self.told.known
        named = (period_in(page, name, known) for name in cell.names)
        return next((period for period in named if period), None)

    def _is_of_parts(self, frame: Frame) -> bool:
        """Tell whether a number counts communes although a commune was told of: "nhập xã A vào xã B, giảm 4 xã"."""
        levels = {u.level for u in self.place.candidates} if self.place is not None else set()
        return "commune" in frame.nouns and levels == {"commune"}

    def _ranked(self, zone: Zone) -> Place | None:
        """Return the unit that holds a rank told before it: "đứng thứ 2 là tỉnh A"."""
        if not (zone.number.kind == "rank" or self._is_rank(zone)):
            return None
        tie = self.lexicon.grammar["rank-held-by"]
        behind = [p for p in self.sentence.places if p.start >= zone.number.after]
        return next((p for p in behind[:1] if tie.fullmatch(self.text, zone.number.after, p.start)), None)

    def _keep(self, zone: Zone, frame: Frame, figure: Figure | None) -> None:
        if figure is not None:
            self.told.status, self.told.last = figure.status, figure.period
            if figure.measure in ("percent", "points"):
                self.told.rate = self._counted_frame(zone) if figure.rule == "rate-of-count" else frame
            if figure.measure == "count" and not any(f.measure == "count" for f in self.figures):
                self.told.count = frame  # another unit's is told like the first of a sentence
            alike = holding_alike(self.sentence.page, self.sentence.places, zone)
            self.figures += [replace(figure, place=p) for p in alike]
            self.figures += [figure, *self._wholes(zone, figure)]
        elif self.unknown and zone.number.kind != "zero":
            self.unread.append(self._unread(zone, frame))
        if self.frames.last is None and self.told.opening is None:
            self.told.opening = hand_down(frame, self.lexicon)
        self.frames.keep(zone.number, frame)
        self.previous = figure

    def _goes_on_excluded(self, zone: Zone) -> bool:
        """Tell whether a number goes on from one that is no result: "tăng 5 bậc và 2,35 điểm", "từ 120 đến 150"."""
        if not self.excluded or not self.frames.read_so_far:
            return False
        gap = self.sentence.lexicon.grammar["goes-on"]
        return gap.fullmatch(self.text, self.frames.read_so_far[-1][0].after, zone.number.start) is not None

    def _is_indexed(self, zone: Zone) -> bool:
        return zone.number.kind in ("points", "rank") or self._is_rank(zone)

    # ------------------------------------------------------------ what it is

    def _figure(self, zone: Zone, frame: Frame) -> Figure | None:
        number = zone.number
        choice, measure = self._choose(zone, frame)
        self.unknown = choice is None
        inventory = choice is not None and not choice.indicator.levelled and measure == "count"
        whole = number.whole == number.value and self.lexicon.has(frame.before & frame.own, {"stance"})
        shared = number.whole is not None and not whole
        located = inventory and (
            self.lexicon.grammar["located-before"].search(self.text, zone.start, number.start)
            or self.lexicon.grammar["inspected-before"].search(self.text, self.sentence.start, number.start)
        )
        if choice is None or located or (inventory and shared) or self._breaks_down(zone, choice):
            return None
        return self._tell(zone, frame, choice, measure)

    def _unread(self, zone: Zone, frame: Frame) -> Unread:
        """Return a number that no indicator explains, with what else is told of it."""
        measure = "percent" if zone.number.kind == "percent" else next(self._measures(zone, frame), "")
        nothing = Choice(Indicator("", measure, ()), 0.0, "")
        return Unread(self._tell(zone, frame, nothing, measure), find_phrase(self.sentence, zone))

    def _tell(self, zone: Zone, frame: Frame, choice: Choice, measure: str) -> Figure:
        """Return a number with what is told of it: for whom, when, how exactly, as a result or not."""
        number, sentence = zone.number, self.sentence
        period = self._period(zone, choice.indicator)
        ahead = period is not None and self._is_ahead(period, result=not choice.indicator.levelled)
        planned = self.status == "actual" and period is not None and (period == self._plan() or ahead)
        achieved = self.status == "target" and (
            (bool(self._aim()) and self._is_past(period)) or self._is_before_plan(period)
        )
        table = self.column_period is not None
        source = ("column", None) if table else find_period_source(sentence, self.told, period)
        bound, _ = find_bound(
            sentence.hits(zone.start, number.start), self.text, number, self.lexicon.grammar["bound-gap"]
        )
        if sentence.finds("at-least-behind", number.after, sentence.end):
            bound = "at-least"
        elif bound == "at-least" and (
            leads_on(sentence, number)
            or self.lexicon.grammar["changed-from"].search(self.text, zone.start, number.start)
        ):
            bound = "exact"  # "từ 5,2% xuống còn 1,4%"
        elif bound == "above" and self.lexicon.grammar["kept-under"].search(self.text, zone.start, number.start):
            bound = "at-most"
        level, body = self._scope(zone, choice)
        if self._is_of_higher_body(body):
            self.place = None  # of what follows, too
        tiers = frame.nouns.intersection(LEVELS)
        visited = self.lexicon.grammar["located-before"].search(self.text, zone.start, number.start)
        if len(tiers) == 1 and choice.indicator.levelled and visited is None:
            level = next(iter(tiers))  # "9/9 huyện có một cửa điện tử"
        return Figure(
            indicator=choice.indicator.id,
            measure=measure,
            value=number.value,
            bound=bound,
            start=number.start,
            end=number.end,
            sentence=(sentence.start, sentence.end),
            period=period,
            dated=any(p.period == period and not p.base for p in sentence.periods),
            place=self.place,
            whole=None if self.place is not None and self.place.candidates else self.whole,
            body=body,
            national=self._is_national(zone, body),
            level=level,
            status="target" if planned else "actual" if achieved else self.status,
            rule=choice.rule,
            signs=weigh(choice, self.rivals, frame, self.lexicon),
            grounds=tell_grounds(choice, self.rivals, frame, source),
            group=self.told.group,
            cues=self.previous.cues if choice.rule == "rate-of-count" and self.previous else frozenset(frame.cues),
        )

    def _counts_nothing(self, zone: Zone, choice: Choice, frame: Frame) -> bool:
        """Tell whether a bare number would count units: these are told by their noun, "142 xã", or go on in a list."""
        going_on = self.previous is not None and self.previous.indicator == choice.indicator.id
        reduced = self.lexicon.has(frame.own, {"trend"})
        counted = self._counted_before(zone) in {noun for r in choice.indicator.readings for noun in r.counts}
        return not (choice.indicator.levelled or frame.nouns or frame.left_over or going_on or reduced or counted)

    def _counted_before(self, zone: Zone) -> str | None:
        """Return what a number counts by the words before it: procedures in "tổng số thủ tục của tỉnh là 1.902"."""
        told = self.lexicon.grammar["counted-before"].search(self.text, zone.start, zone.number.start)
        hits = self.sentence.hits(told.start(), zone.number.start) if told else []
        return next((h.concept for h in hits if h.dimension == "object"), None)

    def _is_part(self, choice: Choice, frame: Frame) -> bool:
        """Tell whether an indicator may be the first number of "2.521/6.776 hồ sơ tiếp nhận".

        What the words behind it tell is the second number, unless they stand before the first as well.
        """
        if choice.indicator.id not in self.lexicon.wholes.values():
            return True
        before = {w for cue in frame.before for w in self.lexicon.cues[cue].wider}
        return any(before.issuperset((*r.needs, *r.leads)) for r in choice.indicator.readings)

    def _period(self, zone: Zone, indicator: Indicator) -> Period | None:
        if self.column_period is not None:
            return self.column_period.period
        return self.turns.period(zone) or choose_period(
            self.sentence, zone, indicator, self.told, aimed=self.status == "target" and self.told.header is None
        )

    def _aim(self) -> str:
        """Return "target" where the section or list that the sentence stands in sets targets."""
        return "target" if self.told.section == "target" else self.told.listed

    def _plan(self) -> Period | None:
        """Return the time that the page plans, outside its sections of results."""
        return None if self.told.section == "result" else self.told.plan

    def _is_past(self, period: Period | None) -> bool:
        """Tell whether a period was over when the page was published."""
        published = self.sentence.page.document.published
        return bool(period and period.start and period.end and published and period.end < published)

    def _is_before_plan(self, period: Period | None) -> bool:
        """Tell whether a period ended before the time that the page plans: what was done the year before."""
        plan = self.told.plan
        return bool(plan and plan.start and period and period.start and period.end and period.end < plan.start)

    def _is_ahead(self, period: Period, *, result: bool) -> bool:
        """Tell whether a period is to come when the page was published: "đến hết năm 2025", "tháng 9" in August.

        What is decided may be told from a day to come on as a ``result``: "từ ngày 1/1/2025, tỉnh có 170 xã".
        """
        published, day = self.sentence.page.document.published, period.start or period.end
        if published is None or day is None or (result and period.start):
            return False
        month_over = period.start is None and (day.year, day.month) == (published.year, published.month)
        return day > published and not month_over  # "đến cuối năm 2010" in the last days of December

    def _breaks_down(self, zone: Zone, choice: Choice) -> bool:
        """Tell whether a number of units is a part of the one before: "22 đơn vị, gồm 20 xã và 2 thị trấn"."""
        if choice.indicator.levelled or choice.indicator.measure != "count" or self.column_period is not None:
            return False
        same = choice.indicator.id in self.units_told and self.units_told[choice.indicator.id] == self.place
        self.units_told.setdefault(choice.indicator.id, self.place)
        return same and not self.lexicon.grammar["restated"].search(self.text, zone.start, zone.number.start)

    def _choose(self, zone: Zone, frame: Frame) -> tuple[Choice | None, str]:
        self.rivals = []
        for measure in self._measures(zone, frame):
            choices = rank_indicators(frame, measure, self.lexicon)
            choices = self._prefer_previous(measure, frame, choices)
            if measure == "percent":
                choices = self._prefer_rate_of_previous(zone, choices)
            choices = [c for c in choices if measure != "count" or not self._counts_nothing(zone, c, frame)]
            if zone.number.whole is not None:
                choices = [c for c in choices if self._is_part(c, frame)]
            if zone.number.kind == "zero":
                choices = [c for c in choices if frame.nouns and c.indicator.told_as_none]
            self.rivals = choices[1:]
            if choices and choices[0].score >= ACCEPTED:
                return choices[0], measure
            self.rivals = choices
        return None, ""

    def _prefer_previous(self, measure: str, frame: Frame, choices: list[Choice]) -> list[Choice]:
        """In an enumeration that leaves the words out, a number states what the one before it stated."""
        previous, last = self.previous, self.frames.last
        if previous is None or last is None or previous.measure != measure or frame.tells(self.lexicon):
            return choices
        if "present" in frame.own and self.lexicon.has(last.cues, {"trend"}):
            return choices  # "giảm 12 đơn vị, hiện còn 40 đơn vị"
        if (frame.nouns and frame.nouns != last.nouns) or self._tells_anew(choices, frame, last):
            return choices
        raised = [replace(c, score=c.score + _AGAIN * (c.indicator.id == previous.indicator)) for c in choices]
        return sorted(raised, key=lambda c: (-c.score, c.indicator.id))

    @staticmethod
    def _tells_anew(choices: list[Choice], frame: Frame, last: Frame) -> bool:
        """Tell whether a number's own words, new in the sentence, settle what it is: "90% …, 100% có máy tính"."""
        new = frame.own.difference(last.cues)
        return bool(choices) and any(new.intersection(r.needs) for r in choices[0].indicator.readings)

    def _measures(self, zone: Zone, frame: Frame) -> Iterator[str]:
        """Yield the measures a number may be of, likeliest first."""
        number = zone.number
        own = self.lexicon.has(frame.own, {"index"})
        indexed = own or self.lexicon.has(frame.cues, {"index"})
        if number.kind in ("vnd", "points", "rank"):
            yield number.kind
        elif number.kind == "percent":
            clause = self.text.rfind(";", zone.start, number.start)
            apart = clause >= 0 and not any(h.dimension == "index" for h in self.sentence.hits(clause, number.start))
            apart = apart or self._tells_of_people(zone, frame)
            yield from ("points", "percent") if own and not apart else ("percent", "points")[: 1 + own]
            silent = not own and frame.bare and not frame.tells(self.lexicon)
            if indexed and silent and self._speaks_of_index(zone) and not self._goes_on_from_other(zone):
                yield "points"
        elif self._is_rank(zone):
            yield "rank"
        elif number.decimals or (own and frame.bare and number.kind == "plain" and number.value <= _MOST_POINTS):
            if indexed:
                yield "points"
        else:
            yield "count"

    def _tells_of_people(self, zone: Zone, frame: Frame) -> bool:
        """Tell whether a share is one of those right behind it, not a score: "vào nhóm 15, 85% người dân hài lòng"."""
        if _TRAINED in frame.own and frame.nouns:
            return True  # "100% cán bộ được tập huấn về chuyển đổi số"
        near = [h for s in zone.left[:1] for h in self.sentence.hits(*s)]
        own = [h for s in zone.right[:1] for h in self.sentence.hits(*s)]
        index = any(h.dimension == "index" for h in (*near, *own))
        return bool(frame.nouns) and not index and any(h.dimension in MEASURING for h in own)

    def _goes_on_from_other(self, zone: Zone) -> bool:
        """Tell whether the sentence has told a rate or a count: "14.560 người có tài khoản, đạt 91,8%"."""
        number, frame = self.frames.read_so_far[-1] if self.frames.read_so_far else (None, None)
        counted = (
            number is not None and number.kind == "plain" and not (self.previous and self.previous.measure == "rank")
        )
        told = counted and frame is not None and frame.nouns and not self.lexicon.has(frame.own, {"index"})
        told = told and not self.frames.names_whose(zone.start, zone.number.start, period=False)
        return bool(told) or any(figure.measure == "percent" for figure in self.figures)

    def _speaks_of_index(self, zone: Zone) -> bool:
        """Tell whether a percentage may go on about an index: "với chỉ số …", or no level of dossiers is named."""
        if self.lexicon.grammar["share-verb"].search(self.text, zone.start, zone.number.start):
            return False
        hits = [h for s in zone.left for h in self.sentence.hits(*s)]
        near = [h for s in zone.left[:1] for h in self.sentence.hits(*s)]
        return any(h.dimension == "anaphor" for h in hits) or not any(h.dimension in ("level", "scope") for h in near)

    def _is_rank(self, zone: Zone) -> bool:
        known, previous, is_rank = self._rank
        if known is not zone or previous is not self.previous:
            is_rank = self._tells_rank(zone)
            self._rank = zone, self.previous, is_rank
        return is_rank

    def _tells_rank(self, zone: Zone) -> bool:
        position, previous = zone.number.start, self.previous
        joined = previous is not None and self.text[previous.end : position].strip()
        if previous is not None and previous.measure == "rank" and joined and self._is_list_gap(joined):
            return True  # "xếp thứ 2 và 3"
        labelled = self.lexicon.grammar["rank-label"].search(self.text, zone.start, position)
        if zone.number.whole is not None and (labelled or (previous is not None and previous.measure == "rank")):
            return True  # "Xếp hạng CCHC năm 2021: 5/15; SIPAS: 12/30"
        before = self.sentence.hits(position - _VERB_REACH, position)
        if zone.number.whole is not None and self.text[position - 1] == "(":
            return any(h.concept == "rank" for h in before)  # "ở vị trí thấp (58/63)"
        if any(h.concept == "rank" and self.sentence.touches(h, position) for h in before):
            return True
        stands = self.lexicon.grammar["reaches-rank"].search(self.text, position - _VERB_REACH, position)
        number = zone.number
        return stands is not None and number.kind == "plain" and not number.decimals and number.value <= _LAST_RANK

    def _is_list_gap(self, text: str) -> bool:
        return self.lexicon.grammar["list-gap"].fullmatch(text) is not None

    def _prefer_rate_of_previous(self, zone: Zone, choices: list[Choice]) -> list[Choice]:
        """Read "N hồ sơ …, đạt M%" as the rate whose numerator the number before was."""
        previous = self._counted_part(zone)
        if previous is None or previous.measure != "count" or self._tells_near(zone):
            return choices
        planned = self.sentence.finds("of-plan", zone.number.after, self.sentence.end)
        if planned or zone.number.start - previous.end > _PAIR_REACH or self.frames.tells_other(zone):
            return choices
        scores = {c.indicator.id: c.score for c in choices}
        rates = [i for i in self.lexicon.by_measure["percent"] if i.numerator == previous.indicator and not i.narrows]
        if (part := self._counted_frame(zone)) is not None:
            told = rank_indicators(replace(part, nouns=frozenset()), "percent", self.lexicon)
            rates += [c.indicator for c in told if any(self._is_narrower(c.indicator, i, part) for i in rates)]
            rates = rates or [c.indicator for c in told[:1]]  # a count without a rate of its own: pending and overdue
            scores = {c.indicator.id: c.score for c in told} | scores
        paired = [Choice(i, _PAIRED + scores.get(i.id, 0.0), "rate-of-count") for i in rates]
        return sorted([*paired, *choices], key=lambda c: (-c.score, c.indicator.id))

    def _is_narrower(self, indicator: Indicator, other: Indicator, part: Frame) -> bool:
        """Tell whether the count's own words name a narrower share: "hồ sơ toàn trình" among those online."""
        needs = {need for r in indicator.readings for need in r.needs if need in part.own}
        wider = {need for r in other.readings for need in r.needs} - needs
        return any(self.lexicon.cues[need].wider & wider for need in needs)

    def _counted_part(self, zone: Zone) -> Figure | None:
        """Return the count a rate is taken of: the one before, or the one before that if the last is their total.

        "… trực tuyến là 115 hồ sơ trên tổng số 168 hồ sơ, chiếm 68,5%".
        """
        if self.previous is not None and self._is_closed_aside(self.previous, zone):
            outside = (f for f in reversed(self.figures) if not self._is_closed_aside(f, zone))
            return next(outside, None)
        if len(self.figures) < 2 or self.previous is not self.figures[-1]:
            return self.previous
        part, whole = self.figures[-2:]
        total = self.lexicon.grammar["of-total"].search(self.text, part.end, whole.start)
        return part if total and part.measure == "count" and part.value < whole.value else whole

    def _is_closed_aside(self, figure: Figure, zone: Zone) -> bool:
        """Tell whether a figure stands in brackets that are closed before a number."""
        opened = self.text.rfind("(", self.sentence.start, figure.start)
        inside = opened >= 0 and ")" not in self.text[opened : figure.start]
        return inside and ")" in self.text[figure.end : zone.number.start]

    def _counted_frame(self, zone: Zone) -> Frame | None:
        part = self._counted_part(zone)
        return self.frames.of(part.start) if part is not None else None

    def _tells_near(self, zone: Zone) -> bool:
        """Tell whether the stretch before a number, or behind it, says what is measured.

        What stands behind counts only where no verb such as "đạt" ties the number to what is before it, and where it
        is not the whole: "bằng 97% số hồ sơ tiếp nhận".
        """
        near = [s for s in zone.left if self.text[slice(*s)].strip()][:1]
        share = self.sentence.finds("share-of", zone.number.after, self.sentence.end)
        if not self._is_tied(zone.number.start) and share is None:
            near += zone.right[:1]
        return any(h.dimension in MEASURING for s in near for h in self.sentence.hits(*s))

    def _is_tied(self, position: int) -> bool:
        before = self.sentence.hits(position - _VERB_REACH, position)
        return any(h.concept == "equals" and only_small_words(self.sentence, h.end, position) for h in before)

    def _wholes(self, zone: Zone, figure: Figure) -> Iterator[Figure]:
        """Yield the second number of "566/568 hồ sơ", where the ontology knows what it counts."""
        number = zone.number
        whole = self.lexicon.wholes.get(figure.indicator)
        if number.whole is None or not whole or figure.measure != "count":
            return
        digits = _LAST_DIGITS.search(self.text[number.end : number.whole_end])
        start = number.end + digits.start() if digits else number.end
        yield replace(figure, indicator=whole, value=number.whole, start=start, end=number.whole_end, bound="exact")

    # ------------------------------------------------------------ for whom, and whether it is a result

    def _scope(self, zone: Zone, choice: Choice) -> tuple[str | None, Body | None]:
        """Return whose work a figure counts, and the body that does it."""
        sentence, position = self.sentence, zone.number.start
        body = self._named_before(nearest_body(sentence.doers, sentence.start, position))
        if not choice.indicator.levelled:
            return None, body
        if (level := self.turns.level(zone)) is not None:
            return level, None
        level, where = nearest_level(
            sentence.told_by_doers(),
            zone,
            sentence.start,
            sentence.doers,
            self.text,
            self.lexicon,
            staff=choice.indicator.area == _STAFF_AREA,
        )
        own = self._last_of(("own-bodies", "office-of-unit"), position)
        if level is None and self._is_called_commune():
            return "commune", None  # "Xã nhận 9.871 hồ sơ" on the page of a district
        if (level is None and own >= 0) or (level in LEVELS and own > where):
            return "own", body
        row_of_unit = self.told.header is not None and self.place is not None
        spoken = self._last_of(("unit-as-subject",), position)
        told = self.told.level if level is None and body is None else level if spoken > where else None
        if spoken >= 0 and told in ("commune", "district", "all") and not self._counts_staff(choice.indicator):
            level = "named"
        elif level is None and body is None and not row_of_unit:
            level, body = self._told_scope(choice.indicator)
            if body is not None and level is None:
                level = body.level or "own"
        elif body is not None and (level is None or body.start > where):
            level = body.level or "own"
        if level is None and names_district(self.text, sentence.start, position, sentence.bodies, self.lexicon):
            level = "named"
        if self._is_for_all_tiers(body, position):
            return None, body
        if level == "named" and (self._counts_staff(choice.indicator) or self.status == "target"):
            level = None  # "the district" employs the staff of all its tiers, and sets its targets for them
        return level, body

    def _is_called_commune(self) -> bool:
        """Tell whether a number is told of "the commune", whichever it is."""
        place, word = self.place, self.lexicon.grammar["commune-word"]
        return place is not None and not place.candidates and word.fullmatch(place.kind_word) is not None

    def _is_of_higher_body(self, body: Body | None) -> bool:
        """Tell whether a provincial body is told behind a unit: "huyện Sơn Tịnh (201), Sở Xây dựng (20)"."""
        if body is None or body.level != "province" or self.place is None or body.start < self.place.end:
            return False
        return all(unit.level != "province" for unit in self.place.candidates)

    def _last_of(self, constructions: Sequence[str], position: int) -> int:
        """Return where the last of some constructions of the sentence begins before a position; -1 if there is none."""
        found = (
            match.start()
            for name in constructions
            for match in self.lexicon.grammar[name].finditer(self.text, self.sentence.start, position)
        )
        return max(found, default=-1)

    def _is_for_all_tiers(self, body: Body | None, position: int) -> bool:
        """Tell whether a people's committee only sets targets for all its tiers, or announces what they do."""
        if body is None or not body.committee or body.end >= position:
            return False
        aimed = body.start < self.sentence.start and (self.status == "target" or bool(self._aim()))
        announced = self.lexicon.grammar["announced-before"].search(self.text, self.sentence.start, position)
        return aimed or announced is not None

    def _counts_staff(self, indicator: Indicator) -> bool:
        """Tell whether an indicator is one of people, not of courses held for them."""
        counted = {w for r in indicator.readings for noun in r.counts for w in self.lexicon.cues[noun].wider}
        return indicator.area == _STAFF_AREA and (indicator.measure == "percent" or "course" not in counted)

    def _told_scope(self, indicator: Indicator) -> tuple[str | None, Body | None]:
        """Return level and body told by earlier sentences; of staff, only where those spoke of staff."""
        whole = self.told.whole
        if self._counts_staff(indicator) and not (
            whole and any("person" in self.lexicon.cues[c].wider for c in whole.cues)
        ):
            return self.told.headline_level, self.told.doer
        named = self.place is not None and self.place.start >= self.sentence.start
        level = self.told.staff_level if indicator.area == _STAFF_AREA else None
        return level or self.told.level or self.told.of_title, self.told.body or (None if named else self.told.doer)

    def _named_before(self, body: Body | None) -> Body | None:
        """Return the body that a bare "Trung tâm" or "Phòng" points back to, if one was named."""
        if body is None or not body.unnamed or body.committee:
            return body
        named = [b for b in (self.told.body, *self.sentence.doers) if b is not None and b.start < body.start]
        return next((b for b in reversed(named) if b.head == body.head and not b.unnamed), body)

    def _is_national(self, zone: Zone, body: Body | None) -> bool:
        told = self.sentence.hits(zone.start, zone.number.start)
        ranked = self.lexicon.grammar["rank-before-nation"]
        nations = (h.start for h in told if h.dimension == "national")
        last = max((n for n in nations if not ranked.search(self.text, self.sentence.start, n)), default=-1)
        place = self.place.start if self.place else -1
        return (last >= 0 and last > place) or bool(body and body.national and not body.source and body.start > place)

    def _status_before(self, zone: Zone) -> str:
        """Return the status of the number before, those in brackets that are closed left out: "(chỉ tiêu 60%)"."""
        for start, status in reversed(self.told_so_far):
            opened = self.text.rfind("(", self.sentence.start, start)
            closed = self.text.find(")", start, zone.number.start)
            if opened < 0 or ")" in self.text[opened:start] or closed < 0:
                return status
        return ""

    def _status(self, zone: Zone, before: str) -> str:
        """Return whether a figure is a result, a target or a projection; within a sentence the status goes on."""
        anew = self._begins_anew(zone)
        met = list(self.lexicon.grammar["aims-met"].finditer(self.text, self.sentence.start, zone.number.start))
        if met:
            anew = max(met[-1].end(), anew or 0)  # "hoàn thành các chỉ tiêu: hồ sơ đúng hạn 99,94%"
        hits = self.sentence.hits(zone.start if anew is None else max(anew, zone.start), zone.number.start)
        told = {h.concept for h in hits if h.dimension == "status" and not self._is_compared(h, zone)}
        counted = self.sentence.counted
        plans = [h for h in self.sentence.hits(end=zone.number.start) if h.concept == "plan" and h.start not in counted]
        headed = opens_with(self.sentence.page, self.sentence.start, "plan") and anew is None
        named = self.lexicon.grammar["counted-before"].search(self.text, zone.start, zone.number.start)
        if headed and not named and plans and ":" in self.text[plans[0].end : zone.number.start]:
            return "target"  # "Kế hoạch năm 2020: …"
        if not named and any(only_small_words(self.sentence, h.end, zone.number.start) for h in plans):
            return "target"  # "(kế hoạch 97%)"
        intended = self.lexicon.grammar["intended"].search(self.text, zone.start, zone.number.start) is not None
        begin, end = self.sentence.start if anew is None else anew, zone.number.start
        directed = any(self.lexicon.grammar[c].search(self.text, begin, end) for c in ("directed", "target-list"))
        if "target" in told or directed or ("projected" in told and (plans or intended)):
            return "target"
        if "projected" in told:
            return "projected"
        done = self.lexicon.grammar["done"].search(self.text, zone.start, zone.number.start)
        ended = anew is not None or done is not None
        if before and not ended and (self._aims_on(zone) or not any(h.concept == "equals" for h in hits)):
            return before
        aimed = self._aim()
        if aimed and not self.lexicon.grammar["done"].search(self.text, self.sentence.start, zone.number.start):
            return aimed
        return self.told.status if not before and self.sentence.points_back() else "actual"

    def _is_compared(self, hit: Hit, zone: Zone) -> bool:
        """Tell whether a word for a target only opens a comparison: "So với chỉ tiêu được giao, tỷ lệ … đạt 61%"."""
        before = self.lexicon.grammar["aim-compared"].search(self.text, self.sentence.start, hit.start)
        return before is not None and "," in self.text[hit.end : zone.number.start]

    def _begins_anew(self, zone: Zone) -> int | None:
        """Return where a clause with a year of its own begins: "…; năm 2023 xếp thứ 41", "… (năm 2018 đạt 62%)"."""
        told = [p for p in self.sentence.periods if zone.start <= p.start < zone.number.start]
        bracket = self.text.rfind("(", zone.start - 1, zone.number.start)
        if told and bracket >= 0 and ")" not in self.text[bracket : zone.number.start]:
            return bracket
        heads = [p.start for p in told if p.at_head and p.period is not None and not (p.deadline or p.to_date)]
        behind = [s for s in heads if self.text[self.sentence.start : s].rstrip().endswith(";")]
        return behind[-1] if behind else None

    def _aims_on(self, zone: Zone) -> bool:
        """Tell whether targets go on, with no new period and nothing done: "phấn đấu 98% …, … đạt 85%"."""
        aimed = not self.figures or any(figure.status == "target" for figure in self.figures)
        told = [p for p in self.sentence.periods if zone.start <= p.start < zone.number.start]
        done = self.lexicon.grammar["done"].search(self.text, zone.start, zone.number.start)
        return aimed and not told and done is None


def _narrow(figures: list[Figure], lexicon: Lexicon) -> list[Figure]:
    """Read "đúng hạn" as "on the due date" where the same paragraph gives the early ones of the same apart."""
    narrower = {i.narrows: i for i in lexicon.indicators.values() if i.narrows}
    told: dict[tuple[int, str, str | None], list[Decimal]] = {}
    for figure in figures:
        told.setdefault((figure.group, figure.indicator, figure.level), []).append(figure.value)
    return [
        replace(f, indicator=n.id)
        if (n := narrower.get(f.indicator)) is not None and _is_narrow(f, n, told, lexicon)
        else f
        for f in figures
    ]


def _is_narrow(
    figure: Figure, narrower: Indicator, told: Mapping[tuple[int, str, str | None], list[Decimal]], lexicon: Lexicon
) -> bool:
    """Tell whether a figure has its sister beside it; shares of more than the whole overlap: "100%, trước hạn 78%"."""
    rates, counts = (
        told.get((figure.group, sister, figure.level), [])
        for sister in (narrower.beside, lexicon.indicators[narrower.beside].numerator)
    )
    if figure.measure == "percent" and rates and all(figure.value + rate > _WHOLE + 1 for rate in rates):
        return False
    return bool(rates or counts) and any(set(r.needs) <= figure.cues for r in narrower.readings)


def _name_reports(figures: list[Figure], told: Told) -> list[Figure]:
    """Give figures of "quý I" the explicit interval that the page says its quarter runs over.

    An interval of the running text is only that of figures whose own sentence tells no other.
    """
    named = []
    for figure in figures:
        label = figure.period
        intervals = told.explicit if figure.dated else told.intervals
        meant = next((p for p in intervals if label is not None and label != p and same_report(label, p)), label)
        named.append(figure if meant is label else replace(figure, period=meant))
    return named
