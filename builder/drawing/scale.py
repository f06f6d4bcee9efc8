"""Axes: from values to places, and the round values that are written at an axis."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis from ``low`` to ``high`` over the places ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def round_step(extent: float, most: int) -> float:
    """Return the smallest round step (1, 2, 2.5 or 5 times a power of ten) that cuts an extent into ``most`` pieces.

    >>> round_step(100, 5), round_step(15840, 5), round_step(3, 6)
    (20.0, 5000.0, 0.5)
    """
    power = 10 ** math.floor(math.log10(extent / most))
    return float(next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor * most >= extent * (1 - 1e-9)))


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return the round values from the one at or below ``low`` to the one at or above ``high``.

    >>> ticks(0, 100), ticks(97.2, 99.9)
    ([0.0, 20.0, 40.0, 60.0, 80.0, 100.0], [97.0, 98.0, 99.0, 100.0])
    """
    step = round_step(high - low, most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(place * step, 10) for place in range(first, last + 1)]
