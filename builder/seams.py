"""The type of every room, on one page.

::

    Source ─▶ Reader ─▶ Document ─▶ Extractor ─▶ Extraction ─▶ Linker ─▶ LinkedDocument ─▶ Writer ─▶ lines of N-Quads
                                                                               └─ Issue values: what a page leaves open

A different extractor, such as one that asks a language model, is another function of the same type.
"""

from collections.abc import Callable, Iterable

from builder.facts import Document, Extraction, LinkedDocument, Source

Reader = Callable[[Source], Document]
Extractor = Callable[[Document], Extraction]
Linker = Callable[[Document, Extraction], LinkedDocument]
Writer = Callable[[LinkedDocument], Iterable[str]]
