"""What a campaign is: many attempts to make the product fail, each with a verdict.

An attempt is survived if the fault was *detected* (told in words, by an error or a status) or *harmless* (what comes
out is what comes out without it). It is *silent* if what comes out is wrong and nobody is told, and *broken* if the
product broke down: a traceback, a hang, a lost build. Neither may be.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

Verdict = Literal["detected", "harmless", "silent", "broken"]


class Attempt(NamedTuple):
    """One attempt, and how it ended."""

    what: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Campaign:
    """Attempts of one kind."""

    name: str
    covers: tuple[str, ...]  # numbers of the contract (R), of faults (F) and of threats (B, E, H, X)
    en: str  # what is done, and what must hold
    vi: str
    run: Callable[[int, Path], Iterable[Attempt]]  # about so many attempts, in an empty folder
    short: int
    long: int
    tried: int  # how many attempts the long form makes at least
    costly: bool = False  # even the short form takes long: it is left out of the ordinary run of the tests


@dataclass(frozen=True, slots=True)
class Tally:
    """How often attempts ended in which way."""

    detected: int = 0
    harmless: int = 0
    silent: int = 0
    broken: int = 0

    @property
    def survived(self) -> int:
        return self.detected + self.harmless

    @property
    def tried(self) -> int:
        return self.survived + self.silent + self.broken

    def __str__(self) -> str:
        how = f"detected {self.detected:,}, harmless {self.harmless:,}, silent {self.silent:,}"
        return f"{self.survived:,}/{self.tried:,} ({how})"


def count(attempts: Iterable[Attempt], tell: Callable[[Attempt], object] = lambda _: None) -> Tally:
    """Carry out attempts; tell of those that were not survived."""
    verdicts: Counter[str] = Counter()
    for attempt in attempts:
        verdicts[attempt.verdict] += 1
        if attempt.verdict in ("silent", "broken"):
            tell(attempt)
    return Tally(**verdicts)


def spread(total: int, number: int) -> Iterator[int]:
    """Yield some of the numbers from 1 to a total, evenly; all of them if there are no more."""
    number = min(number, total)
    yield from sorted({1 + i * (total - 1) // max(1, number - 1) for i in range(number)})
