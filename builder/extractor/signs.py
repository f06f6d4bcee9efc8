"""What speaks for the reading of a number, and why it was read so: for the confidence, and for people who ask."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from builder.extractor.frames import Frame
from builder.extractor.periods import PeriodMention
from builder.extractor.reading import Choice
from builder.extractor.sentence import Sentence
from builder.extractor.told import Told
from builder.facts import Grounds, Period, Signs, Span
from builder.lexicon import Lexicon

if TYPE_CHECKING:
    from builder.extractor.figures import Figure

_FULL_SCORE = 2.0  # a score beyond is no surer
_CLEAR = 1.0  # so far ahead of the next, an indicator has no rival
_MOST_RIVALS = 3  # that are told


def weigh(choice: Choice, rivals: Sequence[Choice], frame: Frame, lexicon: Lexicon) -> Signs:
    """Return what speaks for a choice among the indicators that a number might state."""
    ahead = choice.score - max((r.score for r in rivals), default=choice.score - _CLEAR)
    return Signs(
        score=min(1.0, max(0.0, choice.score / _FULL_SCORE)),
        margin=min(1.0, max(0.0, ahead / _CLEAR)),
        own=float(frame.tells(lexicon)),
        noun=float(bool(frame.nouns)),
    )


def mark_agreement(figures: Sequence["Figure"], lexicon: Lexicon) -> list["Figure"]:
    """Mark the figures of a sentence whose counts divide to its rate: "3.740 of 3.760, or 99,4%"."""
    marked: list[Figure] = []
    for _, group in groupby(figures, key=lambda figure: figure.sentence):
        sentence = list(group)
        agreeing = {id(f) for rate in sentence for f in _divided(rate, sentence, lexicon)}
        marked += [_agreeing(f) if id(f) in agreeing else f for f in sentence]
    return marked


def _agreeing(figure: "Figure") -> "Figure":
    return replace(figure, signs=figure.signs._replace(agreement=1.0))


def _divided(rate: "Figure", sentence: Sequence["Figure"], lexicon: Lexicon) -> list["Figure"]:
    """Return a rate with the two counts whose quotient it is; nothing where there are none."""
    part = lexicon.indicators[rate.indicator].numerator
    whole = lexicon.wholes.get(part, "")
    for one in (f for f in sentence if f.indicator == part):
        for other in (f for f in sentence if f.indicator == whole and f.value):
            if abs(rate.value - 100 * one.value / other.value) <= _unit_of_last_digit(rate.value):
                return [rate, one, other]
    return []


def _unit_of_last_digit(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


# ---------------------------------------------------------------- for people who ask


def tell_grounds(choice: Choice, rivals: Sequence[Choice], frame: Frame, period: tuple[str, Span | None]) -> Grounds:
    """Return why a number was read so; positions are those of the folded text."""
    cues = sorted(frame.cues.items(), key=lambda cue: (-cue[1], cue[0]))
    lost = [(r.indicator.id, round(r.score, 2)) for r in rivals if r.indicator.id != choice.indicator.id]
    return Grounds(
        tuple((c, round(w, 2)) for c, w in cues), tuple(lost[:_MOST_RIVALS]), round(choice.score, 2), *period
    )


def find_period_source(sentence: Sentence, told: Told, period: Period | None) -> tuple[str, Span | None]:
    """Return from where a period was taken, the nearest place first, and the words that tell it."""
    own = [p for p in sentence.periods if not p.base]
    places: list[tuple[str, Sequence[PeriodMention | None]]] = [
        ("own-words", own),
        ("before", [told.period]),
        ("headline", [told.main]),
        ("year-of-page", [told.mentioned]),
    ]
    for name, mentions in places:
        for mention in mentions:
            if period is not None and mention is not None and mention.period == period:
                name = "headline" if name == "before" and mention is told.main else name
                return ("publication" if mention.to_date else name), Span(mention.start, mention.end)
    return ("" if period is None else "derived"), None


def resettle(before: "Figure", after: "Figure") -> "Figure":
    """Say of a figure whose period the rest of the page settled that it did: the days of a report, the first period."""
    if before.period == after.period:
        return after
    source = "report" if before.period is not None else "text"
    return replace(after, grounds=replace(after.grounds, period=source, period_words=None))
