"""What pages state: the figures of a graph, read back from its statements for all that is derived from them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from builder.vocabulary import CCHC, NAMESPACES, PROV, SDMX_DIMENSION, SDMX_MEASURE

_COLUMNS = {
    CCHC.indicator: "indicator",
    SDMX_DIMENSION.refArea: "area",
    CCHC.periodStart: "start",
    CCHC.periodEnd: "end",
    CCHC.level: "level",
    CCHC.agency: "agency",
    CCHC.status: "status",
    CCHC.bound: "bound",
    SDMX_MEASURE.obsValue: "value",
    PROV.wasDerivedFrom: "page",
}
_FIGURE = f"<{NAMESPACES['id']}observation/".encode()
_AT_ONCE = 1 << 22  # bytes of a graph that are read at once
_NEAR = 1 << 16  # bytes that are not worth a further look


class Stated(NamedTuple):
    """A figure with what it tells, each as the graph writes it: IRIs, days, a number; "" where nothing is told."""

    iri: str
    page: str = ""
    indicator: str = ""
    area: str = ""
    start: str = ""
    end: str = ""
    level: str = ""
    agency: str = ""
    status: str = ""
    bound: str = ""
    value: str = ""


_PLACES = {f"<{predicate}>".encode(): Stated._fields.index(name) for predicate, name in _COLUMNS.items()}


def read_stated(lines: Iterable[bytes]) -> Iterator[Stated]:
    """Yield the figures that count; the statements about one follow one another."""
    return map(_stated, _rows(line for line in lines if line.startswith(_FIGURE)))


def _stated(row: bytes) -> Stated:
    return Stated(*row.decode().split("\t"))


def _rows(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what statements about figures tell of each, with tabs between."""
    head, told = b"", [b""] * len(Stated._fields)
    for line in lines:
        subject, predicate, value, _ = line.split(b" ", 3)
        if subject != head:
            if head:
                yield b"\t".join(told)
            head, told = subject, [subject[1:-1], *[b""] * (len(Stated._fields) - 1)]
        if (place := _PLACES.get(predicate)) is not None:
            told[place] = value[1:-1] if value[:1] == b"<" else value[1 : value.index(b'"', 1)]
    if head:
        yield b"\t".join(told)


def _lines_about_figures(graph: Path) -> Iterator[bytes]:
    """Yield the statements of a sorted graph about figures; the others are not gone through."""
    with graph.open("rb") as file:
        _seek(file, _FIGURE, graph.stat().st_size)
        while lines := file.readlines(_AT_ONCE):
            yield from (line for line in lines if line.startswith(_FIGURE))
            if lines[-1] > _FIGURE and not lines[-1].startswith(_FIGURE):
                return


def _seek(file: IO[bytes], prefix: bytes, size: int) -> None:
    """Go to the beginning of a line of a sorted file that stands little before the first that is not less."""
    low, high = 0, size  # every line that begins before low is less
    while high - low > _NEAR:
        file.seek((low + high) // 2)
        file.readline()
        place = file.tell()
        if place < high and file.readline() < prefix:
            low = place
        else:
            high = (low + high) // 2
    file.seek(low)


def keep_stated(graph: Path, path: Path) -> None:
    """Write the figures of a sorted graph down, to be read more than once with less work."""
    with path.open("wb") as file:
        file.writelines(row + b"\n" for row in _rows(_lines_about_figures(graph)))


def read_kept(path: Path) -> Iterator[Stated]:
    """Yield the figures that were written down."""
    with path.open("rb") as file:
        for row in file:
            yield _stated(row[:-1])
