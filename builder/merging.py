"""Sorting more lines than fit in memory: sorted pieces on disk, merged into one order.

Lines are bytes in UTF-8, each with its end; their order is that of their code points.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import chain, islice
from pathlib import Path

MOST = 1 << 24  # bytes of lines held at once
FAN_IN = 128  # files read at once
AT_ONCE = 1 << 14  # lines that are merged at once


class Sorter:
    """Lines in any number; what memory does not hold waits in files of a folder, which its owner removes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: list[bytes] = []
        self._size = 0
        self._pieces: list[Path] = []
        self._number = 0

    def add(self, lines: Iterable[bytes]) -> None:
        """Take in some lines."""
        for line in lines:
            self._held.append(line)
            self._size += len(line)
        if self._size >= MOST:
            self._put_aside()

    def lines(self, *others: Iterable[bytes]) -> Iterator[bytes]:
        """Yield all lines in order, once; ``others`` are in order by themselves and are not kept."""
        self._held.sort()
        while len(self._pieces) > FAN_IN:
            first, self._pieces = self._pieces[:FAN_IN], self._pieces[FAN_IN:]
            self._pieces.append(self._write(_merged(first)))
            for piece in first:
                piece.unlink()
        yield from _merged(self._pieces, self._held, *others)

    def _put_aside(self) -> None:
        self._held.sort()
        self._pieces.append(self._write(self._held))
        self._held, self._size = [], 0

    def _write(self, lines: Iterable[bytes]) -> Path:
        path = self._folder / f"{self._number}.run"
        self._number += 1
        with path.open("wb") as file:
            file.writelines(lines)
        return path


def merge_runs(runs: Iterable[list[bytes]], others: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Yield lines in order, many at once: runs that are in order, one after another, with others among them."""
    first = next(others, None)
    for run in runs:
        while run:
            more = list[bytes]()
            while first is not None and first < run[-1] and len(more) < AT_ONCE:
                more.append(first)
                first = next(others, None)
            end = len(run) if len(more) < AT_ONCE else bisect_left(run, more[-1])
            part, run = run[:end] + more if more else run, run[end:]
            part.sort()
            yield part
    rest = chain([] if first is None else [first], others)
    while part := list(islice(rest, AT_ONCE)):
        yield part


def _merged(pieces: Iterable[Path], *others: Iterable[bytes]) -> Iterator[bytes]:
    with ExitStack() as opened:
        yield from merge(*(opened.enter_context(piece.open("rb")) for piece in pieces), *others)
