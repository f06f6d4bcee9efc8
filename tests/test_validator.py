"""Shapes, checks and quotations in one report; how it is written down."""

import csv
import io
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pyoxigraph as ox
import pytest

from builder.artefacts import check_files, load_shapes, ontology_statements, ontology_store, read_query
from builder.errors import QueryError, StoreError
from builder.facts import Report, Violation
from builder.validator import check_graph, read_graph, report_html, report_json, report_ttl, validate
from builder.validator.checks import find_answers, leave_out_said, load_checks, read_check, run_check
from builder.validator.graphs import to_graph

HERE = Path(__file__).parent
CASES = HERE / "queries" / "checks"
DATA = "https://w3id.org/cchc/id/"
ONTOLOGY, REGISTER = f"{DATA}graph/ontology", f"{DATA}graph/register"
PAGE = f"{DATA}graph/pages/tien-yen.txt"
FORMATS = {".ttl": ox.RdfFormat.TURTLE, ".trig": ox.RdfFormat.TRIG}


# ---------------------------------------------------------------- graphs to judge


def load(path: Path) -> ox.Store:
    store = ox.Store()
    store.bulk_load(path=path, format=FORMATS[path.suffix])
    return store


def placed(path: Path, *, documents: tuple[str, ...] = (PAGE,)) -> list[ox.Quad]:
    """Read a Turtle file into named graphs: the register for what pages share, one graph per page for the rest."""
    found = []
    for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
        subject = str(quad.subject)
        own = [d for d in documents if f"document/{d.removeprefix(f'{DATA}graph/')}" in subject]
        read = any(f"{DATA}{kind}/" in subject for kind in ("observation", "initiative", "issue", "legal"))
        graph = own[0] if own else documents[0] if read else ONTOLOGY if DATA not in subject else REGISTER
        found.append(ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(graph)))
    return found


def ontology() -> list[ox.Quad]:
    text = "\n".join(f"{statement} <{ONTOLOGY}> ." for statement in ontology_statements())
    return list(ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS))


def small_graph(case: str) -> list[ox.Quad]:
    shapes = HERE / "shapes"
    return [*placed(shapes / "background.ttl"), *placed(shapes / f"{case}.ttl")]


def brief(violations: tuple[Violation, ...]) -> set[tuple[str, str]]:
    return {(v.severity, v.shape.rpartition("/")[2] or v.constraint) for v in violations}


# ---------------------------------------------------------------- the checks


@pytest.mark.parametrize("path", check_files(), ids=lambda path: path.stem)
def test_every_check_fires(path):
    """Its answer on a small graph is recorded; with RECORD=1 it is recorded anew."""
    solutions = load(CASES / f"{path.stem}.trig").query(read_query(path), use_default_graph_as_union=True)
    rows = [[variable.value for variable in solutions.variables], *([plain(term) for term in row] for row in solutions)]
    answer = CASES / f"{path.stem}.csv"
    if os.environ.get("RECORD"):
        with answer.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    assert len(rows) > 1
    assert rows == list(csv.reader(io.StringIO(answer.read_text(encoding="utf-8"))))


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
@pytest.mark.parametrize("path", check_files(), ids=lambda path: path.stem)
def test_rdflib_gives_the_same_answers(path):
    import rdflib

    data = rdflib.Dataset(default_union=True)
    if "GRAPH" in read_query(path):
        data.parse(CASES / f"{path.stem}.trig")
    else:
        data = to_graph(load(CASES / f"{path.stem}.trig"))
    rows = [["" if term is None else number(term) for term in row] for row in data.query(read_query(path))]
    expected = list(csv.reader(io.StringIO((CASES / f"{path.stem}.csv").read_text(encoding="utf-8"))))[1:]
    assert sorted(rows) == sorted([number(cell) for cell in row] for row in expected)


def plain(term: object) -> str:
    return str(getattr(term, "value", ""))


def number(term: object) -> str:
    """Numbers are compared as numbers; the engines write them differently."""
    text = str(term)
    return f"{float(text):.9f}" if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def test_no_check_case_is_left_out():
    names = {path.stem for path in check_files()}
    assert {path.name for path in CASES.iterdir()} == {f"{name}{kind}" for name in names for kind in (".trig", ".csv")}


@pytest.mark.parametrize("check", load_checks(), ids=lambda check: check.name)
def test_every_check_says_what_it_is(check):
    assert check.messages["en"]
    assert check.messages["vi"]
    assert re.search(r"^#\+ tags: \[check\b", check.text, re.MULTILINE)
    assert re.search(r"^ORDER BY", check.text, re.MULTILINE)
    if check.shape:
        [severity] = [o for s, p, o in load_shapes() if str(s) == check.shape and str(p).endswith("#severity")]
        assert str(severity).endswith(f"#{check.severity}")


def test_a_check_tells_node_value_and_words():
    [check] = [check for check in load_checks() if check.name == "part-exceeds-whole"]
    [found] = run_check(check, load(CASES / "part-exceeds-whole.trig"))
    assert found.focus == f"{DATA}observation/more-part"
    assert (found.value, found.severity, found.constraint) == ("3790", "Warning", "part-exceeds-whole")
    assert found.messages == {"en": "A part is larger than its whole", "vi": "Bộ phận lớn hơn tổng số"}


def test_what_a_shape_has_said_is_not_said_again():
    store = load(CASES / "part-exceeds-whole.trig")
    answers = find_answers(store)
    said = [v for v in answers if v.constraint == "part-exceeds-whole"]
    assert len(said) == 1
    assert leave_out_said(answers, said) == [v for v in answers if v.constraint != "part-exceeds-whole"]


@pytest.mark.parametrize("missing", ["severity", "summary_vi", "summary"])
def test_a_check_without_its_header_is_refused(tmp_path, missing):
    text = "#+ summary: a\n#+ summary_vi: b\n#+ severity: Warning\nSELECT ?a WHERE { ?a ?b ?c }"
    path = tmp_path / "a.rq"
    path.write_text(re.sub(rf"(?m)^#\+ {missing}:.*\n", "", text), encoding="utf-8")
    with pytest.raises(QueryError, match="the header needs"):
        read_check(path)


@pytest.mark.parametrize("query", ["SELECT ?a WHERE {", "ASK { ?a ?b ?c }"])
def test_a_check_that_is_no_select_is_refused(tmp_path, query):
    path = tmp_path / "a.rq"
    path.write_text(f"#+ summary: a\n#+ summary_vi: b\n#+ severity: Warning\n{query}", encoding="utf-8")
    with pytest.raises(QueryError, match=r"checks/a\.rq"):
        list(run_check(read_check(path), ox.Store()))


# ---------------------------------------------------------------- what the checks compare


def relations(name: str) -> dict[str, set[str]]:
    predicate = ox.NamedNode(f"https://w3id.org/cchc/ontology#{name}")
    found: dict[str, set[str]] = {}
    for quad in ontology_store().quads_for_pattern(None, predicate, None):
        found.setdefault(plain(quad.subject), set()).add(plain(quad.object).rpartition("/")[2])
    return {subject.rpartition("/")[2]: objects for subject, objects in found.items()}


def test_a_part_names_every_whole():
    """No reasoning is needed, and no count is part of itself."""
    wholes = relations("partOfCount")
    for part, its in wholes.items():
        assert part not in its
        assert {further for whole in its for further in wholes.get(whole, ())} <= its, part


def test_parts_are_counts_and_rates_are_percentages_of_two_counts():
    measure = relations("measure")
    for part, wholes in relations("partOfCount").items():
        assert all(measure[indicator] == {"count"} for indicator in (part, *wholes))
    numerators, denominators = relations("numerator"), relations("denominator")
    assert numerators.keys() == denominators.keys()
    for rate, [numerator] in numerators.items():
        [denominator] = denominators[rate]
        assert [measure[i] for i in (rate, numerator, denominator)] == [{"percent"}, {"count"}, {"count"}]
        assert denominator in relations("partOfCount")[numerator]


# ---------------------------------------------------------------- the whole


def test_the_ontology_conforms():
    """A graph of the ontology alone has every label and definition, and breaks no check."""
    assert [(v.shape, v.focus) for v in check_graph(ontology())] == []


def test_a_right_graph_conforms():
    assert check_graph([*ontology(), *small_graph("observation/valid.rate-and-counts")]) == ()


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("observation/invalid.rate-not-of-its-counts", {("Warning", "Observation-rate")}),
        ("observation/invalid.part-exceeds-whole", {("Warning", "Observation-part")}),
        ("observation/invalid.unit-had-ended", {("Violation", "Observation-in-force")}),
        ("quotation/invalid.outside", {("Violation", "Quotation-inside")}),
        ("observation/invalid.not-in-the-quotation", {("Violation", "Observation-proof")}),
    ],
)
def test_shapes_and_checks_say_a_thing_once(case, expected):
    """Wherever a check repeats a shape, both find the same, and one of them is reported."""
    found = check_graph([*ontology(), *small_graph(case)])
    assert brief(found) == expected
    assert len(found) == 1


def test_two_runs_give_the_same_report():
    quads = [*ontology(), *small_graph("observation/invalid.twice")]
    assert check_graph(quads) == check_graph(quads[::-1])


def test_the_reference_agrees_on_a_whole_graph():
    quads = small_graph("observation/invalid.wrong-things")
    assert check_graph(quads) == check_graph(quads, reference=True)


# ---------------------------------------------------------------- one document at a time


def test_a_document_is_judged_with_what_it_refers_to():
    """Only what stands in its graph is reported; units and concepts are there to be referred to."""
    quads = [*ontology(), *small_graph("observation/invalid.wrong-scheme")]
    spoilt = ox.Quad(
        ox.NamedNode(f"{DATA}unit/199/origin"),
        ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label"),
        ox.Literal("Tiên Yên", language="vi"),
        ox.NamedNode(REGISTER),
    )
    whole = check_graph([*quads, spoilt])
    page = check_graph([*quads, spoilt], [PAGE])
    shared = check_graph([*quads, spoilt], [REGISTER, ONTOLOGY])
    assert ("Violation", "Version-label") in brief(whole)
    assert ("Violation", "Version-label") not in brief(page)
    assert sorted(map(str, [*page, *shared])) == sorted(map(str, whole))
    assert check_graph([*quads, spoilt], [f"{DATA}graph/other.txt"]) == ()


# ---------------------------------------------------------------- files in, report out


def build(folder: Path, case: str = "observation/valid.rate-and-counts") -> Path:
    quads = [*ontology(), *small_graph(case)]
    graph = folder / "graph.nq"
    graph.write_text("\n".join(sorted({f"{quad} ." for quad in quads})) + "\n", encoding="utf-8", newline="")
    sentence = next(
        str(q.object.value) for q in quads if str(q.predicate).endswith("#anchorOf>") and len(str(q.object)) > 60
    )
    text = folder / "texts" / "pages" / "tien-yen.txt.txt"
    text.parent.mkdir(parents=True)
    text.write_bytes(sentence.encode())
    return graph


def test_validate_a_right_graph(tmp_path):
    report = validate(build(tmp_path))
    assert report.conforms
    assert report.violations == ()


def test_validate_sees_a_wrong_quotation(tmp_path):
    graph = build(tmp_path)
    text = tmp_path / "texts" / "pages" / "tien-yen.txt.txt"
    text.write_bytes(text.read_bytes().replace(b"3.740", b"3.741"))
    report = validate(graph)
    assert not report.conforms
    assert {v.constraint for v in report.violations} == {"evidence"}
    assert f"{DATA}document/pages/tien-yen.txt#char=68,73" in {v.focus for v in report.violations}
    assert all(v.messages.keys() == {"en", "vi"} for v in report.violations)


def test_a_warning_does_not_stop_a_graph_from_conforming(tmp_path):
    report = validate(build(tmp_path, "observation/invalid.part-exceeds-whole"))
    assert {v.severity for v in report.violations if v.constraint != "evidence"} == {"Warning"}


@pytest.mark.parametrize("content", ["<a> <b>", "\udcff"])
def test_a_graph_that_cannot_be_read_is_named(tmp_path, content):
    graph = tmp_path / "graph.nq"
    graph.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(StoreError, match=r"graph\.nq: cannot be read as N-Quads"):
        read_graph(graph)
    with pytest.raises(StoreError, match=r"nowhere\.nq"):
        read_graph(tmp_path / "nowhere.nq")


NASTY = Report(
    (
        Violation(
            "https://example.org/<script>alert(1)</script>",
            "https://w3id.org/cchc/shape/Observation-proof",
            "SPARQLConstraintComponent",
            "Violation",
            "https://w3id.org/cchc/ontology#printedValue",
            '99,4% </td><script>alert("x")</script> \\ \n',
            {"en": "A <b>bold</b> word & more.", "vi": "Một từ <b>đậm</b>."},
        ),
        Violation(f"{DATA}observation/a", "", "two-figures-for-one-thing", "Warning", value="javascript:alert(1)"),
        Violation(f"{DATA}observation/b", "", "two-figures-for-one-thing", "Info"),
    )
)


def test_report_as_rdf():
    text = report_ttl(NASTY)
    assert text == report_ttl(Report(NASTY.violations))
    triples = list(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE))
    results = {t.subject for t in triples if str(t.object).endswith("ValidationResult>")}
    assert len(results) == 3
    assert not [t for t in triples if isinstance(t.subject, ox.BlankNode) or isinstance(t.object, ox.BlankNode)]
    [conforms] = [t.object.value for t in triples if str(t.predicate).endswith("#conforms>")]
    assert conforms == "false"
    assert '99,4% </td><script>alert("x")</script> \\ \n' in {getattr(t.object, "value", "") for t in triples}


def test_an_empty_report_conforms():
    assert "sh:conforms true" in report_ttl(Report(()))
    assert json.loads(report_json(Report(()))) == {
        "conforms": True,
        "counts": {"Violation": 0, "Warning": 0, "Info": 0},
        "results": [],
    }
    assert "Đồ thị đạt yêu cầu." in report_html(Report(()))


def test_report_as_json():
    told = json.loads(report_json(NASTY))
    assert told["counts"] == {"Violation": 1, "Warning": 1, "Info": 1}
    assert told["results"][0]["messages"]["vi"] == "Một từ <b>đậm</b>."
    assert "đậm" in report_json(NASTY)


def test_report_as_page():
    """Nothing in a graph becomes markup, script or a link that runs."""

    class Tags(HTMLParser):
        def __init__(self):
            super().__init__()
            self.tags, self.links = set(), []

        def handle_starttag(self, tag, attrs):
            self.tags.add(tag)
            self.links += [value for name, value in attrs if name == "href"]

    page, seen = report_html(NASTY), Tags()
    seen.feed(page)
    assert seen.tags <= {
        "html",
        "meta",
        "title",
        "style",
        "h1",
        "h2",
        "p",
        "span",
        "strong",
        "ul",
        "li",
        "table",
        "tr",
        "th",
        "td",
        "a",
    }
    assert seen.links == [f"{DATA}observation/a", f"{DATA}observation/b"]
    assert "Một từ &lt;b&gt;đậm&lt;/b&gt;." in page
    assert "1 vi phạm · Violation" in page


def test_nothing_heavy_is_loaded_early():
    import subprocess
    import sys

    code = "import builder.validator, sys; print([m for m in ('rdflib', 'pyshacl') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
