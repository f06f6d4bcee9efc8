"""Writes a graph as an SQLite database: figures, units, indicators, initiatives, documents and the evidence for each.

Made for people who ask in SQL and for Datasette, which finds keys, views and full-text search by itself. The table
``observations`` has the columns of the tidy table. The text that is searched holds every word twice, as written and
without its marks, so that "dong thap" and "Đồng Tháp" find the same. Rows come in the order of their keys and no clock
is read: the same graph gives the same bytes.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from builder.artefacts import local_name
from builder.errors import BuilderError, StoreError
from builder.exporter.files import aside
from builder.exporter.tables import ACCEPTED, COLUMNS, NAMES, Graph, Row, as_text, observations, open_table
from builder.sparql import Answering, ask
from builder.text import without_marks

KINDS = {"decimal": "REAL", "integer": "INTEGER", "nonNegativeInteger": "INTEGER"}
REFERENCES = {"unit_version": "units (version)", "indicator": "indicators (indicator)", "page": "documents (page)"}
SEARCHED = (
    "indicator_label_vi",
    "indicator_label_en",
    "unit_label",
    "province_label",
    "agency",
    "page_title",
    "sentence",
)
FOLDED = "search"  # the column that full-text search looks in


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns in SQL, and the query whose variables fill them; rows come sorted by the first columns."""

    name: str
    columns: str
    query: str
    keys: int = 1  # how many of the first columns tell one row from another
    concepts: tuple[str, ...] = ()  # columns that hold the identifier of a concept, not its address
    searched: tuple[str, ...] = ()  # columns that full-text search looks in
    lists: tuple[str, ...] = ()  # columns that gather all values of a row, in a text with "; "


TABLES = (
    Table(
        "units",
        """version TEXT PRIMARY KEY, code TEXT NOT NULL, label TEXT NOT NULL, name TEXT, kind TEXT, level TEXT,
        valid_from TEXT, valid_through TEXT, part_of TEXT REFERENCES units (version)""",
        """SELECT DISTINCT ?version ?code ?label ?name ?kind ?level ?valid_from ?valid_through ?part_of WHERE {
          ?version a cchc:AdministrativeUnitVersion ; cchc:versionOf/dcterms:identifier ?code ; rdfs:label ?label .
          OPTIONAL { ?version schema:name ?name }
          OPTIONAL { ?version cchc:unitType ?kind }
          OPTIONAL { ?version cchc:level ?level }
          OPTIONAL { ?version schema:validFrom ?valid_from }
          OPTIONAL { ?version schema:validThrough ?valid_through }
          OPTIONAL { ?version dcterms:isPartOf ?part_of } } ORDER BY ?version ?part_of""",
        concepts=("kind", "level"),
        searched=("label",),
    ),
    Table(
        "indicators",
        """indicator TEXT PRIMARY KEY, iri TEXT NOT NULL, label_vi TEXT, label_en TEXT, definition_vi TEXT,
        definition_en TEXT, measure TEXT""",
        """SELECT DISTINCT (?iri AS ?indicator) ?iri ?label_vi ?label_en ?definition_vi ?definition_en ?measure WHERE {
          ?iri a cchc:Indicator .
          OPTIONAL { ?iri skos:prefLabel ?label_vi FILTER(LANG(?label_vi) = "vi") }
          OPTIONAL { ?iri skos:prefLabel ?label_en FILTER(LANG(?label_en) = "en") }
          OPTIONAL { ?iri skos:definition ?definition_vi FILTER(LANG(?definition_vi) = "vi") }
          OPTIONAL { ?iri skos:definition ?definition_en FILTER(LANG(?definition_en) = "en") }
          OPTIONAL { ?iri cchc:measure ?measure } } ORDER BY ?iri""",
        concepts=("indicator", "measure"),
        searched=("label_vi", "label_en", "definition_vi", "definition_en"),
    ),
    Table(
        "documents",
        """page TEXT PRIMARY KEY, iri TEXT NOT NULL, title TEXT, address TEXT, issued TEXT, publisher TEXT,
        sha256 TEXT NOT NULL""",
        """SELECT DISTINCT ?page ?iri ?title ?address ?issued ?publisher ?sha256 WHERE {
          ?iri a cchc:SourceDocument ; dcterms:identifier ?page ; cchc:sha256 ?sha256 .
          OPTIONAL { ?iri dcterms:title ?title }
          OPTIONAL { ?iri dcterms:source ?address }
          OPTIONAL { ?iri dcterms:issued ?issued }
          OPTIONAL { ?iri dcterms:publisher/rdfs:label ?publisher } } ORDER BY ?page ?iri ?address""",
        searched=("title", "publisher"),
    ),
    Table(
        "legal_documents",
        "iri TEXT PRIMARY KEY, number TEXT NOT NULL, kind TEXT, issued TEXT",
        """SELECT DISTINCT ?iri ?number ?kind ?issued WHERE {
          ?iri a eli:LegalResource ; eli:id_local ?number .
          OPTIONAL { ?iri eli:type_document ?kind }
          OPTIONAL { ?iri eli:date_document ?issued } } ORDER BY ?iri ?number""",
        concepts=("kind",),
        searched=("number",),
    ),
    Table(
        "citations",
        """page TEXT NOT NULL REFERENCES documents (page),
        legal_document TEXT NOT NULL REFERENCES legal_documents (iri),
        "begin" INTEGER NOT NULL, "end" INTEGER NOT NULL, quotation TEXT NOT NULL,
        PRIMARY KEY (page, legal_document, "begin", "end")""",
        """SELECT DISTINCT ?page ?legal_document ?begin ?end ?quotation WHERE {
          ?document a cchc:SourceDocument ; dcterms:identifier ?page ; cchc:evidence ?span .
          ?span dcterms:references ?legal_document ; nif:beginIndex ?begin ; nif:endIndex ?end ;
            nif:anchorOf ?quotation . } ORDER BY ?page ?legal_document ?begin ?end""",
        keys=4,
    ),
    Table(
        "initiatives",
        """initiative TEXT PRIMARY KEY, label TEXT NOT NULL, kinds TEXT, status TEXT,
        unit_version TEXT REFERENCES units (version), agency TEXT, page TEXT NOT NULL REFERENCES documents (page),
        evidence_begin INTEGER NOT NULL, evidence_end INTEGER NOT NULL, quotation TEXT NOT NULL, sentence TEXT""",
        """SELECT DISTINCT ?initiative ?label ?kinds ?status ?unit_version ?agency ?page ?evidence_begin ?evidence_end
          ?quotation ?sentence WHERE {
          ?initiative a cchc:Initiative ; rdfs:label ?label ; prov:wasDerivedFrom/dcterms:identifier ?page ;
            cchc:evidence ?span .
          ?span nif:beginIndex ?evidence_begin ; nif:endIndex ?evidence_end ; nif:anchorOf ?quotation .
          OPTIONAL { ?span cchc:context/nif:anchorOf ?sentence }
          OPTIONAL { ?initiative dcterms:type ?kinds FILTER(CONTAINS(STR(?kinds), "/initiative-kind/")) }
          OPTIONAL { ?initiative cchc:status ?status }
          OPTIONAL { ?initiative dcterms:spatial ?unit_version }
          OPTIONAL { ?initiative prov:wasAssociatedWith/rdfs:label ?agency }
        } ORDER BY ?initiative ?evidence_begin ?evidence_end ?kinds ?unit_version ?agency""",
        concepts=("kinds", "status"),
        searched=("label", "agency", "sentence"),
        lists=("kinds",),
    ),
)
EVIDENCE = Table(
    "evidence",
    """figure TEXT NOT NULL REFERENCES observations (figure), "begin" INTEGER NOT NULL, "end" INTEGER NOT NULL,
    quotation TEXT NOT NULL, sentence TEXT, PRIMARY KEY (figure, "begin", "end")""",
    """SELECT DISTINCT ?figure ?begin ?end ?quotation ?sentence WHERE {
      ?figure sdmx-measure:obsValue ?value ; cchc:evidence ?span .
      ?span nif:beginIndex ?begin ; nif:endIndex ?end ; nif:anchorOf ?quotation .
      OPTIONAL { ?span cchc:context/nif:anchorOf ?sentence } } ORDER BY ?figure ?begin ?end ?sentence""",
    keys=3,
)
INDEXES = {
    "observations": ("indicator", "unit_version", "unit_code", "province_code", "year", "page"),
    "units": ("code", "part_of"),
    "initiatives": ("unit_version", "page"),
    "citations": ("legal_document",),
}
VIEWS = """
CREATE VIEW unit_indicator_years AS
  SELECT unit_code, unit_label, indicator, indicator_label_vi, indicator_label_en, measure, year,
    count(*) AS figures, count(DISTINCT page) AS pages, min(value) AS lowest, max(value) AS highest
  FROM observations WHERE state = 'accepted' AND status = 'actual'
  GROUP BY unit_code, indicator, year ORDER BY unit_code, indicator, year;
CREATE VIEW evidence_of_figures AS
  SELECT o.figure, o.unit_label, o.indicator_label_vi, o.indicator_label_en, o.year, o.printed, e."begin", e."end",
    e.quotation, e.sentence, o.page, o.page_title, o.page_address
  FROM evidence AS e JOIN observations AS o USING (figure) ORDER BY o.page, e."begin", o.figure;
"""


def write_database(graph: Graph, target: Path, *, states: Iterable[str] = ACCEPTED) -> int:
    """Write the graph as an SQLite database and return the number of figures in it.

    Args:
        graph: a store, or the path of a file of N-Quads.
        target: the file to write; it is written aside and put in place whole.
        states: any of "accepted", "review", "candidate".

    Raises:
        BuilderError: the graph breaks a key of the tables.
        StoreError: the graph cannot be read, or the file cannot be written.

    """
    store = open_table(graph)
    try:
        with aside(target) as part, closing(sqlite3.connect(part, isolation_level=None)) as database:
            database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 4096;")
            database.execute("BEGIN")
            for table in TABLES:
                _fill(database, table, _rows(store, table))
            number = _fill_observations(database, observations(store, states))
            known = {figure for (figure,) in database.execute("SELECT figure FROM observations")}
            _fill(database, EVIDENCE, (row for row in _rows(store, EVIDENCE) if row[0] in known))
            _finish(database)
            database.execute("COMMIT")
    except sqlite3.OperationalError as problem:
        raise StoreError(f"{target}: cannot be written: {problem}") from problem
    except sqlite3.Error as problem:
        raise BuilderError(f"{target}: cannot be written: {problem}; run cchc validate") from problem
    return number


# ---------------------------------------------------------------- rows


def _rows(store: Answering, table: Table) -> Iterator[tuple[str | None, ...]]:
    """Yield the rows of a table: of several that one key has, the first, with all that its lists gather."""
    for row in _merged(ask(store, table.query), table):
        cells = {name: "; ".join(local_name(each) for each in row[name].split("; ")) for name in table.concepts}
        filled = row | cells
        found = [filled[name] for name in table.searched if filled[name]]
        search = (_folded(found),) if table.searched else ()
        yield *(value or None for value in filled.values()), *search


def _merged(told: Iterable[dict[str, str]], table: Table) -> Iterator[dict[str, str]]:
    for _, same in groupby(told, key=lambda row: tuple(row.values())[: table.keys]):
        first, *others = same
        gathered = {name: dict.fromkeys(row[name] for row in (first, *others)) for name in table.lists}
        yield first | {name: "; ".join(values) for name, values in gathered.items()}


def _folded(texts: Iterable[str]) -> str:
    """Return texts as they are searched: as written, and without marks for those who type none."""
    text = "\n".join(texts)
    return f"{text}\n{without_marks(text)}"


def _fill(database: sqlite3.Connection, table: Table, rows: Iterable[tuple[str | None, ...]]) -> None:
    """Make a table and fill it."""
    columns, _, keys = table.columns.partition("PRIMARY KEY (")
    search = f"{FOLDED} TEXT," if table.searched else ""
    constraint = f"PRIMARY KEY ({keys}" if keys else ""
    told = ", ".join(part.strip().rstrip(",") for part in (columns, search, constraint) if part.strip())
    database.execute(f"CREATE TABLE {table.name} ({told})")
    _insert(database, table.name, rows)


def _fill_observations(database: sqlite3.Connection, rows: Iterable[Row]) -> int:
    """Make and fill the table of figures: the columns of the tidy table, the value in all its digits, and its text."""
    columns = []
    for column in COLUMNS:
        kind = KINDS.get(column.datatype, "TEXT")
        key = " PRIMARY KEY" if column.name == "figure" else " NOT NULL" if column.required else ""
        refers = f" REFERENCES {REFERENCES[column.name]}" if column.name in REFERENCES else ""
        columns.append(f"{column.name} {kind}{key}{refers}")
    database.execute(f"CREATE TABLE observations ({', '.join(columns)}, value_exact TEXT NOT NULL, {FOLDED} TEXT)")
    value, searched = NAMES.index("value"), [NAMES.index(name) for name in SEARCHED]

    def filled() -> Iterator[tuple[str | None, ...]]:
        for row in rows:
            cells = [as_text(cell) for cell in row]
            yield *(cell or None for cell in cells), cells[value], _folded(cells[n] for n in searched if cells[n])

    _insert(database, "observations", filled())
    (number,) = database.execute("SELECT count(*) FROM observations").fetchone()
    return int(number)


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[tuple[str | None, ...]]) -> None:
    width = len(database.execute(f"PRAGMA table_info({table})").fetchall())
    places = ", ".join("?" * width)
    database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608  names of our own


def _finish(database: sqlite3.Connection) -> None:
    """Add what makes asking fast and easy: indexes, views, full-text search; check that every key leads somewhere."""
    for table, columns in INDEXES.items():
        for column in columns:
            database.execute(f"CREATE INDEX {table}_by_{column} ON {table} ({column})")
    for view in VIEWS.split(";\n"):
        if view.strip():
            database.execute(view)
    for name in ("observations", *(table.name for table in TABLES if table.searched)):
        database.execute(
            f'CREATE VIRTUAL TABLE {name}_fts USING fts5({FOLDED}, content="{name}", '
            'tokenize="unicode61 remove_diacritics 2")'
        )
        database.execute(f"INSERT INTO {name}_fts ({name}_fts) VALUES ('rebuild')")  # noqa: S608  names of our own
    broken = database.execute("PRAGMA foreign_key_check").fetchone()
    if broken:
        table, row, parent, _ = broken
        raise sqlite3.IntegrityError(f"row {row} of {table} refers to a row that {parent} lacks")
