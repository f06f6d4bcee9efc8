"""What the documentation says is so: commands exist, printed results are those of today, links lead somewhere.

``RECORD=1 python -m pytest tests/test_docs.py -n0`` writes the results of today into both READMEs.
"""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from builder import artefacts
from builder.cli.verbs import cli
from builder.headings import HEADINGS
from builder.queries import catalogue

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.vi.md")
DOCUMENTS = (
    *READMES,
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "benchmarks/README.md",
    "supply/README.md",
    "examples/notebook.md",
)
MAIN_JOB = "python -m pip install . && cchc demo"
TESTS = "python -m pip install -e '.[test]' && python -m pytest"
CONSOLE = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.DOTALL)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text_of(name), re.DOTALL)


# ---------------------------------------------------------------- printed results


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Where a reader types what the READMEs show."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "examples").symlink_to(ROOT / "examples")
    return folder


@pytest.mark.parametrize("name", READMES)
def test_printed_results_are_those_of_today(name, reader):
    """Every command shown with its result is run in turn, as a reader would; what both languages show, once."""
    found = CONSOLE.findall(text_of(name))
    today = [(command, result_of(command, reader)) for command, _ in found]
    if os.environ.get("RECORD"):
        record(name, dict(today))
        return

    assert len(found) >= 6
    assert today == found, (
        f"{name} shows old results; RECORD=1 python -m pytest tests/test_docs.py -n0 writes them anew"
    )


@cache
def result_of(command: str, folder: Path) -> str:
    """What a command of the README prints, messages included."""
    program, *arguments = command.split()
    assert program == "cchc"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CCHC_")} | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "builder", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def record(name: str, results: dict[str, str]) -> None:
    fresh = CONSOLE.sub(lambda m: f"```console\n$ {m['command']}\n{results[m['command']]}```", text_of(name))
    (ROOT / name).write_text(fresh, encoding="utf-8", newline="\n")


# ---------------------------------------------------------------- commands


@pytest.mark.parametrize("name", READMES)
def test_every_command_is_documented_and_exists(name):
    rows = re.findall(r"^\| `cchc (\w+)", text_of(name), re.MULTILINE)
    everywhere = re.findall(
        r"(?<![\w-])cchc ([a-z]+)", "\n".join(re.findall(r"`[^`\n]+`|```.*?```", text_of(name), re.DOTALL))
    )

    assert sorted(rows) == sorted(cli.commands)
    assert set(everywhere) <= set(cli.commands)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_option_exists(name):
    known = {option for command in (cli, *cli.commands.values()) for p in command.params for option in p.opts}
    shown = re.findall(r"cchc (\w+)([^`\n]*)", text_of(name))
    used = {option for _, rest in shown for option in re.findall(r"(?<!\S)\[?(-{1,2}[a-z]+(?:-[a-z]+)*)", rest)}

    assert used <= known


@pytest.mark.parametrize("name", READMES)
def test_the_two_commands_stand_there(name):
    """CI and readers rely on these two lines."""
    lines = text_of(name).splitlines()

    assert lines.count(MAIN_JOB) == 1
    assert lines.count(TESTS) == 1
    assert [line for line in lines if line.endswith("-m pytest")] == [TESTS]


def test_ci_runs_the_command_of_the_readme():
    script = text_of(".ci/run")

    assert "grep -m1 -- '-m pytest$' README.md" in script
    assert 'eval "$command"' in script
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize("name", READMES)
def test_exit_codes_are_documented(name):
    from builder.cli import screen

    rows = re.findall(r"^\| (\d) \| ", text_of(name), re.MULTILINE)

    assert [int(row) for row in rows] == [screen.FINE, screen.VIOLATIONS, screen.USAGE, screen.UNREADABLE]


def test_both_readmes_say_the_same():
    """Same sections, same tables, same commands in the same order."""
    shapes = [re.findall(r"^(#+ |\| |```\w*)", text_of(name), re.MULTILINE) for name in READMES]
    commands = [
        [re.sub(r" --lang \w+", "", command) for command, _ in CONSOLE.findall(text_of(name))] for name in READMES
    ]

    assert shapes[0] == shapes[1]
    assert commands[0] == commands[1]


# ---------------------------------------------------------------- links and names


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    links = re.findall(r"\]\(([^)#]+)\)", text_of(name))
    here = [link for link in links if not link.startswith("https://")]

    assert [link for link in here if not (ROOT / name).parent.joinpath(link).exists()] == []


def test_files_named_in_contributing_exist():
    named = re.findall(r"`((?:builder|ontology|queries|shapes|tests)/[\w/.-]*[\w/])`", text_of("CONTRIBUTING.md"))
    fixed = [name for name in named if not re.search(r"[A-Z]{4}", name)]

    assert len(fixed) > 8
    assert [name for name in fixed if not (ROOT / name).exists()] == []


def test_every_dependency_has_its_reason():
    import tomllib

    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    inputs = (*extras["parquet"], *extras["remote"], *extras["warc"], *extras["zstd"])
    told = [*project["dependencies"], *extras["docs"], *extras["tables"], *inputs]
    needed = {re.split(r"[><=]", line)[0] for line in told}
    reasons = set(re.findall(r"^\| ([a-z0-9.-]+) \| [A-Z]", text_of("CONTRIBUTING.md"), re.MULTILINE))

    assert reasons == needed


def test_every_column_has_a_heading_in_both_languages():
    """No answer shows a column under the name of a variable."""
    from builder import queries
    from builder.store import open_store

    store = open_store("memory:")
    columns = {column for query in catalogue() for column in queries.run(store, query.text).columns}

    assert sorted(columns - set(HEADINGS)) == []
    assert all(vi and en for vi, en in HEADINGS.values())


# ---------------------------------------------------------------- the recipe for an indicator


def test_the_recipe_for_an_indicator_works(tmp_path, monkeypatch):
    """The lines of CONTRIBUTING.md, added to a copy of the ontology, are enough to read a new indicator."""
    import shutil

    import builder

    for folder in ("ontology", "shapes", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / "artefacts" / folder)
    wording, indicator = blocks("CONTRIBUTING.md", "turtle")
    for file, addition in (("wording.ttl", wording), ("indicators.ttl", indicator)):
        with (tmp_path / "artefacts" / "ontology" / file).open("a", encoding="utf-8") as ontology:
            ontology.write(f"\n{addition}")
    page = "Lấp Vò\n\nNgày 06/12/2018\n\nĐến nay, huyện Lấp Vò đã lắp đặt 5 ki-ốt tra cứu.\n"
    (tmp_path / "page.txt").write_text(page, encoding="utf-8")
    monkeypatch.setenv(artefacts.ROOT_VARIABLE, str(tmp_path / "artefacts"))
    script = "import builder, sys; builder.build([sys.argv[1]], sys.argv[2])"
    subprocess.run([sys.executable, "-c", script, tmp_path / "page.txt", tmp_path / "out"], cwd=ROOT, check=True)

    rows = builder.ask(tmp_path / "out", "on-time-rate-by-unit", indicator="enquiry-kiosks", year="2018")

    assert [str(row[rows.columns.index("printed")].value) for row in rows.rows] == ["5"]


# ---------------------------------------------------------------- the example pages


def test_example_pages_name_their_source():
    """Every page ends with where its figures come from, and the table of sources knows every file."""
    import csv
    import json

    folder = ROOT / "examples" / "pages"
    records = [json.loads(line) for line in (folder / "portal-reports.jsonl").open(encoding="utf-8")]
    texts = [path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix in {".txt", ".md", ".html"}]
    texts += [record.get("text") or record["html"] for record in records]
    with (folder / "sources.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["file"] for row in csv.DictReader(file)}

    assert len(texts) == 12
    assert all("Nguồn số liệu: " in text for text in texts)
    assert listed == {path.name for path in folder.iterdir() if path.suffix in {".txt", ".md", ".html"}}
