"""What was made of a page, and how it is found again so that a page that is as it was need not be read once more.

A build holds all of it: the statements of a page are those of its graphs in ``graph.nq``, its open issues are rows of
``issues.tsv``, its text is in ``texts/``; ``pages.jsonl`` tells of each page what these do not, and the key of what it
was made from. A build that is stopped leaves a journal beside its target, with the same told page by page.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import Any

from builder.artefacts import ontology_files, units_file
from builder.facts import Source
from builder.identifiers import graph_iris

GRAPH, ISSUES, PAGES, TEXTS = "graph.nq", "issues.tsv", "pages.jsonl", "texts"
_LIBRARIES = {  # by kind of page: what turns it into text and is not ours
    "text/html": ("lxml", "trafilatura"),
    "application/pdf": ("pypdf",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("lxml", "python-docx"),
}


@dataclass(frozen=True, slots=True)
class Built:
    """What became of one page."""

    id: str
    key: str  # of what it was made from
    text: str
    lines: tuple[str, ...]  # of the graph
    rows: tuple[tuple[str, ...], ...]  # of the table of open issues
    references: frozenset[tuple[str, ...]]
    counts: dict[str, int]
    tally: dict[str, int] = field(default_factory=dict)  # of a second engine


# ---------------------------------------------------------------- what a page was made from


def fingerprint(settings: Mapping[str, str]) -> str:
    """Return what tells this program, with its ontology, its register and some settings, from any other."""
    package = Path(__file__).resolve().parent
    told = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for path in (*sorted(package.rglob("*.py")), *ontology_files(), units_file()):
        content = path.read_bytes()
        told.update(f"\n{path.name} {len(content)}\n".encode() + content)
    return told.hexdigest()


def page_key(source: Source, made_with: str) -> str:
    """Return what changes when anything does that a page's facts are made from."""
    libraries = [_version(name) for name in _LIBRARIES.get(source.media, ())]
    told = (source.id, source.media, source.url, source.title, source.published, source.publisher)
    head = json.dumps([made_with, libraries, told])
    return hashlib.sha256(head.encode() + b"\n" + source.data).hexdigest()


@cache
def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


# ---------------------------------------------------------------- an earlier build


def describe(built: Built) -> str:
    """Return the line of ``pages.jsonl`` about a page."""
    told = {
        "page": built.id,
        "key": built.key,
        "counts": built.counts,
        "issues": len(built.rows),
        "references": sorted(built.references),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n"


def recall_build(out: Path, is_whole: Callable[[str], bool]) -> dict[str, Built]:
    """Return what an earlier build made of its pages, by key; what is not whole any more is left out.

    Args:
        out: the folder of the build.
        is_whole: tells whether a file of it, named by its path, is as it was written.

    """
    if not all(is_whole(name) for name in (GRAPH, ISSUES, PAGES)):
        return {}
    statements: dict[str, list[str]] = {}
    with (out / GRAPH).open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            statements.setdefault(line.rsplit(" ", 2)[1][1:-1], []).append(line)
    with (out / PAGES).open(encoding="utf-8", newline="\n") as records:
        told = [json.loads(record) for record in records]
    rows = _rows_of_pages(out / ISSUES, sum(page["issues"] for page in told))
    found: dict[str, Built] = {}
    for page in told:
        issues = [tuple(row) for row in islice(rows, page["issues"])]
        text = f"{TEXTS}/{page['page']}.txt"
        if is_whole(text):
            lines_of_page = [line for graph in graph_iris(page["page"]) for line in statements.get(graph, ())]
            content = (out / text).read_bytes().decode()
            found[page["key"]] = _built(page | {"text": content, "lines": lines_of_page, "rows": issues})
    return found


def _rows_of_pages(table: Path, number: int) -> Iterator[list[str]]:
    """Return the last rows of the table of issues; above them are those about pages that could not be read."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    return iter(rows[len(rows) - number :])


def _built(told: Mapping[str, Any]) -> Built:
    return Built(
        id=told["page"],
        key=told["key"],
        text=told["text"],
        lines=tuple(told["lines"]),
        rows=tuple(tuple(row) for row in told["rows"]),
        references=frozenset(tuple(reference) for reference in told["references"]),
        counts=told["counts"],
    )


# ---------------------------------------------------------------- a build that was stopped


class Journal:
    """A file beside the target that keeps what was made of pages until the build is finished."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def recall(self) -> dict[str, Built]:
        """Return what it keeps, by key; lines that were cut off or changed are left out."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except OSError:
            return {}
        parts = (line.partition(b" ") for line in lines)
        whole = [told for digest, _, told in parts if told and hashlib.sha256(told).hexdigest().encode() == digest]
        return {built.key: built for built in map(_built, map(json.loads, whole))}

    def add(self, pages: Iterable[Built]) -> None:
        """Keep what was made of some pages."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            for page in pages:
                told = json.loads(describe(page)) | {"text": page.text, "lines": page.lines, "rows": page.rows}
                line = json.dumps(told).encode()
                file.write(b"\n" + hashlib.sha256(line).hexdigest().encode() + b" " + line + b"\n")

    def remove(self) -> None:
        """Forget all."""
        self.path.unlink(missing_ok=True)
