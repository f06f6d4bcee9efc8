"""What the values of this room are made of: the rows of an answer, put together."""

from collections.abc import Iterable, Mapping
from datetime import date

Row = Mapping[str, str]
Named = tuple[str, str]  # IRI, label


def group(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Put the rows together that tell of the same thing.

    >>> group([{"unit": "a", "part": "x"}, {"unit": "a", "part": "y"}], "unit")
    {'a': [{'unit': 'a', 'part': 'x'}, {'unit': 'a', 'part': 'y'}]}
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return groups


def named(rows: Iterable[Row], iri: str, label: str) -> tuple[Named, ...]:
    """Return the things that a column of IRIs and one of labels tell, each once, by label."""
    return tuple(sorted({(row[iri], row[label]) for row in rows if row[iri]}, key=lambda pair: (pair[1], pair[0])))


def day(text: str) -> date | None:
    """Return the day of a literal of the graph, None for none."""
    return date.fromisoformat(text[:10]) if text else None
