"""Whether pages are read alike however they are laid out: ``python benchmarks/layouts.py PAGES [PAGES …]``.

Lays every text page of the folders out in other ways, reads it, and prints for each way how many of the figures that
the page as it is gives (indicator, value, unit) are lost, how many are new, and how many pages are tied to another
unit. The address that ``sources.csv`` gives to a page goes with it.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

from builder.errors import BuilderError
from builder.extractor import extract
from builder.facts import LinkedDocument, Observation, Source
from builder.gazetteer import load_gazetteer
from builder.lexicon import load_lexicon
from builder.linker import link_document
from builder.reader import list_sources, load_source, read

_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-ZĐÀ-Ỹ“\"\d])")
_WIDTH = 80  # characters


def lay_out(text: str) -> Iterator[tuple[str, str]]:
    """Yield a page in other layouts, each with its name; the first paragraph is taken for the headline."""
    title, *rest = (line.strip() for line in re.split(r"[\r\n]+", text) if line.strip())
    yield "blank lines between paragraphs", "\n\n".join((title, *rest))
    yield "Windows line ends", "\r\n".join((title, *rest))
    yield "decomposed letters", normalize("NFD", "\n".join((title, *rest)))
    yield "headline in capitals", "\n".join((title.upper(), *rest))
    yield "a line a sentence", "\n".join((title, *(s for line in rest for s in _SENTENCE.split(line))))
    yield "one line", f"{title}\n{' '.join(rest)}"
    yield "broken at 80 characters", "\n\n".join("\n".join(_broken(line)) for line in (title, *rest))
    yield "items of a list", "\n".join((title, *(f"- {line}" for line in rest)))


def _broken(line: str) -> list[str]:
    return re.findall(rf".{{1,{_WIDTH}}}(?:\s|$)", line) or [line]


def read_page(source: Source) -> LinkedDocument:
    """Return what a page states."""
    lexicon, gazetteer = load_lexicon(), load_gazetteer()
    document = read(source, lexicon)
    return link_document(document, extract(document, lexicon, gazetteer), gazetteer, lexicon)


def figures_of(linked: LinkedDocument) -> Counter[tuple[str, ...]]:
    """Return the accepted figures of a page by indicator, value and unit."""
    accepted = (f for f in linked.facts if isinstance(f, Observation) and f.accepted)
    return Counter((f.indicator, str(f.value.normalize()), f.area.partition("/")[0]) for f in accepted)


def main(folders: list[str]) -> None:
    """Read every page in every layout and print the table."""
    told: dict[str, Counter[str]] = {}
    pages = 0
    for place in list_sources([Path(folder) for folder in folders])[0]:
        source = load_source(place)
        if source.media != "text/plain":
            continue
        try:
            page = read_page(source)
            text = source.data.decode("utf-8-sig")
        except (BuilderError, UnicodeDecodeError):
            continue
        pages += 1
        for name, other in lay_out(normalize("NFC", text)):
            linked = read_page(replace(source, data=other.encode()))
            before, now = figures_of(page), figures_of(linked)
            changed = linked.about != page.about
            told.setdefault(name, Counter()).update(
                figures=before.total(), lost=(before - now).total(), new=(now - before).total(), units=changed
            )
    print(f"{pages} pages\n\n| layout | figures | lost | new | pages of another unit |\n|---|---|---|---|---|")
    for name, n in told.items():
        print(f"| {name} | {n['figures']} | {n['lost']} | {n['new']} | {n['units']} |")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
