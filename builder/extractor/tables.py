"""Rows of tables: what a number means stands in its column, its row, a heading above it, and before the table."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from builder.extractor.frames import HAS, MEASURING, TIERS, Frame, Stretch, Zone, read_frame
from builder.extractor.page import Page
from builder.extractor.periods import Calendar, PeriodMention, find_periods
from builder.extractor.quantities import Number, find_masked, find_numbers, parse_number
from builder.extractor.units import Place
from builder.facts import Block, Period
from builder.lexicon import Hit, Hits, Lexicon, between

_WHOLE = 100
_LABEL_WEIGHT = 0.9  # of the words that name a row
_INDEX_WEIGHT = 0.6  # of the index that a table is announced for
_NOUN_WEIGHT = 0.6  # of the noun that the columns of a table count together
_FEWEST_COLUMNS = 2  # that tell it
_HANDLERS = frozenset({"one-stop-unit", "venue"})
_HANDLING = frozenset({"stage", "timing"})
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d]+")
_YEAR = re.compile(r"(?<![\d.,/])(?:19|20)\d\d(?![\d.,/])")
_COUNTER = re.compile(r"[ivx]+|[a-zđ]")  # "II. Cấp huyện"
_WHOSE = frozenset({"level", "scope", "national"})
_REMARK = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Header:
    """The names of a table's columns, and what was told before it."""

    index: int  # of its block
    cells: tuple[Stretch, ...]  # none where the columns have no names
    frame: Frame | None
    index_told: str = ""  # the index that the table is announced for
    over: tuple[Stretch, ...] = ()  # the names above those of the columns: "Hồ sơ tiếp nhận" over "Trực tuyến"


@dataclass(frozen=True, slots=True)
class Cell:
    """A number in a row, and the stretches of text that say what it is."""

    zone: Zone
    label: Stretch  # names the row
    column: Stretch | None  # names the column
    over: Stretch | None  # stands above the name of the column
    heading: Stretch | None  # a line above that heads several rows
    alone: bool  # no other column holds numbers

    @property
    def names(self) -> tuple[Stretch, ...]:
        """Return all that names the number, nearest first."""
        return tuple(name for name in (self.column, self.over, self.label, self.heading) if name is not None)


def stretches(page: Page, block: Block) -> tuple[Stretch, ...]:
    """Return the cells of a header or row in folded text."""
    return tuple(page.stretch(cell) for cell in block.cells)


def read_cells(page: Page, header: Header, heading: Stretch | None, block: Block) -> Iterator[Cell]:
    """Yield the numbers of a row, each with what names it."""
    cells = stretches(page, block)
    begin = page.stretch(block.span)[0]
    for index, cell in enumerate(cells[1:], start=1):
        column = header.cells[index] if len(header.cells) == len(cells) else None
        telling = None if column and _is_planned(page, column) else column
        over = header.over[index] if column and header.over else None
        names = tuple(name for name in (telling, over, cells[0], heading) if name is not None)
        masked = find_masked(page.folded.text, *cell, page.lexicon)
        for number in find_numbers(page.folded.text, *cell, masked, page.lexicon):
            read = _as_named(page, names, number)
            yield Cell(
                Zone(read, names, ((read.after, cell[1]),), begin), cells[0], column, over, heading, len(cells) == 2
            )


def _as_named(page: Page, names: Sequence[Stretch], number: Number) -> Number:
    """Return a bare number as what its column and row call it: a rank, points, a percentage."""
    if number.kind != "plain":
        return number
    hits = [h for name in names for h in between(page.hits, *name)]
    if any(h.concept == "rank" for h in hits):
        return replace(number, kind="rank")
    if any(page.lexicon.grammar["points"].search(page.folded.text, *name) for name in names):
        return _decimal(page, replace(number, kind="points"))
    shares = any("%" in page.folded.text[slice(*name)] for name in names) or any(h.concept == "rate" for h in hits)
    share = _decimal(page, replace(number, kind="percent"))
    return share if shares and share.value <= _WHOLE else number


def _decimal(page: Page, number: Number) -> Number:
    """Read "94,696" as less than a hundred: points and shares have no thousands."""
    digits = _DIGITS.match(page.folded.text, number.start)
    return replace(number, value=parse_number(digits.group(), counted=False)) if digits and not number.whole else number


def counted_frame(page: Page, columns: Sequence[Stretch], before: Frame | None) -> Frame | None:
    """Return what was told before a table, with the noun that its columns count where none of them names one.

    "Received", "resolved" and "overdue" together are dossiers: the noun under which most columns are indicators.
    """
    lexicon = page.lexicon
    hits = [between(page.hits, *column) for column in columns]
    named = {h.concept for each in hits for h in each if h.dimension == "object"}
    if named:
        return _of_things(named, before, lexicon)
    told = [frozenset(h.concept for h in each if h.dimension in _HANDLING) for each in hits]
    tally = Counter(noun for cues in told if cues for noun in _nouns_of(cues, lexicon))
    (noun, most), (_, next_most) = (*tally.most_common(2), ("", 0), ("", 0))[:2]
    if most < _FEWEST_COLUMNS or most == next_most:
        return before
    kept = {c: w for c, w in before.cues.items() if lexicon.cues[c].dimension != "object"} if before else {}
    return Frame({**kept, noun: _NOUN_WEIGHT})


def _of_things(named: set[str], before: Frame | None, lexicon: Lexicon) -> Frame | None:
    """Return what was told before a table whose columns count one thing, with that for all others."""
    if before is None or len(named) > 1 or named <= before.cues.keys():
        return before
    kept = {c: w for c, w in before.cues.items() if lexicon.cues[c].dimension != "object"}
    return Frame({**kept, next(iter(named)): _NOUN_WEIGHT})


def _nouns_of(cues: frozenset[str], lexicon: Lexicon) -> set[str]:
    """Return what is counted by the indicators that some cues tell wholly."""
    wider = [lexicon.cues[cue].wider for cue in cues]
    return {
        noun
        for indicator in lexicon.by_measure["count"]
        for reading in indicator.readings
        if all(any(need in each for each in wider) for need in reading.needs)
        and all(set(reading.needs) & each for each in wider)
        for noun in reading.counts
    }


def cell_frame(page: Page, header: Header, cell: Cell, before: Frame | None, bodies: Sequence[Stretch]) -> Frame:
    """Return the cues of a number in a table; ``before`` is the frame of the number to the left of it.

    The words that name one of the ``bodies`` of the row tell of whom a number is, not what it counts.

    A column such as "Tỷ lệ (%)" is told of what the column before it counts. Of an index that only the announcement
    names, the table tells in the columns of totals and ranks; the others are its parts.
    """
    text, lexicon = page.folded.text, page.lexicon
    told_in = (*cell.names, *cell.zone.right)
    told_in = tuple(each for each in told_in if each != cell.column or not _only_says_result(page, each))
    hits = sorted({h for each in told_in for h in between(page.hits, *each) if not _lies_in(h, bodies)})
    if cell.column is not None and any(h.dimension in MEASURING for h in between(page.hits, *cell.column)):
        hits = _without_handlers(hits, cell.label)
    paired = (
        before is not None and cell.zone.number.kind == "percent" and not any(h.dimension in MEASURING for h in hits)
    )
    known = header.frame if cell.column is not None or cell.alone else None
    frame = read_frame(text, cell.zone, Hits(hits), lexicon, before if paired else known)
    labels = {h.concept for h in hits if cell.label[0] <= h.start < cell.label[1]}
    labels = labels if lexicon.has(labels & lexicon.cues.keys(), {"object"}) else set()
    frame = replace(frame, cues={c: max(w, _LABEL_WEIGHT) if c in labels else w for c, w in frame.cues.items()})
    if (counted := _counted_by_name(page, cell)) and not lexicon.has(frame.own, MEASURING):
        cues = {**frame.cues, **dict.fromkeys((*counted, HAS), 1.0)}
        frame = replace(frame, cues=cues, own=frame.own | {HAS}, before=frame.before | {HAS}, nouns=counted)
    if lexicon.has(frame.own, {"index"}):
        return frame
    cues = {c: w for c, w in frame.cues.items() if lexicon.cues[c].dimension != "index"}
    if header.index_told and _states_whole(page, cell):
        cues[header.index_told] = _INDEX_WEIGHT
    return replace(frame, cues=cues)


def _without_handlers(hits: list[Hit], label: Stretch) -> list[Hit]:
    """Leave out what the name of a row tells of who handles what its columns count: "Bộ phận một cửa huyện"."""
    named = [h for h in hits if _lies_in(h, [label])]
    if not any(h.concept in _HANDLERS for h in named):
        return hits
    return [h for h in hits if not (h in named and h.concept in _HANDLERS | TIERS)]


def _only_says_result(page: Page, name: Stretch) -> bool:
    """Tell whether a column is only called "Kết quả", whatever its rows count."""
    return page.lexicon.grammar["result-column"].fullmatch(_plain_name(page, name)) is not None


def _counted_by_name(page: Page, cell: Cell) -> frozenset[str]:
    """Return what a row or column counts by its name: communes in "Số đơn vị hành chính cấp xã"."""
    for name in (cell.label, cell.column):
        things = [h for h in between(page.hits, *name) if h.dimension == "object"] if name else []
        if name is None or not things or (name == cell.column and _only_says_result(page, name)):
            continue
        opening = page.lexicon.grammar["count-name"].match(page.folded.text, *name)
        begins = {name[0], opening.end()} if opening else {name[0]}
        plain = cell.zone.number.kind == "plain"
        return frozenset(h.concept for h in things if plain and h.start in begins)
    return frozenset()


def _lies_in(hit: Hit, stretches: Sequence[Stretch]) -> bool:
    return any(start <= hit.start < end for start, end in stretches)


def _states_whole(page: Page, cell: Cell) -> bool:
    """Tell whether a column is named for the whole of an index, its rank or its points: "Tổng điểm (100)"."""
    if cell.column is None:
        return False
    return page.lexicon.grammar["whole-column"].fullmatch(_plain_name(page, cell.column)) is not None


def names_no_result(page: Page, cell: Cell) -> bool:
    """Tell whether a column or row holds means, maxima, changes, or what is told per something."""
    grammar, text = page.lexicon.grammar, page.folded.text
    if any(h.dimension == "per" for name in cell.names for h in between(page.hits, *name)):
        return True
    beside = cell.column is not None and grammar["column-of-no-result"].search(text, *cell.column)
    return bool(beside or grammar["row-of-no-result"].match(text, *cell.label))


def is_clear(page: Page, cell: Cell, known: Sequence[Stretch], *, inherits: bool) -> bool:
    """Tell whether what names a number narrows it by nothing that the ontology does not know.

    ``known`` are the units, bodies and periods named. Where the index itself is only told before the table
    (``inherits``), a row names one of them or a total: "Tổ chức bộ máy" would be a part of the index.
    """
    names = [name for name in (cell.label, cell.heading) if name is not None]
    if inherits:
        return all(_is_total(page, name) or not _unknown(page, name, known, whose=True)[0] for name in names)
    return all(_is_clear(page, name, known, whole=name == cell.heading) for name in cell.names)


def _is_clear(page: Page, name: Stretch, known: Sequence[Stretch], *, whole: bool) -> bool:
    """Tell whether the words of a name are known: most of them where it tells a measure, else the ``whole`` name."""
    unknown, words = _unknown(page, name, [*known, *((p.start, p.end) for p in places_in(page, name))])
    tells = any(h.dimension in MEASURING for h in between(page.hits, *name))
    if page.lexicon.grammar["part-column"].fullmatch(_plain_name(page, name)):
        return False
    return _is_total(page, name) or (2 * unknown < words if tells and not whole else not unknown)


def _is_total(page: Page, name: Stretch) -> bool:
    grammar, text = page.lexicon.grammar, _plain_name(page, name)
    return any(grammar[each].fullmatch(text) for each in ("total-row", "whole-column", "planned-column"))


def _plain_name(page: Page, name: Stretch) -> str:
    """Return the words of a name without remarks in brackets and years."""
    return " ".join(_YEAR.sub(" ", _REMARK.sub(" ", page.folded.text[slice(*name)])).split()).strip(" :.")


def _unknown(page: Page, name: Stretch, known: Sequence[Stretch], *, whose: bool = False) -> tuple[int, int]:
    """Return how many words of a name the ontology does not know, and how many there are.

    With ``whose`` only the words for levels and the whole area are known.
    """
    hits = [h for h in between(page.hits, *name) if not whose or h.dimension in _WHOSE]
    covered = [
        *known,
        *((h.start, h.end) for h in hits),
        *(m.span() for m in _REMARK.finditer(page.folded.text, *name)),
    ]
    words = [m for m in _WORD.finditer(page.folded.text, *name) if not _COUNTER.fullmatch(m.group())]
    return sum(not any(a <= m.start() < b for a, b in covered) for m in words), len(words)


def places_in(page: Page, name: Stretch) -> list[Place]:
    """Return the units named in a stretch."""
    first = bisect_left(page.places, name[0], key=lambda place: place.start)
    last = bisect_left(page.places, name[1], key=lambda place: place.start)
    return page.places[first:last]


def period_in(page: Page, name: Stretch, known: Calendar) -> PeriodMention | None:
    """Return the period that a column or heading is told for; a bare year is one."""
    calendar = replace(known)  # a heading does not change which year is spoken of
    told = find_periods(page.folded.text, *name, page.lexicon, calendar)
    if not told and (bare := _YEAR.search(page.folded.text, *name)):
        year = int(bare.group())
        return PeriodMention(*bare.span(), Period(date(year, 1, 1), date(year, 12, 31)))
    return told[-1] if told and not told[-1].base else None


def level_in(page: Page, name: Stretch) -> str | None:
    """Return the one level that a column or heading names."""
    levels = {h.concept for h in between(page.hits, *name) if h.dimension == "level"}
    return levels.pop() if len(levels) == 1 else None


def is_planned(page: Page, cell: Cell) -> bool:
    """Tell whether a column or row holds targets: "Chỉ tiêu giao", or "Kế hoạch" alone."""
    names = [name for name in (cell.column, cell.label) if name is not None]
    targets = any(h.concept == "target" for name in names for h in between(page.hits, *name))
    return targets or any(_is_planned(page, name) for name in names)


def _is_planned(page: Page, name: Stretch) -> bool:
    return page.lexicon.grammar["planned-column"].fullmatch(_plain_name(page, name)) is not None
