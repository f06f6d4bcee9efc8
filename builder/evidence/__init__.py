"""Prove every fact again, from the files alone.

This checker shares no code with the builder on purpose: it reads the finished graph, the texts beside it and, where
they can be had, the pages, and compares numbers, characters and checksums.
"""

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from builder.evidence.numerals import may_mean
from builder.evidence.statements import Node, only, read_pages

FIGURES = ("Observation", "ReviewFigure", "CandidateObservation")
PACKED = re.compile(r"\.(?:jsonl|parquet|warc|wet)[./]", re.IGNORECASE)  # files of many pages, in the name of a page
GetPage = Callable[[str], bytes | None]


class Proof(NamedTuple):
    """How many facts, quotations and pages were compared, and what differs: an address, a colon, the reason."""

    facts: int
    quotations: int
    pages: int
    mismatches: list[str]


def prove(graph: Path, texts: Path, pages: Path | GetPage | None = None) -> Proof:
    """Compare facts with their quotations, these with the kept texts, and those with the pages that can be had.

    Raises:
        OSError: a file cannot be read, or there is no room to sort the statements.

    """
    get_page = pages if callable(pages) else lambda path: _read_file(pages, path) if pages else None
    wrong, facts, quotations, compared = list[str](), 0, 0, 0
    for nodes in read_pages(graph, wrong):
        told = _prove_page(nodes, texts, get_page, wrong)
        facts, quotations, compared = facts + told[0], quotations + told[1], compared + told[2]
    return Proof(facts, quotations, compared, sorted({*wrong}))


def _prove_page(nodes: dict[str, Node], texts: Path, get_page: GetPage, wrong: list[str]) -> tuple[int, int, int]:
    converted = any("converted-text" in node["issueKind"] for node in nodes.values())
    documents = {name: only(node["identifier"]) for name, node in nodes.items() if "SourceDocument" in node["type"]}
    kept = {name: _decode(_read_file(texts, f"{path}.txt"), "utf-8") for name, path in documents.items()}
    read = {name: data for name, path in documents.items() if (data := get_page(path)) is not None}
    facts = {name for name, node in nodes.items() if node["type"] & {*FIGURES, "Initiative"}}
    cited = {name for node in nodes.values() for name in node["evidence"]}
    cited |= {name for name, node in nodes.items() if "OffsetBasedString" in node["type"]}
    reasons = [(name, _misquoted(nodes, name)) for name in facts]
    reasons += [(name, _disprove(nodes, name, kept)) for name in cited]
    reasons += [(name, _differ(nodes[name], data, None if converted else kept[name])) for name, data in read.items()]
    wrong += [f"{name}: {why}" for name, why in reasons if why]
    return len(facts), len(cited), len(read)


def _disprove(nodes: dict[str, Node], name: str, kept: dict[str, str | None]) -> str:
    begin, end, said = (only(nodes[name][word]) for word in ("beginIndex", "endIndex", "anchorOf"))
    text = kept.get(only(nodes[only(nodes[name]["referenceContext"])]["sourceUrl"]))
    if text is None or not said or not re.fullmatch(r"\d{1,9} \d{1,9}", f"{begin} {end}"):
        return "its begin, end, characters and source document are not all given"
    there = text[int(begin) : int(end)] if int(begin) <= int(end) <= len(text) else None
    return "" if there == said else f"says {said!r}, but the text has {there!r}"


def _misquoted(nodes: dict[str, Node], name: str) -> str:
    said = {only(nodes[quotation]["anchorOf"]) for quotation in nodes[name]["evidence"]}
    printed, value = only(nodes[name]["printedValue"]), only(nodes[name]["obsValue"])
    is_figure = not nodes[name]["type"].isdisjoint(FIGURES)
    if not said or (is_figure and printed not in said):
        return "no quotation proves it"
    return "" if not is_figure or may_mean(printed, value) else f"has the value {value!r}, but says {printed!r}"


def _differ(page: Node, data: bytes, text: str | None) -> str:
    path = only(page["identifier"])
    is_plain = text is not None and path.endswith(".txt") and not PACKED.search(path)
    same = sha256(data).hexdigest() == only(page["sha256"]) and not (is_plain and _decode(data) != text)
    return "" if same else f"{path} is not the page that was read"


def _read_file(folder: Path, path: str) -> bytes | None:
    file = (folder / path).resolve()
    return file.read_bytes() if file.is_relative_to(folder.resolve()) and file.is_file() else None


def _decode(content: bytes | None, encoding: str = "") -> str | None:
    found = "utf-16" if content and content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return None if content is None else content.decode(encoding or found, errors="replace")
