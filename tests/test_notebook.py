"""In a notebook: answers are plain Python values, data frames and tables; what the example page prints is so."""

import json
import re
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pyoxigraph
import pytest
from conftest import ROOT

import builder
from builder.errors import BuilderError, QueryError, StoreError
from builder.notebook import Answer
from builder.queries import Rows
from builder.store import Store

XSD = "http://www.w3.org/2001/XMLSchema#"
NAMES = {"on-time-rate-by-unit", "evidence-of-figure"}


@pytest.fixture(scope="module")
def out(tmp_path_factory, examples):
    return shutil.copytree(examples, tmp_path_factory.mktemp("notebook") / "out")


@pytest.fixture(scope="module")
def graph(out):
    return builder.open_graph(out)


def literal(text, kind):
    return pyoxigraph.Literal(text, datatype=pyoxigraph.NamedNode(XSD + kind))


def answer_of(*terms):
    return Answer(Rows(tuple(f"c{n}" for n in range(len(terms))), (terms,)))


# ---------------------------------------------------------------- asking


def test_saved_question_answers_with_plain_values(graph):
    answer = graph.ask("on-time-rate-by-unit", year=2021)
    first = next(iter(answer))

    assert len(answer) == len(list(answer)) == 5
    assert answer.columns[:3] == ("unitLabel", "provinceLabel", "value")
    assert (first["unitLabel"], first["value"], first["periodEnd"]) == (
        "Thành phố Nha Trang",
        Decimal("99.48"),
        date(2021, 9, 30),
    )
    assert first["agencyLabel"] is None
    assert first["observation"] == "https://w3id.org/cchc/id/observation/49fcdb4707820f2a"


def test_the_graph_is_asked_as_by_the_other_ways(graph, out):
    assert graph.ask("on-time-rate-by-unit", year="2021").rows == builder.ask(out, "on-time-rate-by-unit", year="2021")
    assert isinstance(graph, Store), "what took a store before takes the graph"


def test_sparql_knows_the_prefixes(graph):
    answer = graph.sparql("SELECT (COUNT(DISTINCT ?figure) AS ?figures) WHERE { ?figure a cchc:Observation }")

    assert list(answer) == [{"figures": 107}]


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda g: g.ask("on-time-rates-by-unit"), "did you mean “on-time-rate-by-unit”"),
        (lambda g: g.ask("on-time-rate-by-unit", year="last"), "cannot be “last”"),
        (lambda g: g.sparql("SELECT nothing"), "cannot be read"),
        (lambda g: g.unit("Xã Không Có Thật"), "no unit “Xã Không Có Thật”"),
        (lambda g: g.explain("nowhere.txt:1"), "no figure “nowhere.txt:1”"),
    ],
)
def test_a_mistake_is_said_in_words(graph, ask, message):
    with pytest.raises(QueryError, match=message):
        ask(graph)


def test_folder_without_a_build_is_said_in_words(tmp_path):
    with pytest.raises(StoreError, match="no build here"):
        builder.open_graph(tmp_path)


def test_questions_are_listed_with_their_parameters(graph):
    found = graph.questions()

    assert set(found) >= NAMES
    assert found["on-time-rate-by-unit"] == ("indicator", "year", "level", "geography")


def test_figures_of_another_day_are_there_once_they_are_made(tmp_path, examples, call):
    folder = shutil.copytree(examples, tmp_path / "out")
    assert len(builder.open_graph(folder).ask("on-time-rate-by-unit", year=2021, geography="as-of")) == 0
    call("comparable", folder, "--at", "2024-06-01")

    assert len(builder.open_graph(folder).ask("on-time-rate-by-unit", year=2021, geography="as-of")) > 0


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (literal("99.40", "decimal"), Decimal("99.40")),
        (literal("7", "nonNegativeInteger"), 7),
        (literal("1.5e3", "double"), 1500.0),
        (literal("true", "boolean"), True),
        (literal("2021-09-30", "date"), date(2021, 9, 30)),
        (literal("soon", "date"), "soon"),
        (pyoxigraph.Literal("Lấp Vò", language="vi"), "Lấp Vò"),
        (pyoxigraph.NamedNode("urn:a"), "urn:a"),
        (None, None),
    ],
)
def test_a_term_is_a_plain_value(term, value):
    found = answer_of(term)[0]["c0"]

    assert found == value
    assert type(found) is type(value)


def test_data_frame_has_types(graph):
    pandas = pytest.importorskip("pandas")
    answer = graph.ask("on-time-rate-by-unit", year=2021)

    frame, exact = answer.to_pandas(), answer.to_pandas(exact=True)

    assert list(frame.columns) == list(answer.columns)
    assert frame["value"].dtype == float
    assert frame["value"].max() == 99.48
    assert list(exact["value"]) == [row["value"] for row in answer]
    assert pandas.api.types.is_datetime64_any_dtype(frame["periodEnd"])
    assert frame["periodEnd"].dt.year.unique().tolist() == [2021]
    assert all(isinstance(cell, str) for cell in frame["observation"])
    assert frame["agencyLabel"].isna().all()


def test_data_frame_of_whole_numbers_truth_values_and_no_rows(graph):
    pytest.importorskip("pandas")
    rows = ((literal("1", "integer"), literal("true", "boolean")), (None, None))

    frame = Answer(Rows(("n", "b"), rows)).to_pandas()
    empty = graph.ask("on-time-rate-by-unit", year=1999).to_pandas()

    assert [str(kind) for kind in frame.dtypes] == ["Int64", "boolean"]
    assert len(empty) == 0
    assert "value" in empty.columns


def test_without_pandas_the_message_says_what_to_install(graph, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(BuilderError, match=r"python -m pip install 'cchc-graph\[tables\]'"):
        graph.ask("on-time-rate-by-unit").to_pandas()


# ---------------------------------------------------------------- shown


class Table(HTMLParser):
    """Reads a table, and complains about tags that are not closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.cells, self.links = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.links += [value for name, value in attributes if name == "href"]
        if tag != "br":
            self.open.append(tag)
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.cells[-1] += data


def test_notebook_shows_a_table_with_headings_in_both_languages(graph):
    bundle = graph.ask("on-time-rate-by-unit", year=2021)._repr_mimebundle_()
    table = Table(bundle["text/html"])

    assert table.cells[:3] == ["đơn vịunit", "tỉnhprovince", "giá trịvalue"]
    assert "Thành phố Nha Trang" in table.cells
    assert "https://w3id.org/cchc/id/document/nha-trang-2021.txt" in table.links
    assert "5 dòng / 5 rows" in bundle["text/html"]
    assert bundle["text/plain"].splitlines()[1].startswith("Thành phố Nha Trang  Tỉnh Khánh Hòa  99.48")
    assert "unit/568" not in bundle["text/plain"], "no address of what a name stands for"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b"])
def test_what_a_page_says_is_text_and_never_markup(text):
    answer = Answer(Rows((text,), ((pyoxigraph.Literal(text),),)))
    table = Table(answer._repr_html_())

    assert table.cells == [text, text]
    assert "<script" not in answer._repr_html_()
    assert "<img" not in answer._repr_html_()


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x"])
def test_only_addresses_of_the_web_are_links(address):
    assert Table(answer_of(pyoxigraph.NamedNode(address))._repr_html_()).links == []


def test_long_answers_are_cut_and_say_so(graph):
    answer = graph.ask("evidence-of-figure")

    assert len(answer) > 100
    assert "50 dòng đầu / first 50 rows" in answer._repr_html_()
    assert repr(answer).endswith(f"… {len(answer) - 50} more")


# ---------------------------------------------------------------- units and evidence


def test_a_unit_is_found_by_name_with_its_versions(graph):
    found = [(row["unitLabel"], row["validThrough"]) for row in graph.unit("H. Lấp Vò, Đồng Tháp")]

    assert found == [("Huyện Lấp Vò", date(2025, 6, 30))]
    assert graph.unit("875")[0]["version"] == "https://w3id.org/cchc/id/unit/875/origin"


def test_a_figure_leads_to_its_sentence(graph):
    why = graph.explain("dong-hoi-2023.txt:425")

    assert (why.printed, why.unit) == ("99,4%", "Thành phố Đồng Hới")
    assert "99,4%" in why.quotations[0].sentence
    assert json.dumps(why.as_dict())


# ---------------------------------------------------------------- the example page

PAGE = ROOT / "examples" / "notebook.md"
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
RUN = """
import code, contextlib, io, json, sys
blocks = json.load(sys.stdin)
shell, printed = code.InteractiveInterpreter(), []
for statements in blocks:
    for statement in statements:
        told = io.StringIO()
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            shell.runsource(statement, symbol="single")
        printed.append(told.getvalue())
json.dump(printed, sys.stdout)
"""


def statements_of(block):
    """The statements of a block of an interactive session with what it prints after each."""
    found = []
    for line in block.splitlines(keepends=True):
        if line.startswith(">>> "):
            found.append([line[4:], ""])
        elif line.startswith("... ") or line == "...\n":
            found[-1][0] += line[4:]
        else:
            found[-1][1] += line
    return [(source, told) for source, told in found]


def test_printed_results_of_the_example_page_are_those_of_today(out, tmp_path):
    """``RECORD=1 python -m pytest tests/test_notebook.py -n0`` writes the results of today into the page."""
    import os

    pytest.importorskip("pandas")
    text = PAGE.read_text(encoding="utf-8")
    blocks = [statements_of(block) for block in BLOCK.findall(text)]
    (tmp_path / "out").symlink_to(out)
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=tmp_path,
        input=json.dumps([[source for source, _ in block] for block in blocks]),
        capture_output=True,
        encoding="utf-8",
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    today = iter(json.loads(done.stdout))
    fresh = [[(source, next(today)) for source, _ in block] for block in blocks]
    if os.environ.get("RECORD"):
        written = iter("".join(map(as_session, block)) for block in fresh)
        PAGE.write_text(BLOCK.sub(lambda _: f"```python\n{next(written)}```", text), encoding="utf-8", newline="\n")
        return

    assert sum(len(block) for block in blocks) >= 8
    assert blocks == fresh, "RECORD=1 python -m pytest tests/test_notebook.py -n0 writes the results of today"
    assert "Traceback" not in text


def as_session(pair):
    source, told = pair
    first, *others = source.splitlines(keepends=True)
    return f">>> {first}" + "".join(f"... {line}" for line in others) + told
