"""Numbers as Vietnamese pages print them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from builder.lexicon import Hit, Lexicon
from builder.sieve import Construction

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_OF = re.compile(r"\s?/\s?(\d+(?:[.,]\d+)*)")
_UPPER_END = re.compile(r" ?[-–] ?(\d+(?:[.,]\d+)*)(?! ?[-–/])")
_POINTS_REACH = 30  # of "tổng số điểm đạt" before a number
_WIDEST_RANGE = 3  # how many times as much its upper end may be
_GROUPED_BY_DOT = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_GROUPED_BY_COMMA = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_GROUPED_WITH_DECIMALS = re.compile(r"([1-9]\d{0,2}(?:\.\d{3})+),(\d+)")


@dataclass(frozen=True)
class Number:
    """A number in folded text: what it says, and what is printed right behind it."""

    start: int
    end: int  # behind the digits, percent sign and scale word
    value: Decimal
    kind: str  # "percent", "points", "vnd", "plain"
    whole: Decimal | None = None  # what it is a part of, where printed "566/568"
    whole_end: int = 0
    decimals: int = 0

    @cached_property
    def after(self) -> int:
        """Return where the text behind the number, its unit and its whole begins."""
        return max(self.end, self.whole_end)


def parse_number(printed: str, counted: bool = True) -> Decimal:
    """Read a number as Vietnamese newspapers and portals write it.

    Dots before groups of three digits group thousands; a comma is a decimal sign, unless it stands before groups of
    three digits in a number that counts things. Any other dot is a decimal sign, as the portals do it.

    >>> [str(parse_number(n)) for n in ("15.840", "99,97", "99.94", "1,234", "0.607", "1.234,5")]
    ['15840', '99.97', '99.94', '1234', '0.607', '1234.5']
    >>> str(parse_number("94,696", counted=False))
    '94.696'
    """
    if counted and _GROUPED_BY_COMMA.fullmatch(printed):
        return Decimal(printed.replace(",", ""))
    if _GROUPED_BY_DOT.fullmatch(printed) and (counted or printed.count(".") > 1):
        return Decimal(printed.replace(".", ""))
    if mixed := _GROUPED_WITH_DECIMALS.fullmatch(printed):
        return Decimal(mixed[1].replace(".", "") + "." + mixed[2])
    return Decimal(printed.replace(",", ".")) if printed.count(",") + printed.count(".") <= 1 else Decimal("NaN")


def find_masked(text: str, start: int, end: int, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Return the stretches of ``text[start:end]`` whose digits are dates, symbols, levels or counters."""
    return [match.span() for _, match in lexicon.masks.find(text, start, end)]


def find_numbers(text: str, start: int, end: int, masked: Sequence[tuple[int, int]], lexicon: Lexicon) -> list[Number]:
    """Return the numbers of ``text[start:end]`` that are not masked, by position."""
    numbers: list[Number] = []
    reached = start
    for match in _NUMBER.finditer(text, start, end):
        begin, stop = match.span()
        if begin < reached:
            continue
        if any(a < stop and begin < b for a, b in masked) or _is_glued(text, begin) or _is_note(text, begin, stop):
            continue
        number = _read_number(text, begin, stop, match.group(), lexicon)
        reached = _range_end(text, number) or number.after
        if number.value.is_finite() and reached == number.after:
            numbers.append(number)
    return numbers


def _range_end(text: str, number: Number) -> int | None:
    """Return where the range ends whose lower end a number is; a range states no figure: "35-50%", "20 - 30 lượt"."""
    upper = _UPPER_END.match(text, number.end)
    if upper is None or not number.value < parse_number(upper[1]) <= _WIDEST_RANGE * number.value:
        return None
    return upper.end()


def _is_glued(text: str, start: int) -> bool:
    """Tell whether a letter stands right before the digits, as in “ISO9001”; glued words (“giảm79”) are let through."""
    return start > 0 and text[start - 1] in "-+/" and start > 1 and text[start - 2].isalnum()


def _is_note(text: str, start: int, stop: int) -> bool:
    """Tell whether one digit at the end of a word is the sign of a footnote: “cơ quan, đơn vị1.”."""
    ends = stop == len(text) or text[stop] in ".,;:)\n"
    return stop - start == 1 and start > 0 and text[start - 1].isalpha() and ends


def _read_number(text: str, start: int, stop: int, printed: str, lexicon: Lexicon) -> Number:
    grammar = lexicon.grammar
    whole, whole_end = None, 0
    if of := _OF.match(text, stop):
        whole, whole_end = parse_number(of[1]), of.end()
    if percent := grammar["percent"].match(text, stop):
        value = parse_number(printed, counted=False)
        return Number(start, percent.end(), value, "percent", decimals=_decimals(value))
    if (scale := grammar["scale"].match(text, stop)) and whole is None:
        return _read_scaled(text, start, scale, printed, lexicon)
    scored = grammar["points-before"].search(text, max(0, start - _POINTS_REACH), start)
    if scored or grammar["points"].match(text, whole_end or stop):
        value = parse_number(printed, counted=False)
        return Number(start, stop, value, "points", whole, whole_end, _decimals(value))
    if money := grammar["money"].match(text, stop):
        return Number(start, money.end(), parse_number(printed), "vnd")
    value = parse_number(printed)
    return Number(start, stop, value, "plain", whole, whole_end, _decimals(value))


def _read_scaled(text: str, start: int, scale: re.Match[str], printed: str, lexicon: Lexicon) -> Number:
    value = parse_number(printed, counted=False)
    if _GROUPED_BY_DOT.fullmatch(printed):
        value = parse_number(printed)
    if not value.is_finite():
        return Number(start, scale.end(), value, "plain")
    value = Decimal(f"{value:f}{scale.lastgroup or 'e0'}")  # exact, where arithmetic would round to 28 digits
    value = Decimal(int(value)) if value == value.to_integral_value() else value
    if money := lexicon.grammar["money"].match(text, scale.end()):
        return Number(start, money.end(), value, "vnd")
    return Number(start, scale.end(), value, "plain")


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def find_bound(hits: Iterable[Hit], text: str, number: Number, gap: Construction) -> tuple[str, int]:
    """Return the bound stated before the number, and where that wording starts; ``gap`` is what may stand between."""
    best = ("exact", number.start)
    for hit in hits:
        if hit.dimension == "bound" and hit.end <= number.start and gap.fullmatch(text, hit.end, number.start):
            best = (hit.concept, hit.start)
    return best
