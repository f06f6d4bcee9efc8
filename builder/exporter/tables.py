"""Writes the figures of a graph as one tidy table: CSV described by CSVW, CSV for spreadsheets, and Parquet.

One row is one figure, in the order of pages and of places in them. The names of the columns never change; what they are
called and which statement of the graph a cell stands for is told in ``observations.csv-metadata.json`` (W3C Metadata
Vocabulary for Tabular Data). Rows come from the store one by one; of a page, no more than its own figures are held.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from builder.artefacts import local_name
from builder.errors import BuilderError, StoreError
from builder.exporter.files import aside
from builder.headings import TABLE_HEADINGS
from builder.sparql import Answering, ask, load_graph
from builder.spreadsheet import BYTE_ORDER_MARK, safe_text, write_csv
from builder.states import CLASSES
from builder.vocabulary import (
    CCHC,
    DCTERMS,
    NAMESPACES,
    NIF,
    PROV,
    RDFS,
    SDMX_ATTRIBUTE,
    SDMX_DIMENSION,
    SDMX_MEASURE,
    SKOS,
)

Cell = str | int | Decimal | date | None
Row = tuple[Cell, ...]
Graph = Answering | Path  # a store, or the path of a file of N-Quads

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
SCHEME = NAMESPACES["scheme"]
ACCEPTED = ("accepted",)
BATCH = 10_000  # rows that are written to Parquet at once
PRECISION, SCALE = 38, 9  # digits of a decimal in Parquet, in all and behind the decimal sign


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its XML Schema datatype, and the statement of the graph that a cell of it stands for.

    ``term`` is its property, ``about`` and ``value`` are URI templates over the names of columns, as CSVW has them; a
    column without a property is computed or stands for no single statement.
    """

    name: str
    datatype: str = "string"
    term: str = ""
    value: str = ""
    about: str = "{+figure}"
    language: str = ""
    required: bool = False
    repeats: bool = False  # few values that come again and again

    @property
    def titles(self) -> tuple[str, str]:
        """Return what the column is called in Vietnamese and English."""
        return TABLE_HEADINGS[self.name]


def _concept(name: str, scheme: str, term: str, about: str = "{+figure}", *, required: bool = False) -> Column:
    """Return the column of a concept, whose cells hold its identifier."""
    return Column(name, "string", term, f"{SCHEME}{scheme}/{{{name}}}", about, required=required, repeats=True)


UNIT, PAGE, SPAN = "{+unit_version}", "{+document}", "{+document}#char={evidence_begin},{evidence_end}"
INDICATOR = f"{SCHEME}indicator/{{indicator}}"
COLUMNS = (
    Column("figure", "anyURI", required=True),
    Column("state", required=True, repeats=True),
    _concept("indicator", "indicator", CCHC.indicator),
    Column("indicator_label_vi", "string", SKOS.prefLabel, "", INDICATOR, "vi", repeats=True),
    Column("indicator_label_en", "string", SKOS.prefLabel, "", INDICATOR, "en", repeats=True),
    _concept("measure", "measure", SDMX_ATTRIBUTE.unitMeasure),
    Column("value", "decimal", SDMX_MEASURE.obsValue, required=True),
    Column("printed", "string", CCHC.printedValue),
    _concept("bound", "bound", CCHC.bound),
    _concept("status", "status", CCHC.status),
    Column("unit_version", "anyURI", SDMX_DIMENSION.refArea, UNIT, repeats=True),
    Column("unit_code", repeats=True),
    Column("unit_label", "string", RDFS.label, "", UNIT, "vi", repeats=True),
    _concept("unit_level", "level", CCHC.level, UNIT),
    Column("province_code", repeats=True),
    Column("province_label", language="vi", repeats=True),
    _concept("level_of_work", "level", CCHC.level),
    Column("agency", language="vi", repeats=True),
    Column("period_start", "date", CCHC.periodStart),
    Column("period_end", "date", CCHC.periodEnd),
    Column("year", "integer"),
    Column("document", "anyURI", PROV.wasDerivedFrom, PAGE, required=True, repeats=True),
    Column("page", "string", DCTERMS.identifier, "", PAGE, required=True, repeats=True),
    Column("page_title", "string", DCTERMS.title, "", PAGE, "vi", repeats=True),
    Column("page_address", "anyURI", DCTERMS.source, "{+page_address}", PAGE, repeats=True),
    Column("page_issued", "date", DCTERMS.issued, "", PAGE),
    Column("publisher", repeats=True),
    Column("evidence_begin", "nonNegativeInteger", NIF.beginIndex, "", SPAN, required=True),
    Column("evidence_end", "nonNegativeInteger", NIF.endIndex, "", SPAN, required=True),
    Column("evidence_places", "nonNegativeInteger", required=True),
    Column("quotation", "string", NIF.anchorOf, "", SPAN, required=True),
    Column("sentence"),
    Column("confidence", "decimal", CCHC.confidence),
    Column("rule", "string", CCHC.rule, repeats=True),
    Column("phrase", "string", CCHC.phrase),
)
NAMES = tuple(column.name for column in COLUMNS)

FIGURES = """
SELECT DISTINCT ?figure ?kind ?indicator ?measure ?value ?printed ?bound ?status ?unit_version ?level_of_work ?agency
  ?period_start ?period_end ?document ?page ?page_title ?page_address ?page_issued ?publisher ?evidence_begin
  ?evidence_end ?quotation ?sentence ?confidence ?rule ?phrase WHERE {
  VALUES ?kind { KINDS }
  ?figure a ?kind ; sdmx-measure:obsValue ?value ; prov:wasDerivedFrom ?document ; cchc:evidence ?span .
  ?document dcterms:identifier ?page .
  ?span nif:beginIndex ?evidence_begin ; nif:endIndex ?evidence_end ; nif:anchorOf ?quotation .
  OPTIONAL { ?span cchc:context/nif:anchorOf ?sentence }
  OPTIONAL { ?figure cchc:indicator ?indicator }
  OPTIONAL { ?figure sdmx-attribute:unitMeasure ?measure }
  OPTIONAL { ?figure cchc:printedValue ?printed }
  OPTIONAL { ?figure cchc:bound ?bound }
  OPTIONAL { ?figure cchc:status ?status }
  OPTIONAL { ?figure sdmx-dimension:refArea ?unit_version }
  OPTIONAL { ?figure cchc:level ?level_of_work }
  OPTIONAL { ?figure cchc:agency/rdfs:label ?agency }
  OPTIONAL { ?figure cchc:periodStart ?period_start }
  OPTIONAL { ?figure cchc:periodEnd ?period_end }
  OPTIONAL { ?document dcterms:title ?page_title }
  OPTIONAL { ?document dcterms:source ?page_address }
  OPTIONAL { ?document dcterms:issued ?page_issued }
  OPTIONAL { ?document dcterms:publisher/rdfs:label ?publisher }
  OPTIONAL { ?figure cchc:confidence ?confidence }
  OPTIONAL { ?figure cchc:rule ?rule }
  OPTIONAL { ?figure cchc:phrase ?phrase }
} ORDER BY ?page ?figure ?evidence_begin ?evidence_end ?page_address ?sentence ?agency"""
UNITS = """
SELECT DISTINCT ?version ?code ?label ?level ?above WHERE {
  ?version a cchc:AdministrativeUnitVersion ; cchc:versionOf/dcterms:identifier ?code ; rdfs:label ?label .
  OPTIONAL { ?version cchc:level ?level }
  OPTIONAL { ?version dcterms:isPartOf ?above }
} ORDER BY ?version ?above"""
INDICATORS = """
SELECT DISTINCT ?indicator ?label (LANG(?label) AS ?language) WHERE {
  ?indicator a cchc:Indicator ; skos:prefLabel ?label } ORDER BY ?indicator ?language ?label"""


# ---------------------------------------------------------------- rows


def open_table(graph: Graph) -> Answering:
    """Return a store to ask: the one given, or one with the statements of a file."""
    return load_graph(graph) if isinstance(graph, Path) else graph


def observations(graph: Graph, states: Iterable[str] = ACCEPTED) -> Iterator[Row]:
    """Yield the figures of the given states, one row of typed cells each, in the order of :data:`COLUMNS`.

    Args:
        graph: a store, or the path of a file of N-Quads.
        states: any of "accepted", "review", "candidate".

    Raises:
        BuilderError: there is no such state.
        StoreError: the graph cannot be read, or a value in it is none of its datatype.

    """
    kinds = {state: f"cchc:{kind}" for kind, state in CLASSES.items()}
    wanted = sorted(set(states))
    if not wanted or not set(wanted) <= set(kinds):
        raise BuilderError(f"unknown state “{', '.join(wanted)}”; choose from {', '.join(kinds)}")
    store = open_table(graph)
    told = ask(store, FIGURES.replace("KINDS", " ".join(kinds[state] for state in wanted)))
    units, labels = _read_units(store), _read_labels(store)
    for _, on_page in groupby(told, key=itemgetter("page")):
        figures = [_merge(list(places)) for _, places in groupby(on_page, key=itemgetter("figure"))]
        for figure in sorted(figures, key=lambda f: (int(f["evidence_begin"]), int(f["evidence_end"]), f["figure"])):
            cells = figure | units.get(figure["unit_version"], {}) | labels.get(figure["indicator"], {})
            yield tuple(_typed(column, cells.get(column.name, ""), figure["figure"]) for column in COLUMNS)


def _merge(places: Sequence[dict[str, str]]) -> dict[str, str]:
    """Return what is told of one figure, with the first of its places and how many there are."""
    spans = {(int(place["evidence_begin"]), int(place["evidence_end"])) for place in places}
    first = min(places, key=lambda place: (int(place["evidence_begin"]), int(place["evidence_end"])))
    concepts = ("indicator", "measure", "bound", "status", "level_of_work")
    return (
        first
        | {name: local_name(first[name]) for name in concepts}
        | {"state": CLASSES[local_name(first["kind"])], "year": first["period_end"][:4]}
        | {"evidence_places": str(len(spans))}
    )


def _read_units(store: Answering) -> dict[str, dict[str, str]]:
    """Return what is told of every version of a unit in the graph, the province it lies in included."""
    told = {row["version"]: row for row in ask(store, UNITS)}
    units = {}
    for version, row in told.items():
        home = _province(version, told)
        units[version] = {
            "unit_code": row["code"],
            "unit_label": row["label"],
            "unit_level": local_name(row["level"]),
            "province_code": home.get("code", ""),
            "province_label": home.get("label", ""),
        }
    return units


def _province(version: str, told: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """Return the province that a version is or lies in, or nothing where the graph tells of none."""
    seen: set[str] = set()
    while version in told and version not in seen:
        if local_name(told[version]["level"]) == "province":
            return told[version]
        seen.add(version)
        version = told[version]["above"]
    return {}


def _read_labels(store: Answering) -> dict[str, dict[str, str]]:
    """Return what every indicator is called, by its identifier."""
    labels: dict[str, dict[str, str]] = {}
    for row in ask(store, INDICATORS):
        labels.setdefault(local_name(row["indicator"]), {})[f"indicator_label_{row['language']}"] = row["label"]
    return labels


def _typed(column: Column, text: str, figure: str) -> Cell:
    """Return a cell as a value of its datatype; nothing where nothing is told."""
    if not text:
        return None
    try:
        match column.datatype:
            case "decimal":
                return Decimal(text)
            case "date":
                return date.fromisoformat(text)
            case "integer" | "nonNegativeInteger":
                return int(text)
    except (ArithmeticError, ValueError) as problem:
        raise StoreError(f"{figure}: “{text}” is no {column.datatype}; run cchc validate") from problem
    return text


def as_text(cell: Cell) -> str:
    """Return a cell as it stands in a text file: decimals with all their digits, days as 2019-11-28."""
    if cell is None:
        return ""
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


# ---------------------------------------------------------------- CSV


def write_observations_csv(
    graph: Graph, target: Path, *, spreadsheet: bool = False, states: Iterable[str] = ACCEPTED
) -> int:
    """Write the figures as CSV (RFC 4180, UTF-8) and return how many there are.

    Beside ``observations.csv`` its description is written, ``observations.csv-metadata.json``. With ``spreadsheet`` the
    file is made to be opened in a spreadsheet instead: it begins with a byte order mark, text that could be taken for a
    formula is led in by an apostrophe, and there is no description.
    """
    rows = observations(graph, states)
    lines = ([_shown(cell) if spreadsheet else as_text(cell) for cell in row] for row in rows)
    with aside(target) as part, part.open("w", encoding="utf-8", newline="") as file:
        file.write(BYTE_ORDER_MARK if spreadsheet else "")
        number = write_csv(file, NAMES, lines)
    if not spreadsheet:
        with aside(target.with_name(f"{target.name}-metadata.json")) as part:
            part.write_text(describe_csv(target.name), encoding="utf-8", newline="\n")
    return number


def _shown(cell: Cell) -> str:
    return safe_text(cell) if isinstance(cell, str) else as_text(cell)


def describe_csv(file: str) -> str:
    """Return the CSVW description of a table of figures that is written to a file of that name."""
    told = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "vi"}],
        "@type": "Table",
        "url": file,
        "dc:title": _in_both("Số liệu do các trang nêu", "Figures stated by pages"),
        "dc:description": _in_both(
            "Mỗi dòng là một số liệu, kèm đoạn văn bản chứng minh.", "One row per figure, with the text that proves it."
        ),
        "dc:license": {"@id": LICENCE},
        "dc:rights": _in_both(
            "Trích dẫn và câu văn thuộc về các trang được trích.", "Quotations and sentences belong to their pages."
        ),
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n"], "quoteChar": '"', "doubleQuote": True},
        "tableSchema": {
            "aboutUrl": "{+figure}",
            "primaryKey": "figure",
            "columns": [_describe_column(column) for column in COLUMNS],
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _in_both(vi: str, en: str) -> list[dict[str, str]]:
    return [{"@value": vi, "@language": "vi"}, {"@value": en, "@language": "en"}]


def _describe_column(column: Column) -> dict[str, Any]:
    vi, en = column.titles
    told: dict[str, Any] = {
        "name": column.name,
        "titles": {"und": column.name, "vi": vi, "en": en},
        "datatype": column.datatype,
        "required": column.required,
    }
    if column.language:
        told["lang"] = column.language
    if not column.term:
        return told | {"suppressOutput": True}
    return told | {
        "aboutUrl": column.about,
        "propertyUrl": column.term,
        **({"valueUrl": column.value} if column.value else {}),
    }


# ---------------------------------------------------------------- Parquet


def write_observations_parquet(graph: Graph, target: Path, *, states: Iterable[str] = ACCEPTED) -> int:
    """Write the figures as Parquet with typed columns and return how many there are; the extra ``tables`` is needed.

    Raises:
        BuilderError: pyarrow is not installed, the file cannot be written, or a number has more digits than a column
            can hold.

    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as problem:
        raise BuilderError("Parquet needs pyarrow: python -m pip install 'cchc-graph[tables]'") from problem
    schema = _parquet_schema()
    rows, number = observations(graph, states), 0
    try:
        with aside(target) as part, pyarrow.parquet.ParquetWriter(part, schema, compression="zstd") as file:
            while batch := list(islice(rows, BATCH)):
                cells = zip(*batch, strict=True)
                arrays = [pyarrow.array(values, kind.type) for values, kind in zip(cells, schema, strict=True)]
                file.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
                number += len(batch)
    except pyarrow.ArrowException as problem:
        raise BuilderError(f"{target}: Parquet cannot hold a value of the graph: {problem}; write CSV") from problem
    return number


def _parquet_schema() -> Any:
    """Return the columns with their types, and with what they are called."""
    import pyarrow

    types = {
        "decimal": pyarrow.decimal128(PRECISION, SCALE),
        "date": pyarrow.date32(),
        "integer": pyarrow.int32(),
        "nonNegativeInteger": pyarrow.int64(),
    }
    repeated = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
    fields = []
    for column in COLUMNS:
        kind = types.get(column.datatype) or (repeated if column.repeats else pyarrow.string())
        vi, en = column.titles
        told = {"title_vi": vi, "title_en": en} | ({"property": column.term} if column.term else {})
        fields.append(pyarrow.field(column.name, kind, nullable=not column.required, metadata=told))
    return pyarrow.schema(fields, metadata={"license": LICENCE})
