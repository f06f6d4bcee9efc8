"""Periods as pages state them: "9 tháng năm 2023", "từ 2018 đến nay", "quý I (từ 15/12/2022 đến 14/3/2023)"."""

import calendar
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import zip_longest

from builder.facts import Period
from builder.lexicon import Lexicon, PeriodPattern

_EARLIEST, _LATEST = 1990, 2035
_LATE_REPORT = 2  # months after which a page no longer calls the first months of its year "qua"
_JUST_OVER = 75  # days after which a page no longer reports on the months before
_LOOKS_BACK = 3  # the month up to which "6 tháng cuối năm" means those of the year before
_LATE_IN_YEAR = 9  # months that a page of the beginning of a year sums up of the year before
_START_REACH = 48  # characters in which "từ 782 đơn vị" stands before its year
_YEAR_ENDS = 11  # the month from which "năm qua" means the year of the page
_NOT_GOVERNING = frozenset({"years", "unknown", "whole-year"})
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@dataclass(frozen=True, slots=True)
class PeriodMention:
    """A period in folded text."""

    start: int
    end: int
    period: Period | None  # None: a time is told, but not which
    explicit: bool = False  # days are given, not a label such as "quý I"
    to_date: bool = False  # "đến nay", "hiện nay": a state, not an interval
    base: bool = False  # told only to compare with: "so với năm 2020"
    bracketed: bool = False  # stands in brackets
    governs: bool = False  # stands where it governs what follows: at the head of a clause
    span_of_years: bool = False  # "giai đoạn 2016-2020"
    deadline: bool = False  # "đến năm 2025"
    at_head: bool = False  # stands at the head of a clause
    of_start: bool = False  # only of where a change began: "từ hạng 9 năm 2020 vươn lên hạng 5"


@dataclass
class Calendar:
    """What is known about time while a page is read from top to bottom.

    Year numbers that the page leaves out are those of the last period told, else of the publication date.
    """

    published: date | None
    year: int | None = None
    latest: int | None = None  # the latest year the page names
    since: date | None = None  # when that began of which the page speaks
    until: date | None = None  # the last day of the time told last
    spans: list[Period] = field(default_factory=list)  # of years, told so far
    reported: Period | None = None  # what the headline says the page reports on

    def current_year(self) -> int | None:
        """Return the year that "quý I" or "6 tháng đầu năm" without a year belongs to.

        That is the year told last, unless it lies too far back for the page to speak of it still.
        """
        if self.published is not None and (self.year is None or self.published.year - self.year > 1):
            return self.published.year
        return self.year or self.latest

    def year_reported(self, months: int) -> int | None:
        """Return the year of which the page reports on the first months, if it is told by its headline."""
        told = self.reported
        if told is None or told.start is None or told.end is None:
            return None
        year = told.start.year
        return year if told == Period(date(year, 1, 1), _month_end(year, months)) else None

    def year_just_told(self, months: int) -> int | None:
        """Return the year of the page where its first months ended shortly before: "6 tháng đầu năm" in July."""
        if self.published is None:
            return None
        since = (self.published - _month_end(self.published.year, months)).days
        return self.published.year if 0 <= since <= _JUST_OVER else None


def find_periods(text: str, start: int, end: int, lexicon: Lexicon, known: Calendar) -> list[PeriodMention]:
    """Return the periods told in ``text[start:end]``, by position; earlier patterns of the ontology win."""
    taken: list[tuple[int, int]] = []
    found = []
    for index, match in lexicon.dating.find(text, start, end):
        if not any(a < match.end() and match.start() < b for a, b in taken):
            taken.append(match.span())
            found.append((match.start(), lexicon.periods[index], match))
    mentions = list(_interpret(text, start, sorted(found, key=lambda f: f[0]), lexicon, known))
    return [_filled(text, *pair) for pair in zip_longest(mentions, mentions[1:])]


def _filled(text: str, mention: PeriodMention, after: PeriodMention | None) -> PeriodMention:
    """Give "đến hết tháng 9 (9 tháng đầu năm)" the first day that the brackets behind it tell."""
    until, whole = mention.period, after.period if after else None
    if until is None or whole is None or until.start is not None or until.end != whole.end:
        return mention
    return replace(mention, period=whole) if after and text[mention.end : after.start].strip() == "(" else mention


def _interpret(
    text: str, begin: int, found: Iterable[tuple[int, PeriodPattern, re.Match[str]]], lexicon: Lexicon, known: Calendar
) -> Iterator[PeriodMention]:
    first: Period | None = None
    for start, way, match in found:
        yields = way.yields
        groups = _first_day(way) | {k: v for k, v in match.groupdict().items() if v is not None}
        if lexicon.grammar["aim-behind"].match(text, match.end()) or lexicon.grammar["aim-before"].search(
            text, begin, start
        ):
            groups["ahead"] = ""
        if "r" in groups and yields != "relative-year" and known.published is not None:
            groups["y"] = groups["y1"] = str(known.published.year - (groups["r"] != "nay"))
        try:
            period = _READERS[yields](groups, known)
        except ValueError:  # 31/2, month 13: no date
            continue
        if period is not None and not _is_sane(period):
            continue
        before = text[max(begin, start - 40) : start]
        planned = lexicon.grammar["planned-before"].search(before) and text[match.end() : match.end() + 1] != ":"
        base = bool(planned or lexicon.grammar["base-before"].search(before))
        opened = text.rfind("(", begin, start)
        bracketed = opened >= 0 and ")" not in text[opened:start]
        bracketed = bracketed and not lexicon.grammar["time-before-bracket"].search(before)
        at_head = start == begin or lexicon.grammar["head-before"].search(before) is not None
        looks_back = _is_before(period, first)
        of_start = _is_of_start(text, begin, match, lexicon)
        first = first or (None if base or of_start else period)
        if not (base or looks_back or of_start):
            _remember(period, yields, known)
        yield PeriodMention(
            start,
            match.end(),
            period,
            explicit=yields == "dates",
            to_date=yields == "until-now",
            base=base,
            bracketed=bracketed,
            governs=(at_head or yields == "since")
            and not (base or looks_back or of_start)
            and yields not in _NOT_GOVERNING,
            span_of_years=yields == "years",
            deadline=yields == "by-year",
            at_head=at_head,
            of_start=of_start,
        )


def _is_of_start(text: str, begin: int, period: re.Match[str], lexicon: Lexicon) -> bool:
    """Tell whether a time is only that of where a change began: "từ hạng 9 năm 2020 vươn lên hạng 5"."""
    start = max(begin, period.start() - _START_REACH)
    before = lexicon.grammar["change-start-before"].search(text, start, period.start())
    return before is not None and lexicon.grammar["change-start-behind"].match(text, period.end()) is not None


def _is_sane(period: Period) -> bool:
    years = [d.year for d in (period.start, period.end) if d]
    in_order = not (period.start and period.end) or period.start <= period.end
    return in_order and all(_EARLIEST <= y <= _LATEST for y in years)


def _is_before(period: Period | None, first: Period | None) -> bool:
    """Tell whether a time lies before that told first, with which it is compared: "năm 2014 thứ 61, năm 2013 là 45"."""
    return bool(period and first and period.end and first.start and period.end < first.start)


def _first_day(way: PeriodPattern) -> dict[str, str]:
    """Return the day that a wording names without its date, as if it stood there."""
    day = way.begins
    return {"y1": str(day.year), "m1": str(day.month), "d1": str(day.day)} if day else {}


def _remember(period: Period | None, yields: str, known: Calendar) -> None:
    if period and yields == "years":
        known.spans.append(period)
    if period and period.start and yields in ("since", "from"):
        known.since = period.start
    if period and period.end and yields not in ("until-now", "years", "relative-year"):
        known.year = period.end.year
        known.until = period.end


def _number(groups: Mapping[str, str], name: str) -> int | None:
    """Return the integer of a named group, or of a further form: ``y1``, ``y1b`` or ``y1c``."""
    return next((int(groups[key]) for key in (name, *(name + further for further in "bcdefg")) if key in groups), None)


def _count(groups: Mapping[str, str]) -> int:
    """Return how many months are told, in digits or in words (group ``n6``: six); 0 if none."""
    worded = next((key.removeprefix("n") for key in groups if key.removeprefix("n").isdigit()), "0")
    return _number(groups, "n") or int(worded)


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _dates(groups: Mapping[str, str], known: Calendar) -> Period | None:
    last_year = _number(groups, "y2") or _number(groups, "y1") or known.current_year()
    if last_year is None:
        return None
    if "m2" not in groups:
        day = date(last_year, int(groups["m1"]), int(groups["d1"]))
        return Period(day, day)
    month = int(groups["m2"])
    last = date(last_year, month, int(groups["d2"])) if "d2" in groups else _month_end(last_year, month)
    first_year = _number(groups, "y1")
    first = date(first_year or last_year, int(groups.get("m1") or groups["m2"]), int(groups.get("d1", "1")))
    if first > last and first_year is None:
        first = first.replace(year=first.year - 1)
    return Period(first, last)


def _months(groups: Mapping[str, str], known: Calendar) -> Period | None:
    last_year = _number(groups, "y2") or _number(groups, "y1") or known.current_year()
    if last_year is None:
        return None
    first_year = _number(groups, "y1") or last_year
    return Period(date(first_year, _number(groups, "m1") or 1, 1), _month_end(last_year, _number(groups, "m2") or 1))


def _years(groups: Mapping[str, str], known: Calendar) -> Period | None:  # noqa: ARG001
    return Period(date(int(groups["y1"]), 1, 1), date(int(groups["y2"]), 12, 31))


def _since(groups: Mapping[str, str], known: Calendar) -> Period | None:
    year = _number(groups, "y") or _number(groups, "y1") or known.current_year()
    if year is None:
        return None
    first = date(year, int(groups.get("m1", "1")), int(groups.get("d1", "1")))
    if "d2" not in groups:
        return Period(first, known.published)
    last = _number(groups, "y2") or (known.published.year if known.published else year)
    return Period(first, date(last, int(groups["m2"]), int(groups["d2"])))


def _this_year(groups: Mapping[str, str], known: Calendar) -> Period | None:
    """Read "từ đầu năm": until now if the page says so or is of that year, else the whole year."""
    year = _number(groups, "y") or (known.published.year if known.published else known.current_year())
    if "d1" in groups:
        return _year_to_date(groups, known)
    if year is None:
        return None
    to_date = "now" in groups or (known.published is not None and known.published.year == year)
    return Period(date(year, 1, 1), known.published if to_date else date(year, 12, 31))


def _from(groups: Mapping[str, str], known: Calendar) -> Period | None:  # noqa: ARG001
    year = _number(groups, "y1")
    return Period(date(year, int(groups["m1"]), int(groups.get("d1", "1"))), None) if year else None


def _year_to_date(groups: Mapping[str, str], known: Calendar) -> Period | None:
    year = _number(groups, "y") or _number(groups, "y1") or known.current_year()
    month = 3 * _QUARTERS[groups["q"]] if "q" in groups else _number(groups, "m1") or _number(groups, "n")
    if year is None or month is None:
        return None
    until = max(year, _number(groups, "y1") or year)
    return Period(
        date(year, 1, 1), date(until, month, int(groups["d1"])) if "d1" in groups else _month_end(until, month)
    )


def _cumulative(groups: Mapping[str, str], known: Calendar) -> Period | None:
    """Read "lũy kế từ đầu năm" as the months of the year up to the end of the time that was told last."""
    if known.until is None:
        return _this_year(groups, known)
    return Period(date(known.until.year, 1, 1), known.until)


def _current_year(groups: Mapping[str, str], known: Calendar) -> Period | None:
    """Read "đến cuối năm" as the year of the page; where it sums up the year before, as that."""
    year = known.published.year if known.published else known.current_year()
    looks_back = known.published is not None and known.published.month <= _LOOKS_BACK and "ahead" not in groups
    if looks_back and year is not None and known.year == year - 1:
        year = known.year
    return Period(date(year, 1, 1), date(year, 12, 31)) if year is not None else None


def _past_years(groups: Mapping[str, str], known: Calendar) -> Period | None:
    """Read "10 năm qua" as the span of so many years that the page told, if it told one that is over."""
    years, day = _count(groups), known.published
    over = (p for p in known.spans if p.start and p.end and (day is None or p.start <= day))
    return next((p for p in over if p.start and p.end and p.end.year - p.start.year + 1 == years), None)


def _whole_year(groups: Mapping[str, str], known: Calendar) -> Period | None:  # noqa: ARG001
    year = known.current_year()
    return Period(date(year, 1, 1), date(year, 12, 31)) if year is not None else None


def _first_months(groups: Mapping[str, str], known: Calendar) -> Period | None:
    months = _count(groups)
    if not 1 <= months <= 12:
        return None
    year = _number(groups, "y") or known.year_reported(months) or known.year_just_told(months) or known.current_year()
    if year is None:
        return None
    period = Period(date(year, 1, 1), _month_end(year, months))
    day, last = known.published, known.until
    if (
        "ng" in groups
        and last is not None
        and last.year == year
        and last == _month_end(year, last.month)
        and last.month > months
    ):
        return Period(date(year, last.month - months + 1, 1), last)  # of the months told before one by one
    if "past" in groups and day is not None and not months <= day.month <= months + _LATE_REPORT:
        return _months_before(day, months)
    if day is None or "y" in groups or year != day.year or months <= day.month + 1:
        return period
    late = day.month <= _LOOKS_BACK and months >= _LATE_IN_YEAR  # "11 tháng" in January
    return Period(date(year - 1, 1, 1), _month_end(year - 1, months)) if late else None


def _months_before(day: date, months: int) -> Period:
    """Return the full months before that of a day: eight months from March go back to July."""
    first, last = 12 * day.year + day.month - 1 - months, 12 * day.year + day.month - 2
    return Period(date(first // 12, first % 12 + 1, 1), _month_end(last // 12, last % 12 + 1))


def _after_months(groups: Mapping[str, str], known: Calendar) -> Period | None:
    """Read "sau 3 tháng thực hiện": the months from the day that the page told, or the wording knows."""
    first = date(int(groups["y1"]), int(groups["m1"]), int(groups["d1"])) if "y1" in groups else known.since
    if first is None or not (months := _count(groups)):
        return None
    last = first.month - 2 + months
    return Period(first, _month_end(first.year + last // 12, last % 12 + 1))


def _last_months(groups: Mapping[str, str], known: Calendar) -> Period | None:
    ahead = known.published.year if known.published and known.published.month > _LOOKS_BACK else None
    year = _number(groups, "y") or ahead or known.current_year()
    months = _count(groups)
    if year is None or not 1 <= months <= 12:
        return None
    return Period(date(year, 13 - months, 1), date(year, 12, 31))


def _quarter(groups: Mapping[str, str], known: Calendar) -> Period | None:
    year = _number(groups, "y") or known.current_year()
    if year is None:
        return None
    quarter = _QUARTERS[groups["q"]]
    return Period(date(year, 3 * quarter - 2, 1), _month_end(year, 3 * quarter))


def _quarters(groups: Mapping[str, str], known: Calendar) -> Period | None:
    """Read "quý I và quý II", or the count of "hai quý đầu năm"."""
    year = _number(groups, "y") or known.current_year()
    if year is None:
        return None
    return Period(date(year, 1, 1), _month_end(year, 3 * _QUARTERS[groups.get("q2") or str(_count(groups))]))


def _half(groups: Mapping[str, str], known: Calendar) -> Period | None:
    year = _number(groups, "y") or known.current_year()
    if year is None:
        return None
    first = groups["h"].startswith("đ")
    return Period(date(year, 1 if first else 7, 1), _month_end(year, 6 if first else 12))


def _until(groups: Mapping[str, str], known: Calendar) -> Period | None:
    just_over = known.year_just_told(int(groups["m1"])) if "m1" in groups and "d1" not in groups else None
    year = _number(groups, "y") or _number(groups, "y1") or just_over or known.current_year()
    if year is None:
        return None
    if "q" in groups:
        return Period(None, _month_end(year, 3 * _QUARTERS[groups["q"]]))
    if "m1" not in groups:
        return Period(None, date(year, 12, 31))
    month = int(groups["m1"])
    return Period(None, date(year, month, int(groups["d1"])) if "d1" in groups else _month_end(year, month))


def _until_now(groups: Mapping[str, str], known: Calendar) -> Period | None:  # noqa: ARG001
    return Period(None, known.published) if known.published else None


def _month(groups: Mapping[str, str], known: Calendar) -> Period | None:
    month = int(groups["m1"])
    year = _number(groups, "y1")
    if year is None and known.published and known.year in (None, known.published.year):
        ahead = "ahead" in groups or month == known.published.month + 1
        year = known.published.year - (month > known.published.month and not ahead)
    year = year or known.current_year()
    return Period(date(year, month, 1), _month_end(year, month)) if year else None


def _year(groups: Mapping[str, str], known: Calendar) -> Period | None:  # noqa: ARG001
    year = _number(groups, "y")
    return Period(date(year, 1, 1), date(year, 12, 31)) if year else None


def _relative_year(groups: Mapping[str, str], known: Calendar) -> Period | None:
    """Read "năm nay" and "năm qua"; from November on the year that went by is the one about to end."""
    this = known.published.year if known.published else None
    ending = groups["r"] == "qua" and (known.published is None or known.published.month >= _YEAR_ENDS)
    year = _number(groups, "y")
    if year is None and this is None and ending:
        year = known.year  # an undated page sums up the year it told
    if year is None and this is not None:
        year = this - (groups["r"] != "nay" and not ending)
        year -= "last" in groups and known.year == year  # of which the page has just spoken
    return Period(date(year, 1, 1), date(year, 12, 31)) if year is not None else None


def _unknown(groups: Mapping[str, str], known: Calendar) -> Period | None:  # noqa: ARG001
    return None


_READERS: Mapping[str, Callable[[Mapping[str, str], Calendar], Period | None]] = {
    "dates": _dates,
    "months": _months,
    "years": _years,
    "since": _since,
    "from": _from,
    "this-year": _this_year,
    "cumulative": _cumulative,
    "current-year": _current_year,
    "past-years": _past_years,
    "year-to-date": _year_to_date,
    "whole-year": _whole_year,
    "first-months": _first_months,
    "last-months": _last_months,
    "after-months": _after_months,
    "quarter": _quarter,
    "quarters": _quarters,
    "half": _half,
    "until": _until,
    "by-year": _until,
    "until-now": _until_now,
    "month": _month,
    "year": _year,
    "relative-year": _relative_year,
    "unknown": _unknown,
}


def same_report(label: Period, explicit: Period) -> bool:
    """Tell whether an explicit interval is what a page calls by a label.

    Reporting years start in mid-December and reporting months around the 21st, so both ends of the interval may lie
    up to 35 days before those of the labelled months.
    """
    if not (label.start and label.end and explicit.start and explicit.end):
        return False
    return all(
        -timedelta(days=1) <= a - b <= timedelta(days=35)
        for a, b in ((label.start, explicit.start), (label.end, explicit.end))
    )


def closes(mention: PeriodMention, governing: PeriodMention | None) -> bool:
    """Tell whether a day that something is told until is the last one of the interval that governs."""
    until, whole = mention.period, governing.period if governing else None
    if until is None or whole is None or not governing or not governing.explicit:
        return False
    return until.start is None and whole.start is not None and until.end == whole.end
