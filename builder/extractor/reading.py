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
ACCEPTED = 0.55  # less is left unread


@dataclass(frozen=True, slots=True)
class Choice:
    """An indicator with the score of its best reading."""

    indicator: Indicator
    score: float
    rule: str


def rank_indicators(frame: Frame, measure: str, lexicon: Lexicon) -> list[Choice]:
    """Return the indicators of a measure that the cues allow, best first."""
    choices = [c for i in lexicon.by_measure.get(measure, ()) if (c := _weigh(i, frame, lexicon)) is not None]
    return sorted(choices, key=lambda c: (-c.score, c.indicator.id))


def _weigh(indicator: Indicator, frame: Frame, lexicon: Lexicon) -> Choice | None:
    scores = [s for r in indicator.readings if (s := _fit(r, indicator, frame, lexicon)) is not None]
    name = frame.names.get(indicator.id, 0.0) * _NAME
    if indicator.narrows:
        return None  # chosen afterwards, where its sister stands beside
    if scores:
        return Choice(indicator, max(scores) + name, "cue-frame")
    if name and (indicator.measure != "count" or frame.nouns or frame.bare) and not indicator.readings:
        return Choice(indicator, name + 0.5, "name")
    return None


def _fit(reading: Reading, indicator: Indicator, frame: Frame, lexicon: Lexicon) -> float | None:
    """Return how well a reading explains the cues; None where it cannot."""
    if any(_bars(cue, reading, frame, lexicon) for cue in frame.cues):
        return None
    score = 0.0
    explained: set[str] = set()
    if any(not any(lead in lexicon.cues[c].wider for c in frame.before) for lead in reading.leads):
        return None
    behind = frame.own - frame.before
    if any(not any(trail in lexicon.cues[c].wider for c in behind) for trail in reading.trails):
        return None
    for need in (*reading.needs, *reading.leads, *reading.trails):
        cue, weight = _best_cue(need, frame, lexicon)
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


def _bars(cue: str, reading: Reading, frame: Frame, lexicon: Lexicon) -> bool:
    """Tell whether a cue forbids a reading: a strong one anywhere in the zone, another only right at the number."""
    about = lexicon.cues[cue]
    return bool(about.wider & reading.bars) and (about.weight >= _STRONG or cue in frame.near)


def _best_cue(need: str, frame: Frame, lexicon: Lexicon) -> tuple[str, float]:
    best = ("", 0.0)
    for cue, weight in frame.cues.items():
        if need in lexicon.cues[cue].wider:
            weight *= 1.0 if cue == need else _NARROWER
            best = max(best, (cue, weight), key=lambda b: b[1])
    return best


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
    used = explained | set(reading.counts) | set(frame.nouns)
    for cue in frame.own:
        about = lexicon.cues[cue]
        related = any(about.wider & lexicon.cues[u].wider for u in used if u in lexicon.cues)
        if not related and about.weight:
            yield _UNEXPLAINED * about.weight * frame.cues.get(cue, 0.0)
