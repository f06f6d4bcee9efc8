"""What a page has told so far, reading from top to bottom: period, level, body, and the words that go on."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from builder.extractor.frames import Frame, Stretch, announced_frame, carry_over, topic_frame
from builder.extractor.page import TABULAR, Page
from builder.extractor.periods import Calendar, PeriodMention, closes, find_periods
from builder.extractor.scope import Body, is_apposed, is_of_staff, levels_told, names_district, names_staff
from builder.extractor.sentence import Sentence, opens_with
from builder.extractor.tables import Header, counted_frame, stretches
from builder.extractor.units import Place
from builder.facts import Block, Period
from builder.lexicon import Hit, Lexicon
from builder.text import address_headline

_YEAR = re.compile(r"(?<![\d.,/:])20[0-3]\d(?![\d.,])")
_YEAR_OF_DATE = re.compile(r"(?<=\d[/.-])20[0-3]\d(?!\d|/[^\W\d])")
_DAY_OF_YEAR = re.compile(r"(?<![\d.,/-])\d{1,2}[./-]\d{1,2}[./-](20[0-3]\d)(?!\d)")
_BASE_REACH = 48  # characters in which "so với cùng kỳ của" stands before a year
_OPENING = 600  # characters in which a page tells what day it speaks of
_MARKER = re.compile(
    r"\s*(?:(?P<number>\d{1,2}(?:\.\d{1,2})*[.)/]|\(\d{1,2}\)|\d{1,2}(?:\.\d{1,2})+(?=\s[^\W\d_a-zà-ỹđ]))"
    r"|(?P<letter>[a-zđ]\s?[.)/])|(?P<star>\*)|(?P<dash>[-–—])|(?P<plus>[+•o]))\s"
)
_HEADS = re.compile(r"\s*(?:(?P<part>[ivx]{1,5})|(?P<number>\d{1,2}(?:\.\d{1,2})*))\s?[.)/]")
_UNNUMBERED = 9  # rank of a heading without a mark
_LABELLED = re.compile(r"\s*(?=\S)[^\d:]{2,60}:\s*\d[\d.,]*(?: ?%| [^\W\d]+){0,3}\s*(?:\([^)]*\))?[.;,]?\s*")
_DEPTHS = ("number", "letter", "star", "dash", "plus")
_BARE_ITEM = 5
_OF_HEADLINE = 0.6  # weight of the index that the headline is about, in a paragraph that names none
_LONGEST_HEADING = 90  # characters
_RANKS = {"part": 0, "number": 1, "letter": 2}  # of the marks of headings
_LONGEST_REPORT = 400  # days
_SUBJECT_REACH = 40  # how far into a sentence its subject may stand
_NAMED_AGAIN = 2  # sentences after which a unit is told of no longer unless it is named again
_HANDLED = frozenset({"dossier", "result"})
_PROSE = ("lead", "body")
_FEWEST_LINES = 6
_LINE_BY_LINE = 0.9  # of the lines of prose hold one sentence
_LONGEST_ITEM = 12  # words of a list item without a marker
_LONGEST_WORD = 20  # characters, with a blank


@dataclass(frozen=True, slots=True)
class Item:
    """What a list item hands down to the items below it."""

    index: int  # of its block
    group: int  # of the items beside it
    depth: int
    level: str | None
    body: Body | None
    frame: Frame | None


@dataclass
class Told:
    """The state of the reading; what the next sentence leaves out is taken from here."""

    known: Calendar
    depths: Sequence[int | None]  # of each block in a list, from 0; None for running text
    period: PeriodMention | None = None
    main: PeriodMention | None = None  # of the headline
    report: PeriodMention | None = None  # of the lead: what the page reports on
    state: PeriodMention | None = None  # the last "hiện nay", wherever it stood: for indicators of a state
    now: PeriodMention | None = None  # the first of these below the headline
    span: PeriodMention | None = None  # the last span of years at the head of a clause
    reform: PeriodMention | None = None  # the span of years of a merger of units
    first: PeriodMention | None = None  # the first that governed the text below the headline
    section: str = ""  # "target" in a section that sets targets, "result" in one that tells results
    rank: int = 0  # of the heading of the section
    headed: bool = False  # the present block is that heading
    of_section: PeriodMention | None = None  # of the heading of the section
    listed: str = ""  # "target" in a list that sets targets
    mentioned: PeriodMention | None = None  # the last year told anywhere, for an index published once a year
    of_index: PeriodMention | None = None  # the last told in a sentence about nothing but an index
    level: str | None = None
    of_title: str | None = None  # the level of which the headline says that dossiers were handled
    staff_level: str | None = None  # of the people told of, who do not act for it
    body: Body | None = None
    status: str = "actual"
    frame: Frame | None = None
    whole: Frame | None = None  # of the last number in the sentence before
    rate: Frame | None = None  # of the last percentage that was read
    count: Frame | None = None  # of the last count that was read
    items: list[Item] = field(default_factory=list)  # the items that the present one stands under
    group: int = 0  # block index of the paragraph or of the item above: what stands beside one another
    opening: Frame | None = None  # of the first number in the present block
    announced: Frame | None = None  # what a sentence without numbers says of the list it announces
    places: dict[str, Place] = field(default_factory=dict)  # the last unit named with each kind word
    titled: dict[str, Place] = field(default_factory=dict)  # these of the headline
    subject: Place | None = None  # the unit that the paragraph is telling of
    of_heading: Place | None = None  # the unit that the heading above the paragraph names
    heading_rank: int = 0  # of that heading's mark, lower the more it heads
    since_named: int = 0  # sentences since it was named
    last: Period | None = None  # of the last figure read
    header: Header | None = None  # of the table that the present block is a row of
    heading: Stretch | None = None  # of the rows of a table that the present one stands among
    explicit: list[Period] = field(default_factory=list)  # intervals of the page, told by their days
    intervals: list[Period] = field(default_factory=list)  # these, and those of the running text
    doer: Body | None = None  # the body that the headline is about
    headline: str = ""  # the index that the headline is about
    headline_level: str | None = None  # the level whose staff the headline is about
    line_by_line: bool = False  # every sentence stands in a line of its own, so that lines are no paragraphs
    planned: bool = False  # the headline is about a plan
    handles: bool = False  # the headline, or a heading, is about the handling of dossiers
    plan: Period | None = None  # its time


def begin(page: Page) -> Told:
    """Return the state at the top of a page."""
    told = Told(Calendar(page.document.published, latest=_latest_year(page)), _depths(page))
    told.line_by_line = _is_line_by_line(page)
    if len(indices := page.lexicon.indices_of(address_headline(page.document.url))) == 1:
        told.headline = next(iter(indices))  # unless the page has a headline of its own
    for mention in _reporting_periods(page):
        told.explicit += [mention.period] if mention.period else []
        told.intervals += [mention.period] if mention.period else []
        told.period = told.main = mention  # unless the headline tells another
    return told


def _latest_year(page: Page) -> int | None:
    """Return the latest year that a page names, those left out that it compares with and those of laws."""
    text, compares = page.folded.text, page.lexicon.grammar["base-before"]
    years = []
    for found in _YEAR.finditer(text):
        before = text[max(0, found.start() - _BASE_REACH) : found.start()].rstrip()
        if not any(compares.search(each) for each in (before, before.rpartition(" ")[0])):  # with "năm", or without
            years.append(int(found[0]))
    days = [int(found[1]) for found in _DAY_OF_YEAR.finditer(text, 0, _OPENING)]
    years += [int(year) for year in _YEAR_OF_DATE.findall(text, 0, _OPENING)]
    return max(days or years, default=None)  # what happened on a day is told in its year


def _is_line_by_line(page: Page) -> bool:
    """Tell whether a page is broken into a line a sentence: its lines are no paragraphs."""
    prose = [b for b in page.document.blocks if b.kind in _PROSE]
    single = sum(len(page.sentences(b)) == 1 for b in prose)
    return len(prose) >= _FEWEST_LINES and single >= _LINE_BY_LINE * len(prose)


def _reporting_periods(page: Page) -> Iterator[PeriodMention]:
    """Yield the intervals that datelines give by their days: "(Kỳ báo cáo: từ 15/12/2022 đến 14/6/2023)"."""
    for block in page.document.blocks:
        if block.kind != "dateline":
            continue
        start, end = page.folded.position(block.span.start), page.folded.position(block.span.end)
        calendar = Calendar(page.document.published)
        for mention in find_periods(page.folded.text, start, end, page.lexicon, calendar):
            period = mention.period
            if mention.explicit and period is not None and _is_report(period):
                yield mention


def _is_report(period: Period) -> bool:
    """Tell whether an interval may be what a page reports on: longer than a day, no longer than about a year."""
    return (
        period.start is not None and period.end is not None and 1 <= (period.end - period.start).days <= _LONGEST_REPORT
    )


class _Heading(NamedTuple):
    """A line that heads a section; ``rank`` is lower the more it heads, ``aims`` "target", "result" or ""."""

    rank: int
    aims: str


def _heading(page: Page, index: int) -> _Heading | None:
    """Return what a line heads: "II. MỤC TIÊU", or without such a number a line that is nothing but a heading."""
    block = page.document.blocks[index]
    start, end = page.stretch(block.span)
    text, grammar = page.folded.text, page.lexicon.grammar
    if end - start > _LONGEST_HEADING or block.kind not in ("title", "heading", *_PROSE):
        return None
    opening = grammar["section-opening"].fullmatch(text, start, end)
    if block.kind == "title" and (opening is None or opening.lastgroup != "part"):
        return None
    numbered = grammar["section-number"].match(text, start, end)
    if not (opening or numbered or block.kind == "heading"):
        return None
    aims, results = (grammar[name].search(text, start, end) for name in ("target-section", "result-section"))
    mark = "part" if numbered else (opening and opening.lastgroup) or ""
    rank = _RANKS.get(mark, len(_RANKS))
    if results and not (aims and aims.start() < results.start()):
        return _Heading(rank, "result")
    return _Heading(rank, "target" if aims else "")


def note_section(page: Page, index: int, told: Told) -> None:
    """Notice a heading that opens a section of targets ("I. MỤC TIÊU") or of results, or closes one."""
    _note_unit(page, index, told)
    heading = _heading(page, index)
    told.headed = heading is not None and bool(heading.aims or heading.rank <= told.rank)
    if heading is None or not told.headed:
        return
    told.section, told.rank, told.of_section = heading.aims, heading.rank, None
    if told.planned and told.section == "result":
        told.period = told.mentioned = None  # not what is planned for


def _note_unit(page: Page, index: int, told: Told) -> None:
    """Notice a line that names the unit told of in the lines below it: "2. Tại xã Phú Mỹ"; another heading ends it."""
    block = page.document.blocks[index]
    if block.kind not in ("heading", *_PROSE):
        return
    start, end = page.stretch(block.span)
    named = [p for p in page.places if start <= p.start and p.end <= end]
    text, before = page.folded.text, page.lexicon.grammar["unit-heading-before"]
    mark = _HEADS.match(text, start, end)
    rank = _UNNUMBERED if mark is None else 0 if mark["part"] else 1 + mark["number"].count(".")
    if len(named) == 1 and not text[named[0].end : end].strip(" :") and before.match(text, start, named[0].start):
        told.of_heading, told.heading_rank = named[0], rank
    elif rank <= told.heading_rank if mark else block.kind == "heading":
        told.of_heading = None


def open_block(page: Page, index: int, told: Told) -> None:
    """Set what governs a block: for a list item what stands above it, for a paragraph what the page told before."""
    block, depth = page.document.blocks[index], told.depths[index]
    told.opening, told.announced, told.group = None, None, index
    told.subject, told.since_named = told.of_heading, 0
    if block.kind in TABULAR:
        _open_row(page, index, told)
        return
    told.header = None
    if depth is None:
        told.count, told.listed = None, ""
        told.items.clear()
        if not (_points_back(page, block) or _names_again(page, block, told.body)):
            told.level, told.staff_level, told.body = None, None, None
            told.period = told.period if told.line_by_line else _of_paragraph(told)
            told.places.update({} if told.line_by_line else told.titled)
        kept = _kept_index(told.frame, page.lexicon)
        of_headline = told.headline and not (kept and kept.cues and _announces(page, index))
        told.frame = Frame({told.headline: _OF_HEADLINE}) if of_headline else kept
        return
    if not told.items and not (index and _announces(page, index - 1)):
        told.period = told.period if told.line_by_line else _of_paragraph(told)
    sister: Item | None = None
    while told.items and told.items[-1].depth >= depth:
        sister = told.items.pop()
    if sister is not None and sister.frame is not None:
        told.frame = carry_over(sister.frame, page.lexicon)
    if sister is not None:
        told.group = sister.group
    if told.items:
        above = told.items[-1]
        told.group, told.level, told.body = above.index, above.level, above.body
        told.frame = above.frame or told.frame


def _of_paragraph(told: Told) -> PeriodMention | None:
    """Return the period that a new paragraph begins with: that of its section, else that of the page."""
    if told.of_section or (told.planned and told.section == "result"):
        return told.of_section
    return told.main or told.period


def _open_row(page: Page, index: int, told: Told) -> None:
    """Set what governs a row of a table: the names of its columns, and a line above that heads several rows."""
    block = page.document.blocks[index]
    cells = stretches(page, block)
    if block.kind == "header" or told.header is None:
        frame = told.items[-1].frame if told.items else None
        before, told.heading = told.header, None
        names = cells if block.kind == "header" else ()
        over = before.cells if before and before.index == index - 1 and len(before.cells) == len(names) else ()
        names = tuple(a if b[0] == b[1] else b for a, b in zip(over, names, strict=True)) if over else names
        frame = counted_frame(page, (*names[1:], *over), frame or told.frame)
        told.header = Header(index, names, frame, index_told(told, page.lexicon), over)
    elif len(cells) == 1:
        told.heading = cells[0]
    told.group = told.header.index


def index_told(told: Told, lexicon: Lexicon) -> str:
    """Return the index that was told last, else that of the headline."""
    cues = told.frame.cues if told.frame is not None else {}
    told_last = [c for c in cues if lexicon.cues[c].dimension == "index"]
    return max(told_last, key=lambda c: cues[c], default=told.headline)


def close_block(page: Page, index: int, told: Told) -> None:
    """Keep what a list item, or a paragraph that announces a list, hands down to the items below it."""
    depth = told.depths[index]
    if depth is not None or _announces(page, index):
        frame = told.opening or told.announced
        told.items.append(Item(index, told.group, -1 if depth is None else depth, told.level, told.body, frame))


def _announces(page: Page, index: int) -> bool:
    """Tell whether a block announces a list: it ends with a colon."""
    return page.document.blocks[index].span.of(page.document.text).rstrip().endswith(":")


def remember(sentence: Sentence, told: Told, last: Frame | None, idle: Container[int] = ()) -> None:
    """Keep what governs the following sentences.

    ``last`` is the frame of the sentence's last number, ``idle`` where units begin that do nothing.
    """
    kind = sentence.page.document.blocks[sentence.paragraph].kind
    titled = kind == "title"
    announces = _announces(sentence.page, sentence.paragraph)
    if sentence.lexicon.grammar["target-list"].search(sentence.text, sentence.start, sentence.end):
        told.listed = "target"
    reform = sentence.lexicon.grammar["reform"].search(sentence.text, sentence.start, sentence.end) is not None
    heading = _heads_section(sentence)
    heads = announces or heading
    periods = list(sentence.periods)
    if heading and told.section and periods:
        periods[0] = replace(periods[0], base=False)  # "Nhiệm vụ năm 2023"
    _remember_periods(_with_sole(periods, sentence, told), told, kind, announces=heads, reform=reform)
    if told.headed and any(p.period is not None for p in periods):
        told.of_section = told.period
    acting = [h for h in sentence.hits() if h.start not in idle]
    staffed = names_staff(sentence.text, sentence.start, sentence.end, sentence.lexicon)
    of_staff = [h for h in acting if staffed and is_of_staff(sentence.text, h, sentence.lexicon)]
    levels = levels_told(sentence.bodies, [h for h in acting if h not in of_staff])
    if len(levels) == 1:
        levels &= levels_told(sentence.bodies, [h for h in acting if h not in of_staff and not _is_aside(sentence, h)])
    office = sentence.lexicon.grammar["office-of-unit"].search(sentence.text, sentence.start, sentence.end)
    if levels:
        told.level = next(iter(levels)) if len(levels) == 1 else "all"
    elif office is not None and (sentence.numbers or _is_brief(sentence)):
        told.level = "province" if office["province"] else "named"  # "2.1. Bộ phận Một cửa huyện"
    elif (not sentence.numbers or sentence.places) and not sentence.points_back():
        told.level, told.staff_level, told.body = None, None, None
    elif names_district(sentence.text, sentence.start, sentence.end, sentence.bodies, sentence.lexicon):
        subject = sentence.lexicon.grammar["unit-as-subject"].search(sentence.text, sentence.start, sentence.end)
        told.level = "named" if subject else told.level or "named"
    told.staff_level = next(iter(levels_told((), of_staff)), None) if of_staff else told.staff_level
    if titled and len(levels) == 1 and any(h.concept in _HANDLED for h in sentence.hits()):
        told.of_title = next(iter(levels))
    if titled or heads:
        told.handles = told.handles or any(h.concept in _HANDLED for h in sentence.hits())
    if titled:
        indices = {h.concept for h in sentence.hits() if h.dimension == "index"}
        told.headline = indices.pop() if len(indices) == 1 else told.headline
        bodies = [(b.start, b.end) for b in sentence.bodies]
        of_page = levels_told((), [h for h in acting if not any(a <= h.start < b for a, b in bodies)])
        told.headline_level = next(iter(of_page), None) if len(of_page) == 1 else told.headline_level
        concepts = {h.concept for h in sentence.hits() if not any(a <= h.start < b for a, b in bodies)}
        grammar, whole = sentence.lexicon.grammar, (sentence.text, sentence.start, sentence.end)
        aims = "plan" in concepts or grammar["aims-given"].search(*whole) is not None
        told.planned |= aims and "result" not in concepts and grammar["plan-met"].search(*whole) is None
        if told.planned and told.main is not None:
            told.plan = told.main.period
    if doers := sentence.doers:
        named = [b for b in doers if not b.unnamed or b.committee]
        told.body = named[-1] if named else told.body or doers[-1]
        told.doer = doers[0] if titled and not doers[0].committee else told.doer
    _remember_subject(sentence, told)
    called = [p for p in sentence.places if _is_called(sentence, p)]
    told.places.update({p.kind: p for p in called})
    if titled:
        told.titled = {**{p.kind: p for p in reversed(called)}, **told.titled}
    told.whole = last
    if last is not None:
        told.frame = carry_over(last, sentence.lexicon)
    else:
        told.frame = topic_frame(sentence.hits(), told.frame, sentence.lexicon)
        told.announced = announced_frame(sentence.hits()) if announces else None


def _is_aside(sentence: Sentence, hit: Hit) -> bool:
    """Tell whether a level is told only aside, behind a number: "đạt 99,6%, riêng cấp xã 99,7%"."""
    if hit.dimension != "level" or not any(n.after <= hit.start for n in sentence.numbers):
        return False
    return sentence.lexicon.grammar["aside-before"].search(sentence.text, sentence.start, hit.start) is not None


def _heads_section(sentence: Sentence) -> bool:
    """Tell whether a sentence is a short line that heads a section: "II. Chỉ tiêu năm 2011"."""
    if sentence.page.document.blocks[sentence.paragraph].kind == "heading":
        return True
    return _is_brief(sentence) and _heading(sentence.page, sentence.paragraph) is not None


def _is_brief(sentence: Sentence) -> bool:
    """Tell whether the line of a sentence has no more words than an item of a list."""
    span = sentence.page.document.blocks[sentence.paragraph].span
    short = span.end - span.start <= _LONGEST_ITEM * _LONGEST_WORD
    return short and len(span.of(sentence.page.document.text).split()) <= _LONGEST_ITEM


def _remember_subject(sentence: Sentence, told: Told) -> None:
    opening = [p for p in sentence.places if p.start - _clause_start(sentence, p) <= _SUBJECT_REACH]
    opening = [p for p in opening if not _is_bracketed(sentence, p)]  # where a speaker lives
    spoken = sentence.finds("speaker", sentence.start, sentence.end) is not None
    whole = spoken or any(h.dimension in ("scope", "national") for h in sentence.hits())
    if whole or sentence.places:
        text, grammar = sentence.text, sentence.lexicon.grammar
        free = {p.candidates for p in sentence.places if not is_apposed(p, sentence.places, text, grammar)}
        alone = len(free) == 1
        told.subject = opening[0] if opening and alone and not whole else None
        told.since_named = 0
    elif told.since_named == _NAMED_AGAIN or _speaks_of_other(sentence, told.subject):
        told.subject = None
    else:
        told.since_named += 1


def _is_bracketed(sentence: Sentence, place: Place) -> bool:
    """Tell whether a unit is named in brackets: "chị Lụa (xã Trung Nghĩa, TP Hưng Yên)"."""
    opened = sentence.text.rfind("(", sentence.start, place.start)
    return opened >= 0 and ")" not in sentence.text[opened : place.start]


def _speaks_of_other(sentence: Sentence, subject: Place | None) -> bool:
    """Tell whether a sentence goes back to "the city" from one of its districts."""
    doer = sentence.lexicon.grammar["kind-as-doer"].search(sentence.text, sentence.start, sentence.end)
    return subject is not None and doer is not None and doer[1] != subject.kind


def _is_called(sentence: Sentence, place: Place) -> bool:
    """Tell whether a unit is named with its kind, so that the kind alone may mean it later; one of a list is not."""
    return bool(place.kind_word) and sentence.text.startswith(place.kind_word, place.start)


def _clause_start(sentence: Sentence, place: Place) -> int:
    """Return where the clause of a unit begins, behind a time or a source told before it: "Theo báo cáo, xã …"."""
    comma = sentence.text.rfind(", ", sentence.start, place.start)
    counted = any(sentence.start <= n.start < comma for n in sentence.numbers)
    return sentence.start if comma < 0 or counted else comma + 2


def _with_sole(periods: list[PeriodMention], sentence: Sentence, told: Told) -> list[PeriodMention]:
    """Let the one period of a sentence govern what follows if it stands before its numbers and is later than before.

    "Phường A 9 tháng đầu năm 2020 nhận 97.512 hồ sơ. Phường B nhận 71.340".
    """
    sole = [p for p in periods if p.period is not None and not (p.base or p.bracketed or p.to_date or p.span_of_years)]
    if len(sole) != 1 or len(periods) != 1 or sole[0].governs or not sentence.numbers:
        return periods
    told_before, own = told.period.period if told.period else None, sole[0].period
    if sole[0].end > sentence.numbers[0].start or own is None or own.start is None:
        return periods
    later = told_before is not None and told_before.start is not None and own.start > told_before.start
    return [replace(sole[0], governs=True)] if later else periods


def _remember_periods(
    periods: Iterable[PeriodMention], told: Told, kind: str, *, announces: bool, reform: bool
) -> None:
    """Keep what governs: a period at the head of a clause, and any in a headline or in a line that announces a list."""
    periods = [p for p in periods if not p.of_start]
    anywhere = kind == "title" or announces
    intervals = [p.period for p in periods if p.explicit and p.period is not None]
    told.intervals += intervals
    told.explicit += intervals if anywhere or kind == "lead" else []
    heading = [
        p for p in periods if p.governs or (anywhere and p.period is not None and not p.base and not p.span_of_years)
    ]
    governing = [p for p in heading if (p.explicit or not p.bracketed) and not _is_passing(p, told)]
    governing = [p for p in governing if p.period is not None or not p.to_date]  # "now", of a page without a day
    if governing and not closes(governing[-1], told.period):
        told.period = governing[-1]
        closed = told.period.period is not None and told.period.period.end != told.known.published
        if kind == "lead" and told.report is None and closed:
            told.report = told.period
        told.first = told.first or (told.period if kind != "title" else None)
        if kind == "title":
            told.period = _interval_reported(told.main, told.period) or told.period
        if kind == "title" or (kind == "lead" and _is_part(told.period, told.main)):
            told.main = told.period
            told.known.reported = told.main.period
    told.state = next((p for p in reversed(periods) if p.to_date and not (p.base or p.bracketed)), told.state)
    told.now = told.now or (told.state if kind != "title" else None)
    told.span = next((p for p in periods if p.span_of_years and (p.at_head or reform)), told.span)
    told.reform = next((p for p in periods if p.span_of_years and reform), told.reform)
    years = [p for p in periods if not (p.base or p.bracketed or p.to_date) and p.period and p.period.start]
    told.mentioned = years[-1] if years else told.mentioned


def _is_passing(mention: PeriodMention, told: Told) -> bool:
    """Tell whether a deadline to come is told in passing, not as that of a list or section of targets."""
    published, period = told.known.published, mention.period
    ahead = bool(published and period and period.end and period.end > published)
    return mention.deadline and ahead and not (told.listed or told.section == "target")


def _interval_reported(dateline: PeriodMention | None, headline: PeriodMention) -> PeriodMention | None:
    """Return the interval of days that a dateline tells if it ends within the year of the headline."""
    days, year = dateline.period if dateline and dateline.explicit else None, headline.period
    if not (days and days.start and days.end and year and year.start and year.end) or headline.explicit:
        return None
    most = (year.end - year.start).days >= (days.end - days.start).days // 2
    return dateline if most and year.start <= days.end <= year.end else None


def _is_part(mention: PeriodMention, whole: PeriodMention | None) -> bool:
    """Tell whether a period lies inside another: a lead names the quarter of the year in the headline."""
    inner, outer = mention.period, whole.period if whole else None
    if not (inner and outer and inner.start and inner.end and outer.start and outer.end):
        return False
    return inner != outer and outer.start <= inner.start and inner.end <= outer.end


def _points_back(page: Page, block: Block) -> bool:
    """Tell whether a paragraph opens with "trong số hồ sơ trên": it goes on about the same doer."""
    return opens_with(page, page.folded.position(block.span.start), "those")


def _names_again(page: Page, block: Block, body: Body | None) -> bool:
    """Tell whether a paragraph calls the body told of before by its head only: "đến giao dịch tại trung tâm"."""
    start, end = page.folded.position(block.span.start), page.folded.position(block.span.end)
    again = page.lexicon.grammar["body-again"].search(page.folded.text, start, end)
    return again is not None and body is not None and again.group() == body.head


def _kept_index(frame: Frame | None, lexicon: Lexicon) -> Frame | None:
    """Return what a paragraph hands on to the next: the index under discussion."""
    if frame is None:
        return None
    return Frame({c: w for c, w in frame.cues.items() if lexicon.cues[c].dimension == "index"})


def _depths(page: Page) -> tuple[int | None, ...]:
    """Return for each block how deep it lies in a list, from 0; None for running text.

    A short line with a number is an item too where a colon announces it or where the line before it is one, and so are
    lines side by side that are no more than a label with its number.
    """
    depths: list[int | None] = []
    before, listed = "", False
    texts = [block.span.of(page.document.text) for block in page.document.blocks]
    labelled = [_LABELLED.fullmatch(text) is not None for text in texts]
    beside = [a or b for a, b in zip([False, *labelled], [*labelled[1:], False], strict=False)]
    for block, text, alike in zip(
        page.document.blocks, texts, map(all, zip(labelled, beside, strict=False)), strict=True
    ):
        brief = len(text.split()) <= _LONGEST_ITEM
        depth: int | None = None
        if (marker := _MARKER.match(text)) is not None:
            depth = next(depth for depth, name in enumerate(_DEPTHS) if marker[name])
        elif block.kind not in TABULAR and (
            alike or (brief and any(c.isdigit() for c in text) and (before.endswith(":") or listed))
        ):
            depth = _BARE_ITEM
        listed = bool(depths) and brief and depth is not None
        before = text.rstrip()
        depths.append(depth)
    return tuple(_above_those_below(texts, depths))


def _above_those_below(texts: Sequence[str], depths: Sequence[int | None]) -> Iterator[int | None]:
    """Put a line above the items right behind it: "+ Cấp xã" above "- Tiếp nhận: 8.320 hồ sơ".

    So is a label without a mark above marked ones: "Đang giải quyết: 201" above "+ Quá hạn: 1".
    """
    signs = [_sign(text) for text in texts]
    for text, sign, depth, below, after in zip(
        texts, signs, depths, [*depths[1:], None], [*signs[1:], ""], strict=True
    ):
        if depth is None:
            yield None
            continue
        silent = bool(sign) and not any(c.isdigit() for c in text.split(None, 1)[-1])
        labelled = depth == _BARE_ITEM and _LABELLED.fullmatch(text) is not None
        heads = (silent or labelled) and below is not None and after not in ("", sign)
        yield 2 * min(depth, below) if heads and below is not None else 2 * depth + 1


def _sign(text: str) -> str:
    """Return the first sign of the mark of a list item, "" where there is none."""
    marker = _MARKER.match(text)
    return marker[0].strip()[:1] if marker else ""
