"""A page prepared for reading: folded, with its wordings and places located."""

from collections.abc import Iterator
from dataclasses import dataclass

from builder.extractor.units import Place
from builder.facts import Block, Document
from builder.lexicon import Hit, Lexicon
from builder.text import Folded, sentences

READ = frozenset({"title", "lead", "heading", "body", "caption"})  # kinds of block that state facts


@dataclass(frozen=True, slots=True)
class Page:
    """A document, its folded text, and what was located in it; offsets are those of the folded text."""

    document: Document
    folded: Folded
    hits: list[Hit]
    places: list[Place]
    lexicon: Lexicon

    def sentences(self, block: Block) -> Iterator[tuple[int, int]]:
        """Yield the sentences of a block."""
        start, end = self.folded.position(block.span.start), self.folded.position(block.span.end)
        return sentences(self.folded.text, start, end)

    def printed(self, start: int, end: int) -> str:
        """Return a stretch as the page prints it."""
        return self.folded.span(start, end).of(self.document.text)
