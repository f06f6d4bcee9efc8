"""What stands around a number: the stretches of text that belong to it, and the cues in them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from builder.extractor.quantities import Number
from builder.lexicon import Hit, Hits, Lexicon, between

CONTENT = frozenset({"object", "stage", "timing", "channel", "index", "opinion", "degree", "topic", "stance", "trend"})
MEASURING = CONTENT - {"object", "stance", "trend"}  # what tells what is measured
HAS = "has"  # what a name such as "Số xã" says of the number beside it
_LEFT_WEIGHTS = (1.0, 0.7, 0.5, 0.4)
_FAR = 90  # how far behind a number words may stand that bear on it
_RIGHT_WEIGHTS = (1.0, 0.5, 0.3)
_LEADING_WEIGHTS = (1.0, 0.9, 0.8)  # behind a number that opens its sentence
_INHERITED = 0.6
_FADING = 0.9  # of what was inherited already
_LEFT_OVER_REACH = 20  # how far before a number "xuống còn" may begin
_LONGEST_LEVEL = 16  # characters of "huyện đạt" with what is before it
_LONE_NUMBER = re.compile(r"\([\d.,]+ ?%?\)")  # a number alone in brackets belongs to what is around them
_COUNTED_NOUN = re.compile(r"\s*(?:[^\W\d]+\s+){0,4}")
_ASIDE = re.compile(r"\([^()\d]{1,60}\)")

Stretch = tuple[int, int]


@dataclass(frozen=True)
class Zone:
    """The text that belongs to a number, in stretches between separators, nearest first."""

    number: Number
    left: tuple[Stretch, ...]
    right: tuple[Stretch, ...]
    row: int = 0  # where the row of a number in a table begins

    @cached_property
    def start(self) -> int:
        """Return where the zone begins; the name of a column lies outside the row."""
        return min((s for s, _ in self.left if s >= self.row), default=self.number.start)


@dataclass(frozen=True, slots=True)
class Frame:
    """The cues that bear on a number, with weights from 0 to 1."""

    cues: Mapping[str, float]  # cue id -> weight, own and inherited
    own: frozenset[str] = frozenset()  # cues in the number's own zone
    near: frozenset[str] = frozenset()  # cues in the stretches that touch the number
    before: frozenset[str] = frozenset()  # cues in the stretches before the number
    names: Mapping[str, float] = field(default_factory=dict)  # indicators named in the zone
    nouns: frozenset[str] = frozenset()  # what stands right behind the number
    bare: bool = False  # no noun behind the number
    share: bool = False  # the number is a percentage
    adjacent: frozenset[str] = frozenset()  # cues that touch the number
    broken_down: bool = False  # what follows breaks this number down
    left_over: bool = False  # the number is what is left of what the number before was taken from

    def tells(self, lexicon: Lexicon) -> bool:
        """Tell whether the number's own zone says anything about what is measured."""
        return lexicon.has(self.own, MEASURING)


def find_zones(
    text: str,
    start: int,
    end: int,
    numbers: Sequence[Number],
    hits: Hits,
    lexicon: Lexicon,
    masked: Sequence[Stretch] = (),
) -> list[Zone]:
    """Share out the text of a sentence among its numbers; a masked stretch, such as a list of years, is never cut.

    Two kinds of number take no part: a percentage alone in brackets right behind a counted noun, "2.640 hồ sơ (87,7%)
    trả sớm", and a count of those that something belongs to, "1.200 thủ tục của 19 sở được đưa vào một cửa".
    """
    text = _blank_separators(text, masked, lexicon)
    asides = [
        n for before, n in pairwise(numbers) if _is_lone_share(text, before, n) or _counts_owners(text, n, lexicon)
    ]
    if asides:
        for number in asides:
            begin, behind = number.start - 1, number.after + (text[number.after : number.after + 1] == ")")
            text = text[:begin] + " " * (behind - begin) + text[behind:]
        others = find_zones(text, start, end, [n for n in numbers if n not in asides], hits, lexicon, masked)
        own = [Zone(n, ((n.start, n.start),), ((n.after, n.after),)) for n in asides]
        return sorted([*others, *own], key=lambda zone: zone.number.start)
    lefts: list[tuple[Stretch, ...]] = []
    rights: list[tuple[Stretch, ...]] = []
    cursor = start
    for i, number in enumerate(numbers):
        if i == 0:
            lefts.append(_nearest_first(_cut(text, cursor, number.start, hits, lexicon)))
        else:
            leading = not any(text[slice(*piece)].strip(" -") for piece in lefts[-1])
            right, left = _share(text, numbers[i - 1].after, number.start, hits, lexicon, leading=leading)
            rights.append(right)
            lefts.append(left)
    if numbers:
        last = numbers[-1]
        stop = lexicon.grammar["clause-end"].search(text, last.after, end)
        pieces = _cut(text, last.after, stop.start() if stop else end, hits, lexicon)
        lone = len(pieces) > 1 and _LONE_NUMBER.fullmatch(text, last.start - 1, pieces[1][0])
        pieces = pieces[1:] if lone else pieces
        rights.append(tuple(p for p in pieces if not lexicon.grammar["comment-behind"].match(text, *p)))
    return [Zone(n, left, right) for n, left, right in zip(numbers, lefts, rights, strict=True)]


def _is_lone_share(text: str, before: Number, number: Number) -> bool:
    bracketed = number.kind == "percent" != before.kind and _LONE_NUMBER.fullmatch(
        text, number.start - 1, number.after + 1
    )
    return bool(bracketed) and _COUNTED_NOUN.fullmatch(text, before.after, number.start - 1) is not None


def _counts_owners(text: str, number: Number, lexicon: Lexicon) -> bool:
    owned = lexicon.grammar["owned-by"].search(text, max(0, number.start - 6), number.start)
    return owned is not None and lexicon.grammar["owning-bodies"].match(text, number.after) is not None


def _blank_separators(text: str, masked: Sequence[Stretch], lexicon: Lexicon) -> str:
    """Return the text with the separators inside masked stretches blanked; lengths stay as they are."""
    joint = lexicon.grammar["joint"]
    for start, end in masked:
        if joint.search(text, start, end):
            text = text[:start] + joint.sub(lambda m: " " * len(m.group()), text[start:end]) + text[end:]
    return text


def _share(
    text: str, start: int, end: int, hits: Hits, lexicon: Lexicon, *, leading: bool
) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
    """Divide the gap between two numbers: what is behind the first, what is before the second.

    A number that opens its clause (``leading``) has all of the clause behind it: "100% xã, phường …, …; 95% …".
    """
    pieces = _cut(text, start, end, hits, lexicon)
    if len(pieces) > 1:
        first = _clause_pieces(text, pieces) if leading else 1
        left = pieces[first:]
        compared = any(h.dimension == "change" for h in between(hits, *pieces[0]))
        if len(pieces) == 2 and text[end - 1] == "(" and not compared:
            left = pieces  # a number alone in brackets is told by the words before them
        return tuple(pieces[:first]), _nearest_first(left)
    total = next(
        (h for h in between(hits, start, end) if h.dimension == "of-total" and not text[h.end : end].strip()), None
    )
    if total is not None:
        return ((start, total.start),), ((total.start, end),)  # "3 hồ sơ trễ hạn trên tổng số 2.015 hồ sơ"
    worded = _worded(hits, start, end)
    for match in reversed(list(lexicon.grammar["and"].finditer(text, start, end))):
        inside = any(h.start < match.start() and match.end() < h.end for h in worded)
        if not inside and not _joins_like(text, *match.span(), worded):
            return ((start, match.start()),), ((match.end(), end),)
    verb = next((h for h in between(hits, start, end) if h.concept == "equals" and h.start > start), None)
    if verb is not None:
        return ((start, verb.start),), ((verb.start, end),)
    return ((start, end),), ((start, end),)


def _clause_pieces(text: str, pieces: Sequence[Stretch]) -> int:
    """Return how many of some pieces belong to the clause that the first begins: those up to a semicolon."""
    for index, (before, behind) in enumerate(pairwise(pieces), 1):
        if ";" in text[before[1] : behind[0]]:
            return index
    return 1


def _cut(text: str, start: int, end: int, hits: Hits, lexicon: Lexicon) -> list[Stretch]:
    """Cut a stretch at separators that are no part of a wording, an aside or an enumeration of like things."""
    pieces, cursor = [], start
    worded = _worded(hits, start, end)
    asides = [m.span() for m in _ASIDE.finditer(text, start, end)]
    for match in lexicon.grammar["joint"].finditer(text, start, end):
        a, b = match.span()
        if any(h.start < a and b < h.end for h in worded) or any(s <= a and b <= e for s, e in asides):
            continue
        if match.group() == "," and _joins_like(text, a, b, worded):
            continue
        pieces.append((cursor, a))
        cursor = b
    return [*pieces, (cursor, end)]


def _worded(hits: Hits, start: int, end: int) -> list[Hit]:
    return [h for h in between(hits, start, end) if h.dimension in CONTENT or h.dimension in ("level", "scope")]


def _joins_like(text: str, start: int, end: int, worded: Sequence[Hit]) -> bool:
    """Tell whether a comma or "và" stands right between two wordings of one dimension: "đúng hạn và trước hạn"."""
    before = [h for h in worded if h.end <= start and not text[h.end : start].strip()]
    behind = [h for h in worded if h.start >= end and not text[end : h.start].strip()]
    return any(
        a.dimension == b.dimension
        and a.concept != b.concept
        and a.dimension in ("timing", "object", "channel")
        and not {a.concept, b.concept} & _APART
        for a in before
        for b in behind
    )


def _nearest_first(pieces: Sequence[Stretch]) -> tuple[Stretch, ...]:
    return tuple(reversed(pieces))


def read_frame(
    text: str, zone: Zone, hits: Hits, lexicon: Lexicon, before: Frame | None, topic: Sequence[Hit] = ()
) -> Frame:
    """Collect the cues of a number's zone; what the zone leaves out is carried over.

    It comes from the topic that opens the sentence ("Về hồ sơ trực tuyến, …") and from the number before.
    """
    nouns, bare = noun_behind(text, zone.number, hits, lexicon)
    level = level_before(text, zone.number, lexicon)
    own: dict[str, float] = {}
    near: set[str] = set()
    names: dict[str, float] = {}
    settled: set[str] = set()
    for weight, stretch, touches in _weighted(zone):
        found = _without_aim(text, zone.number, between(hits, *stretch), lexicon)
        found = _without_source(text, _without_owners(text, found, lexicon), lexicon)
        found = _without_past_trend(text, zone.number, found)
        found = [h for h in found if h.start - zone.number.after < _FAR]
        found = [h for h in found if level is None or h.end <= level.start() or h.start >= level.end()]
        _add_stretch(found, weight, own, settled)
        if touches:
            near.update(h.concept for h in found if h.dimension in CONTENT)
        for hit in found:
            if hit.dimension == "indicator":
                names[hit.concept] = max(names.get(hit.concept, 0.0), weight)
    for noun in nouns:
        own[noun] = 1.0
    for hit in topic:
        if hit.dimension in MEASURING and hit.dimension not in {lexicon.cues[c].dimension for c in own}:
            own[hit.concept] = 0.6
    own = _join_coordinated(own, lexicon)
    led = frozenset(h.concept for s in zone.left for h in between(hits, *s) if h.dimension in CONTENT)
    adjacent = _touching(text, zone.number, hits, lexicon)
    share = zone.number.kind == "percent"
    frame = Frame(own, frozenset(own), frozenset(near), led, names, nouns, bare, share, adjacent)
    if before is not None:
        frame = _inherit(frame, before, lexicon, before.broken_down or _is_bracketed(text, zone.number))
    if zone.number.kind == "plain" and _is_left_over(
        text, zone.number, between(hits, zone.number.start - _LEFT_OVER_REACH, zone.number.start)
    ):
        frame = _without_reduction(frame, lexicon)
    clause = text.rfind(";", 0, zone.number.start)
    before_it = [h for s in zone.left for h in between(hits, *s) if h.start > clause]
    return _specify_noun(frame, lexicon, [*topic, *before_it])


def _touching(text: str, number: Number, hits: Hits, lexicon: Lexicon) -> frozenset[str]:
    """Return the cues that touch a number, or the noun behind it: "2.400 phiếu phát ra"."""
    before = [h for h in between(hits, number.start - 30, number.start) if not text[h.end : number.start].strip()]
    nouns = [h for h in between(hits, number.after, number.after + 40) if not text[number.after : h.start].strip()]
    ends = {h.end for h in nouns if h.dimension == "object"}
    small = lexicon.grammar["small-word"]
    behind = [
        h
        for end in ends
        for h in between(hits, end, end + 40)
        if all(small.fullmatch(word) for word in text[end : h.start].split())
    ]
    return frozenset(h.concept for h in (*before, *behind) if h.dimension in CONTENT)


def _without_reduction(frame: Frame, lexicon: Lexicon) -> Frame:
    """Read the second number of "giảm từ 401 xuống còn 208 đơn vị" as what there is, not as what is gone."""
    gone = {c for c in frame.cues.keys() - frame.own if lexicon.cues[c].dimension in ("trend", "stage")}
    cues = {c: w for c, w in frame.cues.items() if c not in gone}
    own, led = (frame.own - gone) | {"has"}, (frame.before - gone) | {"has"}
    return replace(frame, cues={"has": 1.0, **cues}, own=own, before=led, left_over=True)


def _specify_noun(frame: Frame, lexicon: Lexicon, told: Sequence[Hit]) -> Frame:
    """Read a general noun ("đơn vị") as the special one told before ("đơn vị sự nghiệp")."""
    nouns = frame.nouns
    if not nouns or not all(lexicon.cues[n].generic for n in nouns) or lexicon.has(frame.near, {"topic"}):
        return frame
    cues = {**{h.concept: _INHERITED for h in told if h.dimension == "object"}, **frame.cues}
    special = {c: w for c, w in cues.items() if c not in nouns and lexicon.cues[c].wider & nouns}
    if frame.own & _THERE and "person" in nouns:
        special.pop("post", None)  # "được giao 42 biên chế, hiện có 39 người"
    if not special:
        return frame
    nearest = max(special.values())
    return replace(frame, nouns=frozenset(c for c, w in special.items() if w == nearest))


def _without_past_trend(text: str, number: Number, found: Sequence[Hit]) -> Sequence[Hit]:
    """Leave out "giảm" before "xuống còn": the number is what is left, not what is gone."""
    return [h for h in found if h.dimension != "trend"] if _is_left_over(text, number, found) else found


def _without_owners(text: str, found: Sequence[Hit], lexicon: Lexicon) -> Sequence[Hit]:
    """Leave out the units that act or whose something is: "335 của huyện", "xã đã tiếp nhận" count none of them."""
    owner, doer = lexicon.grammar["owner-before"], lexicon.grammar["kind-as-doer"]

    def counted(hit: Hit) -> bool:
        owned = owner.search(text, max(0, hit.start - 5), hit.start) is not None
        acting = doer.match(text, hit.start)
        return not (owned or (acting is not None and acting.end() == hit.end))

    return [h for h in found if h.concept not in TIERS or counted(h)]


def _without_source(text: str, found: Sequence[Hit], lexicon: Lexicon) -> Sequence[Hit]:
    """Leave out the channel that only tells where figures come from: "theo số liệu trên Cổng Dịch vụ công, …"."""
    source = lexicon.grammar["source-of-figures"]
    return [h for h in found if h.dimension != "channel" or not source.search(text, max(0, h.start - _FAR), h.start)]


def _without_aim(text: str, number: Number, found: Sequence[Hit], lexicon: Lexicon) -> Sequence[Hit]:
    """Leave out "chỉ tiêu" as what is counted where it says that the number is a target: "(chỉ tiêu là 90%)"."""
    tie = lexicon.grammar["aim-gap"]
    aims = {h.start for h in found if h.concept == "target" and tie.fullmatch(text, h.end, number.start)}
    return [h for h in found if not (h.start in aims and h.dimension == "object")]


def _is_left_over(text: str, number: Number, hits: Iterable[Hit]) -> bool:
    """Tell whether "xuống còn" is one of some wordings and stands right before a number."""
    position = number.start
    return any(
        h.concept == "to"
        and position - _LEFT_OVER_REACH <= h.start
        and h.end <= position
        and not text[h.end : position].strip()
        for h in hits
    )


def _is_bracketed(text: str, number: Number) -> bool:
    """Tell whether a number stands inside brackets: a breakdown of the number before them."""
    opened = text.rfind("(", max(0, number.start - 120), number.start)
    return opened >= 0 and ")" not in text[opened : number.start]


def _weighted(zone: Zone) -> Iterator[tuple[float, Stretch, bool]]:
    """Yield the stretches of a zone, nearest first, left and right in turn."""
    leading = all(start == end for start, end in zone.left)
    sides = [(zone.right, _LEADING_WEIGHTS if leading else _RIGHT_WEIGHTS), (zone.left, _LEFT_WEIGHTS)]
    for rank in range(max(len(zone.left), len(zone.right))):
        for stretches, weights in sides:
            if rank < len(stretches):
                yield weights[min(rank, len(weights) - 1)], stretches[rank], rank == 0


def _add_stretch(found: Iterable[Hit], weight: float, own: dict[str, float], settled: set[str]) -> None:
    """Add the cues of one stretch; a dimension that a nearer stretch has settled is left as it is."""
    told = set()
    for hit in found:
        if hit.dimension not in CONTENT:
            continue
        if weight == 1.0 or hit.dimension not in settled:
            own[hit.concept] = max(own.get(hit.concept, 0.0), weight)
            told.add(hit.dimension)
    settled |= told


def _join_coordinated(own: dict[str, float], lexicon: Lexicon) -> dict[str, float]:
    """Read two cues of one dimension with a common broader cue as that one: "đúng hạn và trước hạn"."""
    joined = dict(own)
    for cue in own:
        for other in own:
            if cue < other and lexicon.cues[cue].dimension == "timing" == lexicon.cues[other].dimension:
                common = (lexicon.cues[cue].wider & lexicon.cues[other].wider) - {cue, other}
                if common:
                    weight = min(own[cue], own[other])
                    for part in (cue, other):
                        joined.pop(part, None)
                    for wider in common:
                        joined[wider] = max(weight, joined.get(wider, 0.0))
    return joined


def level_before(text: str, number: Number, lexicon: Lexicon) -> re.Match[str] | None:
    """Return where one word right before a number tells a level: "(tỉnh 389, huyện 402, xã 276)"."""
    start = max(0, number.start - _LONGEST_LEVEL)
    return lexicon.grammar["bare-level"].search(text, start, number.start)


def noun_behind(text: str, number: Number, hits: Hits, lexicon: Lexicon) -> tuple[frozenset[str], bool]:
    """Return what the number counts by the words right behind it, and whether there is no noun at all."""
    position = number.after
    while position < len(text) and text[position] in " \n":
        position += 1
    behind = [h for h in between(hits, position, position + 80) if h.start == position]
    nouns = frozenset(h.concept for h in behind if h.dimension == "object")
    if nouns:
        return nouns, False
    ends = any(lexicon.grammar[name].match(text, position) for name in ("measure-word", "clause-end"))
    if ends or "\n" in text[number.after : position]:
        return frozenset(), True
    if position < len(text) and text[position] == '"':
        return frozenset(), False  # what is counted stands in quotation marks
    if position >= len(text) or not text[position].isalpha():
        return frozenset(), True
    named = lexicon.grammar["committee"].match(text, position) is not None
    return frozenset(), not named and any(h.dimension in _NOT_NOUNS for h in behind)


TIERS = frozenset({"province", "district", "commune", "public-service-unit", "specialised-agency"})
_THERE = frozenset({"present", "on-hand"})
_WHOSE = frozenset({"agency", "person", "province", "citizen"})
_APART = frozenset({"dossier", "procedure", "service", "online-payment"})  # never told in one breath with others
_NOT_NOUNS = frozenset(
    {"link", "stage", "timing", "channel", "modifier", "scope", "level", "change", "of-total", "bound", "status"}
)


def _inherit(frame: Frame, before: Frame, lexicon: Lexicon, bracketed: bool) -> Frame:
    """Carry cues over: all of them where the zone is silent, else only the counted object, index and topic."""
    silent = not frame.tells(lexicon)
    if (
        frame.share
        and frame.nouns - {"plan"}
        and (frame.nouns.isdisjoint(before.cues) or _names_more(frame, before, lexicon))
    ):
        silent = False
    told = {lexicon.cues[c].dimension for c in frame.own - frame.nouns}
    parallel = any(lexicon.cues[c].dimension in told & {"channel"} for c in before.cues)
    kept = {"object", "index", "stage", "trend"} if bracketed or parallel else {"object", "index"}
    if frame.share and frame.nouns and before.share and before.nouns:
        kept |= {"trend"}  # "giảm 10% đơn vị sự nghiệp, 10% biên chế"
    cues = dict(frame.cues)
    led = set(frame.before)
    there = "present" in frame.own and not bracketed
    for cue, weight in before.cues.items():
        dimension = lexicon.cues[cue].dimension
        if cue in cues or dimension in told or not (silent or dimension in kept):
            continue
        if there and dimension == "trend":
            continue  # "giảm 12 đơn vị, hiện còn 40 đơn vị"
        faded = dimension == "object" and cue not in before.own
        cues[cue] = weight * _FADING if faded else min(weight, _INHERITED)
        if silent and cue in before.before:
            led.add(cue)
    near = frame.near
    if bracketed:
        near |= {c for c in before.near.intersection(cues) if lexicon.cues[c].dimension == "trend"}
    return replace(frame, cues=cues, before=frozenset(led), near=near)


def recall(frame: Frame, last: Frame, lexicon: Lexicon) -> Frame:
    """Return the frame of a number that goes on from one of another unit: "cao nhất là huyện A với 2.310 hồ sơ".

    What says that there is so much, and who is told in order, keeps nothing from being taken over.
    """
    idle = {HAS} | (((TIERS | {"agency"}) & frame.own) - frame.nouns)
    cues = {c: w for c, w in frame.cues.items() if c not in idle}
    return _inherit(
        replace(frame, cues=cues, own=frame.own - idle, before=frame.before - idle), last, lexicon, bracketed=False
    )


def _names_more(frame: Frame, before: Frame, lexicon: Lexicon) -> bool:
    """Tell whether a share has a thing of its own beside those it is of: "100% cán bộ có máy tính"."""
    new = [lexicon.cues[c] for c in frame.own - before.cues.keys() - frame.nouns]
    return any(c.dimension == "object" and not c.wider & _WHOSE for c in new)


def topic_frame(hits: Sequence[Hit], before: Frame | None, lexicon: Lexicon) -> Frame:
    """Return what a sentence without numbers hands on: the objects and indices it speaks of."""
    cues = dict(before.cues) if before else {}
    for hit in hits:
        if hit.dimension in ("object", "index"):
            cues = {c: w for c, w in cues.items() if lexicon.cues[c].dimension != hit.dimension or c == hit.concept}
            cues[hit.concept] = _INHERITED
    return Frame(cues)


def announced_frame(hits: Sequence[Hit]) -> Frame | None:
    """Return what a line such as "Tỷ lệ hồ sơ đúng hạn của các huyện:" says of the numbers in the list below it."""
    if not any(h.dimension in MEASURING for h in hits):
        return None
    cues = {h.concept: _INHERITED for h in hits if h.dimension in CONTENT}
    return Frame(cues, before=frozenset(cues))


def carry_over(frame: Frame, lexicon: Lexicon) -> Frame:
    """Return what a sentence hands on to the next one: the counted object and the index."""
    kept = {c: min(w, _INHERITED) for c, w in frame.cues.items() if lexicon.cues[c].dimension in ("object", "index")}
    return Frame(kept)


def hand_down(frame: Frame, lexicon: Lexicon) -> Frame:
    """Return what a list item hands down to the items below it: object, index and stage, as a breakdown of itself."""
    kept = {c: w for c, w in frame.cues.items() if lexicon.cues[c].dimension in ("object", "index", "stage")}
    return Frame(kept, broken_down=True)
