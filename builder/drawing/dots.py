"""Points where units lie, without any outline of a country and without tiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from builder.drawing.words import Language, Measure


@dataclass(frozen=True, slots=True)
class Dot:
    """A unit with its value; ``place`` is latitude and longitude in degrees, None where it is not known."""

    label: str
    place: tuple[float, float] | None
    value: Decimal
    printed: str = ""
    href: str = ""


def dots(
    rows: Sequence[Dot],
    *,
    title: str,
    around: Sequence[tuple[float, float]] = (),
    measure: Measure = "percent",
    language: Language = "vi",
    name: str = "",
) -> str:
    """Draw a point for each unit; ``around`` are faint points that show where in the country they lie."""
    raise NotImplementedError
