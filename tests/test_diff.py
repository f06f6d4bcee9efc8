"""What is different between two builds is told whole, in words that are right, and as a patch that can be applied."""

import json
import random
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import TIEN_YEN, Outcome
from test_incremental import change, write_page

from builder.differences import Difference, compare_graphs, write_patch

Build = Callable[..., Outcome]
Call = Callable[..., tuple[int, str, str]]


def between(folder: Path, build: Build, old: str | None, new: str | None, **options: object) -> Difference:
    """Build one page as it was and as it is, or is not, beside another that stays."""
    graphs = []
    for name, text in (("old", old), ("new", new)):
        pages = folder / f"pages-{name}"
        pages.mkdir()
        (pages / "other.txt").write_text(TIEN_YEN.replace("Tiên Yên", "Ba Chẽ"), encoding="utf-8")
        if text is not None:
            (pages / "page.txt").write_text(text, encoding="utf-8")
        chosen = options if name == "new" else {}
        graphs.append(build(pages, folder / name, **chosen).folder / "graph.nq")  # type: ignore[arg-type]
    return compare_graphs(*graphs)


def test_nothing_is_different_between_a_build_and_itself(good: Outcome) -> None:
    graph = good.folder / "graph.nq"
    found = compare_graphs(graph, graph)
    assert found == Difference((), (), (), (), (), 0)
    assert found.is_empty


def test_the_facts_of_a_new_page_are_added(tmp_path: Path, build: Build) -> None:
    found = between(tmp_path, build, None, TIEN_YEN)
    assert [fact.told.get("printed", fact.told.get("label")) for fact in found.added] == [
        "15.840",
        "99,97%",
        "98,5%",
        "Nụ cười công sở",
    ]
    assert {fact.page for fact in found.added} == {"page.txt"}
    for fact in found.added[:3]:
        assert TIEN_YEN[fact.begin :].startswith(fact.told["printed"])
    assert (found.removed, found.changed, found.moved) == ((), (), 0)


def test_the_facts_of_a_page_that_went_are_removed(tmp_path: Path, build: Build) -> None:
    found = between(tmp_path, build, TIEN_YEN, None)
    assert len(found.removed) == 4
    assert (found.added, found.changed, found.moved) == ((), (), 0)


CHANGES: dict[str, tuple[str, str, list[list[str]]]] = {
    "a value": ("99,97%", "91,5%", [["printed", "value"]]),
    "a value of other length": ("99,97%", "100%", [["printed", "value"]]),
    "a bound": ("đạt 99,97%", "đạt trên 99,97%", [["bound"]]),
    "an initiative's name": ("Nụ cười công sở", "Nụ cười công vụ", [["label"]]),
    "a period": ("Năm 2019, Trung", "Năm 2018, Trung", [["end", "start"]] * 3),
    "an indicator": ("Tỷ lệ hồ sơ giải quyết đúng hạn", "Mức độ hài lòng của tổ chức dân", [["indicator"]]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_is_named(tmp_path: Path, build: Build, what: str) -> None:
    old, new, names = CHANGES[what]
    assert old in TIEN_YEN
    found = between(tmp_path, build, TIEN_YEN, TIEN_YEN.replace(old, new))
    changed = [[name for name in each.names if name not in ("confidence", "rule")] for each in found.changed]
    assert [each for each in changed if each] == names
    assert (found.added, found.removed) == ((), ())


def test_another_unit_is_a_change(tmp_path: Path, build: Build) -> None:
    found = between(tmp_path, build, TIEN_YEN, TIEN_YEN.replace("Tiên Yên", "Hải Hà"))
    assert len(found.changed) == 4
    assert all("unit" in change.names for change in found.changed)
    assert (found.added, found.removed) == ((), ())


def test_a_figure_that_must_wait_is_a_change(tmp_path: Path, build: Build) -> None:
    found = between(tmp_path, build, TIEN_YEN, TIEN_YEN, min_confidence=Decimal(1))
    assert {tuple(change.names) for change in found.changed} == {("state",)}
    assert {(change.old.state, change.new.state) for change in found.changed} == {("accepted", "review")}
    assert (found.added, found.removed) == ((), ())


def test_a_fact_that_only_moved_is_no_change(tmp_path: Path, build: Build) -> None:
    found = between(tmp_path, build, TIEN_YEN, TIEN_YEN.replace("Thứ năm,", "Thứ năm, ngày"))
    assert (found.added, found.removed, found.changed, found.moved) == ((), (), (), 4)
    assert not found.is_empty


def test_a_change_after_a_move_is_a_change(tmp_path: Path, build: Build) -> None:
    """All but what is measured is the same."""
    moved = TIEN_YEN.replace("Thứ năm,", "Thứ năm, ngày").replace("98,5%", "97,5%")
    found = between(tmp_path, build, TIEN_YEN, moved)
    assert [(c.old.told["printed"], c.new.told["printed"]) for c in found.changed] == [("98,5%", "97,5%")]
    assert (found.added, found.removed, found.moved) == ((), (), 3)


# ---------------------------------------------------------------- the patch


def apply(patch: str, store: ox.Store) -> None:
    """Do what a patch says, with a parser that is not ours."""
    for line in patch.splitlines():
        if line[:2] in ("A ", "D "):
            (quad,) = ox.parse(line[2:].encode(), format=ox.RdfFormat.N_QUADS)
            assert (quad in store) == (line[0] == "D"), line
            (store.add if line[0] == "A" else store.remove)(quad)
        else:
            assert re.fullmatch(r"H (id|prev) <ni:///sha-256;[\w-]{43}> \.|T[XC] \.", line), line


def load(graph: Path) -> ox.Store:
    store = ox.Store()
    store.bulk_load(path=graph, format=ox.RdfFormat.N_QUADS)
    return store


def compare_histories(folder: Path, build: Build, seed: int, steps: int) -> int:
    """Change pages step by step; the patch of each step applied to the old graph gives the new one."""
    chance, differing = random.Random(seed), 0
    pages, last = folder / "pages", folder / "empty"
    last.mkdir()
    (last / "graph.nq").write_bytes(b"")
    for _ in range(5):
        write_page(pages / f"{chance.randrange(30)}.txt", chance)
    for step in range(steps):
        outcome = build(pages, folder / f"out-{step}")
        old, new = last / "graph.nq", outcome.folder / "graph.nq"
        found = compare_graphs(old, new)
        patch, store = write_patch(found, old, new), load(old)
        apply(patch, store)
        assert set(store) == set(load(new))
        assert patch == write_patch(compare_graphs(old, new), old, new)
        told = {line.split(" ")[1] for line in patch.splitlines() if line.startswith(("A <", "D <"))}
        named = [*found.added, *found.removed, *(side for c in found.changed for side in (c.old, c.new))]
        assert {f"<{fact.address}>" for fact in named} <= told
        differing += not found.is_empty
        last = outcome.folder
        change(pages, chance)
        change(pages, chance)
    return differing


def test_a_patch_makes_the_new_graph_of_the_old(tmp_path: Path, build: Build) -> None:
    assert compare_histories(tmp_path, build, seed=1, steps=4) >= 3


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 8))
def test_any_patch_makes_the_new_graph_of_the_old(tmp_path: Path, build: Build, seed: int) -> None:
    assert compare_histories(tmp_path, build, seed, steps=12) >= 8


def test_patches_follow_one_another(tmp_path: Path, build: Build) -> None:
    """The header names the graph before and after, so that patches are applied in the right order."""
    between(tmp_path, build, TIEN_YEN, TIEN_YEN.replace("98,5%", "97,5%"))
    old, new = tmp_path / "old" / "graph.nq", tmp_path / "new" / "graph.nq"
    there, back = (write_patch(compare_graphs(*pair), *pair).splitlines() for pair in ((old, new), (new, old)))
    assert [line.split()[2] for line in there[:2]] == [line.split()[2] for line in back[1::-1]]
    assert {line[0] for line in there[3:-1]} == {"A", "D"}
    assert sorted(line[1:] for line in there[3:-1]) == sorted(line[1:] for line in back[3:-1])


# ---------------------------------------------------------------- the command


@pytest.fixture
def two(tmp_path: Path, build: Build) -> tuple[Path, Path]:
    """A build and the next one, in which one value is another."""
    between(tmp_path, build, TIEN_YEN, TIEN_YEN.replace("98,5%", "97,5%"))
    return tmp_path / "old", tmp_path / "new"


def test_the_command_tells_in_words(two: tuple[Path, Path], call: Call) -> None:
    code, said, aside = call("diff", *two)
    assert code == 1
    (row,) = said.splitlines()[3:]
    for words in ("đổi / changed", "page.txt", "Huyện Tiên Yên", "2019-01-01", "2019-12-31", "98,5%", "97,5%"):
        assert words in row
    assert aside.startswith("thêm 0, bớt 0, đổi 1, chỉ dời chỗ 0; ")
    assert "0 added, 0 removed, 1 changed, 0 moved only" in aside
    assert "changed" not in call("diff", *two, "--lang", "vi")[1]
    assert "đổi" not in call("diff", *two, "--lang", "en")[1]


def test_the_command_tells_what_else_changed(tmp_path: Path, build: Build, call: Call) -> None:
    between(tmp_path, build, TIEN_YEN, TIEN_YEN.replace("Năm 2019, Trung", "Năm 2018, Trung"))
    said = call("diff", tmp_path / "old", tmp_path / "new", "--lang", "en")[1]
    assert "through: 2019-12-31; from: 2019-01-01" in said
    assert "through: 2018-12-31; from: 2018-01-01" in said


def test_the_command_tells_programs(two: tuple[Path, Path], call: Call) -> None:
    code, said, _ = call("diff", *two, "--json")
    told = json.loads(said)
    assert code == 1
    assert (told["added"], told["removed"], told["moved"]) == ([], [], 0)
    (changed,) = told["changed"]
    assert changed["changed"] == ["printed", "value"]
    assert (changed["old"]["value"], changed["new"]["value"]) == ("98.5", "97.5")
    assert changed["new"]["page"] == "page.txt"
    assert changed["new"]["figure"].startswith("https://w3id.org/cchc/id/observation/")
    assert told["statements"]["added"] > 10


def test_the_command_writes_the_patch(two: tuple[Path, Path], call: Call, tmp_path: Path) -> None:
    graphs = [out / "graph.nq" for out in two]
    code, _, _ = call("diff", *two, "--patch", tmp_path / "change.rdfp")
    assert code == 1
    assert (tmp_path / "change.rdfp").read_text(encoding="utf-8") == write_patch(compare_graphs(*graphs), *graphs)


def test_the_same_builds_give_0(good: Outcome, call: Call, tmp_path: Path) -> None:
    code, said, aside = call("diff", good.folder, good.folder, "--patch", tmp_path / "none.rdfp")
    assert (code, said) == (0, "")
    assert "the graphs are the same" in aside
    assert len((tmp_path / "none.rdfp").read_text(encoding="utf-8").splitlines()) == 4


def test_what_cannot_be_compared_gives_3(two: tuple[Path, Path], call: Call, tmp_path: Path) -> None:
    assert call("diff", two[0], tmp_path / "nowhere")[0] == 3
    (tmp_path / "file").write_bytes(b"")
    assert call("diff", *two, "--patch", tmp_path / "file" / "patch")[0] == 3
    (two[1] / "graph.nq").write_bytes(b"")
    code, said, aside = call("diff", *two)
    assert (code, said) == (3, "")
    assert "missing or changed since it was built" in aside
