"""What pages state: the figures of a graph, read back from its statements for all that is derived from them."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from builder.merging import find_lines, read_runs
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
    return Stated._make(row.decode().split("\t"))


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


def keep_stated(graph: Path, path: Path) -> None:
    """Write the figures of a sorted graph down, to be read more than once with less work."""
    with graph.open("rb") as told, path.open("wb") as file:
        runs = read_runs(told, find_lines(told, _FIGURE, (0, told.seek(0, 2))))
        file.writelines(row + b"\n" for row in _rows(chain.from_iterable(map(bytes.splitlines, runs))))


def read_kept(path: Path) -> Iterator[Stated]:
    """Yield the figures that were written down."""
    with path.open(encoding="utf-8", newline="\n") as file:
        yield from (Stated._make(row[:-1].split("\t")) for row in file)
