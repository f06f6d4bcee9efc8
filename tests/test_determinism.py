"""The same pages give the same bytes, whoever builds them, wherever, in whatever order."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from conftest import DONG_HOI, ROOT, TIEN_YEN, Outcome, write_pages

from builder import pipeline

Build = Callable[..., Outcome]
UNITS = ("Ba Chẽ", "Bình Liêu", "Cô Tô", "Đầm Hà", "Hải Hà", "Vân Đồn")
BUILDER = """
import sys
from pathlib import Path
from builder import pipeline
pipeline.BATCH = 3
out, jobs, *pages = sys.argv[1:]
pipeline.build([Path(page) for page in pages], Path(out), jobs=int(jobs))
"""


def write_many(folder: Path, shuffled: int = 0) -> Path:
    """Write pages about several districts, one file after another in some order."""
    pages = {
        f"{i:02}.txt": TIEN_YEN.replace("Tiên Yên", unit).replace("99,97", f"9{i},5") for i, unit in enumerate(UNITS)
    }
    pages |= {f"sub/{i:02}.md": DONG_HOI.replace("98,6", f"9{i},6") for i in range(6)}
    names = sorted(pages)
    random.Random(shuffled).shuffle(names)
    (folder / "sub").mkdir(parents=True)
    for name in names:
        (folder / name).write_text(pages[name], encoding="utf-8", newline="")
    (folder / "broken.txt").write_bytes(b"\x00\x01")
    return write_pages(folder)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_many(tmp_path_factory.mktemp("many") / "pages")


@pytest.fixture(scope="module")
def reference(many: Path, build: Build) -> Outcome:
    return build(many, many.parent / "out")


def differences(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


WORLDS = {
    "plain": ("1", {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"}),
    "turkish": ("2", {"PYTHONHASHSEED": "1", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONUTF8": "0"}),
    "vietnamese": ("2", {"PYTHONHASHSEED": "random", "LC_ALL": "vi_VN.UTF-8", "TZ": "Asia/Ho_Chi_Minh"}),
    "ascii": (
        "1",
        {"PYTHONHASHSEED": "random", "LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii", "PYTHONCOERCECLOCALE": "0"},
    ),
}


@pytest.fixture(scope="module")
def builds_of_the_world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome | str]:
    """Build copies of the pages, written in different orders, under different settings, at the same time."""
    running = {}
    for number, (world, (jobs, settings)) in enumerate(WORLDS.items()):
        folder = tmp_path_factory.mktemp(world)
        pages = write_many(folder / "seiten", shuffled=number)
        command = [sys.executable, "-W", "error", "-c", BUILDER, str(folder / "out"), jobs, str(pages)]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LC_", "LANG", "COV"))}
        child = subprocess.Popen(
            command, env={**kept, **settings}, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        running[world] = (child, folder / "out")
    told: dict[str, Outcome | str] = {}
    for world, (child, out) in running.items():
        said = child.communicate(timeout=120)[0]
        told[world] = said or Outcome(out, pipeline.Summary(*[0] * 8))
    return told


@pytest.mark.parametrize("world", WORLDS)
def test_the_same_bytes_under_any_setting(
    world: str, builds_of_the_world: dict[str, Outcome | str], reference: Outcome
) -> None:
    outcome = builds_of_the_world[world]
    assert isinstance(outcome, Outcome), outcome
    assert differences(outcome.files(), reference.files()) == []


def test_the_pages_are_worth_comparing(reference: Outcome) -> None:
    assert reference.summary.pages == 17
    assert reference.summary.observations >= 30
    assert reference.summary.initiatives
    assert reference.summary.citations
    assert len(reference.summary.unreadable) == 1


def test_two_builds_into_one_folder(many: Path, build: Build, reference: Outcome, tmp_path: Path) -> None:
    for _ in range(2):
        assert differences(build(many, tmp_path / "out").files(), reference.files()) == []


def test_a_moved_folder_gives_the_same_bytes(many: Path, build: Build, reference: Outcome, tmp_path: Path) -> None:
    moved = tmp_path / "somewhere else" / "thư mục"
    shutil.copytree(many, moved)
    assert differences(build(moved, tmp_path / "out").files(), reference.files()) == []


def test_inputs_may_come_in_any_order(many: Path, build: Build, tmp_path: Path) -> None:
    files = sorted(many.glob("*.txt")) + sorted(many.glob("sub/*.md"))
    outcomes = [build(files, tmp_path / "a"), build(files[::-1], tmp_path / "b")]
    assert differences(outcomes[0].files(), outcomes[1].files()) == []


def test_a_page_says_the_same_alone_or_among_others(
    many: Path, build: Build, reference: Outcome, tmp_path: Path
) -> None:
    """What one page says cannot depend on the pages read before it."""
    alone = build(many / "03.txt", tmp_path / "out")
    assert alone.of_page("03.txt") == reference.of_page("03.txt")


def test_different_pages_give_different_bytes(many: Path, build: Build, reference: Outcome, tmp_path: Path) -> None:
    """The comparisons above have teeth."""
    copy = shutil.copytree(many, tmp_path / "pages")
    page = copy / "03.txt"
    page.write_text(page.read_text(encoding="utf-8").replace("15.840", "15.841"), encoding="utf-8")
    found = differences(build(copy, tmp_path / "out").files(), reference.files())
    assert {"graph.nq", "manifest.json", "texts/03.txt.txt"} <= set(found)


# ---------------------------------------------------------------- the form of the graph


def test_every_line_is_sorted_and_single(reference: Outcome) -> None:
    lines = (reference.folder / "graph.nq").read_bytes().split(b"\n")
    assert lines.pop() == b""
    assert lines == sorted(set(lines))


@lru_cache(maxsize=1)
def quads_of(path: Path) -> tuple[ox.Quad, ...]:
    return tuple(ox.parse(path=path, format=ox.RdfFormat.N_QUADS))


def test_no_node_is_nameless_and_no_statement_without_graph(reference: Outcome) -> None:
    for quad in quads_of(reference.folder / "graph.nq"):
        assert isinstance(quad.graph_name, ox.NamedNode)
        assert not isinstance(quad.subject, ox.BlankNode)
        assert not isinstance(quad.object, ox.BlankNode)


def shown_by_rdflib(lines: Iterable[str]) -> set[str]:
    """Return the statements as the other library reads them, each term written out by it, if it is valid to it."""
    dataset = rdflib.Dataset()
    dataset.parse(data="".join(lines), format="nquads")
    return {" ".join(plain(term) for term in quad) for quad in dataset.quads()}


def plain(term: object) -> str:
    if isinstance(term, rdflib.URIRef | ox.NamedNode):
        return term.n3() if isinstance(term, rdflib.URIRef) else str(term)
    if isinstance(term, rdflib.Literal):
        return repr((str(term), term.language, str(term.datatype or "")))
    assert isinstance(term, ox.Literal)
    kind = term.datatype.value
    bare = kind.endswith(("#string", "#langString"))
    return repr((term.value, term.language, "" if bare else kind))


def test_two_parsers_read_the_same_statements(reference: Outcome) -> None:
    by_pyoxigraph = {" ".join(plain(term) for term in quad) for quad in quads_of(reference.folder / "graph.nq")}
    assert len(by_pyoxigraph) == len(reference.lines)
    assert shown_by_rdflib(reference.lines) == by_pyoxigraph


def test_every_iri_is_valid(reference: Outcome) -> None:
    """Parsers may be lenient; making the term anew is not."""
    for quad in quads_of(reference.folder / "graph.nq"):
        for term in quad:
            if isinstance(term, ox.NamedNode):
                assert ox.NamedNode(term.value) == term


def test_nothing_of_the_machine_is_in_the_build(many: Path, reference: Outcome) -> None:
    for name, data in reference.files().items():
        for trace in (str(many), str(ROOT), os.uname().nodename):
            assert trace.encode() not in data, f"{name} tells {trace}"
