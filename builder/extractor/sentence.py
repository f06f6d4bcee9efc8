"""A sentence with everything located in it that bears on its numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from builder.extractor.page import Page
from builder.extractor.periods import Calendar, PeriodMention, find_periods
from builder.extractor.quantities import Number, find_masked, find_numbers
from builder.extractor.scope import Body, find_bodies
from builder.extractor.units import Place
from builder.lexicon import Hit, Hits, Lexicon, between

_YEAR = re.compile(r"(?:19|20)\d\d")
_END = re.compile(r"\s*\Z")
_POINTED_AT = frozenset({"agency", "person", "citizen", "province"})  # nouns that a word for a number points at
_PAPER_REACH = 8  # characters of "báo " or "đài ptth " before a name
_OPENING = 5  # how far into a sentence its first word may begin
_LONGEST_WORDING = 40
_WORDS_OF_PROSE = 14  # of a sentence before its last number: it is none of the lines of a list


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of folded text, with its numbers, periods, units and bodies, each by position."""

    page: Page
    start: int
    end: int
    paragraph: int  # index of its block
    numbers: tuple[Number, ...]
    periods: tuple[PeriodMention, ...]
    places: tuple[Place, ...]
    bodies: tuple[Body, ...]
    masked: tuple[tuple[int, int], ...]  # stretches whose digits are no figures
    told: tuple[Hit, ...]  # the wordings in it

    @property
    def text(self) -> str:
        """Return the folded text of the whole page; positions count in it."""
        return self.page.folded.text

    @property
    def lexicon(self) -> Lexicon:
        """Return the ontology's wordings."""
        return self.page.lexicon

    @property
    def counted(self) -> set[int]:
        """Return where what is counted begins: right behind a number."""
        return {n.after + 1 for n in self.numbers}

    @property
    def doers(self) -> list[Body]:
        """Return the bodies that act, those left out that only report."""
        return [b for b in self.bodies if not b.source]

    def told_by_doers(self) -> Hits:
        """Return the wordings outside the bodies of the sentence that only report: "Chủ tịch UBND huyện cho biết"."""
        sources = [b for b in self.bodies if b.source]
        if not sources:
            return self.page.hits
        return Hits(h for h in self.told if not any(b.start <= h.start < b.end for b in sources))

    def hits(self, start: int | None = None, end: int | None = None) -> tuple[Hit, ...]:
        """Return the wordings between two positions, by default those of the whole sentence."""
        if start is None and end is None:
            return self.told
        return between(self.page.hits, self.start if start is None else start, self.end if end is None else end)

    def finds(self, construction: str, start: int, end: int) -> re.Match[str] | None:
        """Return where a construction of the grammar matches right at ``start``, at most up to ``end``."""
        return self.lexicon.grammar[construction].match(self.text, start, end)

    def touches(self, hit: Hit, position: int) -> bool:
        """Tell whether only blanks stand between a wording and a position behind it."""
        return hit.end <= position and not self.text[hit.end : position].strip()

    def points_back(self) -> bool:
        """Tell whether the sentence goes on about what was told."""
        return opens_with(self.page, self.start, "those")


def opens_with(page: Page, start: int, concept: str) -> bool:
    """Tell whether a wording, such as "trong số hồ sơ trên", opens the text at a position."""
    return any(
        h.concept == concept for h in between(page.hits, start, start + _LONGEST_WORDING) if h.start - start <= _OPENING
    )


def locate(page: Page, start: int, end: int, paragraph: int, known: Calendar) -> Sentence:
    """Locate everything in a sentence; periods without a year are of the one known."""
    text, lexicon = page.folded.text, page.lexicon
    periods = find_periods(text, start, end, lexicon, known)
    named = [p for p in page.places if start <= p.start and p.end <= end and not _names_paper(text, p, lexicon)]
    places = [p for p in named if not p.joined]
    masked = [
        m for m in find_masked(text, start, end, lexicon) if not any(p.start < m[0] < p.end < m[1] for p in named)
    ]
    masked += [(p.start, p.end) for p in periods]
    masked += [(p.start, p.end) for p in named]
    hits = between(page.hits, start, end)
    found = find_numbers(text, start, end, masked, lexicon)
    numbers = [n for n in found if not (_is_year(text, n, page.hits) or _is_cut_short(text, start, n))]
    numbers += [*_zeros(text, hits, start, numbers, lexicon), *_ordinals(text, hits, numbers, masked, lexicon)]
    numbers += _in_words(text, hits, numbers, masked, lexicon)
    numbers.sort(key=lambda n: n.start)
    bodies = find_bodies(page, start, end)
    return Sentence(
        page, start, end, paragraph, tuple(numbers), tuple(periods), tuple(places), tuple(bodies), tuple(masked), hits
    )


def _names_paper(text: str, place: Place, lexicon: Lexicon) -> bool:
    """Tell whether a unit's name is that of a newspaper: "Báo Đà Nẵng"."""
    return lexicon.grammar["newspaper-before"].search(text, max(0, place.start - _PAPER_REACH), place.start) is not None


def _is_year(text: str, number: Number, hits: Hits) -> bool:
    """Tell whether a bare number is a year: "SIPAS 2018"."""
    if number.kind != "plain" or number.whole is not None or not _YEAR.fullmatch(text, number.start, number.end):
        return False
    behind = between(hits, number.after, number.after + 40)
    return not any(h.dimension == "object" and not text[number.after : h.start].strip() for h in behind)


def _is_cut_short(text: str, start: int, number: Number) -> bool:
    """Tell whether a page breaks off behind a number in the middle of prose, which may have more digits."""
    last = number.kind == "plain" and _END.match(text, number.after) is not None
    return last and len(text[start : number.start].split()) >= _WORDS_OF_PROSE


def _zeros(text: str, hits: Sequence[Hit], start: int, numbers: Sequence[Number], lexicon: Lexicon) -> Iterator[Number]:
    """Yield a zero for every "không có hồ sơ quá hạn", but not for "không để … quá 1%"."""
    for hit in (h for h in hits if h.dimension == "zero"):
        clause = max(text.rfind(",", start, hit.start), text.rfind(";", start, hit.start), 0)
        limited = lexicon.grammar["limit-behind"].match(text, hit.end) is not None
        wished = lexicon.grammar["zero-wished"].search(text, start, hit.end) is not None
        if not (limited or wished or any(clause <= n.start < hit.end for n in numbers)):
            yield Number(hit.start, hit.end, Decimal(0), "zero")


def _in_words(
    text: str, hits: Sequence[Hit], numbers: Sequence[Number], masked: Sequence[tuple[int, int]], lexicon: Lexicon
) -> Iterator[Number]:
    """Yield the counts told in words right before what they count: "hai hồ sơ trễ hạn".

    Words before units and people are left alone: they mostly point back ("hai địa phương này").
    """
    counted = [h for h in hits if h.dimension == "object" and not lexicon.cues[h.concept].wider & _POINTED_AT]
    taken = [*masked, *((n.start, n.after) for n in numbers)]
    for hit in hits:
        if hit.dimension != "ordinal" or any(a < hit.end and hit.start < b for a, b in taken):
            continue
        if not lexicon.grammar["number-word"].fullmatch(text, hit.start, hit.end):
            continue
        nouns = [h for h in counted if h.start > hit.end and not text[hit.end : h.start].strip()]
        if nouns and not any(lexicon.grammar["pointing-behind"].match(text, h.end) for h in nouns):
            yield Number(hit.start, hit.end, Decimal(lexicon.cues[hit.concept].factor), "plain")


def _ordinals(
    text: str, hits: Sequence[Hit], numbers: Sequence[Number], masked: Sequence[tuple[int, int]], lexicon: Lexicon
) -> Iterator[Number]:
    """Yield the ranks told in words: "xếp thứ nhất"."""
    ranks = [h for h in hits if h.concept == "rank"]
    for hit in hits:
        if hit.dimension != "ordinal" or any(n.start < hit.end and hit.start < n.after for n in numbers):
            continue
        if any(a < hit.end and hit.start < b for a, b in masked):
            continue
        if any(r.end <= hit.start and not text[r.end : hit.start].strip() for r in ranks):
            yield Number(hit.start, hit.end, Decimal(lexicon.cues[hit.concept].factor), "rank")
