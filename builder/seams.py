"""The type of every room, on one page.

::

    Source ─▶ Reader ─▶ Document ─▶ Extractor ─▶ Extraction ─▶ Linker ─▶ LinkedDocument ─▶ Writer ─▶ lines of N-Quads
                                                                               └─ Issue values: what a page leaves open

A different extractor, such as one that asks a language model, is another function of the same type.
"""

from collections.abc import Callable, Iterable

from builder.facts import Document, Extraction, LinkedDocument, Source
from builder.gazetteer import Gazetteer
from builder.lexicon import Lexicon

Reader = Callable[[Source, Lexicon], Document]
Extractor = Callable[[Document, Lexicon, Gazetteer], Extraction]
Linker = Callable[[Document, Extraction, Gazetteer, Lexicon], LinkedDocument]
Writer = Callable[[LinkedDocument, Lexicon], Iterable[str]]
