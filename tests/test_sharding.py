"""Shards hold the graph, each page in one of them, whoever wrote them; only whole ones are loaded."""

import json
import shutil
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pyoxigraph
import pytest
from conftest import Outcome

from builder import pipeline
from builder.errors import StoreError
from builder.sharding import check_shards
from builder.store import open_store

Build = Callable[..., Outcome]
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def sharded(good_pages: Path, build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build with three shards; do not change it."""
    out = tmp_path_factory.mktemp("sharded") / "out"
    return build(good_pages, out, shards=3).folder


@pytest.fixture
def shards(sharded: Path, tmp_path: Path) -> Path:
    """A copy of the shards alone, as they are carried elsewhere."""
    return shutil.copytree(sharded / "shards", tmp_path / "carried")


def page_of(line: bytes) -> bytes:
    return line.split(b" ")[-2].split(b"#")[0]


def test_shards_are_the_graph_and_pages_are_whole(sharded: Path, good: Outcome) -> None:
    files, _ = check_shards(sharded / "shards")
    lines = [file.read_bytes().splitlines(True) for file in files]
    assert [file.name for file in files] == ["0000.nq", "0001.nq", "0002.nq", "corroboration.nq", "shared.nq"]
    assert all(each == sorted(each) for each in lines)
    derived = (good.folder / "corroboration.nq").read_bytes().splitlines(True)
    assert lines[3] == derived
    assert sorted(chain(*lines)) == sorted([*derived, *(line.encode() for line in good.lines)])
    homes = [{page_of(line) for line in each} for each in lines if each is not lines[3]]
    assert sum(map(len, homes)) == len(set().union(*homes))
    assert sum(map(bool, homes[:3])) > 1, "one shard holds all, so that nothing is shown"
    told = json.loads((sharded / "shards" / "shards.json").read_text(encoding="utf-8"))["files"]
    assert [told[file.name]["statements"] for file in files] == list(map(len, lines))
    assert [told[file.name]["bytes"] for file in files] == [file.stat().st_size for file in files]


def test_shards_are_part_of_the_build(sharded: Path, pages: Path, build: Build, good: Outcome, tmp_path: Path) -> None:
    """They are checked with it, do not change it, and go where the next build makes none."""
    out = shutil.copytree(sharded, tmp_path / "out")
    assert {name for name in Outcome(out, build).files() if not name.startswith(("shards/", "manifest"))} == {  # type: ignore[arg-type]
        name for name in good.files() if name != "manifest.json"
    }
    (out / "shards" / "0001.nq").write_bytes(b"")
    with pytest.raises(StoreError, match=r"0001\.nq: missing or changed"):
        pipeline.open_build(out)
    assert build(pages, out).files() == good.files()


def test_the_same_shards_whoever_builds_them(
    pages: Path, sharded: Path, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "BATCH", 1)
    expected = Outcome(sharded, build).files()  # type: ignore[arg-type]
    for jobs in (1, 2, 3):
        assert build(pages, pages.parent / f"out{jobs}", jobs=jobs, shards=3).files() == expected


def statements(folder: Path) -> set[str]:
    return {str(quad) for quad in pyoxigraph.Store.read_only(str(folder))}


def test_shards_are_loaded(shards: Path, tmp_path: Path, call: Call, good: Outcome, sharded: Path) -> None:
    code, told, _ = call("load", shards, "--store", tmp_path / "store", "--json")
    assert (code, json.loads(told)["statements"]) == (
        0,
        len(good.lines) + len((good.folder / "corroboration.nq").read_bytes().splitlines()),
    )
    memory = open_store("memory:")
    for name in ("graph.nq", "corroboration.nq"):
        memory.load_nquads(good.folder / name)
    assert statements(tmp_path / "store") == {str(quad) for quad in memory.inner}  # type: ignore[attr-defined]
    asked = [
        call("ask", sharded, "on-time-rate-by-unit", "--json", *more) for more in ((), ("--store", tmp_path / "store"))
    ]
    assert asked[0] == asked[1]
    assert json.loads(asked[0][1])


def test_builds_are_loaded_together(build: Build, pages: Path, tmp_path: Path, call: Call, good: Outcome) -> None:
    """Pages that were built apart, on machines that know nothing of one another, make one store."""
    outs = [build(sorted(pages.rglob(f"*.{ending}")), tmp_path / ending).folder for ending in ("txt", "html")]
    assert call("load", *outs, "--store", tmp_path / "store")[0] == 0
    graphs = open_store(tmp_path / "store", read_only=True).graphs()
    assert {graph.rsplit("/", 1)[1] for graph in graphs} == {
        "figures#corroboration",
        "figures#coverage",
        "lap-vo.html",
        "ontology",
        "register",
        "tien-yen.txt",
    }


@pytest.mark.parametrize("way", ["deleted", "cut", "flipped", "added", "no manifest", "broken manifest"])
def test_damaged_shards_are_not_loaded(shards: Path, tmp_path: Path, call: Call, way: str) -> None:
    file = shards / "shared.nq"
    data = file.read_bytes()
    if way == "deleted":
        file.unlink()
    elif way == "cut":
        file.write_bytes(data[: data.index(b"\n", len(data) // 2) + 1])
    elif way == "flipped":
        file.write_bytes(data.replace(b"Figures", b"figures"))
    elif way == "added":
        (shards / "9999.nq").write_bytes(data)
    elif way == "no manifest":
        (shards / "shards.json").unlink()
    else:
        (shards / "shards.json").write_text("{}", encoding="utf-8")
    code, _, error = call("load", shards, "--store", tmp_path / "store")
    assert code == 3
    assert error.count("\n") == 1
    assert not (tmp_path / "store").exists()


def test_what_is_there_is_not_replaced(shards: Path, tmp_path: Path, call: Call) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "thesis.docx").write_bytes(b"years of work")
    code, _, error = call("load", shards, "--store", tmp_path / "store", "--lang", "en")
    assert (code, "holds something already" in error) == (3, True)
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["thesis.docx"]


def test_a_load_that_fails_leaves_nothing(
    shards: Path, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    from builder.store.embedded import EmbeddedStore

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(EmbeddedStore, "_settle", fail)
    code, _, error = call("load", shards, "--store", tmp_path / "store")
    assert (code, "No space left on device" in error) == (3, True)
    assert [path.name for path in tmp_path.iterdir() if "store" in path.name] == []
