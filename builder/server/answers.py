"""Answers to queries as tables to read: headings in words, names in place of IRIs, numbers and days as written."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from builder import queries
from builder.explorer.atlas import Atlas, choose
from builder.headings import HEADINGS
from builder.identifiers import web_address
from builder.queries import Rows
from builder.server.view import VI, View
from builder.vocabulary import NAMESPACES

MOST_ROWS = 500  # shown on a page; a download has them all
LONGEST = 30  # digits of a number that is written out
LEADS_TO: Mapping[str, tuple[str, ...]] = {  # a column -> the columns that hold the thing it tells of
    "value": ("observation", "figure", "comparable"),
    "partValue": ("observation",),
    "target": ("targetObservation",),
    "result": ("resultObservation",),
    "pageTitle": ("page",),
    "number": ("legal",),
}
RELATIONS: Mapping[str, tuple[str, str]] = {
    "itself": ("chính đơn vị", "itself"),
    "earlier": ("trước đó", "earlier"),
    "later": ("về sau", "later"),
    "successor": ("kế tiếp", "successor"),
}
XSD = NAMESPACES["xsd"]
NUMBERS = frozenset(XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "short"))
ENDINGS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/sparql-results+json",
    "spreadsheet.csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; ``href`` is "" where it leads nowhere."""

    text: str
    href: str = ""
    outside: bool = False  # leads away from the site
    language: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the query, what it is called, and whether it holds amounts."""

    name: str
    text: str
    amount: bool


@dataclass(frozen=True, slots=True)
class Table:
    """An answer laid out; ``total`` counts the rows that are not shown, too."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int


def lay_out(atlas: Atlas, view: View, rows: Rows, *, joined: bool = True) -> Table:
    """Lay an answer out; ``joined``: a column of IRIs goes into the links of the column that names the same things."""
    shown = rows.rows[:MOST_ROWS]
    targets = _targets(rows.columns) if joined else {}
    kept = [n for n in range(len(rows.columns)) if n not in targets.values()]
    unnamed: Iterator[Any] = (
        row[targets.get(n, n)] for row in shown for n in kept if n not in targets or row[n] is None
    )
    names = atlas.labels(term.value for term in unnamed if _is_iri(term))
    columns = tuple(
        Column(rows.columns[n], _heading(rows.columns[n], view), _has_amounts(rows.columns[n], [r[n] for r in shown]))
        for n in kept
    )
    writer = _Writer(atlas, view, names, translate(atlas, view.language))
    cells = tuple(
        tuple(writer.write(rows.columns[n], row[n], row[targets[n]] if n in targets else None) for n in kept)
        for row in shown
    )
    return Table(columns, cells, len(rows.rows))


def _targets(columns: Sequence[str]) -> dict[int, int]:
    """Return for each column that names things the one that holds their IRIs."""
    places = {column: n for n, column in enumerate(columns)}
    found = {}
    for n, column in enumerate(columns):
        wanted = (column.removesuffix("Label"),) if column.endswith("Label") else LEADS_TO.get(column, ())
        place = next((places[name] for name in wanted if name in places), None)
        if place is not None:
            found[n] = place
    return found


def _heading(column: str, view: View) -> str:
    text = view.t(*HEADINGS.get(column, (column, column)))
    return text[:1].upper() + text[1:] if column in HEADINGS else text


def is_year(column: str) -> bool:
    """Tell whether the numbers of a column are years, by its name."""
    return column == "year" or column.endswith("Year")


def _has_amounts(column: str, terms: Sequence[Any]) -> bool:
    told = [term for term in terms if term is not None]
    return bool(told) and not is_year(column) and all(number_of(term) is not None for term in told)


def _is_iri(term: Any) -> bool:
    import pyoxigraph

    return isinstance(term, pyoxigraph.NamedNode)


def number_of(term: Any) -> Decimal | None:
    """Return the number that a literal tells, None for anything else and for numbers that nobody could read."""
    if getattr(getattr(term, "datatype", None), "value", "") not in NUMBERS:
        return None
    try:
        number = Decimal(term.value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < LONGEST else None


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes terms as cells in the language of a page."""

    atlas: Atlas
    view: View
    names: Mapping[str, Mapping[str, str]]
    words: Mapping[str, str]  # Vietnamese labels of concepts in the language of the page

    def write(self, column: str, term: Any, thing: Any) -> Cell:
        """Write a term; ``thing`` is what it names, None where that is not told."""
        if thing is not None and _is_iri(thing):
            return self._write_name(column, term, thing.value)
        if term is None:
            return Cell("")
        if _is_iri(term):
            return self._write_iri(term.value)
        text = self._write_literal(column, term)
        address = web_address(text) if column == "address" else ""
        return Cell(text, address, bool(address), self._language(term, text))

    def _write_name(self, column: str, term: Any, thing: str) -> Cell:
        told = self._write_literal(column, term) if term is not None and not _is_iri(term) else ""
        in_words = self.atlas.label(thing, self.view.language) if thing in self.atlas.concepts else ""
        shown = self._write_iri(thing)
        return Cell(in_words or told or shown.text, shown.href, shown.outside)

    def _write_iri(self, iri: str) -> Cell:
        label = choose(self.names.get(iri, {}), self.view.language) or shorten(iri)
        inside = self.view.thing(iri)
        outside = "" if inside else web_address(iri)
        return Cell(label, inside or outside, bool(outside))

    def _write_literal(self, column: str, term: Any) -> str:
        text = str(getattr(term, "value", term))
        datatype = getattr(getattr(term, "datatype", None), "value", "")
        number = number_of(term)
        if number is not None:
            return text if is_year(column) else self.view.number(number)
        if datatype == f"{XSD}boolean":
            return self.view.t("có", "yes") if text in ("true", "1") else self.view.t("không", "no")
        if datatype == f"{XSD}date" and _is_day(text):
            return self.view.day(text)
        if column == "relation" and text in RELATIONS:
            return self.view.t(*RELATIONS[text])
        return self.words.get(text, text) if column.endswith("Label") else text

    def _language(self, term: Any, text: str) -> str:
        """Return the language of a literal, "" where it is that of the page or was put into it."""
        language = getattr(term, "language", None) or ""
        return language if language != self.view.language and text == str(getattr(term, "value", "")) else ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None


def translate(atlas: Atlas, language: str) -> dict[str, str]:
    """Return the Vietnamese labels of concepts in another language, where only one thing can be meant."""
    if language == VI:
        return {}
    found: Mapping[str, set[str]] = defaultdict(set)
    for labels in atlas.concepts.values():
        if VI in labels and language in labels:
            found[labels[VI]].add(labels[language])
    return {label: next(iter(others)) for label, others in found.items() if len(others) == 1}


def shorten(iri: str) -> str:
    """Return an IRI with a prefix of the project in place of its beginning.

    >>> shorten("http://purl.org/dc/terms/title"), shorten("https://example.org/a")
    ('dcterms:title', 'https://example.org/a')
    """
    fitting = [(space, prefix) for prefix, space in NAMESPACES.items() if iri.startswith(space)]
    if not fitting:
        return iri
    space, prefix = max(fitting, key=lambda each: len(each[0]))
    return f"{prefix}:{iri.removeprefix(space)}"


def write_download(rows: Rows, ending: str, view: View) -> bytes:
    """Return an answer as a file: CSV, SPARQL Results JSON, or CSV for spreadsheets with headings in words."""
    if ending == "json":
        return queries.as_json(rows).encode()
    if ending == "csv":
        return queries.as_csv(rows).encode()
    return queries.as_spreadsheet(rows, [_heading(column, view) for column in rows.columns]).encode()
