"""Which indicator a number states: the readings of the ontology weighed against the cues around it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from builder.extractor.frames import Frame
from builder.lexicon import Indicator, Lexicon, Reading

# What counts for and against a reading; the values were weighed on annotated pages (benchmarks/accuracy.md).
_NOUN = 1.2  # the counted noun stands right behind the number
_WIDER_NOUN = 1.0  # a more special one does
_CARRIED_NOUN = 0.4  # it was told before
_NAME = 0.3  # the text names the indicator
_NARROWER = 0.9  # a narrower cue stands for the one needed
_UNEXPLAINED = 0.5  # against: a cue the reading has no use for
_MOST_AGAINST = 0.6  # where the noun tells the indicator by itself
_MEASURED = 0.5  # points, ranks and money tell a good deal by themselves
_STRONG = 0.7  # from this weight on a cue bars a reading from anywhere in the zone
_SPECIFIC = 0.05  # for each cue broader than the one needed
_LEADING = 0.1  # the cue stands before the number
_ADJACENT = 0.2  # it touches the number
ACCEPTED = 0.55  # less is left unread


@dataclass(frozen=True, slots=True)
class Choice:
    """An indicator with the score of its best reading."""

    indicator: Indicator
    score: float
    rule: str


@dataclass(frozen=True, slots=True)
class _Cues:
    """What the cues of a frame say, gathered once for all readings; sets hold cues with everything broader."""

    frame: Frame
    lexicon: Lexicon
    told: frozenset[str]
    before: frozenset[str]
    behind: frozenset[str]
    barring: frozenset[str]  # what forbids a reading: a strong cue anywhere in the zone, another right at the number
    best: dict[str, tuple[str, float]] = field(default_factory=dict)  # cue needed -> the one told for it, its weight

    def best_for(self, need: str) -> tuple[str, float]:
        """Return the cue of the frame that tells best what a reading needs, with its weight; "" if none does."""
        if need not in self.best:
            best = ("", 0.0)
            for cue, weight in self.frame.cues.items():
                if need in self.lexicon.cues[cue].wider:
                    weight *= 1.0 if cue == need else _NARROWER
                    best = max(best, (cue, weight), key=lambda b: b[1])
            self.best[need] = best
        return self.best[need]


def rank_indicators(frame: Frame, measure: str, lexicon: Lexicon) -> list[Choice]:
    """Return the indicators of a measure that the cues allow, best first."""
    cues = _gather(frame, lexicon)
    near = {i.id: i for need in ("", *cues.told) for i in lexicon.by_need.get((measure, need), ())}
    near |= {i.id: i for name in frame.names if (i := lexicon.indicators[name]).measure == measure}
    choices = [c for i in near.values() if (c := _weigh(i, cues)) is not None]
    return sorted(choices, key=lambda c: (-c.score, c.indicator.id))


def _gather(frame: Frame, lexicon: Lexicon) -> _Cues:
    barring = (c for c in frame.cues if lexicon.cues[c].weight >= _STRONG or c in frame.near)
    return _Cues(
        frame,
        lexicon,
        told=_with_wider(frame.cues, lexicon),
        before=_with_wider(frame.before, lexicon),
        behind=_with_wider(frame.own - frame.before, lexicon),
        barring=_with_wider(barring, lexicon),
    )


def _with_wider(cues: Iterable[str], lexicon: Lexicon) -> frozenset[str]:
    return frozenset().union(*(lexicon.cues[cue].wider for cue in cues))


def _weigh(indicator: Indicator, cues: _Cues) -> Choice | None:
    if indicator.narrows:
        return None  # chosen afterwards, where its sister stands beside
    frame = cues.frame
    fitting = (r for r in indicator.readings if r.wanted <= cues.told)
    scores = [s for r in fitting if (s := _fit(r, indicator, cues)) is not None]
    name = frame.names.get(indicator.id, 0.0) * _NAME
    if scores:
        return Choice(indicator, max(scores) + name, "cue-frame")
    if name and (indicator.measure != "count" or frame.nouns or frame.bare) and not indicator.readings:
        return Choice(indicator, name + 0.5, "name")
    barred = any(not cues.barring.isdisjoint(r.bars) for r in indicator.readings)
    if name == _NAME and frame.bare and not barred:
        return Choice(indicator, name + 0.5, "name")  # "tỷ lệ cắt giảm thời gian giải quyết đạt 19%"
    return None


def _fit(reading: Reading, indicator: Indicator, cues: _Cues) -> float | None:
    """Return how well a reading explains the cues; None where it cannot."""
    if not cues.barring.isdisjoint(reading.bars):
        return None
    if not (cues.before.issuperset(reading.leads) and cues.behind.issuperset(reading.trails)):
        return None
    frame, lexicon = cues.frame, cues.lexicon
    score = 0.0
    explained: set[str] = set()
    for need in (*reading.needs, *reading.leads, *reading.trails):
        cue, weight = cues.best_for(need)
        if not cue:
            return None
        score += (
            _LEADING * (cue in frame.before)
            + _ADJACENT * (cue in frame.adjacent)
            + weight * _salience(cue, lexicon)
            + _SPECIFIC * (len(lexicon.cues[cue].wider) - 1) * (cue == need)
        )
        explained.add(cue)
    if indicator.measure == "count":
        noun = _noun_score(reading, frame, lexicon)
        if noun is None:
            return None
        score += noun
    elif indicator.measure in ("points", "rank", "vnd"):
        score += _MEASURED
    against = sum(_unexplained(reading, explained, frame, lexicon))
    if frame.nouns & reading.counts & lexicon.sole_nouns:
        against = min(against, _MOST_AGAINST)
    return score - against


def _salience(cue: str, lexicon: Lexicon) -> float:
    """Return how much a cue says: timeliness or an index more than a mere object."""
    return 0.6 + 0.4 * lexicon.cues[cue].weight


def _noun_score(reading: Reading, frame: Frame, lexicon: Lexicon) -> float | None:
    if frame.nouns:
        if frame.nouns & reading.counts:
            return _NOUN
        return _WIDER_NOUN if _counts(reading, frame.nouns, lexicon) else None
    if not frame.bare:
        return None
    objects = {c: w for c, w in frame.cues.items() if lexicon.cues[c].dimension == "object"}
    fitting = [w for c, w in objects.items() if _counts(reading, (c,), lexicon)]
    if fitting:
        return _CARRIED_NOUN * max(fitting)
    return None


def _counts(reading: Reading, nouns: Iterable[str], lexicon: Lexicon) -> bool:
    return any(lexicon.cues[noun].wider & reading.counts for noun in nouns)


def _unexplained(reading: Reading, explained: set[str], frame: Frame, lexicon: Lexicon) -> Iterator[float]:
    """Yield a penalty for every cue near the number that the reading has no use for."""
    known = _with_wider((u for u in explained | reading.counts | frame.nouns if u in lexicon.cues), lexicon)
    for cue in frame.own:
        about = lexicon.cues[cue]
        related = not about.wider.isdisjoint(known)
        if not related and about.weight:
            yield _UNEXPLAINED * about.weight * frame.cues.get(cue, 0.0)
