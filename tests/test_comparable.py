"""Figures across reforms: what is carried to the units of another day, what is not, and that the figures stay."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest

from builder import queries
from builder.cli import run
from builder.comparable import compare
from builder.facts import Comparison
from builder.gazetteer import load_gazetteer
from builder.keeping import GRAPH
from builder.lookup import last_day
from builder.pipeline import COMPARISON, build, derive_comparison, open_build
from builder.sparql import load_graph
from builder.store import open_store
from builder.validator import validate
from builder.writer import write_comparison

PAGES = Path(__file__).resolve().parents[1] / "examples" / "pages"
ID, CONCEPTS = "https://w3id.org/cchc/id/", "https://w3id.org/cchc/"
MEASURES = {"%": "percent", "đ": "points", "#": "rank"}
TODAY, BEFORE_REFORM = date(2026, 8, 24), date(2024, 6, 1)
YEAR = "2023-01-01_2023-12-31"


class Graph:
    """Figures of units, each of a page of its own, told in short: unit, indicator, value, and what else is unusual."""

    def __init__(self) -> None:
        self.inner = ox.Store()
        self.names: dict[str, str] = {}

    def query(self, text: str) -> object:
        return self.inner.query(text, use_default_graph_as_union=True)

    def add(self, unit: str, indicator: str, value: str, period: str = YEAR, **more: str) -> None:
        """Add a figure; its value ends in "%", "đ" (points) or "#" (rank) where it is no count."""
        name = f"f{len(self.names)}"
        self.names[name] = unit
        told = {"bound": "exact", "status": "actual"} | more
        start, _, end = period.partition("_")
        statements = [
            ("rdf:type", f"<{CONCEPTS}ontology#Observation>"),
            ("cchc:indicator", f"<{CONCEPTS}indicator/{indicator}>"),
            ("area:refArea", f"<{ID}unit/{unit}>"),
            ("measure:obsValue", f'"{value.rstrip("%đ#")}"^^xsd:decimal'),
            ("cchc:printedValue", f'"{value}"'),
            ("attribute:unitMeasure", f"<{CONCEPTS}measure/{MEASURES.get(value[-1], 'count')}>"),
            ("prov:wasDerivedFrom", f"<{ID}document/{name}.txt>"),
        ]
        statements += [(f"cchc:{key}", f"<{CONCEPTS}{key}/{value}>") for key, value in told.items() if key != "agency"]
        statements += [("cchc:agency", f"<{ID}body/{told['agency']}>")] if "agency" in told else []
        statements += [("cchc:periodStart", f'"{start}"^^xsd:date')] if start else []
        statements += [("cchc:periodEnd", f'"{end}"^^xsd:date')] if end else []
        self._update(f"<{ID}observation/{name}>", statements)
        self._update(f"<{ID}unit/{unit}>", [("rdf:type", f"<{CONCEPTS}ontology#AdministrativeUnitVersion>")])

    def _update(self, subject: str, statements: Iterable[tuple[str, str]]) -> None:
        prefixes = {
            "cchc": f"{CONCEPTS}ontology#",
            "area": "http://purl.org/linked-data/sdmx/2009/dimension#",
            "measure": "http://purl.org/linked-data/sdmx/2009/measure#",
            "attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
            "prov": "http://www.w3.org/ns/prov#",
            "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        }
        heads = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in prefixes.items())
        body = "".join(f"{subject} {predicate} {value} .\n" for predicate, value in statements)
        self.inner.update(f"{heads}INSERT DATA {{ {body} }}")

    def on(self, day: date) -> Comparison:
        return compare(self, day, load_gazetteer())


@pytest.fixture
def graph() -> Graph:
    return Graph()


def carried(comparison: Comparison) -> set[tuple[str, str, Decimal, str]]:
    return {(f.area, f.indicator, f.value, f.derivation) for f in comparison.figures}


def obstacles(comparison: Comparison) -> list[str]:
    return sorted(each.obstacle for each in comparison.obstacles)


CAN_THO = ("92/origin", "93/origin", "94/origin")  # merged on 2025-07-01


# ---------------------------------------------------------------- counts


def test_counts_of_all_parts_are_added(graph: Graph) -> None:
    for unit, value in zip(CAN_THO, ("1000", "200", "30"), strict=True):
        graph.add(unit, "dossiers-received", value)
    found = graph.on(TODAY)
    assert carried(found) == {("92/2025-07-01", "dossiers-received", Decimal(1230), "sum")}
    assert obstacles(found) == []
    (figure,) = found.figures
    assert figure.sources == tuple(f"{ID}observation/f{n}" for n in range(3))
    assert (figure.bound, figure.printed) == ("exact", "")


def test_before_the_merger_each_part_keeps_its_figure(graph: Graph) -> None:
    for unit in CAN_THO:
        graph.add(unit, "dossiers-received", "10")
    assert {derivation for *_, derivation in carried(graph.on(BEFORE_REFORM))} == {"unchanged"}
    assert {area for area, *_ in carried(graph.on(BEFORE_REFORM))} == set(CAN_THO)


def test_a_part_that_no_page_tells_leaves_the_unit_without_figure(graph: Graph) -> None:
    for unit in CAN_THO[:2]:
        graph.add(unit, "dossiers-received", "10")
    assert (carried(graph.on(TODAY)), obstacles(graph.on(TODAY))) == (set(), ["part-missing"] * 2)


@pytest.mark.parametrize(
    ("more", "obstacle"),
    [
        ({"period": "2022-01-01_2022-12-31"}, "part-missing"),
        ({"status": "target"}, "part-missing"),
        ({"level": "commune"}, "part-missing"),
        ({"bound": "about"}, "not-exact"),
        ({"agency": "94/so-tu-phap"}, "part-missing"),
    ],
)
def test_what_is_not_of_one_kind_is_not_added(more: dict[str, str], obstacle: str, graph: Graph) -> None:
    graph.add("92/origin", "dossiers-received", "10")
    graph.add("93/origin", "dossiers-received", "20")
    graph.add("94/origin", "dossiers-received", "30", **more)
    found = graph.on(TODAY)
    assert carried(found) == set()
    assert {each.obstacle for each in found.obstacles if each.figure.endswith(("f0", "f1"))} == {obstacle}


def test_pages_that_contradict_each_other_are_not_added(graph: Graph) -> None:
    for unit in (*CAN_THO, CAN_THO[0]):
        graph.add(unit, "dossiers-received", str(len(graph.names) + 1))
    assert obstacles(graph.on(TODAY)) == ["contradiction"] * 4


def test_two_pages_that_agree_count_once(graph: Graph) -> None:
    for unit in (*CAN_THO, CAN_THO[0]):
        graph.add(unit, "dossiers-received", "5")
    (figure,) = graph.on(TODAY).figures
    assert (figure.value, len(figure.sources)) == (Decimal(15), 4)


# ---------------------------------------------------------------- rates and the rest


def test_a_rate_follows_from_its_counts_and_never_from_other_rates(graph: Graph) -> None:
    for unit, part, whole in zip(CAN_THO, ("90", "10", "400"), ("100", "20", "400"), strict=True):
        graph.add(unit, "dossiers-on-time", part)
        graph.add(unit, "dossiers-resolved", whole)
        graph.add(unit, "on-time-rate", f"{100 * int(part) // int(whole)}%")
    found = graph.on(TODAY)
    assert ("92/2025-07-01", "on-time-rate", Decimal("96.1538"), "weighted") in carried(found)  # 500 of 520
    rate = next(f for f in found.figures if f.indicator == "on-time-rate")
    assert {graph.names[source.rpartition("/")[2]] for source in rate.sources} == set(CAN_THO)
    assert len(rate.sources) == 6
    assert obstacles(found) == []


def test_a_rate_without_the_counts_of_one_part_is_not_comparable(graph: Graph) -> None:
    for unit in CAN_THO:
        graph.add(unit, "on-time-rate", "99%")
        graph.add(unit, "dossiers-on-time", "90")
    graph.add("92/origin", "dossiers-resolved", "100")
    graph.add("93/origin", "dossiers-resolved", "100")
    found = graph.on(TODAY)
    assert Counter(obstacles(found)) == {"weights-missing": 3, "part-missing": 2}
    assert {f.indicator for f in found.figures} == {"dossiers-on-time"}


@pytest.mark.parametrize(
    ("indicator", "value", "obstacle"),
    [
        ("par-index-rank", "5#", "not-additive"),
        ("par-index-score", "88.1đ", "not-additive"),
        ("administrative-procedures", "1800", "not-additive"),
        ("citizen-satisfaction-rate", "95%", "weights-missing"),
    ],
)
def test_what_does_not_add_up_is_not_added(indicator: str, value: str, obstacle: str, graph: Graph) -> None:
    for unit in CAN_THO:
        graph.add(unit, indicator, value)
    assert (carried(graph.on(TODAY)), obstacles(graph.on(TODAY))) == (set(), [obstacle] * 3)


def test_a_body_is_not_added_up_with_bodies_of_other_units(graph: Graph) -> None:
    for unit in CAN_THO:
        graph.add(unit, "dossiers-received", "5", agency=f"{unit[:2]}/so-tu-phap")
    assert obstacles(graph.on(TODAY)) == ["narrower-body"] * 3


# ---------------------------------------------------------------- territory


@pytest.mark.parametrize("indicator", ["par-index-score", "on-time-rate", "dossiers-received"])
def test_a_unit_whose_territory_stayed_keeps_any_figure(indicator: str, graph: Graph) -> None:
    """Cao Bằng is the same province on both days; a province that became a city is the same too."""
    graph.add("04/origin", indicator, "88.1", bound="about")
    graph.add("46/origin", indicator, "77")
    found = {(area, derivation) for area, _, _, derivation in carried(graph.on(TODAY))}
    assert found == {("04/origin", "unchanged"), ("46/2025-01-01", "unchanged")}


def test_a_change_of_kind_and_name_carries_the_figure_on(graph: Graph) -> None:
    graph.add("088/origin", "dossiers-received", "70", "2019-01-01_2019-10-31")
    assert carried(graph.on(BEFORE_REFORM)) == {("088/2020-01-01", "dossiers-received", Decimal(70), "unchanged")}


def test_a_divided_unit_cannot_be_carried_nor_what_it_became_part_of(graph: Graph) -> None:
    graph.add("046/origin", "dossiers-received", "70", "2019-01-01_2019-10-31")  # Trà Lĩnh, divided
    graph.add("047/origin", "dossiers-received", "80", "2019-01-01_2019-10-31")  # Trùng Khánh, took a part
    found = graph.on(BEFORE_REFORM)
    assert (carried(found), obstacles(found)) == (set(), ["divided", "divided"])


def test_a_whole_merger_of_districts_is_carried_and_a_partial_one_is_not(graph: Graph) -> None:
    for unit in ("193/origin", "204/origin", "075/origin", "070/2010-07-02"):
        graph.add(unit, "dossiers-received", "10", "2019-01-01_2019-10-31")
    found = graph.on(BEFORE_REFORM)
    assert carried(found) == {("193/2020-01-01", "dossiers-received", Decimal(20), "sum")}
    assert obstacles(found) == ["divided", "divided"]


def test_districts_have_no_figures_where_there_are_no_districts(graph: Graph) -> None:
    graph.add("875/origin", "on-time-rate", "99%")
    assert obstacles(graph.on(TODAY)) == ["level-abolished"]
    assert ("875/origin", "82/2025-07-01") in graph.on(TODAY).homes


def test_communes_that_became_one_are_added(graph: Graph) -> None:
    parts = [v for v in load_gazetteer().givers["30169"] if v.valid_through == date(2025, 6, 30)]
    for unit in parts:
        graph.add(unit.key, "dossiers-received", "10")
    assert carried(graph.on(TODAY)) == {("30169/2025-07-01", "dossiers-received", Decimal(40), "sum")}


@pytest.mark.parametrize(
    ("unit", "period", "day", "obstacle"),
    [
        ("94/origin", "_", TODAY, "no-period"),
        ("04/origin", "2016-01-01_2016-12-31", TODAY, "territory-unknown"),
        ("92/2025-07-01", "2025-01-01_2025-12-31", TODAY, "changed-within-period"),
        ("92/2025-07-01", "2025-07-01_2025-12-31", BEFORE_REFORM, "after-day"),
    ],
)
def test_times_at_which_a_territory_is_not_known(
    unit: str, period: str, day: date, obstacle: str, graph: Graph
) -> None:
    graph.add(unit, "dossiers-received", "10", period)
    assert obstacles(graph.on(day)) == [obstacle]


def test_a_later_figure_of_a_unit_that_stayed_is_one_of_the_day_too(graph: Graph) -> None:
    graph.add("04/origin", "dossiers-received", "10", "2025-07-01_2025-12-31")
    assert carried(graph.on(BEFORE_REFORM)) == {("04/origin", "dossiers-received", Decimal(10), "unchanged")}


def test_figures_of_the_country_stay(graph: Graph) -> None:
    graph.add("VN/origin", "on-time-rate", "95%", "2012-01-01_2012-12-31")
    assert carried(graph.on(TODAY)) == {("VN/origin", "on-time-rate", Decimal(95), "unchanged")}


# ---------------------------------------------------------------- a whole build


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("comparable") / "out"
    build([PAGES], target)
    return target


def test_every_figure_is_carried_or_has_an_obstacle_and_the_graph_stays(out: Path) -> None:
    before = (out / GRAPH).read_bytes()
    for day in (TODAY, BEFORE_REFORM, None):
        found = derive_comparison(out, day)
        unchanged = {source for f in found.figures if f.derivation == "unchanged" for source in f.sources}
        held = {each.figure for each in found.obstacles}
        told = ox.parse(path=out / GRAPH, format=ox.RdfFormat.N_QUADS)
        figure = f"<{CONCEPTS}ontology#Observation>"
        every = {q.subject.value for q in told if "#type>" in str(q.predicate) and str(q.object) == figure}
        every = {iri for iri in every if iri.startswith(f"{ID}observation/")}
        assert held & unchanged == set()
        assert held | unchanged == every
        assert found.day == (day or last_day(load_gazetteer()))
    assert (out / GRAPH).read_bytes() == before
    assert open_build(out) == out / GRAPH


def test_the_same_figures_give_the_same_bytes(out: Path) -> None:
    first = write_comparison(derive_comparison(out, BEFORE_REFORM))
    written = (out / COMPARISON).read_text(encoding="utf-8")
    assert write_comparison(derive_comparison(out, BEFORE_REFORM)) == first
    assert (out / COMPARISON).read_text(encoding="utf-8") == written
    counts = {line for line in written.splitlines(keepends=True) if line.startswith(f"<{ID}coverage/")}
    assert counts
    assert set(first) == set(written.splitlines(keepends=True)) - counts


def test_what_is_carried_stands_in_a_graph_of_its_own_and_no_question_mixes_it_in(out: Path) -> None:
    derive_comparison(out, BEFORE_REFORM)
    alone, together = open_store("memory:"), open_store("memory:")
    alone.load_nquads(out / GRAPH)
    together.load_nquads(out / GRAPH)
    together.load_nquads(out / COMPARISON)
    derived = list(ox.parse(path=out / COMPARISON, format=ox.RdfFormat.N_QUADS))
    assert {q.graph_name.value for q in derived} == {f"{ID}graph/figures#as-of-2024-06-01"}
    assert not any("ontology#Observation>" in str(q.object) for q in derived)
    changed = set()
    for question in queries.catalogue():
        if queries.run(alone, question.text) != queries.run(together, question.text):
            changed.add(question.name)
    assert changed == {"comparable-figures", "not-comparable"}


def test_what_is_carried_keeps_the_shapes(out: Path) -> None:
    derive_comparison(out, BEFORE_REFORM)
    report = validate(out / GRAPH, derived=[out / COMPARISON])
    assert [v for v in report.violations if v.severity == "Violation"] == []
    alone = validate(out / GRAPH)
    assert Counter(v.severity for v in report.violations) == Counter(v.severity for v in alone.violations)


def test_units_of_a_graph_lead_to_the_units_of_the_day(out: Path) -> None:
    found = compare(load_graph(out / GRAPH), TODAY, load_gazetteer())
    versions = load_gazetteer().versions
    assert found.homes
    assert all(versions[home].in_force(TODAY) for _, home in found.homes)
    assert {versions[home].level for unit, home in found.homes if versions[unit].level == "district"} <= {
        "province",
        "commune",
    }


def test_the_verb_tells_what_was_carried(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["comparable", str(out), "--at", "2024-06-01"]) == 0
    said = capsys.readouterr().out
    assert "2024-06-01" in said
    assert "giữ nguyên / unchanged" in said
    assert run(["ask", str(out), "on-time-rate-by-unit", "--set", "geography=as-of", "--set", "year=2021"]) == 0
    assert "Nha Trang" in capsys.readouterr().out
    assert run(["validate", str(out)]) == 0
    assert run(["comparable", str(out / "absent")]) == 3


def test_a_store_made_for_other_units_is_refused(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    derive_comparison(out, BEFORE_REFORM)
    command = ["ask", str(out), "not-comparable", "--store", str(tmp_path / "store"), "--format", "csv"]
    assert run(command) == 0
    assert "2024-06-01" in capsys.readouterr().out
    derive_comparison(out, TODAY)
    assert run(command) == 3
    assert "made from another graph" in capsys.readouterr().err
