"""Three states: figures that count, figures that wait for review, candidates; none is taken for another."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from builder import evidence, identifiers, pipeline, queries
from builder.candidates import EXAMPLES, group_candidates
from builder.cli import run
from builder.cli.verbs import cli
from builder.errors import BuilderError
from builder.exporter import draw
from builder.facts import CandidateClaim, Extraction, FigureClaim
from builder.store import open_store
from builder.validator import check_graph, read_graph, validate
from builder.vocabulary import CCHC, PROV, QB, RDF, SDMX_DIMENSION, SDMX_MEASURE

ROOT = Path(__file__).resolve().parents[1]
NAMES = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))
PAGES = {
    "tien-yen.txt": """Tiên Yên lắp camera ở bộ phận một cửa
Ngày 28/11/2019

Năm 2019, huyện Tiên Yên (tỉnh Quảng Ninh) tiếp nhận 15.840 hồ sơ, tỷ lệ hồ sơ giải quyết đúng hạn đạt 99,97%.
Huyện đã lắp đặt 12 camera giám sát tại bộ phận một cửa; tỷ lệ cây xanh được tưới đạt 87,5%.
""",
    "lap-vo.txt": """Lấp Vò lắp camera
Ngày 06/12/2018

Năm 2018, huyện Lấp Vò (tỉnh Đồng Tháp) lắp đặt 15 camera giám sát và 15 camera giám sát.
Trong quý III/2018, 5 camera giám sát được thay. Huyện tiếp nhận 4.321 hồ sơ, tăng 7% so với năm 2017.
""",
}


def write(folder: Path, pages: dict[str, str] = PAGES) -> Path:
    folder.mkdir(parents=True)
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build in which all figures wait for review."""
    folder = tmp_path_factory.mktemp("states")
    pipeline.build([write(folder / "pages")], folder / "out", min_confidence=Decimal(1))
    return folder / "out"


def typed(graph: Path, kind: str) -> dict[str, str]:
    """The nodes of a type with the graph that says so."""
    return {
        q.subject.value: q.graph_name.value
        for q in read_graph(graph / "graph.nq")
        if q.predicate.value == RDF.type and q.object.value == kind
    }


# ---------------------------------------------------------------- accepted or for review


@pytest.mark.parametrize(("least", "counted", "waiting"), [("0", 3, 0), ("1", 0, 3)])
def test_the_threshold_tells_what_counts(tmp_path: Path, least: str, counted: int, waiting: int) -> None:
    summary = pipeline.build([write(tmp_path / "pages")], tmp_path / "out", min_confidence=Decimal(least))
    assert (summary.observations, summary.review, summary.candidates) == (counted, waiting, 4)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["min_confidence"] == least
    assert {name: manifest["counts"][name] for name in ("observations", "review", "candidates")} == {
        "observations": counted,
        "review": waiting,
        "candidates": 4,
    }


def test_a_figure_as_sure_as_asked_for_counts(good_pages: Path, tmp_path: Path) -> None:
    whole = pipeline.build([good_pages], tmp_path / "out", min_confidence=Decimal(0))
    nodes = [q for q in read_graph(tmp_path / "out" / "graph.nq") if q.predicate.value == CCHC.confidence]
    most = max(Decimal(q.object.value) for q in nodes)
    split = pipeline.build([good_pages], tmp_path / "out", min_confidence=most)
    assert split.observations == sum(Decimal(q.object.value) >= most for q in nodes) < whole.observations
    assert split.observations + split.review == whole.observations


@pytest.mark.parametrize("least", ["-0.1", "1.1", "NaN"])
def test_what_is_no_confidence_is_refused(good_pages: Path, tmp_path: Path, least: str) -> None:
    with pytest.raises(BuilderError, match="from 0 to 1"):
        pipeline.build([good_pages], tmp_path / "out", min_confidence=Decimal(least))
    assert run(["build", str(good_pages), "-o", str(tmp_path / "out"), f"--min-confidence={least}"]) in (2, 3)


def test_the_help_names_the_threshold() -> None:
    told = CliRunner().invoke(cli, ["build", "--help"]).output
    assert f"[{pipeline.MIN_CONFIDENCE}]" in " ".join(told.split())


def test_a_figure_for_review_says_all_that_a_figure_says(tmp_path: Path) -> None:
    """But for its types, its data set, its address and its graph, nothing is told differently."""
    told = []
    for least in ("0", "1"):
        pipeline.build([write(tmp_path / least)], tmp_path / f"out{least}", min_confidence=Decimal(least))
        quads = read_graph(tmp_path / f"out{least}" / "graph.nq")
        told.append(
            {
                (q.subject.value.rpartition("/")[2], q.predicate.value, q.object.value)
                for q in quads
                if q.subject.value.startswith((f"{identifiers.BASE}observation/", f"{identifiers.BASE}review/"))
                and q.predicate.value not in (RDF.type, QB.dataSet)
            }
        )
    assert told[0] == told[1] != set()


def test_each_state_stands_in_a_graph_of_its_own(out: Path) -> None:
    assert typed(out, CCHC.Observation) == typed(out, QB.Observation) == {}
    review, candidates = typed(out, CCHC.ReviewFigure), typed(out, CCHC.CandidateObservation)
    assert set(review.values()) == {identifiers.review_graph_iri(page) for page in PAGES}
    assert set(candidates.values()) == {identifiers.candidate_graph_iri(page) for page in PAGES}
    assert not {*review, *candidates} & set(typed(out, CCHC.Issue))


@pytest.mark.parametrize("name", ["a.txt", "a.txt#review", "a.txt%23review", "a.txt/review"])
def test_no_page_has_the_graphs_of_another(name: str) -> None:
    others = {graph for page in ("a.txt", "b.txt") if page != name for graph in identifiers.graph_iris(page)}
    assert not others & set(identifiers.graph_iris(name))
    assert len(set(identifiers.graph_iris(name))) == 3


def test_the_graph_conforms_and_every_number_is_proved(out: Path) -> None:
    assert validate(out / "graph.nq").violations == ()
    proof = evidence.prove(out / "graph.nq", out / "texts")
    assert proof.mismatches == []
    assert proof.quotations > 10


@pytest.mark.parametrize("kind", [CCHC.ReviewFigure, CCHC.CandidateObservation])
def test_a_wrong_quotation_of_any_state_is_seen(out: Path, tmp_path: Path, kind: str) -> None:
    spoilt = shutil.copytree(out, tmp_path / "out")
    statement, graph = next(iter(typed(out, kind).items()))
    span = next(
        q.object.value
        for q in read_graph(out / "graph.nq")
        if q.subject.value == statement and q.predicate.value == CCHC.evidence
    )
    lines = (out / "graph.nq").read_text(encoding="utf-8").splitlines(keepends=True)
    changed = [
        line.replace('anchorOf> "', 'anchorOf> "9') if line.startswith(f"<{span}>") and f"<{graph}>" in line else line
        for line in lines
    ]
    (spoilt / "graph.nq").write_text("".join(changed), encoding="utf-8")
    assert any(problem.startswith(span) for problem in evidence.prove(spoilt / "graph.nq", out / "texts").mismatches)


def test_one_page_is_judged_with_what_stands_beside_it(out: Path) -> None:
    quads = read_graph(out / "graph.nq")
    review = next(iter(typed(out, CCHC.ReviewFigure)))
    spoilt = [q for q in quads if not (q.subject.value == review and q.predicate.value == CCHC.rule)]
    page = typed(out, CCHC.ReviewFigure)[review].partition("#")[0]
    assert [v.focus for v in check_graph(spoilt, [page])] == [review]


# ---------------------------------------------------------------- never mixed in by accident


def shadows(quads: list[ox.Quad]) -> list[ox.Quad]:
    """For every figure two that say the same with other numbers: one that waits for review, and one a candidate."""
    figures = {q.subject for q in quads if q.predicate.value == RDF.type and q.object.value == CCHC.Observation}
    found = []
    for state, kind in (("review", CCHC.ReviewFigure), ("candidate", CCHC.CandidateObservation)):
        for quad in quads:
            if quad.subject in figures and quad.predicate.value not in (RDF.type, QB.dataSet):
                found.append(_shadow(quad, state))
        for figure in figures:
            node, graph = ox.NamedNode(f"{figure.value}-{state}"), ox.NamedNode(f"{identifiers.BASE}graph/x#{state}")
            found.append(ox.Quad(node, ox.NamedNode(RDF.type), ox.NamedNode(kind), graph))
    return found


def _shadow(quad: ox.Quad, state: str) -> ox.Quad:
    value = quad.object
    if quad.predicate.value == SDMX_MEASURE.obsValue:
        value = ox.Literal(str(Decimal(value.value) + 1), datatype=value.datatype)
    node = ox.NamedNode(f"{quad.subject.value}-{state}")
    return ox.Quad(node, quad.predicate, value, ox.NamedNode(f"{quad.graph_name.value}#{state}"))


@pytest.fixture(scope="module")
def worlds() -> list[ox.Store]:
    """The small world of the saved questions, and the same with shadows of all its figures."""
    plain = list(ox.parse(path=ROOT / "tests" / "queries" / "world.trig", format=ox.RdfFormat.TRIG))
    stores = []
    for statements in (plain, plain + shadows(plain)):
        store = ox.Store()
        store.bulk_extend(statements)
        stores.append(store)
    assert len(stores[1]) > len(stores[0]) + 300
    return stores


class Union:
    def __init__(self, store: ox.Store) -> None:
        self.store = store

    def query(self, text: str) -> object:
        return self.store.query(text, use_default_graph_as_union=True)


@pytest.mark.parametrize("name", NAMES)
def test_no_question_takes_them_for_figures(worlds: list[ox.Store], name: str) -> None:
    answers = [queries.as_cells(queries.run(Union(store), queries.load(name).text)) for store in worlds]
    assert answers[0] == answers[1]


def test_the_network_is_drawn_without_them(worlds: list[ox.Store]) -> None:
    one, other = (draw(Union(store)) for store in worlds)
    assert list(one.nodes(data=True)) == list(other.nodes(data=True))
    assert list(one.edges(data=True)) == list(other.edges(data=True))


def test_arithmetic_is_done_without_them() -> None:
    """A page whose figures agree gets no warning from what waits for review beside them."""
    quads = [
        ox.Quad(*q.triple, ox.NamedNode(f"{identifiers.BASE}graph/pages/tien-yen.txt"))
        for path in ("background", "observation/valid.rate-and-counts")
        for q in ox.parse(path=ROOT / "tests" / "shapes" / f"{path}.ttl", format=ox.RdfFormat.TURTLE)
    ]
    warned = [v for v in check_graph([*quads, *shadows(quads)]) if v.severity == "Warning"]
    assert not [v for v in warned if not v.focus.endswith(("-review", "-candidate"))]


# ---------------------------------------------------------------- candidates


def candidates(extraction: Extraction) -> list[tuple[str, str]]:
    return [(c.phrase, str(c.figure.quantity.value)) for c in extraction.claims if isinstance(c, CandidateClaim)]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Huyện đã lắp đặt 12 camera giám sát tại trụ sở.", [("camera giám sát", "12")]),
        ("Huyện lắp 12 Camera  giám sát, 3 tủ sách.", [("camera giám sát", "12"), ("tủ sách", "3")]),
        ("Năm 2019, tỷ lệ cây xanh được tưới của huyện Tiên Yên đạt 87,5%.", [("tỉ lệ cây xanh được tưới", "87.5")]),
        ("Tỉ lệ cây xanh được tưới là 87,5%.", [("tỉ lệ cây xanh được tưới", "87.5")]),
        ("87,5% hộ chăn nuôi đã ký cam kết.", [("hộ chăn nuôi", "87.5")]),
        ("Số lượng tủ sách: 45, nhiều nhất tỉnh.", [("số lượng tủ sách", "45")]),
        ("Có 12 cây cầu (đạt 87,5%).", [("cây cầu", "12")]),
        ("Lắp đặt 5 ki-ốt tra cứu.", [("ki-ốt tra cứu", "5")]),
    ],
)  # fmt: skip
def test_a_number_is_told_by_its_words(
    extract_text: Callable[..., Extraction], sentence: str, found: list[tuple[str, str]]
) -> None:
    page = f"Tiên Yên đổi mới\n\nNgày 28/11/2019\n\n{sentence}\n"
    assert [c for c in candidates(extract_text(page)) if c in found] == found


@pytest.mark.parametrize(
    "sentence",
    [
        "Số cây cầu tăng 12 chiếc so với năm 2018.",
        "Theo Quyết định số 45/QĐ-UBND ngày 12/02/2019, điện thoại: 0203 3 876 543.",
        "Xếp hạng tăng 5 bậc so với năm trước.",
        "Năm 2019, Bộ phận một cửa đạt tiêu chuẩn ISO 9001:2015.",
    ],
)
def test_changes_dates_and_symbols_are_no_candidates(extract_text: Callable[..., Extraction], sentence: str) -> None:
    found = extract_text(f"Tiên Yên đổi mới\n\nNgày 28/11/2019\n\n{sentence}\n")
    assert candidates(found) == []
    assert [issue.kind for issue in found.issues] == []


def test_a_number_without_words_stays_an_issue(extract_text: Callable[..., Extraction]) -> None:
    found = extract_text("Tiên Yên đổi mới\n\nNgày 28/11/2019\n\nKết quả tốt: 87,5%.\n\n45%.\n")
    assert [issue.kind for issue in found.issues] == ["unknown-indicator"]


def test_a_figure_is_no_candidate(extract_text: Callable[..., Extraction]) -> None:
    found = extract_text(PAGES["tien-yen.txt"])
    figures = {c.quantity.span for c in found.claims if isinstance(c, FigureClaim)}
    assert len(figures) == 2
    assert not figures & {c.figure.quantity.span for c in found.claims if isinstance(c, CandidateClaim)}


def test_a_candidate_tells_whose_and_when(out: Path) -> None:
    store = open_store("memory:")
    store.load_nquads(out / "graph.nq")
    (quarter,) = [e for g in group_candidates(store) for e in g.examples if e.value == "5"]
    (five,) = _of_value(out, "5")
    told = {q.predicate.value: q.object.value for q in read_graph(out / "graph.nq") if q.subject.value == five}
    assert told[SDMX_DIMENSION.refArea].endswith("/unit/875/origin")
    assert (told[CCHC.periodStart], told[CCHC.periodEnd]) == ("2018-07-01", "2018-09-30")
    assert told[CCHC.printedValue] == "5"
    assert told[PROV.wasDerivedFrom] == identifiers.document_iri(quarter.page)


def _of_value(out: Path, value: str) -> set[str]:
    nodes = typed(out, CCHC.CandidateObservation)
    return {
        q.subject.value
        for q in read_graph(out / "graph.nq")
        if q.subject.value in nodes and q.predicate.value == SDMX_MEASURE.obsValue and q.object.value == value
    }


def test_a_candidate_said_again_is_one_with_two_quotations(out: Path) -> None:
    (fifteen,) = _of_value(out, "15")
    quads = read_graph(out / "graph.nq")
    assert sum(q.subject.value == fifteen and q.predicate.value == CCHC.evidence for q in quads) == 2


def test_candidates_are_grouped_most_frequent_first(out: Path) -> None:
    store = open_store("memory:")
    store.load_nquads(out / "graph.nq")
    groups = group_candidates(store)
    assert [(g.phrase, g.count, g.pages, g.localities, g.measures) for g in groups] == [
        ("camera giám sát", 3, 2, 2, ("count",)),
        ("tỉ lệ cây xanh được tưới", 1, 1, 1, ("percent",)),
    ]
    assert {e.page for e in groups[0].examples[:2]} == set(PAGES), "each page is shown before one is shown again"
    assert len(groups[0].examples) == EXAMPLES
    for example in groups[0].examples:
        page, _, begin = example.place.rpartition(":")
        assert PAGES[page][int(begin) :].startswith(example.quotation.text)
    assert [g.phrase for g in group_candidates(store, 2)] == ["camera giám sát"]


def test_candidates_on_the_command_line(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["candidates", str(out), "--min-count", "2", "--lang", "en"]) == 0
    said, aside = capsys.readouterr()
    assert said.splitlines()[0] == "3 × camera giám sát (2 pages, 2 localities)"
    assert "▶" in said.splitlines()[1]
    assert aside.strip() == "1 phrases"
    assert run(["candidates", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [group["count"] for group in told] == [3, 1]
    assert told[0]["examples"][0]["place"].startswith("lap-vo.txt:")


CAMERAS = """@prefix cchc: <https://w3id.org/cchc/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/cchc/cue/surveillance-camera> a skos:Concept , cchc:Cue ;
    skos:inScheme <https://w3id.org/cchc/cue-dimension/object> ;
    skos:prefLabel "camera giám sát"@vi , "surveillance camera"@en ;
    skos:definition "Cách nói về: camera giám sát."@vi , "Wording that tells: surveillance camera."@en .
<https://w3id.org/cchc/indicator/cameras> a skos:Concept , cchc:Indicator ;
    skos:inScheme <https://w3id.org/cchc/indicator> ;
    skos:prefLabel "số camera giám sát"@vi , "surveillance cameras"@en ;
    skos:definition "Số camera giám sát đã lắp đặt."@vi , "Cameras that watch public places."@en ;
    cchc:measure <https://w3id.org/cchc/measure/count> ;
    cchc:reformArea <https://w3id.org/cchc/reform-area/digital-government> ; cchc:temporality cchc:stock ;
    cchc:reading <https://w3id.org/cchc/reading/cameras-1> .
<https://w3id.org/cchc/reading/cameras-1> a cchc:Reading ; cchc:counts <https://w3id.org/cchc/cue/surveillance-camera> .
"""


@pytest.mark.long
def test_a_curator_adds_what_candidates_show(tmp_path: Path) -> None:
    """See the phrase, add the concept, build again: the candidates have become figures."""
    pages = write(tmp_path / "pages")
    for folder in ("ontology", "shapes", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "examples" / "pages").mkdir(parents=True)

    def cchc(*arguments: str) -> str:
        import os
        import subprocess
        import sys

        environment = os.environ | {"CCHC_ARTEFACTS": str(tmp_path), "CCHC_LANG": "en", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "builder", *arguments]
        return subprocess.run(
            command, env=environment, capture_output=True, encoding="utf-8", check=True, cwd=tmp_path
        ).stdout

    cchc("build", str(pages), "-o", "out")
    most = json.loads(cchc("candidates", "out", "--json"))[0]
    assert (most["phrase"], most["count"]) == ("camera giám sát", 3)

    with (tmp_path / "ontology" / "indicators.ttl").open("a", encoding="utf-8") as file:
        file.write(CAMERAS)
    cchc("build", str(pages), "-o", "out")
    assert [group["phrase"] for group in json.loads(cchc("candidates", "out", "--json"))] == [
        "tỉ lệ cây xanh được tưới"
    ]
    rows = json.loads(cchc("ask", "out", "evidence-of-figure", "--set", "indicator=cameras", "--json"))
    values = [row["value"]["value"] for row in rows["results"]["bindings"]]
    assert sorted(values) == ["12", "15", "15", "5"]
    cchc("validate", "out")


def test_the_facts_of_a_page_are_told_apart_and_not_lost(good_pages: Path) -> None:
    from builder.facts import LinkedDocument, Observation

    figure = Observation("on-time-rate", Decimal(1), "1", "percent", "exact", "1/a", None, None, "", "actual", "x",
                         Decimal("0.6"), ())  # fmt: skip
    page = LinkedDocument(None, (), (figure, replace(figure, confidence=Decimal("0.4"))), ())  # type: ignore[arg-type]
    told = pipeline.set_aside(page, Decimal("0.5"))
    assert [fact.accepted for fact in told.facts] == [True, False]  # type: ignore[union-attr]
