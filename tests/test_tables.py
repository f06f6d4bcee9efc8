"""Tables say what the graph says: every format is read again by another program and compared with the statements."""

import csv
import io
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal

import pyoxigraph
import pytest
from conftest import ROOT

from builder.errors import BuilderError, StoreError
from builder.exporter import write_database, write_observations_csv, write_observations_parquet
from builder.exporter.tables import COLUMNS, NAMES, observations
from builder.headings import TABLE_HEADINGS
from builder.queries import Rows, as_csv, as_spreadsheet
from builder.spreadsheet import safe_text
from builder.store import open_store

XSD = "http://www.w3.org/2001/XMLSchema#"
OBS_VALUE = "http://purl.org/linked-data/sdmx/2009/measure#obsValue"
WRITERS = {"csv": write_observations_csv, "parquet": write_observations_parquet, "sqlite": write_database}


@pytest.fixture(scope="module")
def graph(examples):
    """The graph of the example pages."""
    return examples / "graph.nq"


@pytest.fixture(scope="module")
def quads(graph):
    return list(pyoxigraph.parse(path=graph, format=pyoxigraph.RdfFormat.N_QUADS))


@pytest.fixture(scope="module")
def values(quads):
    """The value of every accepted figure, told without any query."""
    kind = "https://w3id.org/cchc/ontology#Observation"
    accepted = {q.subject.value for q in quads if getattr(q.object, "value", "") == kind}
    return {
        q.subject.value: q.object.value for q in quads if q.predicate.value == OBS_VALUE and q.subject.value in accepted
    }


@pytest.fixture(scope="module")
def written(graph, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    assert {write(graph, folder / f"observations.{ending}") for ending, write in WRITERS.items()} == {107}
    return folder


@pytest.fixture(scope="module")
def rows(written):
    with (written / "observations.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ---------------------------------------------------------------- CSV


def test_one_row_per_accepted_figure_with_its_exact_value(rows, values):
    assert len(values) == 107
    assert {row["figure"]: row["value"] for row in rows} == values
    assert {row["state"] for row in rows} == {"accepted"}


def test_a_row_tells_all_of_a_figure(rows):
    """One row in full, looked up by hand in the page and in the graph."""
    row = dict(next(row for row in rows if row["figure"].endswith("/a039919309209e32")))
    sentence = row.pop("sentence")
    text = (ROOT / "examples" / "pages" / "dong-hoi-2023.txt").read_text(encoding="utf-8")

    assert sentence in text
    assert text[int(row["evidence_begin"]) : int(row["evidence_end"])] == row["quotation"] == "99,4%"
    assert row == {
        "figure": "https://w3id.org/cchc/id/observation/a039919309209e32",
        "state": "accepted",
        "indicator": "on-time-rate",
        "indicator_label_vi": "tỷ lệ hồ sơ giải quyết đúng và trước hạn",
        "indicator_label_en": "share of dossiers resolved on time or early",
        "measure": "percent",
        "value": "99.4",
        "printed": "99,4%",
        "bound": "exact",
        "status": "actual",
        "unit_version": "https://w3id.org/cchc/id/unit/450/origin",
        "unit_code": "450",
        "unit_label": "Thành phố Đồng Hới",
        "unit_level": "district",
        "province_code": "44",
        "province_label": "Tỉnh Quảng Bình",
        "level_of_work": "district",
        "agency": "Phòng Tài chính - Kế hoạch",
        "period_start": row["period_start"],
        "period_end": row["period_end"],
        "year": row["period_end"][:4],
        "document": "https://w3id.org/cchc/id/document/dong-hoi-2023.txt",
        "page": "dong-hoi-2023.txt",
        "page_title": "Đồng Hới: mỗi phòng một mô hình, kết quả đo bằng con số",
        "page_address": row["page_address"],
        "page_issued": row["page_issued"],
        "publisher": row["publisher"],
        "evidence_begin": "425",
        "evidence_end": "430",
        "evidence_places": "1",
        "quotation": "99,4%",
        "confidence": "0.99",
        "rule": "rate-of-count",
        "phrase": "",
    }


def test_rows_stand_in_the_order_of_pages_and_places(rows):
    places = [(row["page"], int(row["evidence_begin"])) for row in rows]

    assert places == sorted(places)


def test_csv_is_as_rfc_4180_says(written):
    raw = (written / "observations.csv").read_bytes()

    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\r\n")
    assert raw.split(b"\r\n")[0].decode().split(",") == list(NAMES)


def test_csvw_reader_takes_table_and_description_without_complaint(written, rows):
    import csvw

    read = csvw.CSVW(str(written / "observations.csv"), validate=True)
    described = csvw.CSVW(str(written / "observations.csv-metadata.json"), validate=True)
    (table,) = described.tables

    assert (read.is_valid, described.is_valid) == (True, True)
    assert [str(w.message) for w in (*read.warnings, *described.warnings)] == []
    typed = list(table)
    assert len(typed) == len(rows)
    assert [cell["value"] for cell in typed] == [Decimal(row["value"]) for row in rows]
    days = [cell["period_end"] and cell["period_end"].date().isoformat() for cell in typed]
    assert days == [row["period_end"] or None for row in rows]
    assert table.tableSchema.primaryKey == ["figure"]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (",percent,98,98%", ",percent,many,98%"),
        ("figure,state,", "figure,condition,"),
        ("6918185041661799", "85aa82541b1fcb24"),
    ],
)
def test_csvw_reader_sees_a_broken_table(written, tmp_path, was, becomes):
    """The reader of the test above does look: wrong value, wrong column, a key that stands twice."""
    import csvw

    for file in written.glob("observations.csv*"):
        text = file.read_bytes().decode()
        (tmp_path / file.name).write_bytes((text.replace(was, becomes) if file.suffix == ".csv" else text).encode())
    try:
        valid = csvw.CSVW(str(tmp_path / "observations.csv-metadata.json"), validate=True).is_valid
    except ValueError:
        valid = False

    assert not valid


def test_every_cell_stands_for_the_statement_that_its_description_names(written, rows, quads):
    """The URI templates of the CSVW description, filled from the row, give statements of the graph."""
    import json

    told = {(q.subject.value, q.predicate.value, _plain(q.object)) for q in quads}
    schema = json.loads((written / "observations.csv-metadata.json").read_text(encoding="utf-8"))["tableSchema"]
    described = [column for column in schema["columns"] if "propertyUrl" in column]
    checked = 0
    for row in rows:
        for column in described:
            cell = row[column["name"]]
            if not cell:
                continue
            value = _fill(column["valueUrl"], row) if "valueUrl" in column else cell
            term = (value, column.get("lang", "")) if "valueUrl" not in column else (value, None)
            assert (_fill(column["aboutUrl"], row), column["propertyUrl"], term) in told, column["name"]
            checked += 1
    assert len(described) == 25
    assert checked > 107 * 20


def _plain(term):
    return term.value, (term.language or "" if isinstance(term, pyoxigraph.Literal) else None)


def _fill(template, row):
    return re.sub(r"\{\+?(\w+)\}", lambda match: row[match[1]], template)


def test_every_column_is_called_something_in_both_languages():
    assert set(TABLE_HEADINGS) == set(NAMES)
    assert all(vi and en for column in COLUMNS for vi, en in [column.titles])


# ---------------------------------------------------------------- states


def test_figures_of_other_states_come_when_asked_for(graph):
    state = NAMES.index("state")

    assert [row[state] for row in observations(graph, ["candidate"])] == ["candidate"]
    assert [row[NAMES.index("phrase")] for row in observations(graph, ["candidate"])] == ["cơ quan chuyên môn"]
    assert len(list(observations(graph, ["accepted", "candidate", "review"]))) == 108
    with pytest.raises(BuilderError, match=r"unknown state “good”; choose from accepted"):
        next(observations(graph, ["good"]))


def test_figure_told_twice_is_one_row_with_its_first_place(tmp_path):
    nquads = tmp_path / "graph.nq"
    nquads.write_text(_figure("9.5", [(30, 33), (4, 7)]), encoding="utf-8")

    (row,) = [dict(zip(NAMES, row, strict=True)) for row in observations(nquads)]

    assert (row["value"], row["evidence_begin"], row["evidence_end"], row["evidence_places"]) == (
        Decimal("9.5"),
        4,
        7,
        2,
    )
    assert row["unit_code"] is None


@pytest.mark.parametrize("ending", WRITERS)
def test_value_that_is_no_number_is_named(tmp_path, ending):
    nquads = tmp_path / "graph.nq"
    nquads.write_text(_figure("many", [(0, 1)]), encoding="utf-8")

    with pytest.raises(StoreError, match="“many” is no decimal; run cchc validate"):
        WRITERS[ending](nquads, tmp_path / f"table.{ending}")
    assert [path.name for path in tmp_path.iterdir()] == ["graph.nq"]


def test_number_too_long_for_parquet_is_refused(tmp_path):
    nquads = tmp_path / "graph.nq"
    nquads.write_text(_figure("0.12345678901", [(0, 1)]), encoding="utf-8")

    with pytest.raises(BuilderError, match="Parquet cannot hold a value"):
        write_observations_parquet(nquads, tmp_path / "table.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["graph.nq"]


def _figure(value, spans):
    """A figure of a page, in N-Quads."""
    cchc, nif = "https://w3id.org/cchc/ontology#", "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#"
    told = [
        ("urn:f", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"<{cchc}Observation>"),
        ("urn:f", OBS_VALUE, f'"{value}"^^<{XSD}decimal>'),
        ("urn:f", "http://www.w3.org/ns/prov#wasDerivedFrom", "<urn:page>"),
        ("urn:page", "http://purl.org/dc/terms/identifier", '"page.txt"'),
    ]
    for begin, end in spans:
        span = f"urn:page#{begin}"
        told += [
            ("urn:f", f"{cchc}evidence", f"<{span}>"),
            (span, f"{nif}beginIndex", f'"{begin}"^^<{XSD}nonNegativeInteger>'),
            (span, f"{nif}endIndex", f'"{end}"^^<{XSD}nonNegativeInteger>'),
            (span, f"{nif}anchorOf", '"9,5"'),
        ]
    return "".join(f"<{s}> <{p}> {o} <urn:g> .\n" for s, p, o in told)


# ---------------------------------------------------------------- Parquet


def test_parquet_holds_what_the_csv_holds_with_types(written, rows):
    pandas = pytest.importorskip("pandas")
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(written / "observations.parquet")
    frame = pandas.read_parquet(written / "observations.parquet")

    assert [_cells(row) for row in table.to_pylist()] == [{k: v or None for k, v in row.items()} for row in rows]
    assert table.schema.field("value").type == pyarrow.decimal128(38, 9)
    assert table.schema.field("period_end").type == pyarrow.date32()
    assert pyarrow.types.is_dictionary(table.schema.field("indicator").type)
    assert table.schema.field("unit_label").metadata[b"title_vi"].decode() == "đơn vị"
    assert list(frame.columns) == list(NAMES)
    assert frame["value"].sum() == sum(Decimal(row["value"]) for row in rows)


def _cells(row):
    """A row of typed values as the text that CSV holds."""
    told = {name: format(v.normalize(), "f") if isinstance(v, Decimal) else v for name, v in row.items()}
    return {name: None if value is None else str(value) for name, value in told.items()}


def test_without_pyarrow_the_message_says_what_to_install(graph, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(BuilderError, match=r"python -m pip install 'cchc-graph\[tables\]'"):
        write_observations_parquet(graph, tmp_path / "table.parquet")


# ---------------------------------------------------------------- SQLite


@pytest.fixture
def database(written):
    with closing(sqlite3.connect(written / "observations.sqlite")) as database:
        database.row_factory = sqlite3.Row
        yield database


def test_database_holds_what_the_csv_holds(database, rows):
    found = [dict(row) for row in database.execute("SELECT * FROM observations")]

    assert [row["value_exact"] for row in found] == [row["value"] for row in rows]
    assert [row["value"] for row in found] == [float(row["value"]) for row in rows]
    told = [
        {n: "" if row[n] is None else str(row[n]) for n in NAMES if n not in {"value", "confidence"}} for row in found
    ]
    assert told == [{n: row[n] for n in NAMES if n not in {"value", "confidence"}} for row in rows]


@pytest.mark.parametrize(
    ("table", "type_"),
    [
        ("units", "https://w3id.org/cchc/ontology#AdministrativeUnitVersion"),
        ("indicators", "https://w3id.org/cchc/ontology#Indicator"),
        ("documents", "https://w3id.org/cchc/ontology#SourceDocument"),
        ("initiatives", "https://w3id.org/cchc/ontology#Initiative"),
        ("legal_documents", "http://data.europa.eu/eli/ontology#LegalResource"),
    ],
)
def test_a_table_has_a_row_for_each_thing_of_its_class(database, quads, table, type_):
    things = {q.subject.value for q in quads if q.predicate.value.endswith("#type") and q.object.value == type_}
    names = [row["name"] for row in database.execute(f"PRAGMA table_info({table})")]
    key = "iri" if "iri" in names else names[0]

    assert {row[0] for row in database.execute(f"SELECT {key} FROM {table}")} == things


def test_every_place_of_a_figure_is_evidence(database, quads, values):
    evidence = "https://w3id.org/cchc/ontology#evidence"
    told = {
        (q.subject.value, q.object.value) for q in quads if q.predicate.value == evidence and q.subject.value in values
    }
    found = database.execute("SELECT e.*, o.document FROM evidence AS e JOIN observations AS o USING (figure)")

    assert {(r["figure"], f"{r['document']}#char={r['begin']},{r['end']}") for r in found} == told


def test_keys_lead_somewhere_and_views_answer(database):
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    keys = {
        table: len(database.execute(f"PRAGMA foreign_key_list({table})").fetchall())
        for table in ("observations", "units", "evidence", "initiatives", "citations")
    }
    assert keys == {"observations": 3, "units": 1, "evidence": 1, "initiatives": 2, "citations": 2}
    assert database.execute("SELECT count(*) FROM evidence_of_figures").fetchone()[0] == 107
    assert (
        database.execute("SELECT sum(figures) FROM unit_indicator_years").fetchone()[0]
        == database.execute("SELECT count(*) FROM observations WHERE status = 'actual'").fetchone()[0]
    )


@pytest.mark.parametrize("words", ["Đồng Tháp", "đồng tháp", "dong thap", "DONG THAP", '"dong thap"', "đồng thap"])
def test_search_needs_no_marks(database, words):
    """Also the letter đ, which is no d with a mark to SQLite."""
    found = database.execute(
        "SELECT DISTINCT province_label FROM observations WHERE rowid IN "
        "(SELECT rowid FROM observations_fts WHERE observations_fts MATCH ?)",
        (words,),
    ).fetchall()

    assert [row[0] for row in found] == ["Tỉnh Đồng Tháp"]


def test_graph_that_breaks_a_key_gives_no_database(tmp_path):
    nquads = tmp_path / "graph.nq"
    nquads.write_text(_figure("1", [(0, 1)]), encoding="utf-8")

    with pytest.raises(BuilderError, match="refers to a row that documents lacks; run cchc validate"):
        write_database(nquads, tmp_path / "table.sqlite")
    assert [path.name for path in tmp_path.iterdir()] == ["graph.nq"]


# ---------------------------------------------------------------- the same bytes


@pytest.mark.parametrize("ending", WRITERS)
def test_same_graph_same_bytes_in_any_order_under_any_hash_seed(graph, tmp_path, ending):
    lines = graph.read_text(encoding="utf-8").splitlines(keepends=True)
    shuffled = tmp_path / "shuffled.nq"
    shuffled.write_text("".join(lines[::-1]), encoding="utf-8")
    program = (
        "import sys; from pathlib import Path; from builder.exporter import export; "
        "export(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))"
    )
    for seed, source in (("0", graph), ("1", shuffled), ("4711", graph)):
        subprocess.run(
            [sys.executable, "-c", program, str(source), ending, str(tmp_path / f"{seed}.{ending}")],
            check=True,
            env={"PYTHONHASHSEED": seed, "TZ": "Asia/Ho_Chi_Minh", "PYTHONPATH": str(ROOT)},
        )

    assert len({path.read_bytes() for path in tmp_path.glob(f"*.{ending}")}) == 1
    assert len(list(tmp_path.glob(f"*.{ending}"))) == 3


def test_a_store_gives_the_same_as_its_file(graph, tmp_path):
    store = open_store("memory:")
    store.load_nquads(graph)

    assert list(observations(store)) == list(observations(graph))


# ---------------------------------------------------------------- cells that are no formulas

SIGNS = ("=", "+", "-", "@", "\t", "\r")
PLACES = {
    "at the beginning": "{}",
    "after a space": " {}",
    "after a no-break space": "\xa0{}",
    "in a later line": "a\n{}",
}
FORMULAS = [place.format(sign) + 'cmd("x")' for sign in SIGNS for place in PLACES.values()]
STARTS_A_FORMULA = re.compile(r"[\s\xa0]*[=+\-@\t\r]")


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_line_of_a_spreadsheet_cell_begins_a_formula(formula):
    """Read as a spreadsheet would: split at line breaks, look at the first sign that is no space."""
    rows = Rows(
        ("cell",),
        ((pyoxigraph.Literal(formula),), (pyoxigraph.Literal("-5.2", datatype=pyoxigraph.NamedNode(XSD + "decimal")),)),
    )

    ((exact,), _) = list(csv.reader(io.StringIO(as_csv(rows), newline="")))[1:]
    safe = as_spreadsheet(rows)
    ((shown,), (number,)) = list(csv.reader(io.StringIO(safe.removeprefix("\ufeff"), newline="")))[1:]

    assert exact == formula
    assert any(STARTS_A_FORMULA.match(line) for line in re.split("\n", formula))
    assert not any(STARTS_A_FORMULA.match(line) for line in re.split("[\r\n]", shown))
    assert shown != formula == shown.replace("'", "")
    assert number == "-5.2"
    assert safe.startswith("\ufeff")


def test_there_are_24_formulas():
    assert len(set(FORMULAS)) == 24


@pytest.mark.parametrize("text", ["trên 98%", "Lấp Vò", "a=b", "99,4%", "“-5%”", "dòng một\r\ndòng hai", ""])
def test_ordinary_text_stays_as_it_is(text):
    assert safe_text(text) == text


@pytest.mark.parametrize("text", ["=1+1", "-1+cmd", "+84"])
def test_a_number_by_type_that_is_none_is_led_in_too(text):
    literal = pyoxigraph.Literal(text, datatype=pyoxigraph.NamedNode(XSD + "decimal"))

    assert as_spreadsheet(Rows(("cell",), ((literal,),))) == f"\ufeffcell\r\n'{text}\r\n"


def test_spreadsheet_of_figures_keeps_numbers_and_leads_formulas_in(graph, tmp_path, rows):
    spoilt = tmp_path / "graph.nq"
    lines = graph.read_text(encoding="utf-8").replace('"Phòng Tài chính - Kế hoạch"', '"=HYPERLINK(1)"')
    spoilt.write_text(lines, encoding="utf-8")

    write_observations_csv(spoilt, tmp_path / "sheet.csv", spreadsheet=True)
    write_observations_csv(spoilt, tmp_path / "exact.csv")
    sheet = (tmp_path / "sheet.csv").read_text(encoding="utf-8")
    found = list(csv.DictReader(io.StringIO(sheet.removeprefix("\ufeff"), newline="")))

    assert sheet.startswith("\ufeff")
    assert [row["value"] for row in found] == [row["value"] for row in rows]
    assert {row["agency"] for row in found if "HYPERLINK" in row["agency"]} == {"'=HYPERLINK(1)"}
    assert ",=HYPERLINK(1)," in (tmp_path / "exact.csv").read_text(encoding="utf-8")
    assert not (tmp_path / "sheet.csv-metadata.json").exists()


# ---------------------------------------------------------------- on the command line


@pytest.mark.parametrize("ending", ["csv", "parquet", "sqlite", "db"])
def test_export_knows_tables_by_their_ending(graph, tmp_path, call, ending):
    code, out, err = call("export", graph.parent, "-o", tmp_path / f"figures.{ending}", "--json")

    assert (code, err) == (0, f"107 số liệu → {tmp_path}/figures.{ending} / 107 figures\n")
    assert '"figures": 107' in out
    assert (tmp_path / f"figures.{ending}").stat().st_size > 10_000


@pytest.mark.parametrize(
    "arguments",
    [("-o", "x.ttl", "--spreadsheet"), ("-o", "x.parquet", "--spreadsheet"), ("-o", "x.nq", "--state", "review")],
)
def test_options_of_tables_go_with_tables(graph, call, arguments):
    code, _, err = call("export", graph.parent, *arguments)

    assert code == 2
    assert "--spreadsheet goes with csv" in err
