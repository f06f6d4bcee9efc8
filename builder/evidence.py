"""Prove every quotation again, from the files alone.

This checker shares no code with the builder on purpose: it reads the finished graph, the texts kept beside it and,
where they are given, the plain-text pages themselves, and compares characters.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

QUOTATIONS = """PREFIX nif: <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#>
SELECT * WHERE { ?focus a nif:OffsetBasedString OPTIONAL { ?focus nif:beginIndex ?begin ; nif:endIndex ?end ;
  nif:anchorOf ?said ; nif:referenceContext/nif:sourceUrl/<http://purl.org/dc/terms/identifier> ?path } }"""
DOCUMENTS = """PREFIX cchc: <https://w3id.org/cchc/ontology#>
SELECT * WHERE { ?focus a cchc:SourceDocument ; <http://purl.org/dc/terms/identifier> ?path ; cchc:sha256 ?hash
  BIND(EXISTS { ?issue <http://www.w3.org/ns/prov#wasDerivedFrom> ?focus ;
    cchc:issueKind <https://w3id.org/cchc/issue-kind/converted-text> } AS ?converted) }"""


class Proof(NamedTuple):
    """How many quotations and plain-text pages were compared, and what differs: an address, a colon, the reason."""

    quotations: int
    pages: int
    mismatches: list[str]


def check_evidence(graph: Path, texts: Path, pages: Path | None = None) -> list[str]:
    """Return what is not proved; an empty list means that every quotation stands where the graph says."""
    return prove(graph, texts, pages).mismatches


def prove(graph: Path, texts: Path, pages: Path | None = None) -> Proof:
    """Compare every quotation with the kept text, and every kept text with its plain-text page where there is one."""
    store: Any = ox.Store()
    store.bulk_load(path=graph, format=ox.RdfFormat.N_QUADS)
    quotations, documents = (list(store.query(q, use_default_graph_as_union=True)) for q in (QUOTATIONS, DOCUMENTS))
    kept = {row["path"].value: _decode(_read(texts, f"{row['path'].value}.txt")) for row in documents}
    found = [(row["focus"].value, _disprove(row, kept)) for row in quotations]
    plain = [row for row in documents if row["path"].value.endswith(".txt")]
    sources = [(row, _read(pages, row["path"].value)) for row in plain if pages]
    found += [(row["focus"].value, _differ(row, source, kept)) for row, source in sources if source is not None]
    problems = sorted({f"{focus}: {reason}" for focus, reason in found if reason})
    return Proof(len({row["focus"] for row in quotations}), sum(s is not None for _, s in sources), problems)


def _disprove(row: Any, kept: dict[str, str | None]) -> str:
    if row["path"] is None or not (row["begin"].value + row["end"].value).isdecimal():
        return "its begin, end, characters and source document are not all given"
    text, begin, end = kept.get(row["path"].value), int(row["begin"].value), int(row["end"].value)
    there = text[begin:end] if text is not None and begin <= end <= len(text) else None
    return "" if there == row["said"].value else f"says {row['said'].value!r}, but the text has {there!r}"


def _differ(row: Any, source: bytes, kept: dict[str, str | None]) -> str:
    converted = row["converted"].value == "true"  # from the letters of a legacy font: only its bytes can be compared
    same = converted or _decode(source) == kept[row["path"].value]
    same = same and sha256(source).hexdigest() == row["hash"].value
    return "" if same else f"{row['path'].value} is not the page that was read"


def _read(folder: Path, path: str) -> bytes | None:
    file = (folder / path).resolve()
    return file.read_bytes() if file.is_relative_to(folder.resolve()) and file.is_file() else None


def _decode(content: bytes | None) -> str | None:
    encoding = "utf-16" if content and content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return None if content is None else content.decode(encoding)
    except UnicodeDecodeError:
        return None
