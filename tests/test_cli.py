"""The command line: what each verb prints, where, and with which exit code."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from builder.cli import run
from builder.cli.verbs import EXPORT_ENDINGS, cli
from builder.exporter import FORMATS

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "examples" / "pages"


@pytest.fixture(scope="module")
def out(tmp_path_factory, examples):
    """A build of the example pages."""
    return shutil.copytree(examples, tmp_path_factory.mktemp("cli") / "out")


def figures(out: Path, call, **values: str) -> list[dict[str, str]]:
    settings = [part for name, value in values.items() for part in ("--set", f"{name}={value}")]
    _, answer, _ = call("ask", out, "evidence-of-figure", *settings, "--format", "csv")
    return list(csv.DictReader(io.StringIO(answer)))


# ---------------------------------------------------------------- build


def test_build_prints_six_lines(call, tmp_path):
    code, said, aside = call("build", PAGES, "-o", tmp_path / "out")

    assert (code, aside) == (0, "")
    assert len(said.splitlines()) == 6
    assert said.splitlines()[0].split() == ["Trang", "/", "pages", "12"]
    assert f"{tmp_path}/out/graph.nq" in said.splitlines()[5]


def test_build_json(call, tmp_path):
    _, said, _ = call("build", PAGES, "-o", tmp_path / "out", "--json", "--jobs", "2")
    told = json.loads(said)

    assert told["pages"] == 12
    assert told["unreadable"] == []
    assert Path(told["graph"]).is_file()


def test_unreadable_page_is_named_and_the_others_are_built(call, tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "empty.txt").write_bytes(b"")
    (tmp_path / "pages" / "binary.txt").write_bytes(bytes(range(256)) * 8)
    shutil.copy(PAGES / "nha-trang-2021.txt", tmp_path / "pages")
    code, said, aside = call("build", tmp_path / "pages", "-o", tmp_path / "out")

    assert code == 3
    assert said.splitlines()[0].split()[-1] == "1"
    assert [line.split(": ")[1] for line in aside.splitlines()] == ["binary.txt", "empty.txt"]


def test_no_page_at_all(call, tmp_path):
    (tmp_path / "pages").mkdir()
    for given in (tmp_path / "pages", tmp_path / "absent"):
        code, said, aside = call("build", given, "-o", tmp_path / "out")

        assert (code, said) == (3, "")
        assert len(aside.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_build_does_not_overwrite_what_is_no_build(call, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("…", encoding="utf-8")
    code, _, aside = call("build", PAGES, "-o", tmp_path / "mine")

    assert code == 3
    assert "no earlier build" in aside
    assert (tmp_path / "mine" / "thesis.txt").is_file()


# ---------------------------------------------------------------- validate


def test_example_pages_conform(call, out):
    code, said, aside = call("validate", out, "--pages", PAGES)

    assert (code, said) == (0, "")
    assert "0 vi phạm" in aside
    assert all((out / f"report.{ending}").is_file() for ending in ("ttl", "json", "html"))


def test_validate_json_is_the_report(call, out):
    code, said, _ = call("validate", out, "--json")

    assert code == 0
    assert json.loads(said) == json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert json.loads(said)["conforms"] is True


@pytest.mark.parametrize("damage", ["graph", "text", "no text"])
def test_a_changed_build_does_not_conform(call, out, tmp_path, damage):
    shutil.copytree(out, tmp_path / "out")
    graph, text = tmp_path / "out" / "graph.nq", tmp_path / "out" / "texts" / "nha-trang-2021.txt.txt"
    if damage == "graph":
        graph.write_text(graph.read_text(encoding="utf-8").replace('"98,75%"', '"98,76%"'), encoding="utf-8")
    elif damage == "text":
        text.write_text("x" + text.read_text(encoding="utf-8"), encoding="utf-8")
    else:
        text.unlink()
    code, said, aside = call("validate", tmp_path / "out", "--json")

    assert code == 1
    assert json.loads(said)["conforms"] is False
    assert "Không đạt yêu cầu" in aside


def test_validate_without_a_build(call, tmp_path):
    code, said, aside = call("validate", tmp_path / "absent")

    assert (code, said) == (3, "")
    assert len(aside.splitlines()) == 1
    assert "cchc build" in aside


# ---------------------------------------------------------------- ask


def test_catalogue(call, out):
    _, said, _ = call("ask", out)
    _, as_json, _ = call("ask", out, "--format", "json")
    names = [question["name"] for question in json.loads(as_json)]

    assert [line for line in said.splitlines() if not line.startswith(" ")] == names
    assert len(names) >= 14


def test_every_question_is_answered_in_every_form(call, out, tmp_path):
    _, listed, _ = call("ask", out, "--json")
    for question in json.loads(listed):
        asked = ("ask", out, question["name"], "--store", tmp_path / "store")
        code, table, aside = call(*asked)
        _, as_csv, _ = call(*asked, "--format", "csv")
        _, as_json, _ = call(*asked, "--format", "json")
        rows = list(csv.reader(io.StringIO(as_csv)))

        assert code == 0
        assert json.loads(as_json)["head"]["vars"] == rows[0]
        assert len(json.loads(as_json)["results"]["bindings"]) == len(rows) - 1
        assert aside.startswith(f"{len(rows) - 1} dòng")
        assert not any(line != line.rstrip() for line in table.splitlines())


def test_examples_answer_the_questions_of_the_readme(call, out):
    ranking = call("ask", out, "on-time-rate-by-unit", "--set", "year=2021", "--format", "csv")[1]
    shared = call("ask", out, "initiatives-in-common", "--format", "csv")[1]
    trend = call("ask", out, "indicator-trend", "--set", "unit=469", "--set", "indicator=par-index-score", "--json")[1]

    assert {row["unitLabel"] for row in csv.DictReader(io.StringIO(ranking))} >= {
        "Thành phố Nha Trang",
        "Huyện Khánh Vĩnh",
    }
    assert len({row["unitLabel"] for row in csv.DictReader(io.StringIO(shared))}) >= 4
    assert len(json.loads(trend)["results"]["bindings"]) == 5


def test_query_file_and_parameter(call, out, tmp_path):
    shutil.copy(ROOT / "queries" / "coverage-gaps.rq", tmp_path / "mine.rq")

    assert call("ask", out, tmp_path / "mine.rq", "--format", "csv") == call(
        "ask", out, "coverage-gaps", "--format", "csv"
    )


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["staff-qualifcation"], "did you mean “staff-qualification”"),
        (["coverage-gaps", "--set", "yaer=2019"], "takes indicator, level"),
        (["on-time-rate-by-unit", "--set", "year=last"], "four digits"),
        (["on-time-rate-by-unit", "--set", "year"], "NAME=VALUE"),
        (["on-time-rate-by-unit", "--format", "ttl"], "choose table, csv or json"),
        (["absent.rq"], "cannot be read"),
    ],
)
def test_wrong_questions(call, out, arguments, advice):
    code, said, aside = call("ask", out, *arguments)

    assert (code, said) == (2, "")
    assert advice in aside
    assert "Traceback" not in aside


def test_stores(call, out, tmp_path):
    """A store is made once, answers like the graph, and is refused for another graph."""
    from_graph = call("ask", out, "contradictions", "--format", "csv")
    first = call("ask", out, "contradictions", "--format", "csv", "--store", tmp_path / "store")
    again = call("ask", out, "contradictions", "--format", "csv", "--store", tmp_path / "store")
    run(["build", str(PAGES / "nha-trang-2021.txt"), "-o", str(tmp_path / "other")])
    code, _, aside = call("ask", tmp_path / "other", "contradictions", "--store", tmp_path / "store")

    assert first == from_graph == again
    assert code == 3
    assert "another graph" in aside


def test_unreachable_service(call, out):
    code, said, aside = call("ask", out, "contradictions", "--store", "http://127.0.0.1:9/sparql")

    assert (code, said) == (3, "")
    assert "cannot be reached" in aside


# ---------------------------------------------------------------- explain


def test_explain_marks_the_number_in_its_sentence(call, out):
    row = figures(out, call, indicator="on-time-rate", unit="573")[0]
    code, said, _ = call("explain", out, f"khanh-vinh-2021.md:{row['begin']}")

    assert code == 0
    assert said.startswith("“Tỷ lệ đúng hạn và trước hạn")
    assert "▶98,03%◀" in said
    assert "14.283 : 14.322 = 99,7277% ~ 98,03% → KHÔNG KHỚP / DISAGREES" in said
    assert "baokhanhhoa.vn" in said


def test_explain_by_address_identifier_prefix_and_place(call, out):
    row = figures(out, call, indicator="on-time-rate", unit="568")[0]
    address = row["figure"]
    identifier = address.rpartition("/")[2]
    place = f"{row['page'].removeprefix('https://w3id.org/cchc/id/document/')}:{row['begin']}"
    told = {call("explain", out, given) for given in (address, identifier, identifier[:8], identifier.upper(), place)}

    assert len(told) == 1
    assert next(iter(told))[0] == 0


def test_explain_ambiguous_and_unknown(call, out):
    identifiers = sorted(row["figure"].rpartition("/")[2] for row in figures(out, call))
    shared = next(a[:1] for a, b in pairwise(identifiers) if a[0] == b[0])
    code, _, aside = call("explain", out, shared)

    assert code == 2
    assert "ambiguous" in aside
    for unknown in ("nowhere.txt:5", "zzzz", "", "nha-trang-2021.txt:x", "0000000000000000ff"):
        code, said, aside = call("explain", out, unknown)

        assert (code, said) == (2, "")
        assert "no figure" in aside


def test_explain_json(call, out):
    row = figures(out, call, indicator="on-time-rate", unit="568")[0]
    told = json.loads(call("explain", out, row["figure"], "--json")[1])

    assert told["value"] == row["value"]
    assert told["quotations"][0]["text"] == row["quotation"]
    assert set(told["labels"]) == {"en", "vi"}


def test_every_figure_can_be_explained(out):
    from builder import explainer
    from builder.cli.steps import open_answers
    from builder.sparql import PREFIXES

    store = open_answers(out)
    addresses = {row["figure"].value for row in store.query(PREFIXES + explainer.PLACES)}

    assert len(addresses) > 80
    for address in addresses:
        explanation = explainer.explain(store, address)

        assert explanation.quotations
        assert bool(explanation.labels) == bool(explanation.rule) == (explanation.state != "candidate")
        assert bool(explanation.phrase) == (explanation.state == "candidate")


# ---------------------------------------------------------------- export, network, evaluate


@pytest.mark.parametrize("ending", EXPORT_ENDINGS)
def test_export_by_ending(call, out, tmp_path, ending):
    code, said, aside = call("export", out, "-o", tmp_path / f"graph{ending}")

    assert (code, said) == (0, "")
    assert "→" in aside
    assert (tmp_path / f"graph{ending}").stat().st_size > 100_000


def test_export_formats_are_those_of_the_exporter(call, out, tmp_path):
    assert set(EXPORT_ENDINGS.values()) == set(FORMATS)
    assert call("export", out, "-o", tmp_path / "graph.foo")[0] == 2
    assert call("export", out, "--format", "foo", "-o", tmp_path / "graph.ttl")[0] == 2
    assert json.loads(call("export", out, "--format", "nt", "-o", tmp_path / "x", "--json")[1])["format"] == "nt"


def test_network(call, out, tmp_path):
    code, said, _ = call("network", out, "-o", tmp_path / "n.graphml", "-o", tmp_path / "n.gexf", "--json")
    told = json.loads(said)

    assert code == 0
    assert told["nodes"]["locality"] >= 10
    assert told["edges"]["similar"] >= 1
    assert all(Path(file).is_file() for file in told["files"])
    assert call("network", out, "-o", tmp_path / "n.svg")[0] == 3


def test_evaluate_json(call, out, tmp_path):
    gold = {"document": "nha-trang-2021.txt", "locality": "Thành phố Nha Trang"}
    gold |= {name: [] for name in ("observations", "initiatives", "legal", "traps", "skips")}
    (tmp_path / "gold.json").write_text(json.dumps(gold), encoding="utf-8")
    code, said, _ = call("evaluate", out, tmp_path, "--json", "--errors", "2")

    assert code == 0
    assert json.loads(said)["about"] == "1 of 1 documents tied to the right unit"
    assert len(json.loads(said)["errors"]) == 2
    assert call("evaluate", out, tmp_path / "absent")[0] == 3


# ---------------------------------------------------------------- demo, completion, languages


def test_demo_works_anywhere(call, tmp_path, monkeypatch):
    """From another folder, with no network to reach, and in a folder that can be asked afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("the demonstration used the network"))
    code, said, _ = call("demo", "kept")

    assert code == 0
    assert said.count("$ cchc ") == 6
    assert call("ask", "kept", "contradictions")[0] == 0


def test_demo_leaves_nothing_behind(call, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    assert call("demo")[0] == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(call, shell):
    code, said, _ = call("completion", shell)

    assert code == 0
    assert "_CCHC_COMPLETE" in said


def test_completion_knows_commands_and_questions():
    environment = os.environ | {
        "_CCHC_COMPLETE": "bash_complete",
        "COMP_WORDS": "cchc ask out on-ti",
        "COMP_CWORD": "3",
    }
    done = subprocess.run(
        [sys.executable, "-m", "builder"], env=environment, cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )

    assert "on-time-rate-by-unit" in done.stdout


@pytest.mark.parametrize(("language", "expected"), [("vi", "Trang  "), ("en", "pages "), ("both", "Trang / pages ")])
def test_language(call, monkeypatch, tmp_path, language, expected):
    command = ("build", PAGES / "nha-trang-2021.txt", "-o", tmp_path / "out", "--fresh")
    before = call("--lang", language, *command)[1]
    after = call(*command, "--lang", language)[1]
    monkeypatch.setenv("CCHC_LANG", language)

    assert before == after == call(*command)[1]
    assert before.startswith(expected)


# ---------------------------------------------------------------- called wrongly


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["buidl"], "Did you mean 'build'"),
        (["build"], "PAGES"),
        (["build", "x"], "--output"),
        (["build", "x", "-o", "y", "--jobs", "0"], "--jobs"),
        (["validate", "x", "--pagse", "y"], "--pages"),
        (["completion", "tcsh"], "tcsh"),
        (["--lang", "fr", "demo"], "fr"),
    ],
)
def test_misuse(call, arguments, advice):
    code, said, aside = call(*arguments)

    assert (code, said) == (2, "")
    assert advice in aside
    assert aside.startswith("Lỗi")


def test_every_verb_has_help_in_both_languages(call):
    for name, command in cli.commands.items():
        code, said, _ = call(name, "--help")

        assert code == 0
        assert " / " in (command.help or "")
        assert all(
            getattr(p, "help", None) for p in command.params if p.param_type_name == "option" and p.name != "help"
        )
        assert "--lang" in said


def test_help_is_fast():
    """Nothing is loaded before a verb needs it: no library but click, none of the rooms."""
    script = (
        "import sys, click; before = set(sys.modules); from builder.cli import run; run(['--help']); "
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    loaded = done.stdout.splitlines()[-1].split()

    assert {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names == {"builder", "click"}
    assert not {"builder.pipeline", "builder.lexicon", "builder.facts", "builder.artefacts"} & set(loaded)
    assert not {"json", "socket", "tempfile", "decimal", "asyncio", "email", "http"} & set(loaded)


def test_a_closed_pipe_is_no_error(out):
    command = f'"{sys.executable}" -m builder ask "{out}" evidence-of-figure --format json | head -1'
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)

    assert done.stdout == "{\n"
    assert "Traceback" not in done.stderr
