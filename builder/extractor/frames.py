"""What stands around a number: the stretches of text that belong to it, and the cues in them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from builder.extractor.quantities import Number
from builder.lexicon import Hit, Lexicon, between

CONTENT = frozenset({"object", "stage", "timing", "channel", "index", "opinion", "degree", "topic", "stance"})
_TELLING = CONTENT - {"object", "stance"}
_SEPARATOR = re.compile(r"[,;:()]|\.(?=\s|$)|(?<= )-(?= )|(?<!\w)(?:và|trong đó|nhưng|đồng thời|trong khi)(?!\w)")
_LEFT_WEIGHTS = (1.0, 0.7, 0.5, 0.4)
_RIGHT_WEIGHTS = (1.0, 0.5, 0.3)
_INHERITED = 0.6
_ASIDE = re.compile(r"\([^()\d]{1,60}\)")

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Zone:
    """The text that belongs to a number, in stretches between separators, nearest first."""

    number: Number
    left: tuple[Stretch, ...]
    right: tuple[Stretch, ...]

    @property
    def start(self) -> int:
        """Return where the zone begins."""
        return min((s for s, _ in self.left), default=self.number.start)


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

    def tells(self, lexicon: Lexicon) -> bool:
        """Tell whether the number's own zone says anything about what is measured."""
        return any(lexicon.cues[c].dimension in _TELLING for c in self.own)


def find_zones(text: str, start: int, end: int, numbers: Sequence[Number], hits: list[Hit]) -> list[Zone]:
    """Share out the text of a sentence among its numbers."""
    lefts: list[tuple[Stretch, ...]] = []
    rights: list[tuple[Stretch, ...]] = []
    cursor = start
    for i, number in enumerate(numbers):
        if i == 0:
            lefts.append(_nearest_first(_cut(text, cursor, number.start, hits)))
        else:
            right, left = _share(text, numbers[i - 1].after, number.start, hits)
            rights.append(right)
            lefts.append(left)
    if numbers:
        rights.append(tuple(_cut(text, numbers[-1].after, end, hits)))
    return [Zone(n, left, right) for n, left, right in zip(numbers, lefts, rights, strict=True)]


def _share(text: str, start: int, end: int, hits: list[Hit]) -> tuple[tuple[Stretch, ...], tuple[Stretch, ...]]:
    """Divide the gap between two numbers: what is behind the first, what is before the second."""
    pieces = _cut(text, start, end, hits)
    if len(pieces) > 1:
        return (pieces[0],), _nearest_first(pieces[1:])
    verb = next((h for h in between(hits, start, end) if h.concept == "equals" and h.start > start), None)
    if verb is not None:
        return ((start, verb.start),), ((verb.start, end),)
    return ((start, end),), ((start, end),)


def _cut(text: str, start: int, end: int, hits: list[Hit]) -> list[Stretch]:
    """Cut a stretch at separators that are no part of a wording, an aside or an enumeration of like things."""
    pieces, cursor = [], start
    worded = [h for h in between(hits, start, end) if h.dimension in CONTENT or h.dimension in ("level", "scope")]
    asides = [m.span() for m in _ASIDE.finditer(text, start, end)]
    for match in _SEPARATOR.finditer(text, start, end):
        a, b = match.span()
        if any(h.start < a and b < h.end for h in worded) or any(s <= a and b <= e for s, e in asides):
            continue
        if match.group() in (",", "và") and _joins_like(text, a, b, worded):
            continue
        pieces.append((cursor, a))
        cursor = b
    return [*pieces, (cursor, end)]


def _joins_like(text: str, start: int, end: int, worded: Sequence[Hit]) -> bool:
    """Tell whether a comma or "và" stands right between two wordings of one dimension: "đúng hạn và trước hạn"."""
    before = [h for h in worded if h.end <= start and not text[h.end : start].strip()]
    behind = [h for h in worded if h.start >= end and not text[end : h.start].strip()]
    return any(
        a.dimension == b.dimension and a.concept != b.concept and a.dimension in ("timing", "object", "channel")
        for a in before
        for b in behind
    )


def _nearest_first(pieces: Sequence[Stretch]) -> tuple[Stretch, ...]:
    return tuple(reversed(pieces))


def read_frame(text: str, zone: Zone, hits: list[Hit], lexicon: Lexicon, before: Frame | None) -> Frame:
    """Collect the cues of a number's zone; what the zone leaves out is carried over from the number before."""
    nouns, bare = _noun_behind(text, zone.number, hits)
    own: dict[str, float] = {}
    near: set[str] = set()
    names: dict[str, float] = {}
    settled: set[str] = set()
    for weight, stretch, touches in _weighted(zone):
        found = between(hits, *stretch)
        _add_stretch(found, weight, own, settled)
        if touches:
            near.update(h.concept for h in found if h.dimension in CONTENT)
        for hit in found:
            if hit.dimension == "indicator":
                names[hit.concept] = max(names.get(hit.concept, 0.0), weight)
    for noun in nouns:
        own[noun] = 1.0
    own = _join_coordinated(own, lexicon)
    led = frozenset(h.concept for s in zone.left for h in between(hits, *s) if h.dimension in CONTENT)
    frame = Frame(own, frozenset(own), frozenset(near), led, names, nouns, bare)
    return frame if before is None else _inherit(frame, before, lexicon, _opens_bracket(text, zone))


def _opens_bracket(text: str, zone: Zone) -> bool:
    """Tell whether a number stands in brackets behind the number before: a breakdown of it."""
    start = zone.start
    return text[:start].rstrip()[-1:] == "("


def _weighted(zone: Zone) -> Iterator[tuple[float, Stretch, bool]]:
    """Yield the stretches of a zone, nearest first, left and right in turn."""
    sides = [(zone.right, _RIGHT_WEIGHTS), (zone.left, _LEFT_WEIGHTS)]
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


def _noun_behind(text: str, number: Number, hits: list[Hit]) -> tuple[frozenset[str], bool]:
    """Return what the number counts by the words right behind it, and whether there is no noun at all."""
    position = number.after
    while position < len(text) and text[position] in " \n":
        position += 1
    behind = [h for h in between(hits, position, position + 80) if h.start == position]
    nouns = frozenset(h.concept for h in behind if h.dimension == "object")
    if nouns:
        return nouns, False
    if position >= len(text) or not text[position].isalpha():
        return frozenset(), True
    return frozenset(), any(h.dimension in _NOT_NOUNS for h in behind)


_NOT_NOUNS = frozenset(
    {"link", "stage", "timing", "channel", "modifier", "scope", "level", "change", "of-total", "bound", "status"}
)


def _inherit(frame: Frame, before: Frame, lexicon: Lexicon, bracketed: bool) -> Frame:
    """Carry cues over: all of them where the zone is silent, else only the counted object and the index."""
    silent = not frame.tells(lexicon)
    told = {lexicon.cues[c].dimension for c in frame.own}
    kept = {"object", "index", "stage"} if bracketed else {"object", "index"}
    cues = dict(frame.cues)
    for cue, weight in before.cues.items():
        dimension = lexicon.cues[cue].dimension
        if dimension in told or dimension == "stance" or not (silent or dimension in kept):
            continue
        cues[cue] = min(weight, _INHERITED)
    return replace(frame, cues=cues)


def carry_over(frame: Frame, lexicon: Lexicon) -> Frame:
    """Return what a sentence hands on to the next one: the counted object and the index."""
    kept = {c: min(w, _INHERITED) for c, w in frame.cues.items() if lexicon.cues[c].dimension in ("object", "index")}
    return Frame(kept)
