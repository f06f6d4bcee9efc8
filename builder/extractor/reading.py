"""Which indicator a number states: the readings of the ontology weighed against the cues around it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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
_NOTHING = ("", 0.0)  # told
ACCEPTED = 0.55  # less is left unread


@dataclass(frozen=True, slots=True)
class Choice:
    """An indicator with the score of its best reading."""

    indicator: Indicator
    score: float
    rule: str


class _Cues:
    """What the cues of a frame say, gathered once for all readings; sets hold cues with everything broader."""

    __slots__ = ("barring", "before", "behind", "best", "frame", "lexicon", "nouns", "objects", "told", "unexplained")

    def __init__(self, frame: Frame, lexicon: Lexicon) -> None:
        cues = lexicon.cues
        self.frame, self.lexicon = frame, lexicon
        self.told = _with_wider(frame.cues, lexicon)
        self.before = _with_wider(frame.before, lexicon)
        self.behind = _with_wider(frame.own - frame.before, lexicon)
        # what forbids a reading: a strong cue anywhere in the zone, another right at the number
        self.barring = _with_wider([c for c in frame.cues if cues[c].weight >= _STRONG or c in frame.near], lexicon)
        self.nouns = _with_wider(frame.nouns, lexicon)
        self.best = self._find_best()  # cue needed -> the one told for it, and what it adds to the score
        self.objects = [(c, cues[c].wider, w) for c, w in frame.cues.items() if cues[c].dimension == "object"]
        self.unexplained = self._weigh_unexplained()

    def _find_best(self) -> dict[str, tuple[str, float]]:
        """Return for each need the cue of the frame that tells it best, with what it adds to the score."""
        best: dict[str, tuple[str, float]] = {}
        for cue, weight in sorted(self.frame.cues.items()):  # the same among equals, whatever the seed
            for need in self.lexicon.cues[cue].wider:
                told = weight if cue == need else weight * _NARROWER
                if told > best.get(need, _NOTHING)[1]:
                    best[need] = cue, told
        return {need: (cue, self._score(need, cue, weight)) for need, (cue, weight) in best.items()}

    def _score(self, need: str, cue: str, weight: float) -> float:
        about = self.lexicon.cues[cue]
        return (
            _LEADING * (cue in self.frame.before)
            + _ADJACENT * (cue in self.frame.adjacent)
            + weight * (0.6 + 0.4 * about.weight)  # timeliness or an index says more than a mere object
            + _SPECIFIC * (len(about.wider) - 1) * (cue == need)
        )

    def _weigh_unexplained(self) -> list[tuple[frozenset[str], float]]:
        """Return the number's own cues that its noun does not explain, with what each says against a reading."""
        about = ((self.lexicon.cues[cue], self.frame.cues.get(cue, 0.0)) for cue in sorted(self.frame.own))
        return [
            (cue.wider, _UNEXPLAINED * cue.weight * weight)
            for cue, weight in about
            if cue.weight and cue.wider.isdisjoint(self.nouns)
        ]


def rank_indicators(frame: Frame, measure: str, lexicon: Lexicon) -> list[Choice]:
    """Return the indicators of a measure that the cues allow, best first."""
    cues = _Cues(frame, lexicon)
    best: dict[str, tuple[float, Indicator]] = {}
    for need in ("", *cues.told):
        for indicator, reading in lexicon.by_need.get((measure, need), ()):
            score = _fit(reading, indicator, cues)
            if score is not None and (indicator.id not in best or score > best[indicator.id][0]):
                best[indicator.id] = score, indicator
    choices = [
        Choice(indicator, score + frame.names.get(indicator.id, 0.0) * _NAME, "cue-frame")
        for score, indicator in best.values()
    ]
    for name in frame.names:
        if name not in best and lexicon.indicators[name].measure == measure:
            choices += _choose_by_name(lexicon.indicators[name], cues)
    return sorted(choices, key=lambda c: (-c.score, c.indicator.id))


def _choose_by_name(indicator: Indicator, cues: _Cues) -> Iterator[Choice]:
    """Yield an indicator whose name alone tells it: it has no readings, or the full name stands at a bare number."""
    frame, name = cues.frame, cues.frame.names[indicator.id] * _NAME
    fits = indicator.measure != "count" or frame.nouns or frame.bare
    barred = any(not cues.barring.isdisjoint(r.bars) for r in indicator.readings)
    alone = name and fits and not indicator.readings
    other = (
        indicator.measure == "count" and cues.objects and all(_noun_score(r, cues) is None for r in indicator.readings)
    )
    in_full = name == _NAME and frame.bare and not (barred or other)  # "tỷ lệ cắt giảm thời gian giải quyết đạt 19%"
    if (alone or in_full) and not indicator.narrows:
        yield Choice(indicator, name + 0.5, "name")


def _with_wider(cues: Iterable[str], lexicon: Lexicon) -> frozenset[str]:
    return frozenset().union(*[lexicon.cues[cue].wider for cue in cues])


def _fit(reading: Reading, indicator: Indicator, cues: _Cues) -> float | None:
    """Return how well a reading explains the cues; None where it cannot."""
    if not cues.told.issuperset(reading.wanted) or not cues.barring.isdisjoint(reading.bars):
        return None
    if not (cues.before.issuperset(reading.leads) and cues.behind.issuperset(reading.trails)):
        return None
    score = 0.0
    explained: list[frozenset[str]] = [reading.counted]
    for need in reading.wanted:
        cue, told = cues.best.get(need, _NOTHING)
        if not cue:
            return None
        score += told
        explained.append(cues.lexicon.cues[cue].wider)
    if indicator.measure == "count":
        noun = _noun_score(reading, cues)
        if noun is None:
            return None
        score += noun
    elif indicator.measure in ("points", "rank", "vnd"):
        score += _MEASURED
    against = sum([w for wider, w in cues.unexplained if all(map(wider.isdisjoint, explained))])
    if cues.lexicon.sole_nouns.intersection(cues.frame.nouns, reading.counts):
        against = min(against, _MOST_AGAINST)
    return score - against


def _noun_score(reading: Reading, cues: _Cues) -> float | None:
    frame = cues.frame
    if frame.nouns:
        if not frame.nouns.isdisjoint(reading.counts):
            return _NOUN
        return None if cues.nouns.isdisjoint(reading.counts) else _WIDER_NOUN
    if not frame.bare:
        return None
    fitting = [
        weight if cue in reading.counts else weight * _NARROWER
        for cue, wider, weight in cues.objects
        if not wider.isdisjoint(reading.counts)
    ]
    return _CARRIED_NOUN * max(fitting) if fitting else None
