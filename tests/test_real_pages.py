"""Real pages, where they are at hand: everything is proved, the graph conforms, builds agree, and the score holds."""

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, SHARED, Outcome

from builder.evidence import prove
from builder.pipeline import open_build
from builder.validator import validate

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared pages are not here")

CORPUS, GOLD, SCORE = SHARED / "corpus", SHARED / "gold", SHARED / "tools" / "score.py"
SETS = ("seeds", "dev")
PAGES = {"seeds": 5, "dev": 54}

# The least that each set must reach: (set, score) -> F1. Raise them as the reader gets better.
LEAST = {
    ("seeds", "observations_core"): 0.70,
    ("seeds", "observations_full"): 0.60,
    ("dev", "observations_core"): 0.85,
    ("dev", "observations_full"): 0.70,
    ("seeds", "legal"): 0.95,
    ("dev", "legal"): 0.90,
}

Build = Callable[..., Outcome]


def score(graph: Path, name: str) -> dict[str, object]:
    """Return the score of a set of pages; those set aside are left out."""
    command = [sys.executable, str(SCORE), str(graph), str(GOLD / name), "--json"]
    if name == "dev":
        command += ["--without", str(GOLD / "set-aside.txt")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    told = json.loads(done.stdout)
    assert isinstance(told, dict)
    return told


@pytest.fixture(scope="module")
def scores(real: Outcome) -> dict[str, dict[str, object]]:
    return {name: score(real.folder / "graph.nq", name) for name in SETS}


def test_every_page_is_read(real: Outcome) -> None:
    assert {name: len(list((CORPUS / name).glob("*.txt"))) for name in SETS} == PAGES
    assert real.summary.unreadable == ()
    assert real.summary.pages == sum(PAGES.values())
    assert real.summary.observations >= 300
    assert open_build(real.folder).is_file()


@pytest.mark.parametrize("name", SETS)
def test_every_quotation_is_proved(real: Outcome, name: str) -> None:
    proof = prove(real.folder / "graph.nq", real.folder / "texts", CORPUS / name)
    assert proof.mismatches == []
    assert proof.quotations >= 600
    assert proof.pages == PAGES[name]


def test_a_wrong_quotation_is_seen(real: Outcome, tmp_path: Path) -> None:
    """The test above has teeth."""
    graph = tmp_path / "graph.nq"
    lines = list(real.lines)
    at = next(i for i, line in enumerate(lines) if "#anchorOf>" in line and "99" in line)
    lines[at] = lines[at].replace("99", "98", 1) if "#char=99" not in lines[at] else lines[at].replace('"', '"x', 1)
    graph.write_text("".join(lines), encoding="utf-8", newline="\n")
    assert len(prove(graph, real.folder / "texts").mismatches) >= 1


def test_the_graph_conforms(real: Outcome) -> None:
    report = validate(real.folder / "graph.nq")
    broken = [(v.focus, v.shape, v.constraint, v.value) for v in report.violations if v.severity == "Violation"]
    assert broken == []


def test_two_builds_are_the_same(real: Outcome, build: Build, tmp_path: Path) -> None:
    again = build([CORPUS / name for name in reversed(SETS)], tmp_path / "out", jobs=2)
    assert again.files() == real.files()


@pytest.mark.parametrize(("name", "what"), LEAST)
def test_the_score_holds(scores: dict[str, dict[str, object]], name: str, what: str) -> None:
    told = scores[name][what]
    assert isinstance(told, dict)
    assert told["f1"] >= LEAST[name, what], told


def test_every_figure_that_is_right_is_proved_where_it_stands(scores: dict[str, dict[str, object]]) -> None:
    for name in SETS:
        attributes = scores[name]["attributes"]
        assert isinstance(attributes, dict)
        assert attributes["evidence"] >= 0.99


def test_an_empty_graph_would_fail(tmp_path: Path) -> None:
    """The thresholds have teeth."""
    (tmp_path / "graph.nq").write_text("", encoding="utf-8")
    told = score(tmp_path / "graph.nq", "seeds")["observations_core"]
    assert isinstance(told, dict)
    assert told["f1"] < LEAST["seeds", "observations_core"]


@pytest.mark.slow
def test_pages_without_reference_are_read_and_proved(build: Build, tmp_path: Path) -> None:
    raw = CORPUS / "raw"
    outcome = build(raw, tmp_path / "out")
    assert outcome.summary.pages + len(outcome.summary.unreadable) >= 40
    assert prove(outcome.folder / "graph.nq", outcome.folder / "texts", raw).mismatches == []


# ---------------------------------------------------------------- our own words

LONGEST_RUN = 10  # words in a row that a text of ours may share with another's; dates and figures are words too
WORD = re.compile(r"\w+")
NAME = re.compile(r"“[^”]*”|(?:skos:(?:alt|hidden)Label|cchc:named) [^;]*;|\"@en")  # what people call a thing is a fact
WRITTEN = {".csv", ".html", ".jsonl", ".md", ".py", ".rq", ".trig", ".tsv", ".ttl", ".txt"}
ROOMS = ("benchmarks", "builder", "examples", "ontology", "queries", "shapes", "tests")
OURS = sorted(p for room in (*ROOMS, ".") for p in (ROOT / room).glob("*" if room == "." else "**/*"))


def runs(text: str) -> set[tuple[str, ...]]:
    words = WORD.findall(unicodedata.normalize("NFC", text).lower())
    return {tuple(words[i : i + LONGEST_RUN + 1]) for i in range(len(words) - LONGEST_RUN)}


@pytest.fixture(scope="module")
def theirs() -> set[tuple[str, ...]]:
    pages = sorted(CORPUS.rglob("*.txt"))
    return set().union(*(runs(page.read_text(encoding="utf-8", errors="replace")) for page in pages))


def test_the_project_is_in_our_own_words(theirs: set[tuple[str, ...]]) -> None:
    """Facts may be told again, sentences may not."""
    shared = {}
    for path in OURS:
        if path.suffix in WRITTEN and path.is_file():
            text = NAME.sub(" _ ", path.read_text(encoding="utf-8", errors="replace").replace("\\n", " "))
            shared[path.name] = {" ".join(run) for run in runs(text) & theirs}
    assert len(shared) > 100
    assert {name: found for name, found in shared.items() if found} == {}


def test_a_copied_sentence_is_seen(theirs: set[tuple[str, ...]]) -> None:
    page = next(iter(sorted(CORPUS.rglob("*.txt")))).read_text(encoding="utf-8", errors="replace")
    assert runs(" ".join(page.split()[20:60])) & theirs
