"""For whom a figure is told: the place, the level whose work is counted, and the body named as doer."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from builder.extractor.frames import Zone
from builder.extractor.units import Place
from builder.lexicon import Hit, between
from builder.text import Folded

_BODY = re.compile(
    r"(?<!\w)(?P<head>sở|phòng|trung tâm|bộ|ban|ubnd|ủy ban nhân dân|hđnd|công an|văn phòng|chi cục|cục|thanh tra|tổng cục"
    r"|ban quản lí|ban tổ chức|thành ủy|huyện ủy|tỉnh ủy)(?= )"
)
_FIRST_WORD = re.compile(r" (?:xây dựng|tổ chức|tiếp nhận và trả kết quả|[^\W\d]+)")
_NATIONAL_HEADS = frozenset({"bộ", "tổng cục"})
_NOT_A_MINISTRY = re.compile(r"bộ (?:phận|máy|chỉ số|thủ tục|hồ sơ|tthc|câu hỏi|tiêu chí|tài liệu|mặt|ban|trưởng|chính trị|đội)")
_STOP = re.compile(
    r"[,;:.()\"\n]|\d|(?<!\w)(?:đã|đang|có|được|là|và đã|tiếp nhận|giải quyết|cho|với|tại|trên|về|theo|của|tham mưu|tổ chức|ban hành"
    r"|đạt|cho biết|trong|phối hợp|thực hiện|triển khai|dẫn đầu|xếp|lần|hướng dẫn|vươn|đi vào|sẽ|cũng|luôn|phải|yêu cầu|chiếm|xử lí"
    r"|công bố|phát động|duy trì|đứng|tăng|giảm|đến|từ|vào|ghi nhận|đánh giá|xây dựng|chỉ|còn|nhận)(?!\w)"
)
_REPORTS = re.compile(
    r"(?:theo|báo cáo|thống kê|số liệu|đánh giá)(?: \w+){0,4}(?: số [\w/&.-]+)?(?: của| từ)? ?$"
    r"|(?:chủ tịch|giám đốc|bí thư|trưởng|lãnh đạo|đại diện|thủ trưởng|chánh|phó)(?: \w+)? $"
)
_LEVEL_TAILS = (("tỉnh", "province"), ("huyện", "district"), ("xã", "commune"), ("phường", "commune"))


@dataclass(frozen=True, slots=True)
class Body:
    """A public body named in folded text."""

    start: int
    end: int
    head: str
    source: bool = False  # only the source of a report: "theo báo cáo của Sở Nội vụ"

    @property
    def national(self) -> bool:
        """Tell whether the body is a ministry."""
        return self.head in _NATIONAL_HEADS


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures are being told, as far as the text has said."""

    level: str | None = None  # "province", "district", "commune", "all"; None: nothing told
    body: Body | None = None
    place: Place | None = None
    national: bool = False


def find_bodies(text: str, folded: Folded, start: int, end: int) -> list[Body]:
    """Return the public bodies named in a stretch of folded text: "Sở Tư pháp", "UBND huyện"."""
    bodies = []
    for match in _BODY.finditer(folded.text, start, end):
        if match["head"] == "bộ" and _NOT_A_MINISTRY.match(folded.text, match.start()):
            continue
        first_word = _FIRST_WORD.match(folded.text, match.end())
        stop = _STOP.search(folded.text, first_word.end() if first_word else match.end(), min(end, match.end() + 70))
        finish = stop.start() if stop else min(end, match.end() + 70)
        name = folded.text[match.start() : finish].rstrip()
        first = folded.span(match.end() + 1, match.end() + 2).of(text)
        generic = match["head"] in ("ubnd", "ủy ban nhân dân", "trung tâm", "công an", "văn phòng", "thanh tra")
        if len(name) > len(match["head"]) + 1 and (first[:1].isupper() or generic):
            source = _REPORTS.search(folded.text, max(start, match.start() - 40), match.start()) is not None
            bodies.append(Body(match.start(), match.start() + len(name), match["head"], source))
    return bodies


def level_of_body(body: Body, text: str) -> str | None:
    """Return the level a body belongs to as its name tells it; None where the page's unit decides."""
    name = text[body.start : body.end]
    if body.head == "sở":
        return "province"
    if body.head == "phòng":
        return "district"
    words = name.split()
    for tail, level in _LEVEL_TAILS:
        if tail in words[1:]:
            return level
    return None


def nearest_level(
    hits: list[Hit], zone: Zone, start: int, bodies: Sequence[Body], text: str
) -> tuple[str | None, int]:
    """Return the level told nearest to a number: right behind it, else before it in the sentence.

    Behind a semicolon, levels that were told one after the other no longer govern.
    """
    if zone.right:
        for hit in between(hits, *zone.right[0]):
            if hit.dimension in ("level", "scope"):
                return ("all" if hit.dimension == "scope" else hit.concept), hit.start
    told = [h for h in between(hits, start, zone.number.start) if h.dimension in ("level", "scope")]
    if not told:
        return None, -1
    last = told[-1]
    clause = text.rfind(";", start, zone.number.start)
    levels = {h.concept for h in told} | {level_of_body(b, text) or "own" for b in bodies if b.start < clause}
    if last.start < clause and len(levels) > 1:
        return "all", last.start
    if last.dimension == "scope" or any(h.dimension == "scope" and h.start == last.start for h in told):
        return "all", last.start
    others = [(h.end, h.concept) for h in told[:-1] if h.dimension == "level"]
    others += [(b.end, level_of_body(b, text) or "own") for b in bodies if b.end <= last.start]
    if any(level != last.concept and _JOINED.fullmatch(text, end, last.start) for end, level in others):
        return "all", last.start
    return last.concept, last.start


_JOINED = re.compile(r"[\s,/&]*(?:(?:và|tại|ubnd|bộ phận|các|ở|\d+|của)[\s,/]*)*")


def levels_told(bodies: Sequence[Body], hits: list[Hit], sentence: tuple[int, int], text: str) -> set[str]:
    """Return all levels that a sentence speaks of."""
    levels = {("all" if h.dimension == "scope" else h.concept) for h in between(hits, *sentence)
              if h.dimension in ("level", "scope")}  # fmt: skip
    return levels | {level for b in bodies if not b.source and (level := level_of_body(b, text))}


_DISTRICT = re.compile(r"(?<!toàn )(?<!cả )(?<!địa bàn )(?<!trong )(?<!\w)(?:huyện|quận|thị xã|thành phố|tp)(?!\w)")


def names_district(text: str, start: int, end: int) -> bool:
    """Tell whether a clause speaks of "the district" as doer, not of all its area."""
    return _DISTRICT.search(text, start, end) is not None


def nearest_body(bodies: Sequence[Body], start: int, end: int) -> Body | None:
    """Return the last body named between two positions."""
    inside = [b for b in bodies if start <= b.start < end]
    return inside[-1] if inside else None


def choose_place(
    places: Sequence[Place], zone: Zone, sentence_start: int, before: Place | None, text: str, last: Mapping[str, Place]
) -> Place | None:
    """Return the unit a number is told for, as far as its sentence says.

    The unit in the stretch right before the number, else the unit that opens the zone, else the one the number before
    it was told for. A bare "huyện" or "tỉnh" points back to the last unit of that kind, or to the page's own.
    """
    own = [p for p in places if zone.start <= p.start and p.end <= zone.number.start]
    own = [p for p in own if not _is_apposed(p, places, text)]
    kind = _bare_kind(text, own[-1].end if own else zone.start, zone.number.start)
    if kind is not None:
        named = [p for p in places if sentence_start <= p.start < zone.number.start and p.kind_word == kind]
        return named[-1] if named else last.get(kind, Place(zone.number.start, zone.number.start, kind, ()))
    if not own:
        return before
    nearest = own[-1]
    if _WHOLE_AREA.search(text, nearest.end, zone.number.start):
        return None
    touching = [p for p in own if zone.left and zone.left[0][0] <= p.start]
    if touching:
        return None if _is_whole_group(own, nearest, text) else nearest
    higher = [p for p in own if _rank(p) < _rank(nearest)]
    if higher:
        return higher[-1]
    return None if _is_whole_group(own, nearest, text) else nearest


def _is_apposed(place: Place, places: Sequence[Place], text: str) -> bool:
    """Tell whether a unit is named only to place another: "huyện Lấp Vò, tỉnh Đồng Tháp"."""
    before = [p for p in places if p.end <= place.start and _rank(p) > _rank(place)]
    return bool(before) and text[before[-1].end : place.start].strip() in (",", "(", "-", "", "của", "thuộc")


_WHOLE_AREA = re.compile(r"(?<!\w)(?:toàn|cả) (?:tỉnh|huyện|thành phố|thị xã|quận|xã|phường)(?!\w)")


def _is_whole_group(own: Sequence[Place], nearest: Place, text: str) -> bool:
    """Tell whether the nearest unit is the last of several told of together: "các huyện A, B và C là 40"."""
    before = [p for p in own if p.end <= nearest.start]
    return bool(before) and text[before[-1].end : nearest.start].strip() in (",", "và", ", và")


_BARE_KIND = re.compile(r"(?<!các )(?<!cấp )(?<!toàn )(?<!cả )(?<!ubnd )(?<!và )(?<!xã, )(?<!huyện, )(?<!phường, )(?<!trấn, )(?<!\w)(huyện|tỉnh|thành phố|thị xã|quận|xã|phường|thị trấn)(?= (?:có|còn|đã|được|đạt|là|giảm|tiếp|xếp|hiện|đứng))")


def _bare_kind(text: str, start: int, end: int) -> str | None:
    found = [m[1] for m in _BARE_KIND.finditer(text, start, end)]
    return found[-1] if found else None


def _rank(place: Place) -> int:
    return min((len(u.code) for u in place.candidates), default=9)


def first_after(positions: Iterable[int], position: int) -> int | None:
    """Return the first of sorted positions at or behind a position."""
    ordered = list(positions)
    index = bisect_left(ordered, position)
    return ordered[index] if index < len(ordered) else None
