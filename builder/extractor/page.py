"""A page prepared for reading: folded, with its wordings and places located."""

from dataclasses import dataclass, field, replace

from builder.extractor.units import Place
from builder.facts import Block, Document, Span
from builder.lexicon import Hits, Lexicon
from builder.text import Folded, sentences

BAR = "|"
TABULAR = frozenset({"header", "row"})  # kinds of block that make up tables
READ = frozenset({"title", "lead", "heading", "body", "caption", *TABULAR})  # kinds of block that state facts


def with_cells_apart(folded: Folded, document: Document) -> Folded:
    """Put a bar behind every cell of a table, so that no wording, name or number goes on in the next."""
    cells = [cell for block in document.blocks for cell in block.cells]
    if not cells:
        return folded
    text = list(folded.text)
    for cell in cells:
        end = folded.position(cell.end)
        if end < len(text) and text[end].isspace():
            text[end] = BAR
    return replace(folded, text="".join(text))


@dataclass(frozen=True, slots=True)
class Page:
    """A document, its folded text, and what was located in it; offsets are those of the folded text."""

    document: Document
    folded: Folded
    hits: Hits
    places: list[Place]
    lexicon: Lexicon
    _sentences: dict[Span, tuple[tuple[int, int], ...]] = field(default_factory=dict)  # of the blocks cut so far

    def sentences(self, block: Block) -> tuple[tuple[int, int], ...]:
        """Return the sentences of a block; a row of a table is one, however many lines it fills."""
        known = self._sentences.get(block.span)
        if known is None:
            start, end = self.stretch(block.span)
            whole = block.kind in TABULAR
            known = ((start, end),) if whole else tuple(sentences(self.folded.text, start, end))
            self._sentences[block.span] = known
        return known

    def stretch(self, span: Span) -> tuple[int, int]:
        """Return where a span of the text as read lies in the folded text."""
        return self.folded.position(span.start), self.folded.position(span.end)

    def printed(self, start: int, end: int) -> str:
        """Return a stretch as the page prints it."""
        return self.folded.span(start, end).of(self.document.text)
