"""When a page was published, as far as it shows it."""

import re
from collections.abc import Sequence
from datetime import date
from email.utils import parsedate

from builder.facts import Block, Source
from builder.lexicon import Lexicon
from builder.text import fold

_EARLIEST, _LATEST = 1990, 2099  # no page of this kind is older
_SHORTEST_PROSE = 8  # words
_DATE = re.compile(r"(?<![\d/.-])(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?((?:19|20)\d{2})(?!\d)")
_ISO_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})-(\d{1,2})-(\d{1,2})(?!\d)")
_MAIL_DATE = re.compile(
    r"(?<!\d)(?:[A-Z][a-z]{2}, )\d{1,2} [A-Z][a-z]{2} (?:19|20)\d{2}(?!\d)"
)  # RFC 5322, section 3.3
_META_DATE = re.compile(r"^\s*date ((?:19|20)\d{2})-(\d{1,2})(?:-(\d{1,2}))?(?!\d)")


def has_date(line: str, lexicon: Lexicon) -> bool:
    """Tell whether a line holds a full date."""
    if _META_DATE.match(line):
        return False  # the title stands behind it
    dates = (_DATE, _ISO_DATE, _MAIL_DATE)
    return any(d.search(line) for d in dates) or bool(lexicon.grammar["worded-date"].search(line.lower()))


def given_date(source: Source) -> date | None:
    """Return the publication date given beside a page, if it is one."""
    day = _iso(source.published[:10]) if source.published else None
    return day if day and _EARLIEST <= day.year <= _LATEST else None


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def find_publication(text: str, blocks: Sequence[Block], lexicon: Lexicon) -> date | None:
    """Return the publication date a page shows: in its dateline, not a clock in its banner."""
    if meta := _META_DATE.match(text):
        return _day(meta[1], meta[2], meta[3]) if meta[3] else None
    kinds = [b.kind for b in blocks]
    first_prose = next((i for i, b in enumerate(blocks) if _is_prose(b, text)), len(blocks))
    titles = [i for i, kind in enumerate(kinds[: first_prose + 1]) if kind == "title"]
    title = titles[-1] if titles else None
    datelines = [(i, b.span.of(text)) for i, b in enumerate(blocks) if b.kind == "dateline"]
    named = [line for _, line in datelines if _tells(line, "dateline", lexicon)]
    behind = [line for i, line in datelines if title is not None and i > title]
    right_before = [line for i, line in datelines if titles and titles[0] - 1 <= i < titles[-1]]
    heads = [i for i, b in enumerate(blocks[: title or 0]) if _tells(b.span.of(text), "letterhead", lexicon)]
    official = [line for i, line in datelines if heads and i >= heads[0]]
    for line in (*named, *behind, *right_before, *official, *([x for _, x in datelines] if title is None else [])):
        if (day := _first_date(line, lexicon)) is not None:
            return day
    return None


def _is_prose(block: Block, text: str) -> bool:
    """Tell whether a block is running text, not a line of a menu that is taken for it."""
    return block.kind == "lead" or (block.kind == "body" and len(block.span.of(text).split()) >= _SHORTEST_PROSE)


def _tells(line: str, concept: str, lexicon: Lexicon) -> bool:
    """Tell whether a line holds a furniture wording of a sort."""
    return any(h.concept == concept for h in lexicon.find(fold(line).text))


def _first_date(line: str, lexicon: Lexicon) -> date | None:
    """Return the first day of a line that is not one of an interval: "(từ 16/12/2019 đến 05/9/2020)"."""
    if reported := lexicon.grammar["reported-interval"].search(line.lower()):
        line = line[: reported.start()] + line[reported.end() :]
    if found := _DATE.search(line):
        return _day(found[3], found[2], found[1])
    if found := lexicon.grammar["worded-date"].search(line.lower()):
        return _day(found["year"], found["month"], found["day"])
    if found := _MAIL_DATE.search(line):
        mailed = parsedate(found.group())
        return date(*mailed[:3]) if mailed else None
    return _day(*found.groups()) if (found := _ISO_DATE.search(line)) else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
