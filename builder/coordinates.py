"""Where administrative units lie: one point each, for drawings.

``ontology/coordinates.tsv`` knows the communes and provinces that exist since 2025-07-01. Where a former unit lay
follows from the communes that took over its land: the middle of their points, latitude and longitude each by itself
(median).
"""

import csv
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from statistics import median

from builder import artefacts
from builder.errors import OntologyError
from builder.gazetteer import Gazetteer, UnitVersion

Coordinates = tuple[float, float]  # latitude and longitude in degrees, WGS 84

_COLUMNS = ["code", "latitude", "longitude"]


@lru_cache(maxsize=2)
def load_coordinates(root: Path | None = None) -> Mapping[str, Coordinates]:
    """Return the points of the units that exist since 2025-07-01, by code.

    Raises:
        OntologyError: a line of the table cannot be read.

    """
    path = artefacts.coordinates_file(root)
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if next(rows, None) != _COLUMNS:
            raise OntologyError(f"{path}, line 1: not the header {' '.join(_COLUMNS)}")
        places: dict[str, Coordinates] = {}
        for number, row in enumerate(rows, 2):
            try:
                code, latitude, longitude = row
                places[code] = float(latitude), float(longitude)
            except ValueError as problem:
                raise OntologyError(f"{path}, line {number}: not a code and a place: {problem}") from problem
    return places


def locate(unit: UnitVersion, gazetteer: Gazetteer, known: Mapping[str, Coordinates]) -> Coordinates | None:
    """Return where a unit lies or lay; None where the register does not tell what became of it, and for the country."""
    if unit.valid_through is None and unit.code in known:
        return known[unit.code]
    found = [known[code] for code in sorted(set(_communes(unit, gazetteer))) if code in known]
    if not found:
        return None
    return round(median(lat for lat, _ in found), 4), round(median(lon for _, lon in found), 4)


def _communes(unit: UnitVersion, gazetteer: Gazetteer) -> Iterator[str]:
    """Yield the codes of the units of today that have land of a former unit."""
    if unit.valid_through is None:
        yield unit.code
        return
    last = unit.valid_through
    members = [each for each in gazetteer.members.get(unit.code, ()) if each.in_force(last)]
    for each in members or gazetteer.successors(unit):
        yield from _communes(each, gazetteer)
