"""Lines over time: each figure at the end of its period, with the stretch of time it covers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from builder.drawing.words import Bound, Language, Measure


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A figure of a series; it covers ``start`` through ``end``, or tells the state on ``end``."""

    start: date | None
    end: date
    value: Decimal
    printed: str = ""
    href: str = ""
    bound: Bound = "exact"


@dataclass(frozen=True, slots=True)
class Series:
    """The figures of one line, in any order."""

    label: str
    points: tuple[TrendPoint, ...]


def trends(
    series: Sequence[Series], *, title: str, measure: Measure = "percent", language: Language = "vi", name: str = ""
) -> str:
    """Draw a line for each series."""
    raise NotImplementedError
