"""When a figure is told for: the choice among the periods of its sentence and the one that governs the page."""

from datetime import date

from builder.extractor.frames import Zone
from builder.extractor.periods import PeriodMention, closes
from builder.extractor.quantities import Number
from builder.extractor.sentence import Sentence
from builder.extractor.told import Told
from builder.facts import Period
from builder.lexicon import Indicator

_YEAR_DAYS = 364
_BRACKET_REACH = 40  # how far before a number its bracket opens


def choose_period(sentence: Sentence, zone: Zone, indicator: Indicator, told: Told, *, aimed: bool) -> Period | None:
    """Return the period a number is told for: in its brackets, before it, behind it, else the one that governs.

    ``aimed`` if the number is a target: "đến năm 2025 đạt 95%" is a target for that year.
    """
    if (compared := _compared_with(sentence, zone.number, told)) is not None:
        return _a_year_before(compared)
    mention = _own_mention(sentence, zone)
    goes_on = sentence.points_back() or sentence.finds("specifying", sentence.start, sentence.end)
    if mention is None and told.last is not None and goes_on:
        return told.last
    if mention is not None and closes(mention, told.period):
        mention = told.period  # "đến hết 31/7" on a page that reports from 1/7 to 31/7
    if mention is None:
        mention = _governing(sentence, zone, indicator, told)
        if aimed and _is_over(mention, told):
            return None  # a target is not one of last year, whatever was told of it before
    if mention is not None and mention is told.period and _is_done_before(sentence, zone, mention, told):
        mention = told.mentioned if told.mentioned is not mention else None
    if mention is not None and mention.to_date and mention.period is None and _is_state(told.period):
        mention = told.period  # "hiện còn" behind "đến ngày 15/9": the page has no other day
    if mention is None:
        return _year_after_base(sentence, indicator)
    annual = indicator.measure in ("points", "rank") or (aimed and _is_yearly(indicator))
    summed_up = mention.span_of_years and indicator.measure in ("points", "rank")
    return _year_of(mention.period) if (mention.deadline and annual) or summed_up else mention.period


def _is_over(mention: PeriodMention | None, told: Told) -> bool:
    """Tell whether a period ended before the page was published."""
    published, period = told.known.published, mention.period if mention else None
    return bool(published and period and period.end and period.end < published)


def _compared_with(sentence: Sentence, number: Number, told: Told) -> Period | None:
    """Return the time a year after that of a number which is told only as "cùng kỳ"; None where it is not.

    That of the number before in "78,9% (cùng kỳ 52,3%)", the one that governs in "Cùng kỳ năm trước, …".
    """
    grammar, start = sentence.lexicon.grammar, max(sentence.start, number.start - _BRACKET_REACH)
    if told.last is not None and grammar["year-before-figure"].search(sentence.text, start, number.start):
        return told.last
    head = grammar["year-before-at-head"].match(sentence.text, sentence.start, number.start)
    if head is None or any(head.end() < p.start < number.start for p in sentence.periods):
        return None
    return told.period.period if told.period else None


def _a_year_before(period: Period) -> Period | None:
    """Return the same days of the year before; None of a period that is open, or begins or ends on 29 February."""
    try:
        days = [d.replace(year=d.year - 1) for d in (period.start, period.end) if d is not None]
    except ValueError:
        return None
    return Period(*days) if len(days) == 2 else None


def _is_yearly(indicator: Indicator) -> bool:
    """Tell whether a target of an indicator is one of a year: a rate, a score or a rank, not what adds up."""
    return indicator.measure in ("percent", "points", "rank") and not indicator.reducing


def _year_of(period: Period | None) -> Period | None:
    """Return the year at whose end something is due."""
    return Period(date(period.end.year, 1, 1), period.end) if period is not None and period.end is not None else None


def _is_state(mention: PeriodMention | None) -> bool:
    return mention is not None and mention.period is not None and mention.period.start is None


def _own_mention(sentence: Sentence, zone: Zone) -> PeriodMention | None:
    number = zone.number
    if (mention := _in_brackets(sentence, number)) is not None:
        return mention
    right_behind = sentence.lexicon.grammar["year-behind"]
    if (aside := _in_brackets_behind(sentence, number)) is not None:
        return aside
    behind = [p for p in sentence.periods if number.after <= p.start and not p.base and not p.bracketed]
    if behind and right_behind.fullmatch(sentence.text, number.after, behind[0].start):
        return behind[0]
    before = [p for p in sentence.periods if p.end <= number.start and _reaches(sentence, p, number) and not p.of_start]
    own = [p for p in before if p.start >= zone.start]
    if own:
        return own[-1]
    if behind and zone.right and behind[0].end <= zone.right[0][1]:
        return behind[0]
    return before[-1] if before else None


def _in_brackets_behind(sentence: Sentence, number: Number) -> PeriodMention | None:
    """Return the period that alone fills the brackets right behind a number: "từ vị trí 32 (năm 2012) lên …"."""
    behind = next((p for p in sentence.periods if number.after <= p.start), None)
    if behind is None or not behind.bracketed or sentence.text[behind.end : behind.end + 1] != ")":
        return None
    return behind if sentence.text[number.after : behind.start].strip() == "(" else None


def _is_done_before(sentence: Sentence, zone: Zone, mention: PeriodMention, told: Told) -> bool:
    """Tell whether a number is told as done although a day to come governs: "trước ngày 30/6 …, nay đã giảm"."""
    period, published = mention.period, told.known.published
    if not (period and period.start is None and period.end and published and period.end > published):
        return False
    return sentence.lexicon.grammar["done"].search(sentence.text, zone.start, zone.number.start) is not None


def _is_left(sentence: Sentence, zone: Zone, indicator: Indicator) -> bool:
    """Tell whether a number counts the units that a reform left over: "sau sắp xếp, huyện còn 12 xã"."""
    left = sentence.lexicon.grammar["after-reform"]
    inventory = indicator.measure == "count" and not indicator.levelled
    return inventory and left.search(sentence.text, sentence.start, zone.number.start) is not None


def _governing(sentence: Sentence, zone: Zone, indicator: Indicator, told: Told) -> PeriodMention | None:
    """Return what the page told before; a state told "đến nay" governs only indicators of a state.

    What a reform took away or left over is told of the span of years that the page is about.
    """
    span = told.span if indicator.reducing else told.reform if _is_left(sentence, zone, indicator) else None
    if span is not None and (told.period is None or span.start > told.period.start):
        return span
    if indicator.stock and told.state is not None and (told.period is None or told.state.start > told.period.start):
        return told.state
    annual = indicator.measure in ("points", "rank")
    if annual and (beside := _year_beside(sentence, told)) is not None:
        return beside
    if annual and told.of_index is not None and (told.period is None or told.of_index.start > told.period.start):
        return told.of_index
    later = [p for p in sentence.periods if not p.base and p.period is not None] if annual else []
    if later and told.period is None:
        return later[-1]
    if annual and told.mentioned is not None and (told.period is None or told.period.period is None):
        return told.mentioned
    if told.period is None and not indicator.stock and not any(p.period is None for p in sentence.periods):
        return told.mentioned
    if told.period is None or not told.period.to_date or indicator.stock:
        return told.period
    year = told.mentioned
    return year if year is not None and year.start > told.period.start else told.report or told.main


def _year_beside(sentence: Sentence, told: Told) -> PeriodMention | None:
    """Return the year that another index of the same paragraph was told for, on a page about a part of a year."""
    start, _ = sentence.page.stretch(sentence.page.document.blocks[sentence.paragraph].span)
    year, governing = told.mentioned, told.period.period if told.period else None
    if year is None or year.start < start or governing is None or year.period is None or year is told.period:
        return None
    days = [(p.end - p.start).days if p.start and p.end else 0 for p in (governing, year.period)]
    return year if 0 < days[0] < _YEAR_DAYS <= days[1] else None


def _in_brackets(sentence: Sentence, number: Number) -> PeriodMention | None:
    """Return the period of a number in brackets: told in them or right before them: "so với năm 2018 (63,42 điểm)"."""
    opened = sentence.text.rfind("(", sentence.start, number.start)
    if opened < 0 or ")" in sentence.text[opened : number.start]:
        return None
    inside = [p for p in sentence.periods if opened < p.start and p.end <= number.start and not p.base]
    if inside:
        return inside[-1]
    before = [p for p in sentence.periods if p.base and p.end <= opened]
    based = [p for p in before if not sentence.text[p.end : opened].strip()]
    return based[-1] if based else None


def _reaches(sentence: Sentence, mention: PeriodMention, number: Number) -> bool:
    """Tell whether a period before a number governs it: not a base of comparison, not in closed brackets."""
    if mention.base:
        return False
    closed = mention.bracketed and ")" in sentence.text[mention.end : number.start]
    return mention.explicit or not closed


def _year_after_base(sentence: Sentence, indicator: Indicator) -> Period | None:
    """Return the year after the one that an annual index is compared with."""
    based = [p.period for p in sentence.periods if p.base and p.period is not None]
    if indicator.measure not in ("points", "rank") or not based or based[-1].end is None:
        return None
    year = based[-1].end.year + 1
    return Period(date(year, 1, 1), date(year, 12, 31))
