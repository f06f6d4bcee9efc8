"""Prove every fact again, from the files alone.

This checker shares no code with the builder on purpose: it reads the finished graph line by line, the texts kept beside
it and, where they can be had, the pages themselves, and compares numbers, characters and checksums.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

TERM = r'(?:<([^<>"]*)>|("(?:[^"\\]|\\[tbnrf"\\]|\\u[0-9A-F]{4})*")(?:@[\w-]+|\^\^<[^<>"]*>)?)'
LINE = re.compile(rf'<([^<>"]*)> <[^<>"]*[/#](\w+)> {TERM} <[^<>"]*> \.\n')
FIGURES = ("Observation", "ReviewFigure", "CandidateObservation")
FACTS = (*FIGURES, "Initiative")
NUMBER = re.compile(r"(\d+(?:[.,]\d+)*)\s*(nghìn|ngàn|triệu|tỷ|tỉ)?\s*(%|phần trăm|đồng|vnđ|vnd|đ)?")
WHOLE = r"\d+|[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:,\d{3})+)"
SCALES = {None: 0, "nghìn": 3, "ngàn": 3, "triệu": 6, "tỷ": 9, "tỉ": 9}
WORDS = ("không|chưa", "nhất|đầu", "nhì|hai", "ba", "tư|bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")  # from 0
USED = {"beginIndex", "endIndex", "anchorOf", "referenceContext", "sourceUrl", "identifier", "sha256", "wasDerivedFrom"}
USED |= {"evidence", "printedValue", "obsValue"}
Node = dict[str, set[str]]  # last part of a property -> values


class Proof(NamedTuple):
    """How many facts, quotations and pages were compared, and what differs: an address, a colon, the reason."""

    facts: int
    quotations: int
    pages: int
    mismatches: list[str]


def prove(graph: Path, texts: Path, pages: Path | Callable[[str], bytes | None] | None = None) -> Proof:
    """Compare facts with their quotations, these with the kept texts, and those with the pages that can be had."""
    get_page = partial(_read_file, pages) if isinstance(pages, Path) else pages or (lambda _: None)
    nodes, kinds = _read_graph(graph)
    paths = {page: _only(nodes[page]["identifier"]) for page in kinds["SourceDocument"]}
    kept = {page: _decode(_read_file(texts, f"{path}.txt")) for page, path in paths.items()}
    converted = {page for issue in kinds["converted-text"] for page in nodes[issue]["wasDerivedFrom"]}
    plain = {page for page, path in paths.items() if path.endswith(".txt") and ".jsonl" not in path.lower()} - converted
    compared = {
        page: _differ(nodes[page], data, kept[page], page in plain)
        for page, path in paths.items()
        if (data := get_page(path)) is not None
    }
    facts = {name: _misquoted(nodes, name, kind in FIGURES) for kind in FACTS for name in kinds[kind]}
    cited = {name for node in nodes.values() for name in node.get("evidence", ())} | kinds["OffsetBasedString"]
    quotations = {name: _disprove(nodes, name, kept) for name in cited}
    lines = dict.fromkeys(kinds["broken"], "is no statement")
    found = [pair for group in (lines, compared, facts, quotations) for pair in group.items()]
    return Proof(len(facts), len(quotations), len(compared), sorted({f"{name}: {why}" for name, why in found if why}))


def _read_graph(graph: Path) -> tuple[dict[str, Node], dict[str, set[str]]]:
    nodes: dict[str, Node] = defaultdict(lambda: defaultdict(set))
    kinds: dict[str, set[str]] = defaultdict(set)
    with graph.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            parts = LINE.fullmatch(line)
            name, word, address, text = parts.groups() if parts else (f"line {number}", "type", "#broken", "")
            if word in ("type", "issueKind"):
                kinds[address.rpartition("#")[2].rpartition("/")[2]].add(name)
            elif word in USED:
                nodes[name][word].add(address or (json.loads(text) if "\\" in text else text[1:-1]))
    return nodes, kinds


def _only(values: set[str]) -> str:
    return next(iter(values)) if len(values) == 1 else ""


def _disprove(nodes: dict[str, Node], name: str, kept: dict[str, str | None]) -> str:
    begin, end, said = (_only(nodes[name][word]) for word in ("beginIndex", "endIndex", "anchorOf"))
    text = kept.get(_only(nodes[_only(nodes[name]["referenceContext"])]["sourceUrl"]))
    if text is None or not said or not re.fullmatch(r"\d{1,9} \d{1,9}", f"{begin} {end}"):
        return "its begin, end, characters and source document are not all given"
    there = text[int(begin) : int(end)] if int(begin) <= int(end) <= len(text) else None
    return "" if there == said else f"says {said!r}, but the text has {there!r}"


def _differ(page: Node, data: bytes, text: str | None, plain: bool) -> str:
    same = sha256(data).hexdigest() == _only(page["sha256"]) and not (plain and _decode(data) != text)
    return "" if same else f"{_only(page['identifier'])} is not the page that was read"


def _misquoted(nodes: dict[str, Node], name: str, is_figure: bool) -> str:
    said = {_only(nodes[quotation]["anchorOf"]) for quotation in nodes[name]["evidence"]}
    printed, value = _only(nodes[name]["printedValue"]), _only(nodes[name]["obsValue"])
    if not said or (is_figure and printed not in said):
        return "no quotation proves it"
    numbers = read_number(printed) if is_figure else set()
    right = not numbers or (re.fullmatch(r"-?\d+(?:\.\d+)?", value) and Decimal(value) in numbers)
    return "" if right else f"has the value {value!r}, but says {printed!r}"


def read_number(printed: str) -> set[Decimal]:
    """Return what a printed number can mean; nothing where it is told in words that are not known here."""
    words = normalize("NFC", printed).casefold()
    if (parts := NUMBER.fullmatch(words)) is None:
        return {Decimal(number) for number, known in enumerate(WORDS) if {*words.split()[:1]} & {*known.split("|")}}
    digits, scale, unit = parts.groups()
    told = [digits.replace(".", "").replace(",", "")] if re.fullmatch(WHOLE, digits) else []
    if fraction := re.fullmatch(r"(\d+|[\d.]+(?=,)|[\d,]+(?=\.\d+$))[.,](\d+)", digits):
        told = ([] if unit in ("%", "phần trăm") else told) + [re.sub("[.,]", "", fraction[1]) + "." + fraction[2]]
    return {Decimal(f"{number}e{SCALES[scale]}") for number in told}


def _read_file(folder: Path, path: str) -> bytes | None:
    """Return the bytes of a file below a folder, if there is such a file."""
    file = (folder / path).resolve()
    return file.read_bytes() if file.is_relative_to(folder.resolve()) and file.is_file() else None


def _decode(content: bytes | None) -> str | None:
    encoding = "utf-16" if content and content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return None if content is None else content.decode(encoding, errors="replace")
