"""Reform initiatives."""

from collections.abc import Iterator

from builder.extractor.figures import Page
from builder.facts import InitiativeClaim


def find_initiatives(page: Page) -> Iterator[InitiativeClaim]:
    """Yield the initiatives a page names."""
    yield from ()
