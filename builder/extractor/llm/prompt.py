"""What a model is told and asked: the words stand in ``ontology/prompt.md``, the indicators in the ontology."""

import json
import re
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from builder import artefacts
from builder.artefacts import local_name
from builder.extractor import with_soft_breaks
from builder.extractor.page import READ
from builder.facts import Document
from builder.lexicon import Lexicon

_LONGEST_PASSAGE = 6_000  # characters
_LABELS = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX cchc: <https://w3id.org/cchc/ontology#>
SELECT ?indicator ?label WHERE { ?indicator a cchc:Indicator ; skos:prefLabel ?label FILTER (lang(?label) = "vi") }"""
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_INDICATORS = "{indicators}"


def instructions(lexicon: Lexicon, root: Path) -> str:
    """Return what a model is told to do, with the indicators it may name."""
    labels = _labels(root)
    listed = (f"{i.id} | {i.measure} | {labels.get(i.id, '')}" for i in lexicon.indicators.values())
    return _template(root).replace(_INDICATORS, "\n".join(sorted(listed)))


@lru_cache(maxsize=4)
def _template(root: Path) -> str:
    return _COMMENT.sub("", artefacts.prompt_file(root).read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def _labels(root: Path) -> dict[str, str]:
    """Return what each indicator is called in Vietnamese."""
    rows = artefacts.ontology_store(root).query(_LABELS)
    return {local_name(row["indicator"].value): row["label"].value for row in rows}  # type: ignore[union-attr]


def passages(document: Document, budget: int) -> tuple[list[tuple[int, int]], int]:
    """Return stretches of a page's article to ask about, within a budget of characters, and how many are left out."""
    stretches: list[tuple[int, int]] = []
    parted = True  # by furniture, which nobody is asked about
    for block in document.blocks:
        start, end = block.span
        if block.kind in READ and not parted and end - stretches[-1][0] <= _LONGEST_PASSAGE:
            stretches[-1] = (stretches[-1][0], end)
        elif block.kind in READ:
            stretches.append((start, end))
        parted = block.kind == "furniture" or (parted and block.kind not in READ)
    spent = list(accumulate(end - start for start, end in stretches))
    asked = sum(characters <= budget for characters in spent)
    return stretches[:asked], len(stretches) - asked


def question(document: Document, start: int, end: int) -> str:
    """Return a passage with what is known of its page, as a model is given it."""
    known = {"title": document.title, "published": str(document.published or "")}
    return json.dumps(known, ensure_ascii=False) + "\n\n" + with_soft_breaks(document)[start:end]
