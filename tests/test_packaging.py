"""The wheel holds everything the program needs, and works where the sources are not."""

import os
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("ontology", "ontology/examples", "shapes", "queries", "queries/checks", "examples/pages")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this checkout, built without a package index."""
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = target.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The wheel unpacked far from the sources."""
    place = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(place)
    return place


def python(installed: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Python with the unpacked wheel in front of everything else."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CCHC_", "PYTHON"))}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment | {"PYTHONPATH": str(installed), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def metadata(wheel: Path) -> tuple[dict[str, list[str]], str]:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        message = message_from_string(archive.read(next(n for n in names if n.endswith("/METADATA"))).decode())
        entries = archive.read(next(n for n in names if n.endswith("/entry_points.txt"))).decode()
    return {key: message.get_all(key, []) for key in message}, entries


def test_every_artefact_travels_inside(wheel):
    """Counted by walking the checkout, so that nothing can be left out unnoticed."""
    inside = set(zipfile.ZipFile(wheel).namelist())
    for folder in FOLDERS:
        files = [path for path in (ROOT / folder).iterdir() if path.is_file()]
        missing = [path.name for path in files if f"builder/data/{folder}/{path.name}" not in inside]

        assert files
        assert missing == []


def test_every_module_travels_inside(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "builder").rglob("*.py")}

    assert modules <= inside
    assert "builder/py.typed" in inside
    assert {name.split("/")[0] for name in inside} == {"builder", wheel.name.split("-py3")[0] + ".dist-info"}


def test_metadata(wheel):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told, entries = metadata(wheel)

    assert told["Name"] == ["cchc-graph"]
    assert told["Version"] == [project["version"]]
    assert told["License-Expression"] == ["Apache-2.0"]
    assert set(told["License-File"]) == {"LICENSE", "LICENSE-DATA"}
    assert told["Requires-Python"] == [">=3.11"]
    assert "Typing :: Typed" in told["Classifier"]
    extras = "dask docs fast maintain parquet remote serve tables test warc zstd"
    assert told["Provides-Extra"] == extras.split()
    assert "cchc = builder.cli:main" in entries


def test_ontology_is_read_from_the_wheel(installed, tmp_path):
    script = (
        "from builder import artefacts; print(artefacts.artefact_root()); print(len(artefacts.ontology_statements()))"
    )

    root, statements = python(installed, "-c", script, cwd=tmp_path).stdout.split()

    assert Path(root) == installed / "builder" / "data"
    assert int(statements) > 1000


def test_demo_runs_without_the_sources(installed, tmp_path):
    done = python(installed, "-m", "builder", "demo", "out", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "Thành phố Nha Trang" in done.stdout
    assert "▶99,4%◀" in done.stdout
    assert (tmp_path / "out" / "report.html").is_file()


def test_importing_is_cheap(installed, tmp_path):
    """No graph library is loaded by importing the package or asking for help."""
    script = (
        "import sys, builder, builder.cli; builder.cli.run(['--help']); "
        "print(sorted({'rdflib', 'pyshacl', 'networkx', 'pyoxigraph', 'lxml', 'rich'} & set(sys.modules)))"
    )

    assert python(installed, "-c", script, cwd=tmp_path).stdout.splitlines()[-1] == "[]"
