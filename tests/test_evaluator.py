"""The evaluation counts as it says it does, and as the reference score does where that is at hand."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

import builder
from builder.errors import SourceError
from builder.evaluator import Figure, Page, Score, evaluate, first_and_last_day, fold, list_errors, match, read_pages

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
PAGE = """Nha Trang giải quyết hồ sơ đúng hạn

27/09/2021

Trong quý III/2021, UBND thành phố Nha Trang (tỉnh Khánh Hòa) giải quyết 1.276 hồ sơ; 1.260 hồ sơ đúng hạn và sớm hạn.
"""


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    """The graph of one page."""
    place = tmp_path_factory.mktemp("evaluation")
    (place / "nha-trang.txt").write_text(PAGE, encoding="utf-8")
    builder.build([place / "nha-trang.txt"], place / "out")
    return place / "out" / "graph.nq"


def observation(indicator: str, value: float, quotation: str, **others: object) -> dict[str, object]:
    start = PAGE.index(quotation)
    told = {
        "indicator": indicator,
        "value": value,
        "measure": "count",
        "bound": "exact",
        "period": "2021-07/2021-09",
        "locality": "Thành phố Nha Trang",
        "level": "-",
        "agency": None,
        "status": "actual",
        "anchor": {"start": start, "end": start + len(quotation), "text": quotation},
    }
    return told | others


def gold_folder(tmp_path: Path, *observations: dict[str, object], **others: object) -> Path:
    gold = {"document": "nha-trang.txt", "locality": "Thành phố Nha Trang", "observations": list(observations)}
    gold |= {"initiatives": [], "legal": [], "traps": [], "skips": []} | others
    (tmp_path / "nha-trang.json").write_text(json.dumps(gold), encoding="utf-8")
    return tmp_path


RESOLVED = observation("dossiers-resolved", 1276, "1.276")
ON_TIME = observation("dossiers-on-time", 1260, "1.260")


def test_everything_right(graph, tmp_path):
    found = evaluate(graph, gold_folder(tmp_path, RESOLVED, ON_TIME))

    assert found.core == Score(2, 0, 0)
    assert found.full == Score(2, 0, 0)
    assert found.about == (1, 1)
    assert set(found.attributes.values()) == {1.0}


def test_wrong_period_counts_for_core_only(graph, tmp_path):
    found = evaluate(graph, gold_folder(tmp_path, RESOLVED, ON_TIME | {"period": "2021/2021"}))

    assert found.core == Score(2, 0, 0)
    assert found.full == Score(1, 1, 1)
    assert found.attributes["period"] == 0.5


def test_missed_and_wrong_figures_are_listed(graph, tmp_path):
    found = evaluate(graph, gold_folder(tmp_path, RESOLVED, ON_TIME | {"value": 1261}))

    assert found.core == Score(1, 1, 1)
    assert [(miss["kind"], miss["value"]) for miss in list_errors(found, 5)] == [("missed", "1261"), ("wrong", "1260")]
    assert list_errors(found, 0) == []


def test_a_skipped_figure_is_not_judged_and_a_trap_is_counted(graph, tmp_path):
    anchor = ON_TIME["anchor"]

    assert evaluate(graph, gold_folder(tmp_path, RESOLVED, skips=[anchor])).core == Score(1, 0, 0)
    assert evaluate(graph, gold_folder(tmp_path, RESOLVED, traps=[anchor])).traps == (1, 1)


def test_a_figure_said_twice_is_neither_right_nor_wrong():
    """Both have the key of the one that was found right."""
    one, other = (
        Figure("on-time-rate", Decimal(98), "", "", "", "exact", "actual", {"nha trang"}, {span})
        for span in ((0, 3), (9, 12))
    )

    assert one.key() == other.key()


def test_better_fits_are_paired_first():
    assert match([1, 2], [2, 1], lambda w, f: 2 if w == f else 1) == {0: 1, 1: 0}
    assert match([1], [2], lambda w, f: 0) == {}


def test_folding():
    assert fold("Thành phố  Hồ\xa0Chí Minh") == fold("thanh pho ho chi minh")
    assert fold("“Một cửa, điện tử”") == "mot cua dien tu"


@pytest.mark.parametrize(
    ("period", "days"),
    [
        (None, ("", "")),
        ("2020/2020", ("2020-01-01", "2020-12-31")),
        ("2023-01/2023-02", ("2023-01-01", "2023-02-28")),
        ("2020-12-15/2021-06-15", ("2020-12-15", "2021-06-15")),
        ("/2024-02", ("", "2024-02-29")),
    ],
)
def test_periods_of_gold(period, days):
    assert first_and_last_day(period) == days


def test_only_and_without(graph, tmp_path):
    folder = gold_folder(tmp_path, RESOLVED, ON_TIME)
    names = tmp_path / "names"
    names.write_text("nha-trang.txt\n", encoding="utf-8")

    assert evaluate(graph, folder, only=names).documents == 1
    with pytest.raises(SourceError, match="no gold here"):
        evaluate(graph, folder, without=names)


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"document": 3}', "null"])
def test_damaged_gold_is_named(graph, tmp_path, damage):
    (tmp_path / "broken.json").write_text(damage, encoding="utf-8")

    with pytest.raises(SourceError, match=r"broken\.json"):
        evaluate(graph, tmp_path)


def test_gold_of_a_page_that_is_damaged_inside_is_named(graph, tmp_path):
    with pytest.raises(SourceError, match=r"nha-trang\.txt is damaged"):
        evaluate(graph, gold_folder(tmp_path, {"indicator": "x"}))


def test_a_page_the_graph_does_not_know_is_missed(graph, tmp_path):
    found = evaluate(graph, gold_folder(tmp_path, RESOLVED, document="other.txt"))

    assert found.core == Score(0, 0, 1)
    assert read_pages(graph).get("other.txt", Page()).figures == {}


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "tools" / "score.py").exists(), reason="the reference score is not at hand")
@pytest.mark.parametrize("name", ["seeds", "dev"])
def test_same_numbers_as_the_reference(name, real):
    graph, gold = real.folder / "graph.nq", SHARED / "gold" / name
    command = [sys.executable, str(SHARED / "tools" / "score.py"), str(graph), str(gold), "--json"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)

    assert evaluate(graph, gold).as_dict() == json.loads(done.stdout)
