"""What pages state: the figures of a graph, read back from its statements for all that is derived from them."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from builder.vocabulary import CCHC, NAMESPACES, PROV, SDMX_DIMENSION, SDMX_MEASURE

Lines = Callable[[], Iterable[str]]

_TOLD = {
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
_FIGURE = f"<{NAMESPACES['id']}observation/"
_LINE = re.compile(r'<([^>]*)> <([^>]*)> (?:<([^>]*)>|"([^"]*)")')


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


def read_stated(lines: Iterable[str]) -> Iterator[Stated]:
    """Yield the figures that count; the statements about one follow one another."""
    about = (line for line in lines if line.startswith(_FIGURE))
    for head, group in groupby(about, key=lambda line: line[: line.index(">")]):
        told = {}
        for line in group:
            if (match := _LINE.match(line)) and (name := _TOLD.get(match[2])):
                told[name] = match[3] or match[4]
        yield Stated(head[1:], **told)
