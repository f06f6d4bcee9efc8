"""What a graph tells, page by page: N-Quads read a second time, by nothing that wrote them."""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path

TERM = r'(?:<([^<>"\s]*)>|("(?:[^"\\]|\\[tbnrf"\\]|\\u[0-9A-F]{4})*")(?:@[\w-]+|\^\^<[^<>"\s]*>)?)'
LINE = re.compile(rf'<([^<>"\s]*)> <[^<>"\s]*[/#](\w+)> {TERM} <([^<>"\s#]*)(?:#[^<>"\s]*)?> \.\n')
USED = {"beginIndex", "endIndex", "anchorOf", "referenceContext", "sourceUrl", "identifier", "sha256"}
USED |= {"evidence", "printedValue", "obsValue", "type", "issueKind"}
TOLD_TWICE = "SELECT name FROM told WHERE word != 'type' GROUP BY name HAVING min(page) != max(page)"
Node = dict[str, set[str]]  # last part of a property -> values, of types their last part


def read_pages(graph: Path, wrong: list[str]) -> Iterator[dict[str, Node]]:
    """Yield what is told of each page, name by name; add to what is wrong with the lines of the graph.

    Memory does not grow with the graph: its statements are sorted in a file that deletes itself.

    Raises:
        OSError: there is no room for that file.

    """
    with closing(sqlite3.connect("")) as base:
        try:
            base.execute("CREATE TABLE told (page, name, word, value)")
            base.executemany("INSERT INTO told VALUES (?, ?, ?, ?)", _read_lines(graph, wrong))
            wrong += [f"{name}: is told of by two pages" for (name,) in base.execute(TOLD_TWICE)]
            for _, told in groupby(base.execute("SELECT * FROM told ORDER BY page"), lambda row: row[0]):
                nodes: dict[str, Node] = defaultdict(lambda: defaultdict(set))
                for _, name, word, value in told:
                    nodes[name][word].add(value)
                yield nodes
        except sqlite3.Error as problem:
            raise OSError(f"statements cannot be sorted: {problem}") from problem


def only(values: set[str]) -> str:
    """Return the only value; nothing if there is another, because what is told twice proves nothing."""
    return min(values) if len(values) == 1 else ""


def _read_lines(graph: Path, wrong: list[str]) -> Iterator[tuple[str, ...]]:
    with graph.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if (statement := LINE.fullmatch(line)) is None:
                wrong.append(f"line {number}: is no statement")
            elif (word := statement[2]) in USED:
                name, _, address, text, page = statement.groups()
                value = json.loads(text, strict=False) if text else address
                yield page, name, word, re.split("[#/]", value)[-1] if word in ("type", "issueKind") else value
