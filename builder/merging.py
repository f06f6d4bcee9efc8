"""Sorting more lines than fit in memory, and taking over lines of a file that is sorted, without going through them.

Lines are bytes in UTF-8, each with its end; their order is that of their code points.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from io import BytesIO
from itertools import chain, groupby, islice
from pathlib import Path
from tempfile import mkstemp
from typing import IO, TypeVar

MOST = 1 << 24  # bytes of lines held at once
FAN_IN = 128  # files read at once
AT_ONCE = 1 << 14  # lines that are merged, or made one, at once
RUN = 1 << 18  # bytes of a sorted file that are read at once; of more, memory is taken anew each time

T = TypeVar("T")
Stretch = tuple[int, int]  # of a file: begin and end in bytes


def batches(things: Iterable[T], number: int) -> Iterator[list[T]]:
    """Yield some things after another, in lists of a number."""
    coming = iter(things)
    return iter(lambda: list(islice(coming, number)), [])


class Sorter:
    """Lines in any number; what memory does not hold waits in files of a folder, which its owner removes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: list[bytes] = []
        self._size = 0
        self._pieces: list[Path] = []

    def add(self, lines: Iterable[bytes]) -> None:
        """Take in some lines."""
        for some in batches(lines, AT_ONCE):
            self._held += some
            self._size += sum(map(len, some))
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
        descriptor, path = mkstemp(".run", dir=self.folder)
        with open(descriptor, "wb") as file:  # noqa: PTH123  it is open already
            file.writelines(lines)
        return Path(path)


class Distinct:
    """Lines in any number, each kept once; what memory does not hold waits in files of a folder, as with a sorter."""

    def __init__(self, folder: Path) -> None:
        self._sorter = Sorter(folder)
        self._some: set[bytes] = set()

    def add(self, lines: Iterable[bytes]) -> None:
        """Take in some lines."""
        for some in batches(lines, AT_ONCE):
            self._some.update(some)
            if len(self._some) >= AT_ONCE:
                self._sorter.add(self._some)
                self._some = set()

    def lines(self) -> Iterator[bytes]:
        """Yield all lines in order, each once."""
        self._sorter.add(self._some)
        self._some = set()
        return (line for line, _ in groupby(self._sorter.lines()))


def _merged(pieces: Iterable[Path], *others: Iterable[bytes]) -> Iterator[bytes]:
    with ExitStack() as opened:
        yield from merge(*(opened.enter_context(piece.open("rb")) for piece in pieces), *others)


# ---------------------------------------------------------------- sorted files


def find_line(file: IO[bytes], line: bytes, within: Stretch) -> int:
    """Return where the first line of a stretch begins that is not less than another line; else the end."""
    low, high = within
    while low < high:  # lines that begin before low are less, those that begin from high on are not
        middle = (low + high) // 2
        file.seek(max(middle - 1, low))
        begin = middle - 1 + len(file.readline()) if middle > low else low
        found = file.readline()
        if begin < high and found < line:
            low = begin + len(found)
        else:
            high = middle
    return low


def find_lines(file: IO[bytes], head: bytes, within: Stretch) -> Stretch:
    """Return the stretch of the lines that begin with some characters."""
    begin = find_line(file, head, within)
    return begin, find_line(file, head + b"\xff", (begin, within[1]))  # no character has this byte


def read_runs(file: IO[bytes], within: Stretch) -> Iterator[bytes]:
    """Yield the lines of a stretch, many at once.

    Raises:
        OSError: the file is shorter than it was.

    """
    place, end = within
    while place < end:
        file.seek(place)
        run = file.read(min(RUN, end - place))
        run += file.readline() if place + len(run) < end else b""
        if not run:
            raise OSError("a file was cut while it was read")
        yield run
        place += len(run)


def cut_runs(runs: Iterable[bytes], heads: Iterable[bytes]) -> Iterator[bytes]:
    """Yield runs that are in order without the lines that begin with some characters, given in order, too."""
    coming = iter(heads)
    head = next(coming, None)
    for run in runs:
        place, file = 0, BytesIO(run)
        last = run[run.rfind(b"\n", 0, -1) + 1 :]
        while head is not None and head <= last:
            begin, end = find_lines(file, head, (place, len(run)))
            if place < begin:
                yield run[place:begin]
            place = end
            if end == len(run) and last.startswith(head):
                break  # more of them may follow in the next run
            head = next(coming, None)
        if place < len(run):
            yield run[place:] if place else run


def merge_runs(runs: Iterable[bytes], others: Iterator[bytes]) -> Iterator[bytes]:
    """Yield lines in order, many at once: runs that are in order, one after another, with others among them."""
    first = next(others, None)
    for run in runs:
        place, last = 0, run[run.rfind(b"\n", 0, -1) + 1 :]
        while first is not None and first < last:
            ahead = find_line(BytesIO(run), first, (place, len(run)))
            following = run[ahead : run.index(b"\n", ahead) + 1]
            more = list[bytes]()
            while first is not None and first < following and len(more) < AT_ONCE:
                more.append(first)
                first = next(others, None)
            yield run[place:ahead]
            yield b"".join(more)
            place = ahead
        yield run[place:]
    rest = chain([] if first is None else [first], others)
    while part := list(islice(rest, AT_ONCE)):
        yield b"".join(part)
