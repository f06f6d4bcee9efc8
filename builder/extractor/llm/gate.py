"""The evidence gate: what a model proposes becomes a claim only where the page proves it.

The quotation must stand in the passage word for word; the number in it must be what our own parser reads there; the
indicator must be one of the ontology and of that measure; the unit must be one that the page names and the register
knows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from builder.extractor import mention, with_soft_breaks
from builder.extractor.llm.proposals import Proposal
from builder.extractor.page import READ, Page
from builder.extractor.quantities import Number, find_masked, find_numbers
from builder.facts import FigureClaim, Period, Quantity, Span, UnitMention
from builder.gazetteer import COUNTRY, Gazetteer
from builder.text import fold_name


class Refused(StrEnum):
    """Why a proposal is refused."""

    MALFORMED = "malformed"
    QUOTE_NOT_FOUND = "quote-not-found"
    QUOTE_NOT_UNIQUE = "quote-not-unique"
    NUMBER_NOT_READ = "number-not-read"
    OTHER_VALUE = "other-value"
    UNKNOWN_INDICATOR = "unknown-indicator"
    OTHER_MEASURE = "other-measure"
    UNKNOWN_UNIT = "unknown-unit"
    DOUBTFUL_PERIOD = "doubtful-period"


REASONS: Mapping[Refused, str] = {
    Refused.MALFORMED: "not of the form asked for",
    Refused.QUOTE_NOT_FOUND: "the quotation does not stand in the page",
    Refused.QUOTE_NOT_UNIQUE: "the quotation stands in the page more than once, and it is not told where",
    Refused.NUMBER_NOT_READ: "the number is not one that is read in the quotation",
    Refused.OTHER_VALUE: "the number is read as another value",
    Refused.UNKNOWN_INDICATOR: "the ontology has no such indicator",
    Refused.OTHER_MEASURE: "the number is not of the measure of the indicator",
    Refused.UNKNOWN_UNIT: "the page names no such unit that the register knows",
    Refused.DOUBTFUL_PERIOD: "the page does not tell the years of the period",
}
CONFIDENCE = Decimal("0.4")  # of a figure that a model alone reads
_MOST_POINTS = 1000
_MEASURES = {"percent": ("percent",), "points": ("points",), "vnd": ("vnd",), "plain": ("count", "rank", "points")}
_YEARS = range(1990, 2051)


class _Refusal(Exception):  # noqa: N818  it is no error of the program
    def __init__(self, reason: Refused) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Printed:
    """A number where the page prints it, and the sentence around it in offsets of the folded text."""

    number: Number
    span: Span
    sentence: tuple[int, int]


@dataclass
class Gate:
    """Checks proposals against one page."""

    page: Page
    gazetteer: Gazetteer
    rule: str

    def check(self, proposal: Proposal | None, start: int, end: int) -> FigureClaim | Refused:
        """Return what a proposal about ``text[start:end]`` claims, or why it is refused."""
        if proposal is None:
            return Refused.MALFORMED
        try:
            return self._claim(proposal, start, end)
        except _Refusal as problem:
            return problem.reason

    def _claim(self, proposal: Proposal, start: int, end: int) -> FigureClaim:
        printed = self._find_number(proposal, self._find_quote(proposal, start, end))
        return FigureClaim(
            indicator=proposal.indicator,
            quantity=Quantity(printed.number.value, self._measure(proposal, printed), proposal.bound, printed.span),
            sentence=self.page.folded.span(*printed.sentence),
            period=self._read_period(proposal),
            place=self._find_place(proposal.unit, printed.number.start),
            national=self._is_country(proposal.unit),
            level=proposal.level or None,
            agency="",
            agency_level=None,
            status=proposal.status,
            rule=self.rule,
            confidence=CONFIDENCE,
        )

    def _find_quote(self, proposal: Proposal, start: int, end: int) -> Span:
        """Return where the quotation stands in the passage: once, or nearest to where it is said to stand."""
        found = list(_occurrences(proposal.quote, self._text, start, end))
        if not found:
            raise _Refusal(Refused.QUOTE_NOT_FOUND)
        if len(found) > 1 and proposal.offset is None:
            raise _Refusal(Refused.QUOTE_NOT_UNIQUE)
        wanted = start + (proposal.offset or 0)
        first = min(found, key=lambda position: (abs(position - wanted), position))
        return Span(first, first + len(proposal.quote))

    def _find_number(self, proposal: Proposal, quote: Span) -> Printed:
        """Return the number our own parser reads inside the quotation, printed and valued as proposed."""
        inside = [p for p in self._numbers if quote.start <= p.span.start and p.span.end <= quote.end]
        alike = [p for p in inside if _squeezed(proposal.number) in self._spellings(p)]
        if len(alike) != 1:
            raise _Refusal(Refused.NUMBER_NOT_READ)
        if alike[0].number.value != proposal.value:
            raise _Refusal(Refused.OTHER_VALUE)
        return alike[0]

    def _spellings(self, printed: Printed) -> tuple[str, ...]:
        """Return how a number may be told: with its percent sign or scale word, or without the percent sign."""
        whole = _squeezed(printed.span.of(self._text))
        return whole, whole.rstrip("%")

    def _measure(self, proposal: Proposal, printed: Printed) -> str:
        """Return the measure of the indicator proposed, if the number may be of it."""
        indicator = self.page.lexicon.indicators.get(proposal.indicator)
        if indicator is None:
            raise _Refusal(Refused.UNKNOWN_INDICATOR)
        if not _is_of(printed.number, indicator.measure):
            raise _Refusal(Refused.OTHER_MEASURE)
        return indicator.measure

    def _find_place(self, unit: str, position: int) -> UnitMention | None:
        """Return the unit that the page names so, nearest to the number; None for the one the page is about."""
        if not unit.strip() or self._is_country(unit):
            return None
        wanted = fold_name(unit.partition(",")[0])
        named = [p for p in self.page.places if p.candidates and self.page.folded.text[p.start : p.end] == wanted]
        if not named:
            raise _Refusal(Refused.UNKNOWN_UNIT)
        return mention(self.page, min(named, key=lambda place: (abs(place.start - position), place.start)))

    def _is_country(self, unit: str) -> bool:
        return bool(unit.strip()) and fold_name(unit) == fold_name(self.gazetteer.versions[COUNTRY].name)

    def _read_period(self, proposal: Proposal) -> Period | None:
        """Return the period told, if its years stand in the page or are that of its publication."""
        try:
            start = _day(proposal.period_start)
            end = _day(proposal.period_end)
        except ValueError as problem:
            raise _Refusal(Refused.DOUBTFUL_PERIOD) from problem
        years = {day.year for day in (start, end) if day is not None}
        published = self.page.document.published
        told = all(str(year) in self._text or (published and published.year == year) for year in years)
        if not told or not years <= set(_YEARS) or (start and end and start > end):
            raise _Refusal(Refused.DOUBTFUL_PERIOD)
        return Period(start, end) if years else None

    @cached_property
    def _text(self) -> str:
        return with_soft_breaks(self.page.document)

    @cached_property
    def _numbers(self) -> list[Printed]:
        """Return all numbers of the article that may be figures."""
        page = self.page
        sentences = (s for block in page.document.blocks if block.kind in READ for s in page.sentences(block))
        return [
            Printed(number, page.folded.span(number.start, number.end), (start, end))
            for start, end in sentences
            for number in find_numbers(
                page.folded.text, start, end, find_masked(page.folded.text, start, end, page.lexicon), page.lexicon
            )
        ]


def _occurrences(quote: str, text: str, start: int, end: int) -> Iterator[int]:
    position = text.find(quote, start, end) if quote.strip() else -1
    while position >= 0:
        yield position
        position = text.find(quote, position + 1, end)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _squeezed(number: str) -> str:
    return "".join(number.split())


def _is_of(number: Number, measure: str) -> bool:
    """Tell whether a number may be of a measure: counts and ranks are whole, points have a limit."""
    if measure not in _MEASURES.get(number.kind, ()):
        return False
    if measure in ("count", "rank"):
        return number.value == number.value.to_integral_value() and (measure == "count" or number.value > 0)
    return measure != "points" or number.value <= _MOST_POINTS
