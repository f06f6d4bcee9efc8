"""Reads a page of a build once more, from the text kept beside the graph, to tell what the graph does not: why.

The graph stays lean that way. A page of HTML is read by its text alone here, so its blocks may be cut otherwise; what
is not found again is not told.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from builder.errors import StoreError
from builder.extractor import extract
from builder.facts import (
    CandidateClaim,
    Document,
    Extraction,
    FigureClaim,
    LinkedDocument,
    Observation,
    Signs,
    Source,
    Span,
)
from builder.gazetteer import load_gazetteer
from builder.keeping import TEXTS
from builder.lexicon import load_lexicon
from builder.linker import link_document
from builder.reader import read
from builder.sparql import Answering, ask

_MOST_CLUES = 3

PAGES = """
SELECT DISTINCT ?page ?title ?address ?issued ?publisher WHERE {
  ?document a cchc:SourceDocument ; dcterms:identifier ?page .
  OPTIONAL { ?document dcterms:title ?title }
  OPTIONAL { ?document dcterms:source ?address }
  OPTIONAL { ?document dcterms:issued ?issued }
  OPTIONAL { ?document dcterms:publisher/rdfs:label ?publisher }
} ORDER BY ?page"""


def list_sources(store: Answering, out: Path, page: str = "") -> Iterator[Source]:
    """Yield the pages of a build, or one of them, as sources: the kept text and what the graph tells of its origin."""
    for row in (row for row in ask(store, PAGES) if page in ("", row["page"])):
        file = out / TEXTS / f"{row['page']}.txt"
        try:
            text = file.read_bytes()
        except OSError as problem:
            raise StoreError(f"{file}: cannot be read: {problem.strerror or problem}; build again") from problem
        told = {"url": row["address"], "title": row["title"], "published": row["issued"], "publisher": row["publisher"]}
        yield Source(row["page"], text, "text/plain", **told)


def reread(source: Source) -> tuple[Document, Extraction, LinkedDocument]:
    """Take a page through the rooms once more."""
    lexicon, gazetteer = load_lexicon(), load_gazetteer()
    document = read(source, lexicon)
    extraction = extract(document, lexicon, gazetteer)
    return document, extraction, link_document(document, extraction, gazetteer, lexicon)


# ---------------------------------------------------------------- why a number was read so


@dataclass(frozen=True, slots=True)
class Why:
    """What decided how a number was read; indicators, cues and signs by their ids."""

    cues: tuple[tuple[str, float], ...]  # wordings around the number, with their weights
    score: float  # of the indicator chosen, 0 where none was
    rivals: tuple[tuple[str, float], ...]  # the indicators that lost, with their scores
    signs: tuple[tuple[str, float, float], ...]  # what speaks for it: how far it is there, by how much it counts
    period: str  # where the period comes from, "" where there is none
    period_words: str
    unit: str  # "named": its words name the unit; "country"; "page": the page's own
    unit_words: str
    clues: tuple[tuple[str, float], ...]  # the units that the page speaks for, with weights
    blocks: tuple[tuple[str, int], ...]  # how often each kind of block names the weightiest of them

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self)


def find_why(store: Answering, out: Path, page: str, span: Span, indicator: str) -> Why | None:
    """Return what decided how the number at a place was read; None where the kept text is read otherwise."""
    source = next(list_sources(store, out, page), None)
    if source is None:
        return None
    document, extraction, linked = reread(source)
    claims = [claim for claim in _claims(extraction) if claim.quantity.span == span and claim.indicator == indicator]
    if not claims:
        return None
    facts = (fact for fact in linked.facts if isinstance(fact, Observation) and fact.indicator == indicator)
    signs = next((fact.signs for fact in facts if span in [e.span for e in fact.evidence]), claims[0].signs)
    return _tell_why(document, extraction, linked, claims[0], signs)


def _claims(extraction: Extraction) -> list[FigureClaim]:
    """Return what was claimed of numbers, with an indicator or without."""
    told = [claim.figure if isinstance(claim, CandidateClaim) else claim for claim in extraction.claims]
    return [claim for claim in told if isinstance(claim, FigureClaim)]


def _tell_why(
    document: Document, extraction: Extraction, linked: LinkedDocument, claim: FigureClaim, signs: Signs
) -> Why:
    grounds, weights, place = claim.grounds, load_lexicon().log_odds, claim.place
    gazetteer = load_gazetteer()
    clues = linked.clues[:_MOST_CLUES]
    return Why(
        cues=grounds.cues,
        score=grounds.score,
        rivals=grounds.rivals,
        signs=tuple((n, v, round(v * weights[n], 2)) for n, v in signs._asdict().items()) if claim.indicator else (),
        period=grounds.period,
        period_words=_on_one_line(grounds.period_words, document),
        unit="country" if claim.national else "named" if place else "page",
        unit_words=_on_one_line(place.span, document) if place and not claim.national else "",
        clues=tuple((gazetteer.versions[key].label, weight) for key, weight in clues),
        blocks=tuple(sorted(_naming_blocks(document, extraction, clues[0][0] if clues else "").items())),
    )


def _on_one_line(span: Span | None, document: Document) -> str:
    return " ".join(span.of(document.text).split()) if span else ""


def _naming_blocks(document: Document, extraction: Extraction, key: str) -> Counter[str]:
    """Count how often each kind of block names a unit, in whatever version."""
    code = key.partition("/")[0]
    named = (m.span.start for m in extraction.mentions if code in {v.partition("/")[0] for v in m.versions})
    kinds = (next((b.kind for b in document.blocks if b.span.start <= at < b.span.end), "furniture") for at in named)
    return Counter(kinds)
