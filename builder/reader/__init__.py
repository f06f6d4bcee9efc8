"""Bytes to documents: decoding, text of HTML pages, and labelled blocks.

Nothing of a page is thrown away. What is page furniture (menus, counters, imprint, related links) is labelled as such:
no figure is read from it, but it may hold the only clue to the locality.
"""

import hashlib

from builder.errors import SourceError
from builder.facts import Document, Source
from builder.identifiers import web_address
from builder.lexicon import Lexicon
from builder.reader.blocks import find_blocks
from builder.reader.dates import find_publication, given_date
from builder.reader.decoding import decode, looks_vietnamese
from builder.reader.markup import extract_html
from builder.reader.sources import list_sources, load_source
from builder.text import fold

LONGEST = 500_000  # characters; a book has as many

__all__ = ["list_sources", "load_source", "looks_vietnamese", "read"]


def read(source: Source, lexicon: Lexicon) -> Document:
    """Return a page as text with labelled blocks.

    Raises:
        SourceError: the bytes are no readable text; the message says what to do.

    """
    text = decode(source)
    main: frozenset[str] | None = None
    title = source.title
    if source.media == "text/html":
        text, main, found = extract_html(text, source.id)
        title = title or found
    _check_length(source, text)
    folded = fold(text)
    blocks = find_blocks(text, folded, lexicon, main)
    headline = max((b.span.of(text).strip() for b in blocks if b.kind == "title"), key=len, default="")
    return Document(
        id=source.id,
        text=text,
        blocks=blocks,
        sha256=hashlib.sha256(source.data).hexdigest(),
        title=" ".join((title or headline.lstrip("#")).split()),
        url=web_address(source.url),
        published=given_date(source) or find_publication(text, blocks, lexicon),
        publisher=source.publisher,
    )


def _check_length(source: Source, text: str) -> None:
    """Refuse what is no page: nothing to be seen, or more than anyone writes on one."""
    if not any(c.isprintable() and not c.isspace() for c in text):
        raise SourceError(f"{source.id}: the page holds no text; leave it out or fetch it again")
    if len(text) > LONGEST:
        much = f"{len(text):,} characters, more than the {LONGEST:,} of the longest page that is read"
        raise SourceError(f"{source.id}: {much}; split it into pages or leave it out")
