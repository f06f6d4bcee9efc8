"""What was made of a page, and the key by which it is known again, so that it need not be read once more.

A build holds all of it: the statements of a page are those of its graphs in ``graph.nq``, its open issues are rows of
``issues.tsv``, its figures that count are rows of ``figures.tsv``, its text is in ``texts/``; ``pages.jsonl`` tells of
each page what these do not, and the key of what it was made from.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from builder.artefacts import ontology_files, units_file
from builder.facts import Source
from builder.identifiers import BASE
from builder.vocabulary import PROV

GRAPH, ISSUES, FIGURES, PAGES, TEXTS = "graph.nq", "issues.tsv", "figures.tsv", "pages.jsonl", "texts"
_DERIVED = f"> <{PROV.wasDerivedFrom}> <"
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
    figures: tuple[str, ...]  # rows of the table of figures, with tabs between
    references: frozenset[tuple[str, ...]]
    counts: dict[str, int]
    tally: dict[str, int] = field(default_factory=dict)  # of a second engine
    sketch: str = ""  # by which its text is known again


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


# ---------------------------------------------------------------- what is told of a page


def text_path(page: str) -> str:
    """Return where in a build the text of a page is kept."""
    return f"{TEXTS}/{page}.txt"


def describe(built: Built) -> str:
    """Return the line of ``pages.jsonl`` about a page."""
    told = {
        "page": built.id,
        "key": built.key,
        "counts": built.counts,
        "issues": len(built.rows),
        "figures": len(built.figures),
        "statements": len(built.lines),
        "references": sorted("\t".join(" ".join(part.split()) for part in each) for each in built.references),
        "sketch": built.sketch,
        "text": hashlib.sha256(built.text.encode()).hexdigest(),
        "things": list_things(built.lines),
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n"


def list_things(lines: Iterable[str]) -> dict[str, str]:
    """Return the names of the things derived from a page, by kind, a blank between them: by these they are found again.

    >>> list_things([f"<{BASE}issue/0a> <{PROV.wasDerivedFrom}> <{BASE}document/a.txt> <{BASE}graph/a.txt> ."])
    {'issue': '0a'}
    """
    found: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        thing, derived, _ = line.partition(_DERIVED)
        if derived and " " not in thing:  # else it is a text that looks like a statement
            kind, _, name = thing.removeprefix(f"<{BASE}").partition("/")
            found[kind].append(name)
    return {kind: " ".join(names) for kind, names in found.items()}
