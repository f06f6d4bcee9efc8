"""Bytes to documents: decoding, text of HTML, PDF and Word pages, letters of legacy fonts, and labelled blocks.

Nothing of a page is thrown away. What is page furniture (menus, counters, imprint, related links) is labelled as such:
no figure is read from it, but it may hold the only clue to the locality.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping

from builder.errors import SourceError
from builder.facts import Document, Issue, Source
from builder.identifiers import web_address
from builder.lexicon import Lexicon
from builder.reader.blocks import find_blocks
from builder.reader.content import LONGEST, Content
from builder.reader.dates import find_publication, given_date
from builder.reader.decoding import decode, looks_vietnamese, whole_characters
from builder.reader.legacy import recognise, to_unicode
from builder.reader.markup import extract_html, with_plain_letters
from builder.reader.pdf import read_pdf
from builder.reader.sources import MACROS, OLD_WORD, PDF, WORD, enter_sources, list_sources, load_source
from builder.reader.word import read_word
from builder.text import fold

_FILES: Mapping[str, Callable[[Source], Content]] = {
    PDF: read_pdf,
    WORD: read_word,
    OLD_WORD: read_word,
    MACROS: read_word,
}

__all__ = ["enter_sources", "list_sources", "load_source", "looks_vietnamese", "read"]


def read(source: Source, lexicon: Lexicon) -> Document:
    """Return a page as text with labelled blocks.

    Raises:
        SourceError: the bytes are no readable text; the message says what to do.

    """
    content, legacy = _open(source)
    _check_length(source, content.text)
    folded = fold(content.text)
    blocks = find_blocks(content, folded, lexicon)
    headline = max((b.span.of(content.text).strip() for b in blocks if b.kind == "title"), key=len, default="")
    return Document(
        id=source.id,
        text=content.text,
        blocks=blocks,
        sha256=hashlib.sha256(source.data).hexdigest(),
        title=" ".join((source.title or content.title or headline.lstrip("#")).split()),
        url=web_address(source.url),
        published=given_date(source) or find_publication(content.text, blocks, lexicon),
        publisher=source.publisher,
        issues=tuple(_issues(source, content, legacy)),
    )


def _open(source: Source) -> tuple[Content, str]:
    """Return what is found in a page's file, in Unicode, and the legacy letters it was written in, if it was."""
    if source.media in _FILES:
        content = _in_characters(_FILES[source.media](source))
        legacy = recognise(content.text)
        body, margin = to_unicode(content.text, legacy), to_unicode(content.margin, legacy)
        text, title = f"{body}\n{margin}" if margin else body, to_unicode(content.title, legacy)
        return content._replace(text=text, margin=margin, title=title), legacy
    text = decode(source)
    if source.media != "text/html":
        legacy = recognise(text)
        return Content(to_unicode(text, legacy)), legacy
    markup = with_plain_letters(text)
    legacy = recognise(markup)
    return extract_html(to_unicode(markup, legacy) if legacy else text, source.id), legacy


def _in_characters(content: Content) -> Content:
    """Return what a file holds without halves of characters, which a damaged font of a PDF can give."""
    text, title, margin = map(whole_characters, (content.text, content.title, content.margin))
    return content._replace(text=text, title=title, margin=margin)


def _issues(source: Source, content: Content, legacy: str) -> Iterator[Issue]:
    """Yield what reading the file left doubtful."""
    if legacy:
        yield Issue("converted-text", f"the page is written in {legacy} letters; they were converted", source.id)
    for gap in content.gaps:
        yield Issue("unreadable", gap, source.id)


def _check_length(source: Source, text: str) -> None:
    """Refuse what is no page: nothing to be seen, or more than anyone writes on one."""
    if not any(c.isprintable() and not c.isspace() for c in text):
        raise SourceError(f"{source.id}: the page holds no text; leave it out or fetch it again")
    if len(text) > LONGEST:
        much = f"{len(text):,} characters, more than the {LONGEST:,} of the longest page that is read"
        raise SourceError(f"{source.id}: {much}; split it into pages or leave it out")
