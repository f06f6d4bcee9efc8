"""How much is told is counted as a question over all figures would count it, in memory that does not hold them."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from conftest import Outcome

from builder import merging, queries
from builder.cli.steps import open_answers
from builder.coverage import count_coverage
from builder.facts import Coverage
from builder.keeping import FIGURES, GRAPH
from builder.pipeline import derive_comparison
from builder.sparql import ask
from builder.stating import Stated, find_stated, read_stated
from builder.vocabulary import CCHC, SDMX_DIMENSION

COUNTED = """
SELECT ?indicator (COUNT(DISTINCT ?figure) AS ?figures) (COUNT(DISTINCT ?identity) AS ?units)
       (COUNT(DISTINCT ?page) AS ?pages)
       (MIN(?year) AS ?first) (MAX(?year) AS ?last) WHERE {
  ?figure a cchc:%s ; cchc:indicator ?indicator ; sdmx-dimension:refArea/cchc:versionOf ?identity .
  OPTIONAL { ?figure prov:wasDerivedFrom ?page . ?page a cchc:SourceDocument }
  OPTIONAL { ?figure cchc:periodEnd ?end }
  BIND(SUBSTR(STR(?end), 1, 4) AS ?year)
} GROUP BY ?indicator ORDER BY ?indicator"""


@pytest.mark.parametrize(("kind", "geography"), [("Observation", "as-reported"), ("ComparableFigure", "as-of")])
def test_what_is_counted_is_what_there_is(good: Outcome, tmp_path: Path, kind: str, geography: str) -> None:
    """For the figures as reported and for those on the units of a day."""
    out = shutil.copytree(good.folder, tmp_path / "out")
    derive_comparison(out, date(2019, 12, 1))
    store = open_answers(out)
    answer = queries.run(store, queries.bind(queries.load("indicators-reported"), {"geography": geography}))
    columns = ("figures", "units", "pages", "first", "last")
    counted = {row["indicator"]: [row[column] for column in columns] for row in ask(store, COUNTED % kind)}
    assert {row[-1]: row[1:-1] for row in queries.as_cells(answer)} == counted != {}


def test_little_memory_changes_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = [
        Stated(
            "", f"page/{n % 7}", f"indicator/{n % 3}", f"unit/{n % 5}/{'origin' if n % 2 else '2020-01-01'}", end=year
        )
        for n in range(60)
        for year in (f"20{n % 20:02}-12-31", "")
    ]
    whole = count_coverage(figures, CCHC.Observation, tmp_path)
    monkeypatch.setattr(merging, "MOST", 50)
    assert count_coverage(figures[::-1], CCHC.Observation, tmp_path) == whole
    first = next(each for each in whole if each.about == CCHC.indicator)
    assert first == Coverage(CCHC.Observation, CCHC.indicator, "indicator/0", 40, 5, 7, "2000", "2019")
    assert sum(each.figures for each in whole if each.about == SDMX_DIMENSION.refArea) == len(figures)
    assert sum(each.figures for each in whole if each.about == CCHC.year) == len(figures) / 2
    assert list(tmp_path.iterdir()) == []


def test_the_table_of_figures_holds_what_the_graph_states(good: Outcome) -> None:
    """Each figure that counts, page by page, with what its statements tell."""
    table = list(read_stated(good.folder / FIGURES))
    assert sorted(table) == sorted(find_stated((good.folder / GRAPH).read_bytes().splitlines(keepends=True)))
    assert [figure.page for figure in table] == sorted(figure.page for figure in table)
    assert len(table) > 5
    assert all(any(getattr(figure, column) for figure in table) for column in Stated._fields)


PLACES = """
SELECT ?unit ?rank ?label ?province ?told ?provinceLabel WHERE {
  ?unit a cchc:AdministrativeUnitVersion ; cchc:rank ?rank ; rdfs:label ?label .
  OPTIONAL { ?unit dcterms:isPartOf* ?province . ?province cchc:level level:province ; rdfs:label ?provinceLabel }
  OPTIONAL { ?unit cchc:inProvince ?told }
} ORDER BY ?rank"""


def test_units_are_ranked_by_province_and_name(good: Outcome) -> None:
    """The province that is told beside them is the one above them."""
    units = list(ask(open_answers(good.folder), PLACES))
    assert len(units) > 10
    assert [unit["province"] for unit in units] == [unit["told"] for unit in units]
    names = [(unit["provinceLabel"], unit["label"], unit["unit"]) for unit in units]
    assert names == sorted(names)
    assert len({unit["rank"] for unit in units}) == len(units)
