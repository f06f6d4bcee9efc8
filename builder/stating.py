"""What pages state: their figures that count, as a table from which the rest is derived."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

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


STATED_HEAD = "\t".join(Stated._fields).encode() + b"\n"  # of a table of figures


def read_stated(table: Path) -> Iterator[Stated]:
    """Yield the figures that a table holds."""
    with table.open(encoding="utf-8", newline="\n") as file:
        yield from map(Stated._make, (row[:-1].split("\t") for row in islice(file, 1, None)))


def find_stated(lines: Iterable[bytes]) -> Iterator[Stated]:
    """Yield the figures that count among the statements of a graph; those about one follow one another."""
    told: dict[str, str] = {}
    for line in lines:
        if not line.startswith(_FIGURE):
            continue
        subject, predicate, value, _ = line.decode().split(" ", 3)
        if told and told["iri"] != subject[1:-1]:
            yield Stated(**told)
            told = {}
        told["iri"] = subject[1:-1]
        if name := _COLUMNS.get(predicate[1:-1]):
            told[name] = value[1:-1] if value[0] == "<" else value[1 : value.index('"', 1)]
    if told:
        yield Stated(**told)
