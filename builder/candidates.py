"""Groups the numbers that no indicator explains by what they count, so that an indicator may be added for them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from builder.artefacts import local_name
from builder.quotations import NAMES, PATTERN, Quotation, quote
from builder.sparql import Answering, ask

EXAMPLES = 3  # of a group that are shown

CANDIDATES = f"""
SELECT DISTINCT ?statement ?phrase ?value ?measure ?locality ?page {NAMES} WHERE {{
  ?statement a cchc:CandidateObservation ; cchc:phrase ?phrase ; sdmx-measure:obsValue ?value ;
    prov:wasDerivedFrom/dcterms:identifier ?page .
  OPTIONAL {{ ?statement sdmx-attribute:unitMeasure ?measure }}
  OPTIONAL {{ ?statement sdmx-dimension:refArea/cchc:versionOf ?locality }}{PATTERN}
}} ORDER BY ?phrase ?page ?begin ?statement"""


@dataclass(frozen=True, slots=True)
class Example:
    """One candidate of a group, with the place that ``cchc explain`` takes."""

    page: str
    value: str
    quotation: Quotation

    @property
    def place(self) -> str:
        """Return page and offset: ``dong-hoi-2023.txt:425``."""
        return f"{self.page}:{self.quotation.begin}"


@dataclass(frozen=True, slots=True)
class Group:
    """The candidates that one phrase brings together."""

    phrase: str
    count: int
    pages: int
    localities: int
    measures: tuple[str, ...]  # those of its numbers: "percent", "count"
    examples: tuple[Example, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the group for JSON, each example with its place."""
        told = asdict(self)
        told["examples"] = [asdict(example) | {"place": example.place} for example in self.examples]
        return told


def group_candidates(store: Answering, min_count: int = 1) -> list[Group]:
    """Return the groups of at least so many candidates, those of most first, then those of most pages."""
    rows: dict[str, list[Mapping[str, str]]] = {}
    for row in ask(store, CANDIDATES):
        rows.setdefault(row["phrase"], []).append(row)
    groups = (_group(phrase, found) for phrase, found in rows.items())
    wanted = (group for group in groups if group.count >= min_count)
    return sorted(wanted, key=lambda group: (-group.count, -group.pages, group.phrase))


def _group(phrase: str, rows: Sequence[Mapping[str, str]]) -> Group:
    return Group(
        phrase=phrase,
        count=_distinct(rows, "statement"),
        pages=_distinct(rows, "page"),
        localities=_distinct(rows, "locality"),
        measures=tuple(sorted({local_name(row["measure"]) for row in rows} - {""})),
        examples=tuple(_examples(rows)),
    )


def _distinct(rows: Sequence[Mapping[str, str]], name: str) -> int:
    return len({row[name] for row in rows} - {""})


def _examples(rows: Sequence[Mapping[str, str]]) -> list[Example]:
    """Return some candidates: the first of each page before further ones."""
    told = {row["statement"]: row for row in reversed(rows)}  # each by the first of its quotations
    first = {row["page"]: row for row in reversed(rows)}
    ordered = sorted(told.values(), key=lambda row: (row not in first.values(), row["page"], int(row["begin"])))
    return [Example(row["page"], row["value"], quote(row)) for row in ordered[:EXAMPLES]]
