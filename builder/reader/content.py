"""What is found in a file, before its lines are labelled."""

import re
from typing import NamedTuple

from builder.errors import SourceError

LONGEST = 500_000  # characters; a book has as many


class Content(NamedTuple):
    """The text of a page, and what its file tells about it."""

    text: str
    article: frozenset[str] | None = None  # keys of the lines that belong to the article, where an HTML page tells
    title: str = ""
    margin: str = ""  # the end of the text: running headers and footers, page numbers, what stands aside
    gaps: tuple[str, ...] = ()  # what of the page could not be read


def line_key(line: str) -> str:
    """Return a line's letters and digits only, to compare two extractions of one page."""
    return re.sub(r"\W+", "", line).lower()


def needs_extra(name: str, kind: str) -> SourceError:
    """Return what to say of a page whose kind is read only where the extra libraries are installed."""
    return SourceError(f"{name}: {kind} need further libraries; run python -m pip install 'cchc-graph[docs]'")
