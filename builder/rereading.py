"""Reads a page of a build once more, from the text kept beside the graph, to tell what the graph does not: why.

The graph stays lean that way. A page of HTML is read by its text alone here, so its blocks may be cut otherwise; what
is not found again is not told.
"""

from collections.abc import Iterator
from pathlib import Path

from builder.errors import StoreError
from builder.extractor import extract
from builder.facts import CandidateClaim, Document, Extraction, FigureClaim, LinkedDocument, Source, Span
from builder.gazetteer import load_gazetteer
from builder.lexicon import load_lexicon
from builder.linker import link_document
from builder.pipeline import TEXTS
from builder.reader import read
from builder.sparql import Answering, ask

PAGES = """
SELECT DISTINCT ?page ?title ?address ?issued ?publisher WHERE {
  ?document a cchc:SourceDocument ; dcterms:identifier ?page .
  OPTIONAL { ?document dcterms:title ?title }
  OPTIONAL { ?document dcterms:source ?address }
  OPTIONAL { ?document dcterms:issued ?issued }
  OPTIONAL { ?document dcterms:publisher/rdfs:label ?publisher }
} ORDER BY ?page"""


def list_sources(store: Answering, out: Path) -> Iterator[Source]:
    """Yield every page of a build as a source: its kept text, with what the graph tells of its origin."""
    for row in ask(store, PAGES):
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


def find_claim(extraction: Extraction, span: Span) -> FigureClaim | None:
    """Return what was claimed of the number at a place of the page, with or without an indicator."""
    for claim in extraction.claims:
        figure = claim.figure if isinstance(claim, CandidateClaim) else claim
        if isinstance(figure, FigureClaim) and figure.quantity.span == span:
            return figure
    return None
