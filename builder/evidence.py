"""Prove every fact again, from the files alone.

This checker shares no code with the builder on purpose: it reads the finished graph, the texts beside it and, where
they can be had, the pages, and compares numbers, characters and checksums; a large graph in parts of whole pages.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from decimal import Decimal
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple
from unicodedata import normalize
from zlib import crc32

TERM = r'(?:<([^<>"\s]*)>|("(?:[^"\\\t]|\\[tbnrf"\\]|\\u[0-9A-F]{4})*")(?:@[\w-]+|\^\^<[^<>"\s]*>)?)'
LINE = re.compile(rf'<([^<>"\s]*)> <[^<>"\s]*[/#](\w+)> {TERM} <([^<>"\s#]*)(?:#[^<>"\s]*)?> \.\n')
PART = 1 << 23  # bytes of a graph that are compared at once, about
MOST = 256  # parts of a graph
PACKED = re.compile(r"\.(?:jsonl|parquet|warc|wet)[./]", re.IGNORECASE)  # files of many pages, in the name of a page
FIGURES = ("Observation", "ReviewFigure", "CandidateObservation")
FACTS = (*FIGURES, "Initiative")
NUMBER = re.compile(r"(\d+(?:[.,]\d+)*)\s*(nghìn|ngàn|triệu|tỷ|tỉ)?\s*(%|phần trăm|đồng|vnđ|vnd|đ)?")
WHOLE = r"\d+|[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:,\d{3})+)"
SCALES = {None: 0, "nghìn": 3, "ngàn": 3, "triệu": 6, "tỷ": 9, "tỉ": 9}
WORDS = ("không|chưa", "nhất|đầu", "nhì|hai", "ba", "tư|bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")  # from 0
USED = {"beginIndex", "endIndex", "anchorOf", "referenceContext", "sourceUrl", "identifier", "sha256", "wasDerivedFrom"}
USED |= {"evidence", "printedValue", "obsValue", "type", "issueKind"}
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
    with ExitStack() as opened:
        number = min(graph.stat().st_size // PART + 1, MOST)
        parts = [opened.enter_context(TemporaryFile("w+", encoding="utf-8", newline="\n")) for _ in range(number)]
        proofs = [Proof(0, 0, 0, _deal_out(graph, parts)), *(_prove_part(part, texts, get_page) for part in parts)]
    facts, quotations, compared, wrong = zip(*proofs, strict=True)
    return Proof(sum(facts), sum(quotations), sum(compared), sorted({*chain(*wrong)}))


def _deal_out(graph: Path, parts: Sequence[IO[str]]) -> list[str]:
    """Write what is used of the statements about a page into one of some files; return what is wrong with lines."""
    wrong, pages = list[str](), dict[str, str]()  # the last name and the page that told of it
    with graph.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            if (statement := LINE.fullmatch(line)) is None:
                wrong.append(f"line {number}: is no statement")
            elif (word := statement[2]) in USED:
                name, _, address, text, page = statement.groups()
                if word != "type" and pages.get(name, page) != page:
                    wrong.append(f"{name}: is told of by two pages")
                pages = {name: page}
                parts[crc32(page.encode()) % len(parts)].write(f"{name}\t{word}\t{address or text}\n")
    return wrong


def _prove_part(part: IO[str], texts: Path, get_page: Callable[[str], bytes | None]) -> Proof:
    nodes, kinds = _read_part(part)
    paths = {page: _only(nodes[page]["identifier"]) for page in kinds["SourceDocument"]}
    kept = {page: _decode(_read_file(texts, f"{path}.txt"), "utf-8") for page, path in paths.items()}
    converted = {page for issue in kinds["converted-text"] for page in nodes[issue]["wasDerivedFrom"]}
    plain = {page for page, path in paths.items() if path.endswith(".txt") and not PACKED.search(path)} - converted
    pages = ((page, data) for page, path in paths.items() if (data := get_page(path)) is not None)
    compared = {page: _differ(nodes[page], data, kept[page], page in plain) for page, data in pages}
    facts = {name: _misquoted(nodes, name, kind in FIGURES) for kind in FACTS for name in kinds[kind]}
    cited = {name for node in nodes.values() for name in node.get("evidence", ())} | kinds["OffsetBasedString"]
    quotations = {name: _disprove(nodes, name, kept) for name in cited}
    wrong = [f"{name}: {why}" for group in (compared, facts, quotations) for name, why in group.items() if why]
    return Proof(len(facts), len(quotations), len(compared), wrong)


def _read_part(part: IO[str]) -> tuple[dict[str, Node], dict[str, set[str]]]:
    nodes: dict[str, Node] = defaultdict(lambda: defaultdict(set))
    kinds: dict[str, set[str]] = defaultdict(set)
    part.seek(0)
    for line in part:
        name, word, value = line[:-1].split("\t")
        if word in ("type", "issueKind"):
            kinds[value.rpartition("#")[2].rpartition("/")[2]].add(name)
        else:
            nodes[name][word].add((json.loads(value) if "\\" in value else value[1:-1]) if value[:1] == '"' else value)
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


def _decode(content: bytes | None, encoding: str = "") -> str | None:
    found = "utf-16" if content and content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return None if content is None else content.decode(encoding or found, errors="replace")
