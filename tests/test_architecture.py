"""Rooms do not know each other, the code is clean and typed, and the words of the field stand in the ontology."""

import ast
import fnmatch
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run(*command: str, where: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a tool of this Python over a copy of the project."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=where,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its settings that a test may spoil."""
    shutil.copytree(ROOT / "builder", tmp_path / "builder", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(path: Path, line: str) -> None:
    path.write_text(
        path.read_text(encoding="utf-8") + f"\n{line}\n" if path.exists() else f"{line}\n", encoding="utf-8"
    )


# ---------------------------------------------------------------- who may know whom

LINT_IMPORTS = """
import sys
from importlinter.cli import lint_imports
sys.path.insert(0, ".")
sys.exit(lint_imports(no_cache=True))
"""


def test_data_flow_one_way() -> None:
    done = run("-c", LINT_IMPORTS)
    assert done.returncode == 0, done.stdout
    assert "Data flows one way KEPT" in done.stdout


@pytest.mark.parametrize(
    ("file", "line", "named"),
    [
        ("reader/dates.py", "from builder.linker import link_document", "builder.reader.dates -> builder.linker"),
        ("extractor/units.py", "from builder import writer", "builder.extractor.units -> builder.writer"),
        (
            "linker/link.py",
            "from builder.extractor.units import Place",
            "builder.linker.link -> builder.extractor.units",
        ),
        ("gazetteer.py", "from builder import pipeline", "builder.gazetteer -> builder.pipeline"),
        ("text.py", "from builder import lexicon", "builder.text -> builder.lexicon"),
        ("errors.py", "from builder import facts", "builder.errors -> builder.facts"),
        ("pipeline.py", "from builder import cli", "builder.pipeline -> builder.cli"),
        ("evidence/numerals.py", "from builder import errors", "builder.evidence.numerals -> builder.errors"),
        ("helpers.py", "X = 1", "helpers"),
    ],
)
def test_a_planted_import_is_named(copy: Path, file: str, line: str, named: str) -> None:
    plant(copy / "builder" / file, line)
    done = run("-c", LINT_IMPORTS, where=copy)
    assert done.returncode != 0
    assert named in done.stdout


# ---------------------------------------------------------------- clean and typed


@pytest.mark.parametrize("command", ["ruff check .", "ruff format --check ."])
def test_the_code_is_clean(command: str) -> None:
    done = run("-m", *command.split())
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("command", "line"),
    [("ruff check .", "import os"), ("ruff format --check .", "x  =  1"), ("ruff check .", "def f(): pass")],
)
def test_what_is_not_clean_is_seen(copy: Path, command: str, line: str) -> None:
    plant(copy / "builder" / "errors.py", line)
    assert run("-m", *command.split(), where=copy).returncode == 1


def test_the_code_is_typed() -> None:
    done = run("-m", "mypy")
    assert done.returncode == 0, done.stdout


@pytest.mark.long
def test_what_is_not_typed_is_seen(copy: Path) -> None:
    plant(copy / "builder" / "errors.py", "def untyped(a):\n    return a + 1\n")
    done = run("-m", "mypy", "--cache-dir", str(ROOT / ".mypy_cache"), where=copy)
    assert done.returncode == 1
    assert "no-untyped-def" in done.stdout


# ---------------------------------------------------------------- the words of the field

# Literals with Vietnamese words that may stand in Python: file, literal (both may hold "*"), and why.
ALLOWED: Mapping[tuple[str, str], str] = {
    ("cli/*", "*"): "what users read on the screen",
    ("drawing/words.py", "*"): "what users read on the screen",
    (
        "evidence/numerals.py",
        "*",
    ): "words of numbers, told a second time so that the check shares nothing with what it checks",
    ("evaluator.py", "*"): "what users read on the screen",
    ("explainer.py", "*"): "what users read on the screen",
    ("exporter/tables.py", "*"): "title and description of the table",
    ("headings.py", "*"): "what columns are called on the screen",
    ("generate.py", "tiếng Việt"): "heading of a generated table",
    ("notebook.py", "*dòng*"): "what users read above a table",
    ("exporter/catalogue.py", "*"): "titles and descriptions that portals show",
    ("release.py", "*"): "titles of files that portals show",
    ("reviewer.py", "*"): "the pages that users read",
    ("server/*", "*"): "the pages that users read",
    ("states.py", "*"): "what the states are called on the screen",
    ("validator/__init__.py", "Đoạn trích dẫn không nằm ở vị trí*"): "message of a violation",
    ("validator/report.py", "*"): "the report that users read",
    ("writer.py", "Số liệu do các trang nêu"): "label of the data set",
    ("writer.py", "Tên * sáng kiến*"): "label and definition of the scheme of models",
    ("gazetteer.py", "Việt Nam"): "the country, which no table of units lists",
    ("identifiers.py", "UBND|HĐND|BC|KH|TB|CV|TTr|SNV|QĐ"): "signs of local documents, part of a public name",
    ("reader/legacy.py", "¡¢£*"): "letters of a legacy font",
    ("reader/legacy.py", "ĂÂÊ*"): "the letters they show",
    ("text.py", "??"): "where the tone mark stands in a syllable",
    ("text.py", "yýỳỷỹỵ"): "spelling of a vowel",
    ("text.py", "iíìỉĩị"): "spelling of a vowel",
    ("register.py", "*"): "tidies the names in the sources of the register of units, run by hand",
}
_VIETNAMESE = re.compile("[đ\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323]")
_CLASS = re.compile(r"\[[^\]]*\]")


def has_wording(literal: str) -> bool:
    """Tell whether a literal holds a Vietnamese word, and not just letters to choose from."""
    words = re.findall(r"[^\W\d_]{2,}", unicodedata.normalize("NFC", _CLASS.sub(" ", literal)))
    return any(_VIETNAMESE.search(unicodedata.normalize("NFD", word.lower())) for word in words)


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and text of every string of a file that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    owners = (
        n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    )
    docs = {id(n.body[0].value) for n in owners if n.body and isinstance(n.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def worded_literals(root: Path) -> Iterator[tuple[str, int, str]]:
    for path in sorted((root / "builder").rglob("*.py")):
        for line, literal in literals(path):
            if has_wording(literal):
                yield path.relative_to(root / "builder").as_posix(), line, literal


def exception_for(file: str, literal: str) -> tuple[str, str] | None:
    return next((e for e in ALLOWED if fnmatch.fnmatchcase(file, e[0]) and fnmatch.fnmatchcase(literal, e[1])), None)


def wrongly_worded(root: Path) -> list[str]:
    found = worded_literals(root)
    return [f"builder/{f}:{n}: {text!r}" for f, n, text in found if exception_for(f, text) is None]


def test_the_words_of_the_field_stand_in_the_ontology() -> None:
    """A wording that is looked for in pages belongs into ontology/, where who knows the field can find it."""
    assert wrongly_worded(ROOT) == []


@pytest.mark.parametrize("line", ['X = "đúng hạn"', 'X = f"{1} hồ sơ"', 'X = {"tỷ lệ": 1}', 'X = r"(đúng|trước) hạn"'])
def test_a_word_in_the_code_is_seen(tmp_path: Path, line: str) -> None:
    (tmp_path / "builder" / "linker").mkdir(parents=True)
    plant(tmp_path / "builder" / "linker" / "link.py", line)
    assert len(wrongly_worded(tmp_path)) == 1


@pytest.mark.parametrize("line", ['"""đúng hạn"""', "# đúng hạn", 'X = "[A-ZĐ]"', 'X = "đ"', 'X = "on time"'])
def test_comments_and_letters_are_no_words(tmp_path: Path, line: str) -> None:
    plant(tmp_path / "builder.py", line)
    assert not [text for _, text in literals(tmp_path / "builder.py") if has_wording(text)]


def test_no_exception_is_left_over() -> None:
    used = {exception_for(file, literal) for file, _, literal in worded_literals(ROOT)}
    whole_files = {e for e in ALLOWED if e[1] == "*"}
    assert set(ALLOWED) - used - whole_files == set()
