"""The saved questions: each parses, explains itself in two languages, and has a recorded answer on the small world."""

import csv
import importlib.util
import io
import json
import os
import re
import time
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from nasty import NASTY
from rdflib.plugins.sparql import prepareQuery

from builder import queries
from builder.errors import QueryError, StoreError
from builder.vocabulary import NAMESPACES

CHECKOUT = Path(__file__).parents[1]
WORLD = CHECKOUT / "tests" / "queries" / "world.trig"
NAMES = sorted(path.stem for path in (CHECKOUT / "queries").glob("*.rq"))


class World:
    """A world in pyoxigraph, by default the small one, asked over the union of its graphs."""

    def __init__(self, statements=None):
        self.inner = pyoxigraph.Store()
        self.inner.bulk_extend(statements or pyoxigraph.parse(path=WORLD, format=pyoxigraph.RdfFormat.TRIG))

    def query(self, text):
        return self.inner.query(text, use_default_graph_as_union=True)


@pytest.fixture(scope="module")
def world():
    return World()


@pytest.fixture(scope="module")
def writer():
    spec = importlib.util.spec_from_file_location("write_world", WORLD.with_name("write_world.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def dataset():
    return rdflib.Dataset(default_union=True).parse(WORLD, format="trig")


def recorded(name, folder=""):
    with (WORLD.parent / folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        columns, *rows = csv.reader(file)
    return columns, rows


def canonical(cell):
    """Write a number in one way: the engines write 99.40 and 1.8E0 as they please."""
    try:
        return str(Decimal(cell).normalize())
    except InvalidOperation:
        return cell


def ask(world, name, **values):
    return queries.as_cells(queries.run(world, queries.bind(queries.load(name), values)), queries.DATA)


# ---------------------------------------------------------------- every file


def test_at_least_sixteen_questions_and_none_overlooked():
    assert len(NAMES) >= 16
    assert [query.name for query in queries.catalogue()] == NAMES


def test_every_question_has_a_recorded_answer_and_every_answer_a_question():
    assert sorted(path.stem for path in WORLD.parent.glob("*.csv")) == NAMES


def test_world_is_what_its_writer_writes(writer):
    expected = set(pyoxigraph.parse(writer.as_trig(), format=pyoxigraph.RdfFormat.TRIG))
    assert set(pyoxigraph.parse(path=WORLD, format=pyoxigraph.RdfFormat.TRIG)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_header_is_complete_in_both_languages(name):
    query = queries.load(name)
    for text in (query.summary, query.description, *(parameter.label for parameter in query.parameters)):
        assert set(text) == {"en", "vi"}
        assert all(text.values())
        assert text["en"] != text["vi"]
    assert query.tags
    assert all(parameter.type in queries.TYPES for parameter in query.parameters)


@pytest.mark.parametrize("name", NAMES)
def test_question_runs_as_it_stands(name):
    """No base, no prefix from outside; every prefix is one of the project and is used; the order leaves no ties."""
    text = queries.load(name).text
    prepareQuery(text)
    declared = dict(re.findall(r"(?m)^PREFIX ([\w-]+): <([^>]+)>$", text))
    assert declared == {prefix: NAMESPACES[prefix] for prefix in declared}
    body = re.sub(r"(?m)^(PREFIX|#).*$", "", text)
    assert set(declared) == set(re.findall(r"(?<![\w<-])([a-z][a-z-]*):\w", body))
    assert "ORDER BY" in text


@pytest.mark.parametrize("name", NAMES)
def test_default_in_the_header_is_the_one_in_the_row(name):
    query = queries.load(name)
    rows = dict.fromkeys(match["name"] for match in queries.PARAMETER_ROW.finditer(query.text))
    assert list(rows) == [parameter.name for parameter in query.parameters]
    bound = queries.bind(query, {parameter.name: parameter.default for parameter in query.parameters})
    short = re.sub(r"(?m)^PREFIX .*\n", "", query.text)
    for prefix, namespace in NAMESPACES.items():
        short = re.sub(rf"(?<![\w-]){prefix}:([\w-]+)", rf"<{namespace}\1>", short)
        bound = re.sub(rf"(?<![\w-]){prefix}:([\w-]+)", rf"<{namespace}\1>", bound)
    assert short == re.sub(r"(?m)^PREFIX .*\n", "", bound)


def record(name, answer, folder=""):
    """Write an answer down where ``RECORD=1`` asks for it; it is to be checked by hand."""
    if os.environ.get("RECORD"):
        (WORLD.parent / folder / f"{name}.csv").write_text(queries.as_csv(answer), encoding="utf-8", newline="")


@pytest.mark.parametrize("name", NAMES)
def test_answer_is_the_recorded_one(name, world):
    answer = queries.run(world, queries.load(name).text)
    record(name, answer)
    columns, rows = recorded(name)
    assert list(answer.columns) == columns
    assert list(csv.reader(io.StringIO(queries.as_csv(answer))))[1:] == rows
    assert rows, "an empty answer shows nothing"
    assert not any(isinstance(term, pyoxigraph.BlankNode) for row in answer.rows for term in row)


@pytest.mark.parametrize("name", NAMES)
def test_rdflib_gives_the_same_rows_in_the_same_order(name, dataset):
    columns, rows = recorded(name)
    answer = dataset.query(queries.load(name).text)
    assert [str(variable) for variable in answer.vars] == columns
    cells = [["" if term is None else canonical(str(term)) for term in row] for row in answer]
    assert cells == [[canonical(cell) for cell in row] for row in rows]


# ---------------------------------------------------------------- two geographies


ACROSS = sorted(n for n in NAMES if any(p.type == "geography" for p in queries.load(n).parameters))
ONE_LOCALITY = {  # what these answer does not compare localities, or is about the geographies themselves
    "comparable-figures",
    "contradictions",
    "corroborated-figures",
    "documents-of-unit",
    "evidence-of-figure",
    "legal-basis",
    "legal-documents-most-cited",
    "not-comparable",
    "successors",
    "unit-at-date",
    "unit-lineage",
    "units-changed-in-merger",
}


def as_of(name):
    return queries.bind(queries.load(name), {"geography": "as-of"})


def test_every_comparison_of_localities_knows_both_geographies():
    assert set(ACROSS) == set(NAMES) - ONE_LOCALITY


@pytest.mark.parametrize("name", ACROSS)
def test_answer_as_of_a_day_is_the_recorded_one(name, world, dataset):
    """Asked about the units of 1 June 2024; both engines give the same rows in the same order."""
    answer = queries.run(world, as_of(name))
    record(name, answer, "as-of")
    columns, rows = recorded(name, "as-of")
    assert list(answer.columns) == columns
    assert list(csv.reader(io.StringIO(queries.as_csv(answer))))[1:] == rows
    cells = [["" if term is None else canonical(str(term)) for term in row] for row in dataset.query(as_of(name))]
    assert cells == [[canonical(cell) for cell in row] for row in rows]


@pytest.mark.parametrize("name", ACROSS)
def test_as_of_a_day_there_are_only_units_of_that_day(name, world):
    answer = queries.run(world, as_of(name))
    keys = {c.rpartition("/unit/")[2] for row in queries.as_cells(answer) for c in row if "/id/unit/" in c}
    assert "204/origin" not in keys
    assert "193/origin" not in keys
    assert "046/origin" not in keys


def test_as_of_a_day_a_merged_unit_has_the_sum_and_the_rate_of_its_parts(world):
    rank = ask(world, "on-time-rate-by-unit", geography="as-of")
    (ha_long,) = [row for row in rank if row[0] == "Thành phố Hạ Long"]
    assert ha_long[2] == "98.4444"  # 10.890 + 2.400 of 11.000 + 2.500
    parts = ask(world, "comparable-figures", unit="193", indicator="dossiers-received")
    assert [(row[5], row[7], row[9]) for row in parts] == [
        ("15000", "Huyện Hoành Bồ", "3000"),
        ("15000", "Thành phố Hạ Long", "12000"),
    ]


def test_without_figures_on_other_units_the_second_geography_is_empty(writer):
    bare = World(writer.world())
    assert ask(bare, "on-time-rate-by-unit", geography="as-of") == []
    assert ask(bare, "on-time-rate-by-unit") == ask(bare, "on-time-rate-by-unit", geography="as-reported")


# ---------------------------------------------------------------- time


@pytest.fixture(scope="module")
def worlds(writer):
    """Return a world of some 10,000 statements and one of ten times as many."""
    return [World(writer.world(writer.large(pages))) for pages in (24, 240)]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_time_grows_with_the_graph_and_not_with_its_square(name, worlds):
    query = queries.load(name)
    values = {p.name: "D1" for p in query.parameters if p.type == "unit" and not p.optional}
    text = queries.bind(query, values)
    queries.run(worlds[0], text)
    small, large = (min(measure(world, text) for _ in range(3)) for world in worlds)
    assert large < 25 * max(small, 0.005)


def measure(world, text):
    started = time.process_time()
    queries.run(world, text)
    return time.process_time() - started


# ---------------------------------------------------------------- parameters


CHANGED = {
    "commune-against-district-level": ({"year": "2018"}, 0),
    "comparable-figures": ({"unit": "193", "indicator": "on-time-rate"}, 4),
    "contradictions": ({"indicator": "dossiers-received"}, 0),
    "corroborated-figures": ({"indicator": "on-time-rate", "least": "1"}, 0),
    "coverage-gaps": ({"level": "province", "indicator": "par-index-rank"}, 9),
    "documents-of-unit": ({"unit": "199"}, 2),
    "evidence-of-figure": ({"unit": "875", "indicator": "on-time-rate", "year": "2019"}, 3),
    "indicator-trend": ({"unit": "049", "indicator": "citizen-satisfaction-rate"}, 1),
    "indicators-reported": ({"geography": "as-of"}, 15),
    "initiatives-in-common": ({"least": "3"}, 6),
    "legal-documents-most-cited": ({"least": "4"}, 1),
    "not-comparable": ({"indicator": "on-time-rate"}, 4),
    "on-time-rate-by-unit": ({"indicator": "citizen-satisfaction-rate"}, 4),
    "one-stop-adoption": ({"level": "province"}, 0),
    "online-services-by-unit": ({"year": "2020"}, 1),
    "provinces-by-median": ({"year": "2020"}, 1),
    "satisfaction-against-on-time": ({"year": "2020"}, 1),
    "spread-within-province": ({"indicator": "citizen-satisfaction-rate"}, 3),
    "staff-qualification": ({"year": "2018"}, 2),
    "successors": ({"unit": "875"}, 1),
    "targets-against-results": ({"indicator": "on-time-rate"}, 2),
    "unit-at-date": ({"day": "2019-12-31"}, 1),
    "unit-lineage": ({"unit": "049/2020-03-01"}, 3),
    "units-changed-in-merger": ({"year": "2025"}, 3),
}


def test_every_question_with_parameters_is_tried_with_others():
    assert sorted(CHANGED) == [query.name for query in queries.catalogue() if query.parameters]


@pytest.mark.parametrize("name", CHANGED)
def test_changed_parameter_changes_the_answer(name, world):
    values, expected = CHANGED[name]
    answer = ask(world, name, **values)
    assert len(answer) == expected
    assert answer != ask(world, name)


@pytest.mark.parametrize("name", CHANGED)
def test_rdflib_agrees_on_changed_parameters(name, world, dataset):
    text = queries.bind(queries.load(name), CHANGED[name][0])
    cells = [["" if term is None else canonical(str(term)) for term in row] for row in dataset.query(text)]
    assert cells == [[canonical(cell) for cell in row] for row in queries.as_cells(queries.run(world, text))]


@pytest.mark.parametrize(
    "given", ["875", "875/origin", "https://w3id.org/cchc/id/unit/875", "https://w3id.org/cchc/id/unit/875/origin"]
)
def test_unit_is_named_by_code_version_or_address(given, world):
    assert len(ask(world, "indicator-trend", unit=given)) == 4


@pytest.mark.parametrize("given", ["on-time-rate", "https://w3id.org/cchc/indicator/on-time-rate"])
def test_indicator_is_named_by_identifier_or_address(given, world):
    assert ask(world, "on-time-rate-by-unit", indicator=given) == ask(world, "on-time-rate-by-unit")


def test_figure_leads_back_to_its_sentence(world):
    figure = queries.run(world, queries.load("on-time-rate-by-unit").text).rows[0][-1]
    (row,) = ask(world, "evidence-of-figure", figure=figure.value)
    assert row[4:6] == ["99,97%", "Huyện Tiên Yên: tỷ lệ hồ sơ giải quyết đúng và trước hạn 2019 là 99,97%."]


def test_any_widens_where_the_header_allows_it(world):
    assert len(ask(world, "on-time-rate-by-unit", year="any")) > len(ask(world, "on-time-rate-by-unit", year="2019"))
    with pytest.raises(QueryError, match="parameter “year” cannot be “any”"):
        queries.bind(queries.load("provinces-by-median"), {"year": "any"})


def test_unit_at_date_follows_mergers_only_once_they_have_happened(world):
    assert [row[1] for row in ask(world, "unit-at-date", day="2020-02-29")] == ["Huyện Trà Lĩnh"]
    assert [row[1] for row in ask(world, "unit-at-date", day="2020-03-01")] == ["Huyện Quảng Hòa", "Huyện Trùng Khánh"]
    assert [row[1] for row in ask(world, "unit-at-date", unit="049", day="2019-01-01")] == ["Huyện Quảng Uyên"]
    assert [row[1] for row in ask(world, "unit-at-date", unit="049", day="2021-01-01")] == ["Huyện Quảng Hòa"]
    assert [row[1] for row in ask(world, "unit-at-date", unit="30169", day="2025-07-01")] == ["Xã Lấp Vò"]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("year", "19"),
        ("year", "2019 }"),
        ("year", "²⁰¹⁹"),
        ("integer", "1.5"),
        ("integer", "1e9"),
        ("integer", ""),
        ("date", "2019-02-30"),
        ("date", "20190101 } #"),
        ("indicator", "on time rate"),
        ("indicator", "x> } #"),
        ("indicator", ""),
        ("level", "District"),
        ("geography", "today"),
        ("geography", "any"),
        ("unit", '875"'),
        ("unit", "relative/path"),
        ("iri", "no address"),
        ("iri", "https://example.org/> <b"),
        ("string", "\ud800"),
    ],
)
def test_value_of_the_wrong_type_is_refused(type_, value):
    with pytest.raises(QueryError, match=r"made-up: parameter “chosen” cannot be “.*”; give "):
        queries.bind(made_up(type_), {"chosen": value})


def made_up(type_):
    parameter = queries.Parameter("chosen", type_, {"en": "Chosen", "vi": "Chọn"}, "x")
    text = 'SELECT ?chosen ?kept WHERE {\n  VALUES ?chosen { "x" }  # parameter\n  VALUES ?kept { "kept" }\n}'
    return queries.SavedQuery("made-up", {}, {}, (), (parameter,), text)


@pytest.mark.parametrize("value", NASTY)
def test_text_stays_text_whatever_it_holds(value, world, dataset):
    text = queries.bind(made_up("string"), {"chosen": value})
    assert text.count("\n") == made_up("string").text.count("\n")
    assert ask_text(world, text) == [[value, "kept"]]
    assert [[str(term) for term in row] for row in dataset.query(text)] == [[value, "kept"]]


def ask_text(world, text):
    return queries.as_cells(queries.run(world, text))


def test_text_put_in_is_not_looked_at_again():
    """A value that looks like the row of another parameter stays a value."""
    first, second = (queries.Parameter(name, "string", {}, "x") for name in ("first", "second"))
    rows = 'VALUES ?first { "x" }  # parameter\nVALUES ?second { "x" }  # parameter'
    query = queries.SavedQuery("two", {}, {}, (), (first, second), rows)
    sly = "VALUES ?second { 1 }  # parameter"
    assert queries.bind(query, {"first": sly, "second": "y"}) == rows.replace('"x"', f'"{sly}"', 1).replace(
        '"x"', '"y"'
    )


def test_unknown_parameter_is_answered_with_the_known_ones():
    with pytest.raises(QueryError, match="unknown parameter “yaer”; this query takes indicator, year, level"):
        queries.bind(queries.load("on-time-rate-by-unit"), {"yaer": "2019"})
    with pytest.raises(QueryError, match="this query takes no parameters"):
        queries.bind(queries.load("legal-basis"), {"year": "2019"})


def test_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(QueryError, match="no saved query “unit-linage”; did you mean “unit-lineage”"):
        queries.load("unit-linage")
    with pytest.raises(QueryError, match="there are commune-against-district-level, comparable-figures"):
        queries.load("zzz")


# ---------------------------------------------------------------- broken files


GOOD = """#+ summary: Two
#+ summary_vi: Hai
#+ description: Two things.
#+ description_vi: Hai điều.
#+ tags: [one, two]
#+ parameters:
#+   - name: year
#+     type: year
#+     label: Year
#+     label_vi: Năm
#+     default: 2019
SELECT ?year WHERE {
  VALUES ?year { 2019 }  # parameter
}
"""


def read_text(tmp_path, text):
    path = tmp_path / "two.rq"
    path.write_text(text, encoding="utf-8")
    return queries.read(path)


def test_header_is_read(tmp_path):
    query = read_text(tmp_path, GOOD)
    assert query.summary == {"en": "Two", "vi": "Hai"}
    assert query.tags == ("one", "two")
    assert query.parameters == (queries.Parameter("year", "year", {"en": "Year", "vi": "Năm"}, "2019"),)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#+ summary_vi: Hai\n", "", "lacks summary_vi"),
        ("#+ summary: Two", "#+ summary: Two: three", "line 1: the value would not be plain YAML"),
        ("#+ summary: Two", "#+ summary:: Two", "line 1: not a header line"),
        ("#+ summary: Two", "#+ summary: Two\n#+ summary: Two", "line 2: “summary” stands twice"),
        ("#+ tags: [one, two]", "#+ tags: one", "write tags as"),
        ("#+ tags: [one, two]", "#+ tags: [one, two]\n#+ colour: red", "unknown header keys colour"),
        ("#+ parameters:\n", "", "line 6: an indented line belongs under “parameters:”"),
        ("     type: year", "     type: colour", "type “colour” is none of"),
        ("#+     label_vi: Năm\n", "", "parameter “year”: lacks"),
        ("     default: 2019", "     default: any", "write “optional: true” where"),
        ("  # parameter", "", "header and rows disagree about the parameters year"),
    ],
)
def test_broken_header_is_named_with_file_and_line(tmp_path, old, new, message):
    assert old in GOOD
    with pytest.raises(QueryError, match=re.escape(message)) as caught:
        read_text(tmp_path, GOOD.replace(old, new))
    assert "two.rq" in str(caught.value)


def test_query_that_cannot_be_read_is_a_query_error(world):
    with pytest.raises(QueryError, match="cannot be read"):
        queries.run(world, "SELECT nothing")


def test_store_that_breaks_while_answering_is_a_store_error():
    class Broken:
        def query(self, text):
            raise OSError("disk full")

    with pytest.raises(StoreError, match="disk full"):
        queries.run(Broken(), "ASK {}")


# ---------------------------------------------------------------- answers written down


MIXED = """SELECT ?a ?b ?c ?d ?e WHERE {
  BIND("a, \\"b\\"\\nc" AS ?a) BIND("đúng hạn"@vi AS ?b) BIND(99.4 AS ?c)
  BIND(<https://w3id.org/cchc/id/unit/875> AS ?d)
}"""


def test_csv_and_json_equal_what_the_engine_writes(world):
    rows = queries.run(world, MIXED)
    csv_ = world.query(MIXED).serialize(format=pyoxigraph.QueryResultsFormat.CSV).decode()
    json_ = world.query(MIXED).serialize(format=pyoxigraph.QueryResultsFormat.JSON).decode()
    assert queries.as_csv(rows) == csv_.replace("\r\n", "\n")
    assert json.loads(queries.as_json(rows)) == json.loads(json_)


def test_yes_or_no_is_one_row(world):
    rows = queries.run(world, "ASK { ?s ?p ?o }")
    assert queries.as_cells(rows) == [["true"]]
    assert json.loads(queries.as_json(rows)) == {"head": {}, "boolean": True}


def test_statements_are_written_as_turtle_with_prefixes(world):
    rows = queries.run(world, "CONSTRUCT WHERE { ?level a ?kind ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?l }")
    turtle = queries.as_turtle(rows)
    assert turtle == queries.as_turtle(rows)
    assert "level:district a skos:Concept" in turtle
    heads = [line for line in turtle.splitlines() if line.startswith("@prefix")]
    assert heads == sorted(heads)
    assert len(rdflib.Graph().parse(data=turtle, format="turtle")) == len(rows.rows)
    assert next(csv.reader(io.StringIO(queries.as_csv(rows)))) == ["subject", "predicate", "object"]


def test_rows_cannot_be_written_as_turtle(world):
    with pytest.raises(QueryError, match="choose table, csv or json"):
        queries.as_turtle(queries.run(world, MIXED))


def test_addresses_are_shortened_for_tables(world):
    (row,) = queries.as_cells(queries.run(world, MIXED), queries.DATA)
    assert row == ['a, "b"\nc', "đúng hạn", "99.4", "unit/875", ""]
