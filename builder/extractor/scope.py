"""For whom a figure is told: the place, the level whose work is counted, and the body named as doer."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from builder.extractor.frames import Zone, level_before
from builder.extractor.page import Page
from builder.extractor.units import Place
from builder.lexicon import Hit, Hits, Lexicon, between
from builder.sieve import Construction

_COUNT = re.compile(r" ?\d{1,3} ")
_LONGEST_NAME = 70
_SOURCE_REACH = 40  # how far before a body the words stand that make it a source
_STAFF_REACH = 50  # how far before a level the words for its people may begin
VENUE_REACH = 45  # how far before a unit the words stand that make it a venue
_COUNT_REACH = 30  # how far before a unit "có" and its number may begin
_BEHIND_REACH = 20  # of "đứng chỉ sau" before a unit
LEVELS = ("province", "district", "commune")
_NAME_ENDS = re.compile(r"[,;:.()\"\n|]|\d")


@dataclass(frozen=True, slots=True)
class Body:
    """A public body named in folded text."""

    start: int
    end: int
    head: str
    level: str | None = None  # as its name tells it; None where the page's unit decides
    source: bool = False  # only the source of a report: "theo báo cáo của Sở Nội vụ"
    national: bool = False
    committee: bool = False  # a people's committee: it stands for its unit
    unnamed: bool = False  # called by its level or head only: "UBND các xã", "Trung tâm đã …"


def find_bodies(page: Page, start: int, end: int) -> list[Body]:
    """Return the public bodies named in a stretch of folded text: "Sở Tư pháp", "UBND huyện"."""
    return list(_find_bodies(page, start, end))


def _find_bodies(page: Page, start: int, end: int) -> Iterator[Body]:
    text, grammar = page.folded.text, page.lexicon.grammar
    for match in grammar["body"].finditer(text, start, end):
        if grammar["not-a-body"].match(text, match.start()):
            continue
        begin, finish = match.start(), _end_of_name(page, match.end(), min(end, match.end() + _LONGEST_NAME))
        name = text[begin:finish].rstrip()
        generic = grammar["body-without-capital"].match(text, begin) is not None
        only_head = name == match["head"]
        capital = begin if only_head else match.end() + 1
        if not (generic or page.printed(capital, capital + 1).isupper()):
            continue
        yield Body(
            begin,
            begin + len(name),
            match["head"],
            level=next((x for x in LEVELS if grammar[f"body-of-{x}"].match(name)), None),
            source=grammar["steering-body"].match(name) is not None
            or grammar["source-before"].search(text, max(start, begin - _SOURCE_REACH), begin) is not None
            or _gives(text, begin, begin + len(name), grammar),
            national=grammar["national-body"].match(name) is not None,
            committee=grammar["committee"].match(name) is not None,
            unnamed=only_head or grammar["committee-only"].fullmatch(name) is not None,
        )


def _gives(text: str, begin: int, end: int, grammar: Mapping[str, Construction]) -> bool:
    """Tell whether a body only gives or rates: "được Bộ Nội vụ giao 3.307 biên chế", "Sở Nội vụ chấm điểm CCHC"."""
    if grammar["rates-an-index"].match(text, end):
        return True
    passive = grammar["passive-before"].search(text, max(0, begin - 6), begin)
    return passive is not None and grammar["gives"].match(text, end) is not None


def _end_of_name(page: Page, start: int, end: int) -> int:
    """Return where the name of a body ends: at a sign, a digit, or a verb in small letters."""
    text, grammar = page.folded.text, page.lexicon.grammar
    first = grammar["body-first-word"].match(text, start)
    begin = first.end() if first else start
    sign = _NAME_ENDS.search(text, begin, end)
    stops = [sign.start()] if sign else []
    for verb in grammar["body-verb"].finditer(text, begin, end):
        if page.printed(verb.start(), verb.start() + 1).islower():
            stops.append(verb.start())
            break
    return min(stops, default=end)


def nearest_level(
    hits: Hits, zone: Zone, start: int, bodies: Sequence[Body], text: str, lexicon: Lexicon, *, staff: bool
) -> tuple[str | None, int]:
    """Return the level told nearest to a number: right behind it, else before it in the sentence.

    Behind a semicolon, levels that were told one after the other no longer govern. The level of people named
    ("cán bộ cấp xã") is only that of figures of staff.
    """
    if lexicon.grammar["unit-with-parts"].search(text, start, zone.number.start):
        return "all", zone.number.start
    bare = level_before(text, zone.number, lexicon)
    if bare is not None and bare.lastgroup:
        return bare.lastgroup, zone.number.start
    by_body = lexicon.grammar["level-behind"].match(text, zone.number.after)
    if by_body is not None and by_body.lastgroup:
        return by_body.lastgroup, zone.number.start
    visited = lexicon.grammar["visited-before"].search(text, start, zone.number.start)
    ahead = between(hits, *zone.right[0]) if zone.right and not visited else ()
    behind = [h for h in ahead if h.dimension in ("level", "scope") and not _is_linked_to(text, h, lexicon)]
    if behind:
        several = behind[0].dimension == "scope" or len({h.concept for h in behind}) > 1
        return ("all" if several else behind[0].concept), behind[0].start
    told = [h for h in between(hits, start, zone.number.start) if h.dimension in ("level", "scope")]
    venue = lexicon.grammar["venue-of-units"]
    told = [h for h in told if not venue.search(text, max(0, h.start - VENUE_REACH), h.start)]
    told = [h for h in told if not _is_linked_to(text, h, lexicon)]
    told = [h for h in told if staff or not is_of_staff(text, h, lexicon)]
    told = [
        h
        for h in told
        if not _is_bracketed(text, h, zone.number.start)
        and (is_of_staff(text, h, lexicon) or not _is_only_counted(text, h, lexicon))
    ]
    if not told:
        return None, -1
    last = told[-1]
    clause = text.rfind(";", start, zone.number.start)
    apart = [b for b in bodies if b.end <= last.start and not _COUNT.fullmatch(text, b.end, last.start)]
    named = [b for b in bodies if b.start < clause and (b in apart or b.start > last.start)]  # not "UBND 11 phường"
    levels = {h.concept for h in told} | {b.level or "own" for b in named}
    if last.start < clause and len(levels) > 1 and not is_of_staff(text, last, lexicon):
        return "all", last.start
    if any(h.dimension == "scope" and h.start == last.start for h in told):
        owners = [h for h in told[:-1] if h.dimension == "level" and not text[h.end : last.start].strip()]
        return (owners[-1].concept if owners else "all"), last.start  # "95 trung tâm cấp xã trên địa bàn tỉnh"
    if lexicon.grammar["unit-and-level"].search(text, start, last.start):
        return "all", last.start
    others = [(h.end, h.concept) for h in told[:-1] if h.dimension == "level"]
    others += [(b.end, b.level or "own") for b in apart]
    joined = lexicon.grammar["levels-joined"]
    if any(level != last.concept and joined.fullmatch(text, end, last.start) for end, level in others):
        return "all", last.start
    return last.concept, last.start


def _is_linked_to(text: str, hit: Hit, lexicon: Lexicon) -> bool:
    """Tell whether a level is only one that procedures are linked with: "64 thủ tục liên thông với cấp tỉnh"."""
    return lexicon.grammar["linked-to-level"].search(text, max(0, hit.start - VENUE_REACH), hit.start) is not None


def _is_bracketed(text: str, hit: Hit, position: int) -> bool:
    """Tell whether a wording stands in brackets that are closed before a position."""
    closed = text.find(")", hit.end, position)
    return closed >= 0 and "(" not in text[hit.end : closed]


def _is_only_counted(text: str, hit: Hit, lexicon: Lexicon) -> bool:
    """Tell whether units are counted and do nothing: "huyện có 17 xã, thị trấn; tiếp nhận …"."""
    counted = lexicon.grammar["has-so-many"].search(text, max(0, hit.start - _COUNT_REACH), hit.start)
    return counted is not None and lexicon.grammar["nothing-behind"].match(text, hit.end) is not None


def levels_told(bodies: Sequence[Body], hits: Iterable[Hit]) -> set[str]:
    """Return all levels that some bodies and wordings of a sentence speak of."""
    levels = {"all" if h.dimension == "scope" else h.concept for h in hits if h.dimension in ("level", "scope")}
    return levels | {b.level for b in bodies if b.level and not b.source}


def names_staff(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Tell whether a stretch may name people who work for a unit."""
    grammar = lexicon.grammar
    return any(grammar[c].may_stand(text, start - _STAFF_REACH, end) for c in ("staff-noun", "staff-of-level"))


def is_of_staff(text: str, hit: Hit, lexicon: Lexicon) -> bool:
    """Tell whether a level is that of the people named before it, who do nothing: "cán bộ, công chức cấp xã"."""
    start = max(0, hit.start - _STAFF_REACH)
    named = lexicon.grammar["staff-noun"].match(text, hit.start)  # "cán bộ xã"
    return named is not None or lexicon.grammar["staff-of-level"].search(text, start, hit.start) is not None


def names_district(text: str, start: int, end: int, bodies: Sequence[Body], lexicon: Lexicon) -> bool:
    """Tell whether a clause speaks of "the district" as doer, not of all its area or of who reports."""
    sources = [(b.start, b.end) for b in bodies if b.source]
    told = lexicon.grammar["district-as-doer"].finditer(text, start, end)
    return any(not any(a <= m.start() < b for a, b in sources) for m in told)


def nearest_body(bodies: Sequence[Body], start: int, end: int) -> Body | None:
    """Return the last body named between two positions."""
    inside = [b for b in bodies if start <= b.start < end]
    return inside[-1] if inside else None


def choose_place(
    page: Page, places: Sequence[Place], zone: Zone, start: int, before: Place | None, last: Mapping[str, Place]
) -> Place | None:
    """Return the unit a number is told for, as far as its sentence, which begins at ``start``, says.

    The unit in the stretch right before the number, else the unit that opens the zone, else the one the number before
    it was told for. A bare "huyện" or "tỉnh" points back to the last unit of that kind, or to the page's own.
    """
    text, grammar = page.folded.text, page.lexicon.grammar
    opened = text.rfind("(", start, zone.number.start)
    if opened >= 0 and ")" not in text[opened : zone.number.start]:
        held = [p for p in places if start <= p.start and p.end <= opened and not text[p.end : opened].strip()]
        if held:
            return held[-1]  # "Cà Mau (hạng 10, 86,91%)"
    own = [p for p in places if zone.start <= p.start and p.end <= zone.number.start]
    own = [p for p in own if not (is_apposed(p, places, text, grammar) or _is_passed_over(p, start, text, grammar))]
    own = [p for p in own if not grammar["units-before"].search(text, start, p.start)]
    kinds = grammar["kind-as-doer"].findall(text, own[-1].end if own else zone.start, zone.number.start)
    if kinds:
        if grammar["commune-word"].fullmatch(kinds[-1]) and grammar["unit-as-subject"].search(text, start, zone.start):
            return Place(zone.number.start, zone.number.start, kinds[-1], ())  # "quận có 287 thủ tục, phường có 136"
        named = [p for p in places if start <= p.start < zone.number.start and p.kind == kinds[-1]]
        return named[-1] if named else last.get(kinds[-1], Place(zone.number.start, zone.number.start, kinds[-1], ()))
    if not own:
        return before
    nearest = own[-1]
    if grammar["whole-area"].search(text, nearest.end, zone.number.start):
        return None
    higher = [p for p in own if _rank(p) < _rank(nearest)]
    touches = bool(zone.left) and zone.left[0][0] <= nearest.start
    if higher and not touches:
        return higher[-1]
    group = _named_together(own, text, grammar)
    return None if len(group) > 1 and not _is_each(nearest, zone, text, grammar) else nearest


def holding_alike(page: Page, places: Sequence[Place], zone: Zone) -> list[Place]:
    """Return the units before the nearest that hold the same figure: "Ứng Hòe, Văn Hội cùng đạt 55%"."""
    text, grammar = page.folded.text, page.lexicon.grammar
    own = [p for p in places if zone.start <= p.start and p.end <= zone.number.start]
    group = _named_together(own, text, grammar)
    return list(group[:-1]) if group and _is_each(group[-1], zone, text, grammar) else []


def is_of_several(page: Page, places: Sequence[Place], zone: Zone) -> bool:
    """Tell whether a number is the sum of some units named together: "phường A và phường B đã tiếp nhận 61.204"."""
    text, grammar = page.folded.text, page.lexicon.grammar
    own = [p for p in places if zone.start <= p.start and p.end <= zone.number.start]
    own = [p for p in own if not is_apposed(p, places, text, grammar)]
    group = _named_together(own, text, grammar)
    if len(group) < 2 or _is_each(group[-1], zone, text, grammar):
        return False
    return grammar["doing-behind"].match(text, group[-1].end, zone.number.start) is not None


def _is_each(place: Place, zone: Zone, text: str, grammar: Mapping[str, Construction]) -> bool:
    none = zone.number.kind == "zero" and not text[place.end : zone.number.start].strip()
    alike = ("each-alike", "each-share") if zone.number.kind == "percent" else ("each-alike",)
    return none or any(grammar[name].fullmatch(text, place.end, zone.number.start) for name in alike)


def is_apposed(place: Place, places: Sequence[Place], text: str, grammar: Mapping[str, Construction]) -> bool:
    """Tell whether a unit is named only to place another: "huyện Lấp Vò, tỉnh Đồng Tháp", "đứng đầu tỉnh"."""
    before = [p for p in places if p.end <= place.start and _rank(p) > _rank(place)]
    if not before:
        return False
    gap = text[before[-1].end : place.start]
    placed = any(grammar[name].fullmatch(gap.strip()) for name in ("apposition", "placed-in"))
    return placed or grammar["leads-before"].search(gap) is not None


def _is_passed_over(place: Place, start: int, text: str, grammar: Mapping[str, Construction]) -> bool:
    """Tell whether a unit is named only as the one that another comes behind, or is rated by.

    "Phường A xếp thứ hai, chỉ sau phường B"; "thị xã Sơn Tây được UBND thành phố Hà Nội đánh giá".
    """
    rated = grammar["rated-by"].search(text, max(start, place.start - _BEHIND_REACH), place.start)
    if rated is not None and grammar["gives"].match(text, place.end):
        return True
    return grammar["ranked-behind"].search(text, max(start, place.start - _BEHIND_REACH), place.start) is not None


def _named_together(own: Sequence[Place], text: str, grammar: Mapping[str, Construction]) -> Sequence[Place]:
    """Return the last of some units with those named right before it: "các huyện A, B và C"."""
    first = len(own) - 1
    while first > 0 and grammar["list-gap"].fullmatch(text[own[first - 1].end : own[first].start].strip()):
        first -= 1
    return own[max(first, 0) :]


def _rank(place: Place) -> int:
    return min((len(u.code) for u in place.candidates), default=9)
